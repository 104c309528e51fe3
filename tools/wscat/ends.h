// tools/wscat/ends.h - the two ends that wscat can be.
#pragma once
#include "net/event_loop.h"
#include "tools/wscat/settings.h"

namespace strata::wscat {

enum ExitCode : int {
  closed_in_order = 0,
  not_opened = 1,
  bad_usage = 2,
  closed_otherwise = 3,  // the other end's code was none of 1000, 1001 and ours
  broken = 4,            // a protocol error, or no Close
  no_input_output = 5    // something could not be read or written
};

// Each runs the loop until all is over, and answers the exit code.
int dial(net::EventLoop& loop, Settings& settings);
int listen(net::EventLoop& loop, Settings& settings);

}  // namespace strata::wscat
