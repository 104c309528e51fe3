// tools/bench/ws_codec.cpp - masks and text checks beside memcpy and beside plain loops, headers,
// and the echo of a message through a session, without a socket.
#include <algorithm>
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

// rfc6455-5.3 and rfc3629-4 by the byte, as one writes them first: what the fast ways are beside.
void plain_mask(net::MutableBytes bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(bytes[i] ^ key[i % 4]);
    asm volatile("" ::: "memory");  // or the compiler would make words of it
  }
}

bool plain_is_utf8(net::Bytes bytes) {
  unsigned follow = 0, low = 0x80, high = 0xBF;
  for (const unsigned byte : bytes) {
    if (follow != 0) {
      if (byte < low || byte > high) return false;
      --follow, low = 0x80, high = 0xBF;
    } else if (byte >= 0x80) {
      if (byte < 0xC2 || byte > 0xF4) return false;
      follow = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
      low = byte == 0xE0 ? 0xA0 : byte == 0xF0 ? 0x90 : 0x80;
      high = byte == 0xED ? 0x9F : byte == 0xF4 ? 0x8F : 0xBF;
    }
  }
  return follow == 0;
}

struct Script {
  const char* name;
  std::string letters;
};

const Script scripts[] = {{"ASCII", "the quick brown fox "},
                          {"Latin", "na\xc3\xafve caf\xc3\xa9, gr\xc3\xbc\xc3\x9f dich "},
                          {"CJK", "\xe4\xb8\xad\xe6\x96\x87\xef\xbc\x8c"},
                          {"emoji", "\xf0\x9f\x98\x80"},
                          {"mixed",
                           "A chat line, as they are: \xe2\x82\xac 20, \xe4\xb8\xad\xe6\x96\x87 "
                           "\xf0\x9f\x98\x80 and then plain text for a while, and so on. "}};

// One size: each way beside memcpy of the same bytes. Small ones take turns in 16 KiB of memory, or
// each call would wait for what the one before has just written.
void measure_bytes(std::size_t bytes, const char* size) {
  const std::size_t places = std::max<std::size_t>(1, 16 * 1024 / bytes);
  std::vector<std::uint8_t> from(bytes * places), to(bytes * places);
  std::size_t turn = 0;
  const auto next = [&] { return (turn = turn + 1 == places ? 0 : turn + 1) * bytes; };
  double copying = 0;
  const auto row = [&](const std::string& what, auto&& call) {
    const auto figures = bench::time(call);
    if (copying == 0) copying = figures.nanoseconds;
    std::printf("%-8s %-28s %10.1f ns %8.2f GB/s   %5.2f of memcpy\n", size, what.c_str(),
                figures.nanoseconds, double(bytes) / figures.nanoseconds,
                copying / figures.nanoseconds);
    std::fflush(stdout);
  };
  row("memcpy", [&] {
    const std::size_t at = next();
    std::memcpy(to.data() + at, from.data() + at, bytes);
    bench::keep(to[at]);
  });
  const net::MutableBytes all(to);
  row("mask, by the byte", [&] { plain_mask(all.subspan(next(), bytes)); });
  row("mask", [&] { bench::keep(ws::apply_mask(all.subspan(next(), bytes), key)); });
  row("mask, copying", [&] {
    const std::size_t at = next();
    bench::keep(ws::copy_masked(net::Bytes(from).subspan(at, bytes), to.data() + at, key));
  });
  for (const auto& [name, letters] : scripts) {
    std::string text = repeat(letters, bytes);
    const std::string script = name;
    for (std::size_t at = 0; at < from.size(); at += bytes) {
      std::memcpy(from.data() + at, text.data(), bytes);
    }
    const net::Bytes read(from);
    row("UTF-8, " + script + ", by the byte",
        [&] { bench::keep(plain_is_utf8(read.subspan(next(), bytes))); });
    row("UTF-8, " + script, [&] { bench::keep(ws::is_utf8(read.subspan(next(), bytes))); });
    // As a message comes: its mask taken off, and then only text that is not ASCII is looked at.
    for (std::size_t at = 0; at < from.size(); at += bytes) {
      ws::apply_mask(net::MutableBytes(from).subspan(at, bytes), key);
    }
    row("mask and UTF-8, " + script, [&] {
      const std::size_t at = next();
      const bool ascii = ws::copy_masked(read.subspan(at, bytes), to.data() + at, key);
      bench::keep(ascii || ws::is_utf8(all.subspan(at, bytes)));
    });
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
  measure_bytes(16, "16 B");
  measure_bytes(125, "125 B");
  measure_bytes(1024, "1 KiB");
  measure_bytes(64 * 1024, "64 KiB");
  measure_bytes(1024 * 1024, "1 MiB");
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
