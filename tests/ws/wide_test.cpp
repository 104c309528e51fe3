// tests/ws/wide_test.cpp - the ways that take many bytes at a time say what the plain rules say, at
// every alignment and length; buffers end where their bytes end, so that ASan sees a step too far.
#include "ws/wide.h"

#include <cstring>
#include <random>

#include "tests/catch.h"
#include "tests/support/splits.h"
#include "ws/frame.h"
#include "ws/utf8.h"

using namespace strata;
using strata::test::hex;

namespace {

constexpr std::size_t longest = 300, alignments = 64;
constexpr ws::MaskingKey key{0x37, 0xfa, 0x21, 0x3d};

// `shift` bytes, then `bytes` of its own, and not one more; the heap aligns the first one.
class Room {
 public:
  Room(std::size_t shift, net::Bytes copied) : Room(shift, copied.size()) {
    if (!copied.empty()) std::memcpy(at(), copied.data(), copied.size());
  }
  Room(std::size_t shift, std::size_t bytes)
      : all_(new (std::align_val_t{64}) std::uint8_t[shift + bytes]), shift_(shift), size_(bytes) {}
  ~Room() { ::operator delete[](all_, std::align_val_t{64}); }
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;
  std::uint8_t* at() { return all_ + shift_; }
  net::MutableBytes view() { return {at(), size_}; }
  bool holds(const std::uint8_t* wanted) {
    return size_ == 0 || std::memcmp(at(), wanted, size_) == 0;
  }

 private:
  std::uint8_t* all_;
  std::size_t shift_, size_;
};

std::vector<std::uint8_t> random_bytes(std::size_t count, std::mt19937& random) {
  std::vector<std::uint8_t> bytes(count);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

// rfc6455-5.3 as it is written.
std::vector<std::uint8_t> plainly_masked(net::Bytes bytes, std::size_t offset) {
  std::vector<std::uint8_t> out(bytes.begin(), bytes.end());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] ^= key[(offset + i) % 4];
  return out;
}

// rfc3629-4 by the byte: how many are right before the first impossible one.
std::size_t plainly_right(net::Bytes bytes) {
  unsigned follow = 0, low = 0x80, high = 0xBF;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const unsigned byte = bytes[i];
    if (follow != 0) {
      if (byte < low || byte > high) return i;
      --follow, low = 0x80, high = 0xBF;
    } else if (byte >= 0x80) {
      if (byte < 0xC2 || byte > 0xF4) return i;
      follow = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
      low = byte == 0xE0 ? 0xA0 : byte == 0xF0 ? 0x90 : 0x80;
      high = byte == 0xED ? 0x9F : byte == 0xF4 ? 0x8F : 0xBF;
    }
  }
  return bytes.size();
}

std::size_t judged(net::Bytes bytes) { return ws::Utf8Validator().accept(bytes); }

std::string repeated(const std::string& letters, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += letters;
  return text.substr(0, bytes);
}

const std::string scripts[] = {
    "The quick brown fox. ",
    "caf" + hex("c3 a9") + ", na" + hex("c3 af") + "ve und s" + hex("c3 bc"),
    hex("ce ba cf 8c cf 83 ce bc ce b5"),
    hex("e4 b8 ad e6 96 87 ef bc 8c ed 9f bf e0 a0 80"),
    hex("f0 9f 98 80 f4 8f bf bf f0 90 80 80"),
    "a" + hex("f0 9f 98 80 c2 80") + "bc" + hex("e2 82 ac"),
    std::string(70, 'x') + hex("e2 82 ac") + std::string(29, 'y') + hex("f0 9f 98 80")};

using Way = ws::wide::Masked (*)(const std::uint8_t*, std::uint8_t*, std::size_t, std::uint64_t);

std::vector<Way> ways() {
  std::vector<Way> all{ws::wide::mask_16};
#if defined(__x86_64__)
  if (ws::wide::has_avx2()) all.push_back(ws::wide::mask_avx2);
#endif
  return all;
}

}  // namespace

TEST_CASE("masking is the plain rule at every alignment, length and phase, in place and copied",
          "[ws][codec][rfc6455-5.3]") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto plain = random_bytes(longest, random);
  std::size_t wrong = 0;
  for (std::size_t phase = 0; phase < 4; ++phase) {
    const auto masked = plainly_masked(plain, phase);
    for (std::size_t length = 0; length <= longest; ++length) {
      for (std::size_t shift = 0; shift < alignments; ++shift) {
        Room room(shift, net::Bytes(plain).first(length));
        Room copy(alignments - 1 - shift, length);
        ws::copy_masked(room.view(), copy.at(), key, phase);
        ws::apply_mask(room.view(), key, phase);
        wrong += !room.holds(masked.data()) + !copy.holds(masked.data());
      }
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("each way to mask does most of a long payload, and no more of it than it says",
          "[ws][codec][rfc6455-5.3]") {
  std::mt19937 random(7);
  const auto plain = random_bytes(longest, random);
  const auto masked = plainly_masked(plain, 0);
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < 8; ++i) reinterpret_cast<std::uint8_t*>(&mask)[i] = key[i % 4];
  std::size_t wrong = 0;
  for (const Way way : ways()) {
    for (std::size_t length = 0; length <= longest; ++length) {
      for (std::size_t shift = 0; shift < alignments; ++shift) {
        Room room(shift, net::Bytes(plain).first(length));
        const std::size_t done = way(room.at(), room.at(), length, mask).bytes;
        wrong += done > length || done % 4 != 0 || length - done >= 64;
        wrong += done != 0 && std::memcmp(room.at(), masked.data(), done) != 0;
        wrong += length != done &&
                 std::memcmp(room.at() + done, plain.data() + done, length - done) != 0;
      }
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("a byte beyond ASCII is seen wherever it stands, by a mask and by the text's rule",
          "[ws][codec][rfc6455-5.3][rfc3629-4]") {
  std::size_t wrong = 0;
  for (std::size_t length = 1; length <= longest; ++length) {
    for (std::size_t at = 0; at < length; ++at) {
      std::vector<std::uint8_t> bytes(length, 'a');
      Room room((length + at) % alignments, bytes);
      wrong += !ws::apply_mask(room.view(), {0, 0, 0, 0});
      room.at()[at] = 0x80;
      wrong += ws::apply_mask(room.view(), {0, 0, 0, 0});
      wrong += judged(room.view()) != at;
      wrong += ws::wide::skip_ascii_16(room.at(), length) > at;
#if defined(__x86_64__)
      if (ws::wide::has_avx2()) wrong += ws::wide::skip_ascii_avx2(room.at(), length) > at;
#endif
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("right text is right at every alignment and length, to the cut character",
          "[ws][codec][rfc3629-4]") {
  for (const std::string& letters : scripts) {
    CAPTURE(letters);
    const std::string text = repeated(letters, longest);
    std::size_t wrong = 0;
    for (std::size_t length = 0; length <= longest; ++length) {
      for (std::size_t shift = 0; shift < alignments; ++shift) {
        Room room(shift, net::as_bytes(text).first(length));
        wrong += judged(room.view()) != length;
#if defined(__x86_64__)
        if (!ws::wide::has_avx2()) continue;
        const std::size_t done = ws::wide::skip_utf8_avx2(room.at(), length);
        wrong += done > length || length - done >= 64 + 3;
        wrong += done < length && (room.at()[done] & 0xC0) == 0x80;  // between two characters
#endif
      }
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("one wrong byte is found at its place, wherever it stands", "[ws][codec][rfc3629-4]") {
  constexpr std::uint8_t bytes[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0,
                                    0xC1, 0xC2, 0xDF, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5, 0xFF};
  for (const std::string& letters : scripts) {
    CAPTURE(letters);
    const std::string text = repeated(letters, longest);
    std::size_t wrong = 0;
    for (std::size_t at = 0; at < longest; ++at) {
      for (const std::uint8_t byte : bytes) {
        Room room(at % alignments, net::as_bytes(text));
        room.at()[at] = byte;
        wrong += judged(room.view()) != plainly_right(room.view());
      }
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("every pair and many triples are judged alike across the edges of a step",
          "[ws][codec][rfc3629-4]") {
  constexpr std::uint8_t thirds[] = {0x41, 0x80, 0xBF, 0xE1};
  std::vector<std::uint8_t> bytes(160, 'x');
  std::size_t wrong = 0;
  for (const std::size_t at : {30u, 31u, 61u, 62u, 63u}) {
    for (unsigned first = 0x80; first < 0x100; ++first) {
      for (unsigned second = 0; second < 0x100; ++second) {
        for (const std::uint8_t third : thirds) {
          bytes[0] = 0xC3, bytes[1] = 0xA9;  // so that it is not taken for ASCII
          bytes[at] = static_cast<std::uint8_t>(first);
          bytes[at + 1] = static_cast<std::uint8_t>(second);
          bytes[at + 2] = third, bytes[at + 3] = 0x80;
          wrong += judged(bytes) != plainly_right(bytes);
        }
      }
    }
    std::fill(bytes.begin(), bytes.end(), std::uint8_t{'x'});
  }
  CHECK(wrong == 0);
}
