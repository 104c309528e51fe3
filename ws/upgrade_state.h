// ws/upgrade_state.h - what the copies of an Upgrade share. For ws/upgrade.cpp and ws/route.cpp.
#pragma once
#include <atomic>
#include <memory>

#include "http/reply.h"
#include "ws/upgrade.h"

namespace strata::ws {

struct Upgrade::State {
  State(http::Reply to, const std::shared_ptr<Endpoint*>& at)
      : reply(std::move(to)), endpoint(at) {}
  ~State();
  http::Reply reply;
  std::weak_ptr<Endpoint*> endpoint;  // looked at in the loop's thread only
  std::atomic<bool> answered{false};
};

}  // namespace strata::ws
