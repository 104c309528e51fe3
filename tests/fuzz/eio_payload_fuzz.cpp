// tests/fuzz/eio_payload_fuzz.cpp - any bytes as a polling body: what is read prints as what was
// read, the good packets before an error do not depend on what comes behind it, and each is what
// decode_packet says alone. eio4-payload
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "sio/eio/payload.h"

using namespace strata;
using namespace strata::sio::eio;

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

struct Read {
  std::vector<std::string> packets;  // encoded again
  bool failed = false;
};

Read read(std::string_view body) {
  // A copy of exactly its size, so that a read past its end faults.
  const std::vector<char> exact(body.begin(), body.end());
  Read result;
  PayloadReader reader(std::string_view(exact.data(), exact.size()));
  while (const auto packet = reader.next()) {
    demand(!result.failed);  // nothing comes behind an error
    if (!packet->has_value()) {
      result.failed = true;
      continue;
    }
    std::string text;
    if ((**packet).binary) {
      demand((**packet).type == PacketType::message);
      append_binary_packet(net::as_bytes((**packet).data), text);
    } else {
      append_packet((**packet).type, (**packet).data, text);
    }
    std::string scratch;
    demand(decode_packet(text, scratch).has_value());
    result.packets.push_back(std::move(text));
  }
  demand(result.failed || !result.packets.empty());
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const Read whole = read(body);
  Outbox out;
  for (const std::string& packet : whole.packets) out.append_encoded(packet);
  const std::string printed = out.take_body();
  demand(body.substr(0, printed.size()) == printed);
  if (!whole.failed) demand(printed.size() == size);
  if (!whole.packets.empty()) demand(read(printed).packets == whole.packets);
  const Read longer = read(std::string(body) +
                           "\x1e"
                           "4more");
  if (!whole.failed) {
    demand(!longer.failed && longer.packets.size() == whole.packets.size() + 1);
  } else {
    demand(longer.packets.size() >= whole.packets.size());
  }
  return 0;
}
