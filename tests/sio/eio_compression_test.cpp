// tests/sio/eio_compression_test.cpp - rows E31 and E32 of what the reference does: answers of
// polls and messages of WebSockets, compressed.
#include "http/compression.h"
#include "tests/catch.h"
#include "tests/sio/eio_rig.h"
#include "ws/deflate.h"

using namespace strata;
using namespace strata::test;

namespace {

const std::string offer = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
constexpr sio::eio::SendOptions plain{.compress = false};

std::string unpacked(const Answer& answer, http::CompressedFormat format) {
  const auto text = http::gunzip(net::as_bytes(answer.body), 1'000'000, format);
  return text ? *text : std::string(http::sentence_of(text.error()));
}

// The first byte of a server's frame says whether it is compressed: 0x40 is RSV1.
struct Frames {
  std::string bytes;
  bool compressed() const { return !bytes.empty() && (bytes[0] & 0x40) != 0; }
};
Frames raw(Rig& rig, RawClient& client) {
  rig.loop.settle();
  return {client.peer().take()};
}

}  // namespace

TEST_CASE("E31 http compression: by what the client accepts, above the threshold",
          "[sio][eio][eio4-polling]") {
  using http::CompressedFormat;
  Rig rig;
  const std::string sid = rig.open_polling();
  sio::eio::Socket& socket = *rig.echo.sockets[0];
  RawClient client = rig.client();
  const std::string text(1024, 'x');
  SECTION("gzip") {
    socket.send_text(text);
    const Answer answer = client.get(rig.poll(sid), "Accept-Encoding: gzip, deflate\r\n");
    CHECK(answer.field("Content-Encoding") == "gzip");
    CHECK(answer.field("Content-Type") == "text/plain; charset=UTF-8");
    CHECK(answer.body.size() < 100);
    CHECK(unpacked(answer, CompressedFormat::gzip) == "4" + text);
  }
  SECTION("deflate") {
    socket.send_text(text);
    const Answer answer = client.get(rig.poll(sid), "Accept-Encoding: deflate\r\n");
    CHECK(answer.field("Content-Encoding") == "deflate");
    CHECK(unpacked(answer, CompressedFormat::zlib) == "4" + text);
  }
  SECTION("a poll that was held") {
    client.send_get(rig.poll(sid), "Accept-Encoding: gzip\r\n");
    socket.send_text(text);
    CHECK(unpacked(client.answer(), CompressedFormat::gzip) == "4" + text);
  }
  SECTION("one after another") {
    for (int i = 0; i < 3; ++i) {
      socket.send_text(text);
      CHECK(unpacked(client.get(rig.poll(sid), "Accept-Encoding: gzip\r\n"),
                     CompressedFormat::gzip) == "4" + text);
    }
  }
  struct Row {
    const char* what;
    std::size_t bytes;
    const char* accept;
  };
  const Row rows[] = {{"below the threshold", 1022, "Accept-Encoding: gzip\r\n"},
                      {"no coding that we know", 2000, "Accept-Encoding: br\r\n"},
                      {"none that it takes", 2000, "Accept-Encoding: gzip;q=0\r\n"},
                      {"none that it says", 2000, ""}};
  for (const Row& row : rows) {
    INFO(row.what);
    socket.send_text(std::string(row.bytes, 'y'));
    const Answer answer = client.get(rig.poll(sid), row.accept);
    CHECK(answer == "200 4" + std::string(row.bytes, 'y'));
    CHECK(answer.field("Content-Encoding").empty());
  }
}

TEST_CASE("E31 http compression: a message may switch it off for its body, an option for all",
          "[sio][eio]") {
  sio::eio::Options options;
  const bool on = GENERATE(true, false);
  if (!on) options.http_compression.reset();
  Rig rig(options);
  const std::string sid = rig.open_polling();
  sio::eio::Socket& socket = *rig.echo.sockets[0];
  RawClient client = rig.client();
  const auto coding = [&] {
    return client.get(rig.poll(sid), "Accept-Encoding: gzip\r\n").field("Content-Encoding");
  };
  const std::string text(2000, 'x');
  sio::eio::SharedMessage shared = sio::eio::SharedMessage::text(text);
  socket.send_text(text, plain);
  socket.send_text(text);  // beside it: a length that both have a part in tells of both
  CHECK(coding().empty());
  socket.send_binary(net::as_bytes(text), plain);
  CHECK(coding().empty());
  socket.send(shared, plain);
  CHECK(coding().empty());
  socket.send(shared);
  CHECK(coding() == (on ? "gzip" : ""));
}

TEST_CASE("E31 http compression: the threshold is an option", "[sio][eio]") {
  sio::eio::Options options;
  options.http_compression->threshold = 0;
  options.initial_packet = sio::eio::SharedMessage::text(std::string(500, 'x'));
  Rig rig(options);
  RawClient client = rig.client();
  const Answer first = client.get("EIO=4&transport=polling", "Accept-Encoding: gzip\r\n");
  CHECK(first.field("Content-Encoding") == "gzip");
  CHECK(unpacked(first, http::CompressedFormat::gzip).starts_with("0{\"sid\":"));

  // Ten octets are longer for it, and yet: who says 0 gets it for each.
  const std::string ten("\0\1\2\3\4\5\6\7\10\11", 10);
  rig.echo.sockets[0]->send_binary(net::as_bytes(ten));
  const Answer second = client.get(rig.poll(std::string(rig.echo.sockets[0]->id())),
                                   "Accept-Encoding: gzip, deflate\r\n");
  CHECK(second.field("Content-Encoding") == "gzip");
  CHECK(unpacked(second, http::CompressedFormat::gzip) == "bAAECAwQFBgcICQ==");
}

TEST_CASE("E32 permessage-deflate: off unless an option says otherwise", "[sio][eio]") {
  Rig rig;
  RawClient client = rig.client();
  CHECK(client.upgrade(direct, offer).field("Sec-WebSocket-Extensions").empty());
}

TEST_CASE("E32 permessage-deflate: above the threshold, and not where a message says no",
          "[sio][eio]") {
  sio::eio::Options options;
  options.per_message_deflate.emplace();
  Rig rig(options);
  RawClient client = rig.client();
  CHECK(client.upgrade(direct, offer).field("Sec-WebSocket-Extensions") == "permessage-deflate");
  raw(rig, client);
  sio::eio::Socket& socket = *rig.echo.sockets[0];
  const std::string text(1023, 'x');  // and its digit
  sio::eio::SharedMessage shared = sio::eio::SharedMessage::text(text);

  socket.send_text(text);
  const Frames packed = raw(rig, client);
  CHECK(packed.compressed());
  CHECK(packed.bytes.size() < 100);
  ws::Inflater inflater(15);
  net::Bytes in = net::as_bytes(packed.bytes).subspan(2);
  std::vector<std::uint8_t> out(2000);
  CHECK(inflater.read(in, true, out).bytes == 1024);
  CHECK(out[0] == '4');

  socket.send_text(text.substr(1));
  CHECK_FALSE(raw(rig, client).compressed());
  socket.send_text(text, plain);
  CHECK_FALSE(raw(rig, client).compressed());
  for (const bool compress : {true, false}) {
    std::string made(sio::eio::room_in_front + text.size(), 'x');
    socket.send_text_in_place(made, {.compress = compress});
    CHECK(raw(rig, client).compressed() == compress);
  }
  socket.send_binary(net::as_bytes(text + "x"));
  CHECK(raw(rig, client).compressed());
  socket.send_binary(net::as_bytes(text + "x"), plain);
  CHECK_FALSE(raw(rig, client).compressed());
  socket.send(shared);
  CHECK(raw(rig, client).compressed());
  socket.send(shared, plain);
  CHECK_FALSE(raw(rig, client).compressed());

  RawClient without = rig.client();
  without.upgrade(direct);
  without.frames();
  rig.echo.sockets[1]->send(shared);
  CHECK(without.frames() == Texts{"t:4" + text});
}

TEST_CASE("E32 permessage-deflate: what waited for a poll keeps its flag over an upgrade",
          "[sio][eio][eio4-upgrade]") {
  sio::eio::Options options;
  options.per_message_deflate.emplace();
  Rig rig(options);
  const std::string sid = rig.open_polling();
  RawClient client = rig.client();
  client.upgrade("EIO=4&transport=websocket&sid=" + sid, offer);
  client.message("2probe");
  raw(rig, client);
  const bool compress = GENERATE(true, false);
  rig.echo.sockets[0]->send_text(std::string(2000, 'x'), {.compress = compress});
  client.message("5");
  CHECK(raw(rig, client).compressed() == compress);
}
