// tools/bench/eio_codec.cpp - packets and payloads of Engine.IO, and the rules of a session,
// without a socket.
#include <string>

#include "sio/eio/payload.h"
#include "sio/eio/request_check.h"
#include "sio/eio/session.h"
#include "tools/bench/bench.h"

STRATA_COUNT_ALLOCATIONS();

using namespace strata;
using namespace strata::sio::eio;

namespace {

void measure_payload(const char* name, std::size_t packets, std::size_t bytes, bool binary) {
  const std::string data(bytes, 'x');
  Outbox out;
  for (std::size_t i = 0; i < packets; ++i) {
    if (binary) {
      out.append_binary(net::as_bytes(data));
    } else {
      out.append(PacketType::message, data);
    }
  }
  const std::string body = out.take_body();
  bench::measure((std::string("read ") + name).c_str(), body.size(), [&] {
    PayloadReader reader(body);
    std::size_t read = 0;
    while (const auto packet = reader.next()) read += (**packet).data.size();
    bench::keep(read);
  });
  bench::measure((std::string("write ") + name).c_str(), body.size(), [&] {
    for (std::size_t i = 0; i < packets; ++i) {
      if (binary) {
        out.append_binary(net::as_bytes(data));
      } else {
        out.append(PacketType::message, data);
      }
    }
    bench::keep(out.take_body());
  });
}

}  // namespace

int main() {
  std::string scratch;
  bench::measure("decode a message, 20 bytes", 21,
                 [&] { bench::keep(decode_packet("4twenty bytes of text", scratch, true)); });
  measure_payload("1 packet of 20 bytes", 1, 20, false);
  measure_payload("16 packets of 20 bytes", 16, 20, false);
  measure_payload("a packet of 64 KiB", 1, 65536, false);
  measure_payload("64 KiB in Base64", 1, 65536, true);
  bench::measure("the query of a poll", 0, [&] {
    bench::keep(parse_query("EIO=4&transport=polling&t=abcdefgh&sid=0123456789abcdefghijklmn"));
  });
  const Timing timing;
  const net::TimePoint now{};
  Session session(timing, Transport::websocket, now);
  const Packet message{PacketType::message, false, "hi"};
  bench::measure("a message through the rules", 0,
                 [&] { bench::keep(session.on_packet(message, now)); });
  std::printf("a session's rules take %zu bytes\n", sizeof(Session));
}
