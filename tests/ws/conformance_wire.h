// tests/ws/conformance_wire.h - frames as the conformance table sends and expects them, written and
// read here without any of our own code.
//
//   bytes: 81 85 37fa213d 7f9f4d5158   <->   text("Hello"), from a client
#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strata::conformance {

enum class Length { shortest, in_16_bits, in_64_bits };
enum class Masking { as_due, wrong, zero_key };  // wrong: bare from a client, masked from a server

// What the raw end sends; what it wants back is a frame too, of which only the first byte and the
// payload count.
struct Frame {
  int first = 0;  // FIN, RSV1 to RSV3, opcode
  std::string payload = {};
  Length length = Length::shortest;
  Masking masking = Masking::as_due;
  std::optional<std::uint64_t> declared = {};  // a length that is not the payload's
  bool operator==(const Frame& other) const {
    return first == other.first && payload == other.payload;
  }
};
using Frames = std::vector<Frame>;

inline Frame text(std::string payload) { return {0x81, std::move(payload)}; }
inline Frame binary(std::string payload) { return {0x82, std::move(payload)}; }
inline Frame text_part(std::string payload) { return {0x01, std::move(payload)}; }
inline Frame binary_part(std::string payload) { return {0x02, std::move(payload)}; }
inline Frame more(std::string payload) { return {0x00, std::move(payload)}; }
inline Frame last(std::string payload) { return {0x80, std::move(payload)}; }
inline Frame ping(std::string payload = {}) { return {0x89, std::move(payload)}; }
inline Frame pong(std::string payload = {}) { return {0x8A, std::move(payload)}; }
inline std::string code(int value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value)};
}
inline Frame close_frame(std::string payload) { return {0x88, std::move(payload)}; }
inline Frame close_with(int value, const std::string& reason = {}) {
  return close_frame(code(value) + reason);
}
// Only the beginning of a frame: `declared` bytes of payload were to come.
inline Frame cut(Frame frame, std::uint64_t declared) {
  frame.declared = declared;
  return frame;
}
inline Frame spelled(Frame frame, Length length) {
  frame.length = length;
  return frame;
}
inline Frame masked(Frame frame, Masking masking) {
  frame.masking = masking;
  return frame;
}

inline Frames operator+(Frames a, const Frames& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
inline Frames times(std::size_t count, const Frame& frame) { return Frames(count, frame); }

using Key = std::array<char, 4>;

// Eight bytes at a time: these tests are not optimised, and some payloads have 16 MiB.
inline void apply_key(std::string& bytes, std::size_t from, Key key) {
  std::array<char, 8> twice{};
  for (std::size_t i = 0; i < 8; ++i) twice[i] = key[i % 4];
  std::uint64_t mask = 0;
  std::memcpy(&mask, twice.data(), 8);
  for (; from + 8 <= bytes.size(); from += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + from, 8);
    word ^= mask;
    std::memcpy(bytes.data() + from, &word, 8);
  }
  for (std::size_t i = 0; from < bytes.size(); ++i, ++from)
    bytes[from] = static_cast<char>(bytes[from] ^ key[i % 4]);
}

inline void append_frame(const Frame& frame, bool from_client, std::string& wire) {
  const std::uint64_t length = frame.declared.value_or(frame.payload.size());
  const bool is_masked = from_client != (frame.masking == Masking::wrong);
  const int mask_bit = is_masked ? 0x80 : 0;
  wire += static_cast<char>(frame.first);
  if (frame.length == Length::in_64_bits || length > 65535) {
    wire += static_cast<char>(mask_bit + 127);
    for (int shift = 56; shift >= 0; shift -= 8) wire += static_cast<char>(length >> shift);
  } else if (frame.length == Length::in_16_bits || length > 125) {
    wire += static_cast<char>(mask_bit + 126);
    wire += static_cast<char>(length >> 8);
    wire += static_cast<char>(length & 0xFF);
  } else {
    wire += static_cast<char>(mask_bit + static_cast<int>(length));
  }
  const std::size_t head_end = wire.size() + (is_masked ? 4 : 0);
  Key key{0x37, static_cast<char>(0xfa), 0x21, 0x3d};
  if (frame.masking == Masking::zero_key) key = {};
  if (is_masked) wire.append(key.data(), 4);
  wire += frame.payload;
  if (is_masked) apply_key(wire, head_end, key);
}

inline std::string to_wire(const Frames& frames, bool from_client) {
  std::string wire;
  for (const Frame& frame : frames) append_frame(frame, from_client, wire);
  return wire;
}

// Takes whole frames off the front of what came back, and is strict with each.
class FrameReader {
 public:
  explicit FrameReader(bool from_client) : from_client_(from_client) {}
  std::optional<Frame> next(const std::string& wire);
  std::size_t taken() const { return at_; }     // bytes, of whole frames
  const char* wrong() const { return wrong_; }  // null: nothing
  const std::vector<Key>& keys() const { return keys_; }

 private:
  bool from_client_;
  std::size_t at_ = 0;
  const char* wrong_ = nullptr;
  std::vector<Key> keys_;
};

inline std::optional<Frame> FrameReader::next(const std::string& wire) {
  const auto byte = [&wire](std::size_t at) { return static_cast<unsigned char>(wire[at]); };
  if (wrong_ != nullptr || wire.size() < at_ + 2) return std::nullopt;
  const std::size_t short_length = byte(at_ + 1) & 0x7F;
  if (((byte(at_ + 1) & 0x80) != 0) != from_client_) wrong_ = "masking of the wrong side";
  const std::size_t length_bytes = short_length == 127 ? 8 : short_length == 126 ? 2 : 0;
  std::size_t head = 2 + length_bytes;
  if (wire.size() < at_ + head + (from_client_ ? 4 : 0)) return std::nullopt;
  std::uint64_t length = length_bytes == 0 ? short_length : 0;
  for (std::size_t i = 0; i < length_bytes; ++i) length = length << 8 | byte(at_ + 2 + i);
  if (length_bytes != 0 && length <= (length_bytes == 8 ? 65535u : 125u))
    wrong_ = "a length longer than it need be";
  Key key{};
  if (from_client_) {
    std::memcpy(key.data(), wire.data() + at_ + head, 4);
    head += 4;
  }
  if (wire.size() - at_ - head < length || wrong_ != nullptr) return std::nullopt;
  Frame frame{byte(at_), wire.substr(at_ + head, static_cast<std::size_t>(length))};
  if ((frame.first & 0x08) != 0 && length > 125) wrong_ = "a control frame over 125 bytes";
  if (from_client_) {
    apply_key(frame.payload, 0, key);
    keys_.push_back(key);
  }
  at_ += head + static_cast<std::size_t>(length);
  return frame;
}

inline std::string describe(const Frame& frame) {
  static const char* const digits = "0123456789abcdef";
  std::string shown{digits[frame.first >> 4 & 15], digits[frame.first & 15], ':'};
  for (const char c : frame.payload.substr(0, 40)) {
    if (c >= ' ' && c <= '~') {
      shown += c;
    } else {
      shown += {'\\', digits[c >> 4 & 15], digits[c & 15]};
    }
  }
  if (frame.payload.size() > 40) shown += "... " + std::to_string(frame.payload.size()) + " bytes";
  return shown;
}

}  // namespace strata::conformance
