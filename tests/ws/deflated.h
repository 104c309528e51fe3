// tests/ws/deflated.h - compressed messages as a test writes them.
#pragma once
#include <string>
#include <string_view>

#include "ws/deflate.h"

namespace strata::test {

// A message by itself, in a context of its own.
inline std::string deflated(std::string_view message, int window_bits = 15) {
  std::string out;
  ws::Deflater(window_bits, 6, 8).write(net::as_bytes(message), out);
  return out;
}

inline std::shared_ptr<ws::DeflatePool> pool_for(std::size_t threshold = 0) {
  ws::CompressionOptions options;
  options.threshold = threshold;
  return std::make_shared<ws::DeflatePool>(options);
}

// rfc7692-7.2.3.1 and -7.2.3.2: "Hello", and "Hello" again in the same context.
inline const std::string hello_deflated = "\xf2\x48\xcd\xc9\xc9\x07" + std::string(1, '\0');
inline const std::string hello_again = "\xf2" + std::string("\0\x11\0\0", 4);

}  // namespace strata::test
