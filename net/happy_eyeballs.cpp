// net/happy_eyeballs.cpp - the race of connection attempts, without the sockets. (codec)
#include "net/happy_eyeballs.h"

#include <algorithm>

namespace strata::net {

std::vector<std::size_t> interleave(std::span<const int> families) {
  std::vector<std::size_t> order;
  std::vector<std::size_t> rest;
  if (families.empty()) return order;
  std::vector<std::size_t> leaders;
  for (std::size_t i = 0; i < families.size(); ++i)
    (families[i] == families[0] ? leaders : rest).push_back(i);
  for (std::size_t i = 0; i < std::max(leaders.size(), rest.size()); ++i) {
    if (i < leaders.size()) order.push_back(leaders[i]);
    if (i < rest.size()) order.push_back(rest[i]);
  }
  return order;
}

HappyEyeballs::HappyEyeballs(std::size_t addresses, Duration attempt_delay, Duration timeout,
                             TimePoint now)
    : addresses_(addresses), attempt_delay_(attempt_delay), end_(now + timeout), next_at_(now) {}

std::optional<std::size_t> HappyEyeballs::next(TimePoint now) {
  if (started_ == addresses_ || now < next_at_ || now >= end_) return std::nullopt;
  const auto sharers = static_cast<Duration::rep>(addresses_ - started_);
  next_at_ = now + std::min(attempt_delay_, (end_ - now) / sharers);
  ++under_way_;
  return started_++;
}

void HappyEyeballs::failed() {
  --under_way_;
  next_at_ = TimePoint::min();
}

bool HappyEyeballs::over(TimePoint now) const {
  return now >= end_ || (started_ == addresses_ && under_way_ == 0);
}

TimePoint HappyEyeballs::deadline() const {
  return started_ == addresses_ ? end_ : std::min(next_at_, end_);
}

}  // namespace strata::net
