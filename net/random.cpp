// net/random.cpp - getrandom, until it has given everything.
#include "net/random.h"

#include <sys/random.h>

#include <cerrno>
#include <system_error>

namespace strata::net {

void fill_random(MutableBytes room) {
  while (!room.empty()) {
    const ssize_t got = ::getrandom(room.data(), room.size(), 0);
    if (got < 0 && errno != EINTR)
      throw std::system_error(errno, std::generic_category(), "getrandom");
    if (got > 0) room = room.subspan(static_cast<std::size_t>(got));
  }
}

}  // namespace strata::net
