// net/random.h - bytes that nobody can guess, from the kernel.
#pragma once
#include "net/bytes.h"

namespace strata::net {

// Fills all of `room`, a page or so at a time is cheapest. Throws std::system_error where the
// kernel has none to give. Threads: any.
void fill_random(MutableBytes room);

}  // namespace strata::net
