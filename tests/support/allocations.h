// tests/support/allocations.h - counts calls of operator new, and makes one of them fail.
// Linked into the tests of every layer that has a loop; under a sanitizer too, whose malloc stays.
#pragma once
#include <cstddef>

namespace strata::test {

// Calls of operator new since the program began, of all threads; always 0 under a sanitizer.
std::size_t allocations();

// Bytes that operator new gave out and delete has not taken back; always 0 under a sanitizer.
std::size_t allocated_bytes();

// While it lives, the `nth` allocation of this thread inside Armed (faults.h) throws
// std::bad_alloc, and so do the `more` behind it.
class FailedAllocation {
 public:
  explicit FailedAllocation(std::size_t nth, std::size_t more = 0);
  ~FailedAllocation();
  FailedAllocation(const FailedAllocation&) = delete;
  bool happened() const;
};

}  // namespace strata::test
