// tests/support/faults.h - makes one system call of the code under test fail, or do less than
// asked.
//
// The test programs define the calls below themselves; each passes on to the kernel, unless the
// fault that is planted says otherwise. It counts calls of this thread inside Armed only, so that
// the raw clients of a test, in the same thread, are left alone; so does FailedAllocation.
#pragma once
#include <cstddef>

namespace strata::test {

enum class Call { none, accept, receive, send, send_file, watch };

struct SystemFault {
  Call call = Call::none;
  int error = 0;          // errno; 0: one byte instead of all (receive, send, send_file)
  std::size_t nth = 1;    // of the calls that count
  std::size_t times = 1;  // in a row
};

// One at a time in a thread.
class PlantedFault {
 public:
  explicit PlantedFault(const SystemFault& fault);
  ~PlantedFault();
  PlantedFault(const PlantedFault&) = delete;
  bool happened() const;
};

// Between its life's ends calls count.
class Armed {
 public:
  Armed();
  ~Armed();
  Armed(const Armed&) = delete;
  static bool now();
};

}  // namespace strata::test
