// tools/bench/ws_codec.cpp - masks and text checks beside memcpy, headers, and the echo of a
// message through a session, without a socket.
#include <cstring>
#include <string>
#include <vector>

#include "net/block_pool.h"
#include "tools/bench/bench.h"
#include "ws/session.h"
#include "ws/utf8.h"

STRATA_COUNT_ALLOCATIONS();

using namespace strata;

namespace {

const ws::MaskingKey key{0x37, 0xfa, 0x21, 0x3d};

std::string repeat(std::string_view letters, std::size_t bytes) {
  std::string text;
  while (text.size() + letters.size() <= bytes) text += letters;
  return text + std::string(bytes - text.size(), '.');
}

void measure_bytes(std::size_t bytes, const char* size) {
  const auto name = [size](const char* what) { return std::string(what) + ", " + size; };
  std::vector<std::uint8_t> from(bytes, 'a'), to(bytes);
  bench::measure(name("memcpy").c_str(), bytes, [&] {
    std::memcpy(to.data(), from.data(), bytes);
    bench::keep(to[0]);
  });
  bench::measure(name("mask in place").c_str(), bytes,
                 [&] { bench::keep(ws::apply_mask(to, key, 1)); });
  const std::string texts[][2] = {{"UTF-8, ASCII", "the quick brown fox "},
                                  {"UTF-8, Greek", "\xce\xba\xcf\x8c\xcf\x83\xce\xbc\xce\xb5 "},
                                  {"UTF-8, Chinese", "\xe4\xb8\xad\xe6\x96\x87"},
                                  {"UTF-8, emoji", "\xf0\x9f\x98\x80"}};
  for (const auto& [what, letters] : texts) {
    const std::string text = repeat(letters, bytes);
    bench::measure(name(what.c_str()).c_str(), bytes,
                   [&] { bench::keep(ws::is_utf8(net::as_bytes(text))); });
  }
}

// A client's frames through a server's session, which echoes: parse, unmask, check, write.
void measure_echo(const char* name, std::size_t bytes, std::size_t batch) {
  net::BlockPool pool;
  net::SendQueue out(&pool);
  ws::Session session(ws::Role::server, {}, out);
  net::SendQueue client;
  ws::FrameHeader header;
  header.masked = true;
  header.key = key;
  const std::string text = repeat("some text ", bytes);
  for (std::size_t i = 0; i < batch; ++i) {
    ws::append_frame(header, net::as_bytes(text), client);
  }
  const std::string wire = client.take_text();
  std::vector<std::uint8_t> block(wire.size());
  bench::measure(name, bytes * batch, [&] {
    std::memcpy(block.data(), wire.data(), wire.size());  // as recv would: it comes masked again
    net::MutableBytes in(block);
    for (;;) {
      const auto event = session.next(in);
      if (!event.ready()) break;
      session.send_text(std::get<ws::Message>(*event).view());
    }
    out.consume(out.size());
  });
}

}  // namespace

int main() {
  measure_bytes(1024, "1 KiB");
  measure_bytes(64 * 1024, "64 KiB");
  std::uint8_t head[] = {0x81, 0x94, 0x37, 0xfa, 0x21, 0x3d};
  bench::measure("header of 6 bytes, parsed", [&] {
    net::MutableBytes in(head);
    bench::keep(ws::parse_header(in, ws::Role::server));
  });
  std::array<std::uint8_t, 14> room;
  ws::FrameHeader header;
  header.payload_bytes = 20;
  bench::measure("header of 2 bytes, written", [&] { bench::keep(encode_header(header, room)); });
  measure_echo("echo of 20 bytes", 20, 1);
  measure_echo("16 echoes of 20 bytes", 20, 16);
  measure_echo("echo of 1 KiB", 1024, 1);
  measure_echo("echo of 32 KiB", 32 * 1024, 1);
}
