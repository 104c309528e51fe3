// sio/eio/client.cpp - a client: the session that it has, and those that are still leaving.
#include "sio/eio/client.h"

#include <algorithm>
#include <utility>

#include "sio/eio/client_run.h"

namespace strata::sio::eio {

class Client::Core {
 public:
  Core(net::Loop& on, ClientOptions given)
      : loop(on), options(std::make_shared<const ClientOptions>(std::move(given))) {}
  ~Core() {
    for (const auto& each : leaving) each->abandon();
    if (run) run->abandon();
  }

  // Sessions that are over and have something to send still; a server that does not take it holds
  // up no more than so many.
  static constexpr std::size_t leaving_max = 4;
  void let_go() {
    std::erase_if(leaving, [](const auto& each) { return !each->leaving(); });
    if (!run) return;
    run->detach();  // in one of its callbacks, perhaps: then nothing more of it is told
    if (!run->leaving()) return;
    leaving.push_back(std::move(run));
    if (leaving.size() <= leaving_max) return;
    leaving.front()->abandon();
    leaving.erase(leaving.begin());
  }

  http::CookieJar* cookies() {
    if (!options->with_credentials) return nullptr;
    return options->cookies == nullptr ? &own_cookies : options->cookies;
  }

  net::Loop& loop;
  const std::shared_ptr<const ClientOptions> options;
  http::CookieJar own_cookies;
  std::shared_ptr<ClientRun> run;  // the last one
  std::vector<std::shared_ptr<ClientRun>> leaving;
};

Client::Client(net::Loop& loop, ClientOptions options)
    : core_(std::make_shared<Core>(loop, std::move(options))) {}

Client::~Client() = default;

bool Client::open() {
  const State now = state();
  if (now == State::opening || now == State::open) return false;
  const bool came_to_websocket = core_->run && core_->run->came_to_websocket();
  core_->let_go();
  core_->run = std::make_shared<ClientRun>(core_->loop, core_->options, *this, core_->cookies(),
                                           core_->options->remember_upgrade && came_to_websocket);
  core_->run->start();
  return true;
}

void Client::close() {
  if (core_->run) core_->run->close();
}

void Client::fail(std::string_view reason, std::string_view why) {
  if (core_->run) core_->run->fail(reason, why);
}

bool Client::send(std::string_view text, ClientSendOptions how) {
  return core_->run && core_->run->send({PacketType::message, false, how.compress, text});
}

bool Client::send(net::Bytes bytes, ClientSendOptions how) {
  return core_->run &&
         core_->run->send({PacketType::message, true, how.compress, net::as_text(bytes)});
}

Client::State Client::state() const {
  if (!core_->run) return State::closed;
  switch (core_->run->session().state()) {
    case ClientSession::State::opening:
      return State::opening;
    case ClientSession::State::open:
      return State::open;
    case ClientSession::State::closing:
      return State::closing;
    default:
      return State::closed;
  }
}

const Opening& Client::opening() const {
  static const Opening none;
  return core_->run ? core_->run->session().opening() : none;
}

Transport Client::transport() const {
  return core_->run ? core_->run->session().transport() : Transport::polling;
}

bool Client::upgrading() const { return core_->run && core_->run->session().upgrading(); }
bool Client::writable() const { return core_->run && core_->run->writable(); }
std::size_t Client::queued() const { return core_->run ? core_->run->queued() : 0; }
bool Client::ping_overdue() const { return core_->run && core_->run->overdue(); }
const ClientOptions& Client::options() const { return *core_->options; }

}  // namespace strata::sio::eio
