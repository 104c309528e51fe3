// tests/ws/frames.h - frames as a test writes them, right or wrong, and a transcript of a session.
#pragma once
#include <string>
#include <string_view>

#include "tests/support/splits.h"
#include "ws/session.h"

namespace strata::test {

inline constexpr ws::MaskingKey sample_key{0x37, 0xfa, 0x21, 0x3d};  // rfc6455-5.7

// A frame by hand, without ws::append_frame: what it gets wrong this does not.
inline std::string frame(int first_byte, std::string_view payload, bool masked,
                         ws::MaskingKey key = sample_key) {
  std::string bytes(1, static_cast<char>(first_byte));
  const std::size_t length = payload.size();
  const int mask_bit = masked ? 0x80 : 0;
  if (length < 126) {
    bytes += static_cast<char>(mask_bit + static_cast<int>(length));
  } else if (length < 65536) {
    bytes += static_cast<char>(mask_bit + 126);
    bytes += static_cast<char>(length >> 8);
    bytes += static_cast<char>(length & 0xFF);
  } else {
    bytes += static_cast<char>(mask_bit + 127);
    for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(length >> shift);
  }
  if (masked) bytes.append(reinterpret_cast<const char*>(key.data()), 4);
  for (std::size_t i = 0; i < length; ++i) {
    bytes += static_cast<char>(payload[i] ^ (masked ? key[i % 4] : 0));
  }
  return bytes;
}
inline std::string from_client(int first_byte, std::string_view payload) {
  return frame(first_byte, payload, true);
}
inline std::string from_server(int first_byte, std::string_view payload) {
  return frame(first_byte, payload, false);
}
inline std::string close_payload(int code, std::string_view reason = {}) {
  return std::string{static_cast<char>(code >> 8), static_cast<char>(code)} + std::string(reason);
}

inline std::string describe(const ws::Event& event) {
  if (const auto* m = std::get_if<ws::Message>(&event)) {
    return (m->text ? "text:" : "binary:") + std::string(m->view()) + "|";
  }
  if (const auto* p = std::get_if<ws::Ping>(&event)) {
    return "ping:" + std::string(net::as_text(p->payload)) + "|";
  }
  if (const auto* p = std::get_if<ws::Pong>(&event)) {
    return "pong:" + std::string(net::as_text(p->payload)) + "|";
  }
  const auto& c = std::get<ws::Closed>(event);
  return "closed:" + std::to_string(static_cast<int>(c.code)) + ":" + std::string(c.reason) + "|";
}

inline ws::MaskSource fixed_key() {
  return [] { return sample_key; };
}

// What a session makes of a stream: its events, its error's code, and what it answered.
struct Transcript {
  std::string events;
  std::string answer;
  int code = 0;  // of the error
  std::size_t held_max = 0;
};

inline Transcript run_session(std::string_view stream, const std::vector<std::size_t>& pieces,
                              ws::Role self = ws::Role::server, const ws::Limits& limits = {}) {
  Transcript seen;
  net::SendQueue out;
  ws::Session session(self, limits, out, fixed_key());
  feed(stream, pieces, [&](net::MutableBytes in) {
    const std::size_t offered = in.size();
    for (;;) {
      const auto event = session.next(in);
      if (event.need_more()) return offered - in.size();
      if (event.failed()) {
        seen.code = static_cast<int>(event.error().code);
        return std::size_t{SIZE_MAX};
      }
      seen.events += describe(*event);
    }
  });
  seen.answer = out.take_text();
  return seen;
}

inline Transcript run_session(std::string_view stream, ws::Role self = ws::Role::server,
                              const ws::Limits& limits = {}) {
  return run_session(stream, {stream.size()}, self, limits);
}

}  // namespace strata::test
