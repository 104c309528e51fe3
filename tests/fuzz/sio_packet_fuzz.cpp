// tests/fuzz/sio_packet_fuzz.cpp - messages of a connection, separated by 0x1e; one that begins
// with 'b' is binary. What is decoded is relayed, and the relay is decoded to the same.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "sio/args.h"
#include "sio/binary.h"
#include "sio/write_value.h"

using namespace strata;
using namespace strata::sio;

namespace {

void must(bool fact) {
  if (!fact) std::abort();
}

Decoder::Answer feed(Decoder& decoder, std::string_view message) {
  return message.starts_with('b') ? decoder.on_binary(net::as_bytes(message.substr(1)))
                                  : decoder.on_text(message);
}

void relay(const Decoder::Decoded& decoded) {
  const Args args(decoded.content, 0);
  std::string text;
  PacketWriter writer(text);
  writer.begin(decoded.packet.type, decoded.packet.nsp);
  write_value(writer, args);
  writer.finish(decoded.packet.id);

  const PacketLimits limits{SIZE_MAX, 1000, 128, 255};
  std::vector<std::string_view> elements;
  Decoder second(limits, elements);
  Decoder::Answer answer = second.on_text(text);
  for (const Bytes bytes : writer.attachments()) {
    must(answer.need_more());
    answer = second.on_binary(bytes);
  }
  must(answer.ready());
  must(answer->packet.nsp == decoded.packet.nsp && answer->packet.id == decoded.packet.id);
  must(Args(answer->content, 0).to_json() == args.to_json());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const PacketLimits limits{4096, 10, 128, 255};
  std::vector<std::string_view> elements;
  Decoder decoder(limits, elements);
  for (std::size_t at = 0; at <= all.size();) {
    const std::size_t end = std::min(all.find('\x1e', at), all.size());
    const std::vector<char> exact(data + at, data + end);  // a read behind its end faults
    const Decoder::Answer answer = feed(decoder, {exact.data(), exact.size()});
    if (answer.failed()) return 0;
    if (answer.ready()) {
      const PacketType type = answer->packet.type;
      if (type == PacketType::event || type == PacketType::ack) relay(*answer);
      decoder.release();
    }
    at = end + 1;
  }
  return 0;
}
