// sio/manager.cpp - the Manager as its users hold it.
#include "sio/manager.h"

#include "sio/client/destination.h"
#include "sio/client/manager_core.h"

namespace strata::sio {

Manager::Manager(net::Loop& loop, std::string_view url, ManagerOptions options)
    : core_(std::make_shared<ManagerCore>(*this, loop, url, std::move(options))) {
  if (core_->options().auto_connect) core_->open({});
}

Manager::~Manager() { core_->abandon(); }

ClientSocket& Manager::socket(std::string_view nsp) { return core_->socket(nsp, nullptr); }
ClientSocket& Manager::socket(std::string_view nsp, SocketOptions options) {
  return core_->socket(nsp, &options);
}
bool Manager::has_socket(std::string_view nsp) const {
  return core_->find(namespace_named(nsp)) != nullptr;
}

void Manager::open(OnOpened done) { core_->open(std::move(done)); }
void Manager::close() { core_->close(); }
Manager::State Manager::state() const { return core_->state(); }
bool Manager::reconnecting() const { return core_->reconnecting(); }

bool Manager::reconnection() const { return core_->options().reconnection; }
void Manager::reconnection(bool on) { core_->set_reconnection(on); }
unsigned Manager::reconnection_attempts() const { return core_->options().reconnection_attempts; }
void Manager::reconnection_attempts(unsigned most) {
  core_->options().reconnection_attempts = most;
}
net::Duration Manager::reconnection_delay() const { return core_->backoff().min(); }
void Manager::reconnection_delay(net::Duration delay) { core_->backoff().set_min(delay); }
net::Duration Manager::reconnection_delay_max() const { return core_->backoff().max(); }
void Manager::reconnection_delay_max(net::Duration delay) { core_->backoff().set_max(delay); }
double Manager::randomization_factor() const { return core_->backoff().factor(); }
void Manager::randomization_factor(double factor) { core_->backoff().set_factor(factor); }
std::optional<net::Duration> Manager::timeout() const { return core_->options().timeout; }
void Manager::timeout(std::optional<net::Duration> limit) { core_->options().timeout = limit; }

const std::string& Manager::url() const { return core_->url(); }
net::Loop& Manager::loop() const { return core_->loop(); }
eio::Client* Manager::engine() const { return core_->engine(); }
void Manager::on_log(std::function<void(std::string_view)> sink) { core_->on_log(std::move(sink)); }
Listeners& Manager::listeners() { return core_->listeners(); }
const Listeners& Manager::listeners() const { return core_->listeners(); }

}  // namespace strata::sio
