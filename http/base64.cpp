// http/base64.cpp - three octets as four letters, rfc4648-4. (codec)
//
//   octets   01001101 01100001 01101110      "Man"
//   sextets  010011 010110 000101 101110     T W F u; with two octets "TWE=", with one "TQ=="
#include "http/base64.h"

#include <array>

namespace strata::http {
namespace {

constexpr char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint32_t no_letter = 0xFF;

constexpr std::array<std::uint8_t, 256> values() {
  std::array<std::uint8_t, 256> table{};
  for (auto& value : table) value = no_letter;
  for (std::uint8_t i = 0; i < 64; ++i) table[static_cast<unsigned char>(letters[i])] = i;
  return table;
}
constexpr std::array<std::uint8_t, 256> value_table = values();

std::uint32_t value_of(char c) { return value_table[static_cast<unsigned char>(c)]; }

}  // namespace

void append_base64(net::Bytes bytes, std::string& out) {
  const std::size_t old = out.size();
  out.resize(old + (bytes.size() + 2) / 3 * 4);
  char* to = out.data() + old;
  while (bytes.size() >= 3) {
    const std::uint32_t group =
        std::uint32_t{bytes[0]} << 16 | std::uint32_t{bytes[1]} << 8 | bytes[2];
    *to++ = letters[group >> 18];
    *to++ = letters[group >> 12 & 63];
    *to++ = letters[group >> 6 & 63];
    *to++ = letters[group & 63];
    bytes = bytes.subspan(3);
  }
  if (bytes.empty()) return;
  const std::uint32_t group =
      std::uint32_t{bytes[0]} << 16 | (bytes.size() == 2 ? std::uint32_t{bytes[1]} << 8 : 0u);
  *to++ = letters[group >> 18];
  *to++ = letters[group >> 12 & 63];
  *to++ = bytes.size() == 2 ? letters[group >> 6 & 63] : '=';
  *to++ = '=';
}

std::string encode_base64(net::Bytes bytes) {
  std::string text;
  append_base64(bytes, text);
  return text;
}

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;  // rfc4648-3.2: padded
  if (text.empty()) return std::string();
  const std::size_t padding = text.back() != '=' ? 0 : text[text.size() - 2] == '=' ? 2 : 1;
  std::string bytes(text.size() / 4 * 3 - padding, '\0');
  char* to = bytes.data();
  const std::size_t whole = padding == 0 ? text.size() : text.size() - 4;
  for (std::size_t i = 0; i < whole; i += 4) {
    const std::uint32_t a = value_of(text[i]), b = value_of(text[i + 1]);
    const std::uint32_t c = value_of(text[i + 2]), d = value_of(text[i + 3]);
    if (((a | b | c | d) & 0xC0) != 0) return std::nullopt;  // rfc4648-3.3: no other characters
    const std::uint32_t group = a << 18 | b << 12 | c << 6 | d;
    *to++ = static_cast<char>(group >> 16);
    *to++ = static_cast<char>(group >> 8 & 0xFF);
    *to++ = static_cast<char>(group & 0xFF);
  }
  if (padding == 0) return bytes;
  const std::uint32_t a = value_of(text[whole]), b = value_of(text[whole + 1]);
  const std::uint32_t c = padding == 1 ? value_of(text[whole + 2]) : 0;
  if (((a | b | c) & 0xC0) != 0) return std::nullopt;
  const std::uint32_t group = a << 18 | b << 12 | c << 6;
  // rfc4648-3.5: the bits that carry nothing are zero, or two texts would mean the same octets.
  if ((group & (padding == 2 ? 0xFFFFu : 0xFFu)) != 0) return std::nullopt;
  *to++ = static_cast<char>(group >> 16);
  if (padding == 1) *to++ = static_cast<char>(group >> 8 & 0xFF);
  return bytes;
}

}  // namespace strata::http
