// tests/ws/shared_message_test.cpp - a message compressed once for many connections: who gets
// which frame, and that every peer can read what comes behind it.
#include "ws/shared_message.h"

#include <malloc.h>

#include <random>

#include "tests/catch.h"
#include "tests/ws/deflated.h"
#include "tests/ws/frames.h"

using namespace strata;
using namespace strata::test;
using ws::Role;

namespace {

const std::string lines = [] {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "line " + std::to_string(i * 7919 % 1000) + ", and so on\n";
  return text;
}();

ws::DeflateParameters windows(std::uint8_t bits, bool keeps) {
  return {!keeps, !keeps, bits, bits};
}

// A server's session and a client's that reads what it sends.
struct Pair {
  Pair(const ws::DeflateParameters& agreed, std::shared_ptr<ws::DeflatePool> pool)
      : server(Role::server, {}, out), client(Role::client, {}, ignored, fixed_key()) {
    server.use(ws::Compression(agreed, Role::server, std::move(pool)));
    client.use(ws::Compression(agreed, Role::client, pool_for()));
  }
  std::string read() {
    std::string wire = out.take_text(), events;
    net::MutableBytes in(reinterpret_cast<std::uint8_t*>(wire.data()), wire.size());
    for (;;) {
      const auto event = client.next(in);
      if (event.failed()) return event.error().why;
      if (event.need_more()) return events;
      events += describe(*event);
    }
  }
  net::SendQueue out, ignored;
  ws::Session server, client;
};

}  // namespace

TEST_CASE("a message is compressed once for each window and shared", "[ws][codec][rfc7692-7.1.2]") {
  const auto pool = pool_for(100);
  ws::Compression a(windows(15, false), Role::server, pool),
      b(windows(15, true), Role::server, pool);
  ws::Compression narrow(windows(9, false), Role::server, pool);
  const auto message = ws::SharedMessage::text(lines);
  const net::SharedBytes packed = a.frame_of(message);
  CHECK(packed->size() < lines.size() / 3);
  CHECK((*packed)[0] == '\xC1');
  CHECK(a.frame_of(message) == packed);
  CHECK(b.frame_of(message) == packed);
  CHECK(narrow.frame_of(message) != packed);
  CHECK(narrow.frame_of(message) == narrow.frame_of(message));
  CHECK(*message.plain() == from_server(0x81, lines));
  const auto brief = ws::SharedMessage::text("brief");
  CHECK(a.frame_of(brief) == brief.plain());
}

TEST_CASE("what compressing does not make shorter is shared as it is", "[ws][codec][rfc7692-6]") {
  std::minstd_rand random(7);
  std::string noise(3000, '\0');
  for (char& c : noise) c = static_cast<char>(random() >> 8);
  ws::Compression one(windows(15, true), Role::server, pool_for());
  const auto message = ws::SharedMessage::binary(net::as_bytes(noise));
  CHECK(one.frame_of(message) == message.plain());
}

TEST_CASE("shared frames and a connection's own go well together, with context and without",
          "[ws][codec][rfc7692-7.2.1]") {
  for (const int window : {8, 9, 12, 15}) {
    for (const bool keeps : {false, true}) {
      CAPTURE(window, keeps);
      const auto bits = static_cast<std::uint8_t>(window);
      Pair pair(windows(bits, keeps), pool_for(20));
      const auto shared = ws::SharedMessage::text(lines);
      const std::string own = lines.substr(0, 1500), other = lines.substr(700, 1500);
      for (int round = 0; round < 3; ++round) {
        pair.server.send_text(own);
        pair.server.send_text(own);
        pair.server.send_shared(shared);
        pair.server.send_text(other);
        pair.server.send_shared(ws::SharedMessage::text("short"));
        pair.server.send_text(own);
        CHECK(pair.read() == "text:" + own + "|text:" + own + "|text:" + lines + "|text:" + other +
                                 "|text:short|text:" + own + "|");
      }
    }
  }
}

TEST_CASE("any order of shared and own messages is read back", "[ws][codec]") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::minstd_rand random(seed);
  const auto pool = pool_for(30);
  std::vector<std::unique_ptr<Pair>> pairs;
  for (int i = 0; i < 6; ++i) {
    pairs.push_back(std::make_unique<Pair>(
        windows(static_cast<std::uint8_t>(8 + random() % 8), i % 2 == 0), pool));
  }
  std::vector<std::string> expected(pairs.size());
  const auto some = [&] { return lines.substr(random() % 3000, random() % 1500); };
  for (int step = 0; step < 300; ++step) {
    const std::string text = some();
    if (random() % 3 == 0) {
      const auto shared = ws::SharedMessage::text(text);
      for (std::size_t i = 0; i < pairs.size(); ++i) {
        pairs[i]->server.send_shared(shared);
        expected[i] += "text:" + text + "|";
      }
    } else {
      const std::size_t i = random() % pairs.size();
      pairs[i]->server.send_text(text);
      expected[i] += "text:" + text + "|";
    }
    if (step % 20 != 19) continue;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      REQUIRE(pairs[i]->read() == std::exchange(expected[i], {}));
    }
  }
}

TEST_CASE("a session without compression gets the plain frame", "[ws][codec]") {
  net::SendQueue out;
  ws::Session server(Role::server, {}, out);
  CHECK(server.send_shared(ws::SharedMessage::text(lines)) == ws::SendResult::sent);
  CHECK(out.take_text() == from_server(0x81, lines));
  server.close(ws::CloseCode::normal);
  CHECK(server.send_shared(ws::SharedMessage::text(lines)) == ws::SendResult::dropped);
}

TEST_CASE("connections without context share one state, and borrow one inside a message",
          "[ws][codec][rfc7692-7.1.1]") {
  const auto pool = pool_for();
  ws::Compression a(windows(15, false), Role::server, pool);
  {
    ws::Compression b(windows(15, false), Role::server, pool);
    const std::string packed = deflated(lines);
    std::string room(10'000, '\0');
    net::Bytes in = net::as_bytes(packed).first(100);
    b.inflater().read(in, false, {reinterpret_cast<std::uint8_t*>(room.data()), room.size()});
    // Another's message comes in between, whole.
    net::Bytes hello = net::as_bytes(hello_deflated);
    std::uint8_t five[8];
    CHECK(a.inflater().read(hello, true, five).bytes == 5);
    a.message_inflated();
    in = net::as_bytes(packed).subspan(100);
    const auto step =
        b.inflater().read(in, true, {reinterpret_cast<std::uint8_t*>(room.data()), room.size()});
    CHECK_FALSE(step.corrupt);
    CHECK(pool->idle() == 1);
    b = ws::Compression();  // in the middle of it
  }
  ws::Compression c = std::move(a);
  CHECK_FALSE(a);
  CHECK(c.pack(net::as_bytes(lines)));
}

TEST_CASE("a thousand idle connections without context cost not a byte more than none",
          "[ws][codec][rfc7692-7.1.1]") {
  const auto pool = pool_for();
  std::vector<ws::Compression> all;
  all.reserve(1000);
  const auto use = [&](ws::Compression& one) {  // a message out, and one in
    one.pack(net::as_bytes(lines));
    one.done();
    net::Bytes hello = net::as_bytes(hello_deflated);
    std::uint8_t five[8];
    one.inflater().read(hello, true, five);
    one.message_inflated();
  };
  all.emplace_back(windows(15, false), Role::server, pool);
  use(all.back());
  const std::size_t before = mallinfo2().uordblks;  // bytes in use
  while (all.size() < 1000) {
    all.emplace_back(windows(15, false), Role::server, pool);
    use(all.back());
  }
  CHECK(mallinfo2().uordblks == before);
  CHECK(sizeof(ws::Compression) == sizeof(void*));
}
