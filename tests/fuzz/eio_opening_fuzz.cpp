// tests/fuzz/eio_opening_fuzz.cpp - any bytes as the open packet of a server: what is read holds
// what it promises, whatever the server said. eio4-handshake
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "sio/eio/client_opening.h"

using namespace strata;
using namespace strata::sio::eio;

static void demand(bool holds) {
  if (!holds) std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A copy of exactly its size, so that a read past its end faults.
  const std::vector<char> exact(data, data + size);
  const auto made = read_opening(std::string_view(exact.data(), exact.size()), 1h);
  if (!made) {
    demand(std::strlen(made.error()) != 0);
    return 0;
  }
  demand(size <= max_opening_bytes);
  demand(!made->sid.empty() && made->sid.size() <= max_sid_bytes);
  for (const char c : made->sid) demand(c > ' ' && c < '\x7f');
  for (const net::Duration each : {made->ping_interval, made->ping_timeout}) {
    demand(each >= 1ms && each <= 1h);
  }
  // JSON may end in blanks, and means the same.
  const auto again = read_opening(std::string(exact.begin(), exact.end()) + " ", 1h);
  demand(size == max_opening_bytes || (again && again->sid == made->sid));
  return 0;
}
