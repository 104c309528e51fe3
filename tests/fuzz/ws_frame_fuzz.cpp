// tests/fuzz/ws_frame_fuzz.cpp - WebSocket frames: what parses is written back the same, a header
// cut short is "not yet", and pieces of any size make the same payload. The first byte is the role.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "ws/frame.h"

using namespace strata;

namespace {

void check_header(std::vector<std::uint8_t> wire, ws::Role self) {
  net::MutableBytes in(wire);
  const auto header = ws::parse_header(in, self);
  if (!header.ready()) return;
  const std::size_t header_bytes = wire.size() - in.size();
  std::array<std::uint8_t, 14> written;
  if (ws::encode_header(*header, written) != header_bytes) std::abort();
  for (std::size_t i = 0; i < header_bytes; ++i) {
    if (written[i] != wire[i]) std::abort();
  }
  for (std::size_t have = 0; have < header_bytes; ++have) {
    std::vector<std::uint8_t> exact(wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(have));
    net::MutableBytes part(exact);
    if (!ws::parse_header(part, self).need_more() || part.size() != have) std::abort();
  }
}

// All payloads, and what ended them.
std::string payloads(const std::vector<std::uint8_t>& wire, ws::Role self, std::size_t step) {
  ws::FrameParser parser(self);
  std::string all;
  std::vector<std::uint8_t> kept;
  for (std::size_t at = 0; at < wire.size(); at += step) {
    const std::size_t end = at + step < wire.size() ? at + step : wire.size();
    kept.insert(kept.end(), wire.begin() + static_cast<std::ptrdiff_t>(at),
                wire.begin() + static_cast<std::ptrdiff_t>(end));
    std::vector<std::uint8_t> exact(kept);
    net::MutableBytes in(exact);
    for (;;) {
      const auto piece = parser.next(in);
      if (piece.failed()) return all + "!";
      if (piece.need_more()) break;
      if (piece->first) all += "[";
      all += net::as_text(piece->payload);
      if (piece->last) all += "]";
    }
    kept.assign(in.begin(), in.end());
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ws::Role self = data[0] % 2 == 0 ? ws::Role::server : ws::Role::client;
  const std::vector<std::uint8_t> wire(data + 1, data + size);
  check_header(wire, self);
  if (wire.empty()) return 0;
  const std::string whole = payloads(wire, self, wire.size());
  if (payloads(wire, self, 1 + data[0] / 2 % 17) != whole) std::abort();
  return 0;
}
