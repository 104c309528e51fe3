// http/next.cpp - a handler's way of handing a request on, now or later.
#include "http/next.h"

#include <utility>

#include "http/exchange.h"

namespace strata::http {

Next::Next(const Next& other) { *this = other; }

Next& Next::operator=(const Next& other) {
  pool_ = other.pool_;
  if (pool_ == nullptr) {
    kept_.reset();
  } else {
    kept_ = other.kept_ != nullptr ? other.kept_ : pool_->shared_from_this();
  }
  slot_ = other.slot_;
  generation_ = other.generation_;
  step_ = other.step_;
  return *this;
}

Next::Next(Next&& other) noexcept { *this = std::move(other); }

Next& Next::operator=(Next&& other) noexcept {
  pool_ = std::exchange(other.pool_, nullptr);
  kept_ = std::move(other.kept_);
  slot_ = other.slot_;
  generation_ = other.generation_;
  step_ = other.step_;
  return *this;
}

void Next::go(std::exception_ptr error, How how) const {
  if (pool_ == nullptr) return;
  Exchange* exchange = pool_->find(slot_, generation_);
  if (exchange == nullptr) return;
  Dispatch& dispatch = exchange->dispatch;
  if (dispatch.step_ != step_ || exchange->response.ended()) return;
  const Running running(*exchange);
  ++dispatch.step_;
  if (error != nullptr) {
    dispatch.fail(*exchange, std::move(error));
    return;
  }
  Dispatch::Level& level = dispatch.levels_.back();
  if (how == How::route) {
    if (Dispatch::ParamCall* const call = dispatch.running_param(*exchange)) call->skip = true;
    level.step = level.param = Dispatch::never;
  } else if (how == How::router) {
    level.layer = level.step = level.param = Dispatch::never;
    level.matched = false;
  }
  dispatch.go_on(*exchange);
}

}  // namespace strata::http
