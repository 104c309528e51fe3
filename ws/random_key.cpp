// ws/random_key.cpp - the kernel's chance, a page of keys at a time.
#include "ws/random_key.h"

#include <array>

#include "net/random.h"

namespace strata::ws {

MaskingKey random_key() {
  thread_local std::array<MaskingKey, 64> batch;
  thread_local std::size_t used = batch.size();
  if (used == batch.size()) {
    net::fill_random({reinterpret_cast<std::uint8_t*>(batch.data()), sizeof(batch)});
    used = 0;
  }
  return batch[used++];
}

}  // namespace strata::ws
