// net/shared_options.h - one set of options for all connections of a listener: a pointer each.
#pragma once
#include <cstdint>
#include <utility>

#include "net/connection.h"

namespace strata::net {

// Copies share one immutable value and count themselves. Threads: one loop's.
class SharedOptions {
 public:
  explicit SharedOptions(const ConnectionOptions& options) : held_(new Held{options}) {}
  SharedOptions(const SharedOptions& other) : held_(other.held_) { ++held_->users; }
  SharedOptions& operator=(SharedOptions other) {
    std::swap(held_, other.held_);
    return *this;
  }
  ~SharedOptions() {
    if (--held_->users == 0) delete held_;
  }
  const ConnectionOptions& operator*() const { return held_->options; }
  const ConnectionOptions* operator->() const { return &held_->options; }

 private:
  struct Held {
    ConnectionOptions options;
    std::uint32_t users = 1;
  };
  Held* held_;
};

}  // namespace strata::net
