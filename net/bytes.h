// net/bytes.h - octets and text, as views. (codec)
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace strata::net {

using Bytes = std::span<const std::uint8_t>;  // octets somebody else owns
using MutableBytes = std::span<std::uint8_t>;
using SharedBytes = std::shared_ptr<const std::string>;  // the one shared_ptr: immutable bytes

inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace strata::net
