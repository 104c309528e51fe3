// ws/random_key.cpp - the kernel's chance, a page of keys at a time.
#include "ws/random_key.h"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace strata::ws {

MaskingKey random_key() {
  thread_local std::array<MaskingKey, 64> batch;
  thread_local std::size_t used = batch.size();
  if (used == batch.size()) {
    std::size_t have = 0;
    while (have < sizeof(batch)) {
      const ssize_t got = ::getrandom(reinterpret_cast<std::uint8_t*>(batch.data()) + have,
                                      sizeof(batch) - have, 0);
      if (got < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category());
      if (got > 0) have += static_cast<std::size_t>(got);
    }
    used = 0;
  }
  return batch[used++];
}

}  // namespace strata::ws
