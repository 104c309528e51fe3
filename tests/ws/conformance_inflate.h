// tests/ws/conformance_inflate.h - deflate blocks (rfc1951-3.2) written by hand and read back, with
// no zlib: a reply that reaches behind the window that was agreed on is found out.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace strata::conformance {

inline constexpr std::array<int, 29> length_base{3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                                 15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                                 67, 83, 99, 115, 131, 163, 195, 227, 258};
inline constexpr std::array<int, 29> length_extra{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                                  2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
inline int distance_extra(std::size_t symbol) {
  return symbol < 4 ? 0 : static_cast<int>(symbol / 2) - 1;
}
inline int distance_base(std::size_t symbol) {
  if (symbol < 4) return static_cast<int>(symbol) + 1;
  return 1 + (static_cast<int>(2 + symbol % 2) << distance_extra(symbol));
}

// Blocks as a peer may send them. `final_bit`: BFINAL is set.
class Blocks {
 public:
  Blocks& stored(std::string_view text, bool final_bit = false) {
    bits(final_bit ? 1 : 0, 3);
    align();
    const auto size = static_cast<unsigned>(text.size());
    for (const unsigned half : {size, ~size}) {
      out_ += static_cast<char>(half & 0xFF);
      out_ += static_cast<char>(half >> 8 & 0xFF);
    }
    out_ += text;
    return *this;
  }
  Blocks& fixed(bool final_bit = false) {
    bits(final_bit ? 3 : 2, 3);
    return *this;
  }
  Blocks& literals(std::string_view text) {
    for (const char c : text) symbol(static_cast<unsigned char>(c));
    return *this;
  }
  Blocks& match(int length, int distance) {
    std::size_t at = length_base.size() - 1;
    while (length_base[at] > length) --at;
    symbol(257 + static_cast<int>(at));
    bits(length - length_base[at], length_extra[at]);
    at = 29;
    while (distance_base(at) > distance) --at;
    reversed(static_cast<int>(at), 5);
    bits(distance - distance_base(at), distance_extra(at));
    return *this;
  }
  Blocks& end() {
    symbol(256);
    return *this;
  }
  // As far as it is written: a message cut off inside a block.
  std::string as_it_is() {
    align();
    return out_;
  }
  // A whole message: behind it comes the empty block whose last four bytes are not sent.
  std::string message() {
    bits(0, 3);
    return as_it_is();
  }

 private:
  void bits(int value, int count) {
    for (int i = 0; i < count; ++i) {
      if (used_ == 0) out_ += '\0';
      out_.back() = static_cast<char>(out_.back() | (value >> i & 1) << used_);
      used_ = (used_ + 1) % 8;
    }
  }
  void reversed(int value, int count) {
    while (count-- > 0) bits(value >> count & 1, 1);
  }
  void symbol(int value) {  // rfc1951-3.2.6
    if (value < 144) return reversed(0x30 + value, 8);
    if (value < 256) return reversed(0x190 + value - 144, 9);
    if (value < 280) return reversed(value - 256, 7);
    reversed(0xC0 + value - 280, 8);
  }
  void align() { used_ = 0; }
  std::string out_;
  int used_ = 0;  // bits of the last byte; 0: all
};

// One direction's messages, one after the other.
class PlainInflater {
 public:
  PlainInflater(std::size_t window, bool keeps) : window_(window), keeps_(keeps) {}
  // `message` becomes what it was before. False: no deflate, or none of this window.
  bool inflate(std::string& message) {
    in_ = message + std::string("\0\0\xff\xff", 4);
    at_ = 0;
    end_ = in_.size() * 8;
    bytes_ = reinterpret_cast<const unsigned char*>(in_.data());
    good_ = true;
    if (!keeps_) out_.clear();
    if (out_.size() > window_) out_.erase(0, out_.size() - window_);
    const std::size_t from = out_.size();
    while (good_ && (at_ + 7) / 8 < in_.size()) block();
    message = out_.substr(from);
    return good_;
  }

 private:
  struct Code {  // canonical: how many of each length, then the symbols in order
    std::array<int, 16> count{};
    std::vector<int> symbols;
  };
  static Code code_of(const std::vector<int>& lengths) {
    Code made;
    for (int bits = 0; bits < 16; ++bits) {
      for (std::size_t i = 0; i < lengths.size(); ++i) {
        if (lengths[i] != bits) continue;
        ++made.count[static_cast<std::size_t>(bits)];
        if (bits != 0) made.symbols.push_back(static_cast<int>(i));
      }
    }
    made.count[0] = 0;
    return made;
  }
  // Plain pointers: these tests are not optimised, and this runs for each bit of each reply.
  int bits(int count) {
    int value = 0;
    for (int i = 0; i < count; ++i) value |= bit() << i;
    return value;
  }
  int bit() {
    if (at_ >= end_) {
      good_ = false;
      return 0;
    }
    const int value = bytes_[at_ >> 3] >> (at_ & 7) & 1;
    ++at_;
    return value;
  }
  int symbol(const Code& code) {
    int value = 0, first = 0, index = 0;
    const int* const counts = &code.count[0];
    for (int length = 1; length < 16 && good_; ++length) {
      value |= bit();
      const int count = counts[length];
      if (value - count < first)
        return code.symbols[static_cast<std::size_t>(index + value - first)];
      index += count;
      first = (first + count) << 1;
      value <<= 1;
    }
    good_ = false;
    return 256;
  }
  void block() {
    if (bits(1) != 0) good_ = false;  // BFINAL: we send none
    const int kind = bits(2);
    if (kind == 0) return stored();
    if (kind == 3) good_ = false;
    std::vector<int> lengths(288, 8), distances(30, 5);
    for (std::size_t i = 144; i < 280; ++i) lengths[i] = i < 256 ? 9 : 7;
    if (kind == 2) read_codes(lengths, distances);
    if (good_) compressed(code_of(lengths), code_of(distances));
  }
  void stored() {
    at_ = (at_ + 7) / 8 * 8;
    const int size = bits(16);
    if (bits(16) != (~size & 0xFFFF)) good_ = false;
    const std::size_t bytes = static_cast<std::size_t>(size);
    if (!good_ || in_.size() - at_ / 8 < bytes) return void(good_ = false);
    out_.append(in_, at_ / 8, bytes);
    at_ += bytes * 8;
  }
  void read_codes(std::vector<int>& lengths, std::vector<int>& distances) {
    static const std::size_t order[] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                        11, 4,  12, 3, 13, 2, 14, 1, 15};
    const std::size_t literals = 257 + static_cast<std::size_t>(bits(5));
    const std::size_t all = literals + 1 + static_cast<std::size_t>(bits(5));
    const int given = bits(4) + 4;
    std::vector<int> meta(19, 0), read;
    for (int i = 0; i < given; ++i) meta[order[i]] = bits(3);
    const Code code = code_of(meta);
    while (good_ && read.size() < all) {
      const int value = symbol(code);
      if (value < 16) {
        read.push_back(value);
        continue;
      }
      if (value == 16 && read.empty()) good_ = false;
      const int again = value == 16 && good_ ? read.back() : 0;
      const int times = value == 16 ? 3 + bits(2) : value == 17 ? 3 + bits(3) : 11 + bits(7);
      read.insert(read.end(), static_cast<std::size_t>(times), again);
    }
    if (read.size() != all) return void(good_ = false);
    const auto middle = read.begin() + static_cast<std::ptrdiff_t>(literals);
    lengths.assign(read.begin(), middle);
    distances.assign(middle, read.end());
  }
  void compressed(const Code& literals, const Code& distances) {
    while (good_) {
      const int value = symbol(literals);
      if (!good_ || value == 256) return;
      if (value < 256) {
        out_ += static_cast<char>(value);
        continue;
      }
      const auto kind = static_cast<std::size_t>(value - 257);
      if (kind >= length_base.size()) return void(good_ = false);
      const int length = length_base[kind] + bits(length_extra[kind]);
      const auto far = static_cast<std::size_t>(symbol(distances));
      if (!good_ || far >= 30) return void(good_ = false);
      const auto back = static_cast<std::size_t>(distance_base(far) + bits(distance_extra(far)));
      if (back > window_ || back > out_.size()) return void(good_ = false);
      for (int i = 0; i < length; ++i) out_ += out_[out_.size() - back];
    }
  }

  std::string in_;
  std::string out_;                       // the window, then the message
  const unsigned char* bytes_ = nullptr;  // of in_
  std::size_t at_ = 0;                    // bits of it
  std::size_t end_ = 0;
  std::size_t window_;
  bool keeps_;
  bool good_ = true;
};

// What our end sends, by the extension that it agreed to.
class InflatedReplies {
 public:
  InflatedReplies(const std::string& extension, bool from_client)
      : inflater_(std::size_t{1} << bits(extension, from_client ? "client" : "server"),
                  extension.find(std::string(from_client ? "client" : "server") +
                                 "_no_context_takeover") == extension.npos) {}
  bool inflate(std::string& payload) { return inflater_.inflate(payload); }

 private:
  static int bits(const std::string& extension, const std::string& who) {
    const std::string name = who + "_max_window_bits=";
    const std::size_t at = extension.find(name);
    return at == extension.npos ? 15 : std::stoi(extension.substr(at + name.size()));
  }
  PlainInflater inflater_;
};

}  // namespace strata::conformance
