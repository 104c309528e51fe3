// tests/fuzz/ws_deflate_fuzz.cpp - any bytes as compressed messages: any split gives the same
// messages and error, never more out than the limit; and any bytes compressed come back.
// rfc7692-7.2
//
// The first byte is the size of the pieces, the role and the context; the rest is a
// compressed message. The same bytes are then one to compress, and a list of extensions.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "ws/deflate.h"
#include "ws/message_assembler.h"

using namespace strata;

namespace {

constexpr std::size_t limit = 3000;

void demand(bool holds) {
  if (!holds) std::abort();
}

std::shared_ptr<ws::DeflatePool> pool() {
  ws::CompressionOptions options;
  options.threshold = 0;
  return std::make_shared<ws::DeflatePool>(options);
}

// One frame's payload, in pieces, as ws::MessageAssembler gets it: a message, or the error's code.
std::string inflate(net::Bytes wire, std::size_t step, bool text, ws::Compression& compression) {
  ws::MessageAssembler assembler(limit);
  ws::FrameHeader header;
  header.opcode = text ? ws::Opcode::text : ws::Opcode::binary;
  header.rsv1 = true;
  header.payload_bytes = wire.size();
  std::vector<std::uint8_t> bytes(wire.begin(), wire.end());
  for (std::size_t at = 0;;) {
    const std::size_t here = std::min(step, bytes.size() - at);
    std::vector<std::uint8_t> exact(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                                    bytes.begin() + static_cast<std::ptrdiff_t>(at + here));
    const bool first = at == 0;
    at += here;
    const std::size_t left = bytes.size() - at;
    const auto message =
        assembler.add(header, {exact, first, left == 0, false}, left, &compression);
    demand(assembler.held_bytes() <= limit);
    if (message.failed()) return "!" + std::to_string(static_cast<int>(message.error().code));
    demand(message.ready() == (left == 0));
    if (message.ready()) return "=" + std::string(message->view());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const bool keeps = (data[0] & 1) != 0, text = (data[0] & 2) != 0;
  const std::size_t step = 1 + data[0] / 4 % 13;
  const auto bits = static_cast<std::uint8_t>(8 + data[0] / 4 % 8);
  const net::Bytes wire(data + 1, size - 1);

  const ws::DeflateParameters agreed{!keeps, !keeps, bits, bits};
  ws::Compression whole(agreed, ws::Role::server, pool()), cut(agreed, ws::Role::server, pool());
  ws::Compression peer(agreed, ws::Role::client, pool());
  for (int message = 0; message < 2; ++message) {  // the second in the context of the first
    const std::string got = inflate(wire, size, text, whole);
    demand(got == inflate(wire, step, text, cut));
    demand(got.size() <= 1 + limit);
    if (got[0] == '!') return 0;
  }

  if (wire.size() < limit) {
    for (int message = 0; message < 2; ++message) {
      const auto packed = whole.pack(wire);
      if (!packed) continue;
      const std::vector<std::uint8_t> sent(packed->begin(), packed->end());
      demand(inflate(sent, step, false, peer) == "=" + std::string(net::as_text(wire)));
    }
  }
  const auto accepted = ws::accept_offer(net::as_text(wire), {});
  if (accepted) {
    const auto answer = ws::read_answer(accepted->answer, {});
    demand(answer.has_value() && *answer == accepted->agreed);
  }
  return 0;
}
