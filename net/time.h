// net/time.h - time as every layer counts it: a steady clock, read by the loop alone. (codec)
#pragma once
#include <chrono>

namespace strata {
using namespace std::chrono_literals;  // 10s, 250ms
}

namespace strata::net {

using namespace std::chrono_literals;

using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

}  // namespace strata::net
