// sio/eio/make_room.h - memory taken before it is needed, for what must not fail. (codec)
#pragma once
#include <cstddef>
#include <vector>

namespace strata::sio {

// From here on `list` holds `count` entries without allocating. Grows twofold, as push_back does.
template <class T>
void make_room(std::vector<T>& list, std::size_t count) {
  if (list.capacity() < count) list.reserve(2 * count);
}

}  // namespace strata::sio
