// sio/client/backoff.cpp - the reference's formula, in its floating numbers. (codec)
#include "sio/client/backoff.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>

namespace strata::sio {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

}  // namespace

Backoff::Backoff(net::Duration min, net::Duration max, double factor) : min_(min), max_(max) {
  set_factor(factor);
}

void Backoff::set_factor(double factor) { factor_ = factor > 0 && factor <= 1 ? factor : 0; }

net::Duration Backoff::next(double random) {
  constexpr unsigned doublings_max = 64;  // past any max; the reference's delay is 0 from 1024 on
  const double most = Milliseconds(max_).count();
  double delay = Milliseconds(min_).count() * std::pow(2.0, std::min(attempts_, doublings_max));
  ++attempts_;
  if (factor_ > 0) {
    const double deviation = std::floor(random * factor_ * delay);
    const bool less = (static_cast<int>(std::floor(random * 10)) & 1) == 0;
    delay = less ? delay - deviation : delay + deviation;
  }
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::clamp(delay, 0.0, most)));
}

}  // namespace strata::sio
