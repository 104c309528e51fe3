// ws/upgrade.cpp - an upgrade answered, perhaps later and from another thread.
#include "ws/upgrade.h"

#include "http/message.h"
#include "http/response.h"
#include "ws/route.h"
#include "ws/upgrade_state.h"

namespace strata::ws {

// Nobody is left who could answer.
Upgrade::State::~State() {
  if (answered) return;
  try {
    reply.set("Connection", "close").status(403).send("");
  } catch (...) {  // `response_timeout` will say it
  }
}

bool Upgrade::live() const {
  return state_ != nullptr && !state_->answered && state_->reply.live();
}

const http::Request* Upgrade::request() const {
  http::Response* const response = state_ == nullptr ? nullptr : state_->reply.response();
  return response == nullptr ? nullptr : &response->request();
}

void Upgrade::accept(Acceptance with) {
  if (state_ == nullptr || state_->answered.exchange(true)) return;
  state_->reply.perform([state = state_, with = std::move(with)]() mutable {
    const std::shared_ptr<Endpoint*> endpoint = state->endpoint.lock();
    http::Response& response = *state->reply.response();
    if (endpoint == nullptr) return response.send_status(503);
    (*endpoint)->open(response, std::move(with));
  });
}

void Upgrade::refuse(int status, std::string_view body, Fields fields) {
  if (state_ == nullptr || state_->answered.exchange(true)) return;
  state_->reply.perform(
      [state = state_, status, body = std::string(body), fields = std::move(fields)] {
        http::Response& response = *state->reply.response();
        // What follows may be frames: it is not looked at as if it were requests.
        response.set("Connection", "close").status(status).type("text/plain");
        for (const auto& [name, value] : fields) {
          if (http::equals_ignore_case(name, "Content-Type")) response.remove(name);
          response.append(name, value);
        }
        response.send(body);
      });
}

}  // namespace strata::ws
