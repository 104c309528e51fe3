// tests/support/virtual_loop.cpp - turns, timers and listeners of the loop without Linux.
#include "tests/support/virtual_loop.h"

#include <algorithm>
#include <utility>

#include "tests/support/virtual_connection.h"

namespace strata::test {

void Line::write(std::string_view text) {
  if (fin || reset || reader_gone || hole) return;
  if (network != nullptr) text = text.substr(0, network->carry(*this, text.size()));
  const std::size_t room = cut_after - std::min(cut_after, written);
  bytes += text.substr(0, room);
  written += std::min(room, text.size());
  if (written >= cut_after) fin = true;
  if (network != nullptr) network->carried_to_here();
}

Peer& Peer::operator=(Peer&& other) noexcept {
  gone();
  line_ = std::move(other.line_);
  return *this;
}

void Peer::gone() {
  if (!line_) return;
  line_->to_server.fin = true;
  line_->to_client.reader_gone = true;
  line_->to_client.bytes.clear();
}

void Peer::reset() {
  line_->to_server.reset = line_->to_client.reset = true;
  line_->to_server.bytes.clear();
}

std::string Peer::take() { return std::exchange(line_->to_client.bytes, {}); }

struct VirtualLoop::Port final : net::Listener {
  Port(VirtualLoop& owner, std::uint16_t number, net::ListenOptions opts, net::OnAccept accept)
      : loop(owner), port(number), options(std::move(opts)), on_accept(std::move(accept)) {
    loop.ports_[port] = this;
  }
  ~Port() override { loop.ports_.erase(port); }
  net::Address address() const override { return net::Address::loopback(port); }
  void take(std::shared_ptr<Duplex> line) {
    on_accept(std::make_unique<VirtualConnection>(loop, std::move(line), true, options.connection));
  }
  VirtualLoop& loop;
  std::uint16_t port;
  net::ListenOptions options;
  net::OnAccept on_accept;
};

// Destroyed before its turn: cancelled, which the task sees by the weak pointer.
class VirtualLoop::Dial final : public net::Connecting {
 public:
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);
};

VirtualLoop::VirtualLoop() = default;

VirtualLoop::~VirtualLoop() {
  // Tasks may own connections, and destroying those may defer more.
  while (!posted_.empty() || !deferred_.empty()) {
    auto posted = std::exchange(posted_, {});
    auto deferred = std::exchange(deferred_, {});
  }
}

void VirtualLoop::run_tasks(std::vector<net::Task>& tasks) {
  auto now = std::exchange(tasks, {});
  for (net::Task& task : now) task();
}

bool VirtualLoop::turn() {
  bool worked = !posted_.empty() || !deferred_.empty();
  run_tasks(posted_);
  worked |= timers_.fire_due(now_) > 0;
  // One closed and destroyed by another's handler must not be touched.
  const auto lives = [this](VirtualConnection* each) {
    return std::find(connections_.begin(), connections_.end(), each) != connections_.end();
  };
  for (VirtualConnection* each : std::vector(connections_))
    if (lives(each)) worked |= each->step();
  for (VirtualConnection* each : std::vector(connections_))
    if (lives(each)) worked |= each->flush();
  run_tasks(deferred_);
  return worked;
}

void VirtualLoop::settle() {
  while (turn()) {
  }
}

void VirtualLoop::advance(net::Duration by) {
  const net::TimePoint until = now_ + by;
  settle();
  for (auto next = timers_.next(); next && *next <= until; next = timers_.next()) {
    now_ = std::max(now_, *next);
    timers_.fire_due(now_);  // also corrects a key that was early
    settle();
  }
  now_ = until;
  settle();
}

std::error_code VirtualLoop::run() {
  stopped_ = false;
  settle();
  while (!stopped_) {
    const auto next = timers_.next();
    if (!next) break;  // nothing will ever happen any more
    now_ = std::max(now_, *next);
    timers_.fire_due(now_);
    settle();
  }
  return {};
}

void VirtualLoop::arm(net::TimerEntry& entry, net::TimePoint deadline) {
  timers_.arm(entry, deadline);
}
void VirtualLoop::disarm(net::TimerEntry& entry) { timers_.disarm(entry); }

std::shared_ptr<Duplex> VirtualLoop::make_line(std::uint16_t port) {
  auto line = std::make_shared<Duplex>();
  line->server = net::Address::loopback(port);
  line->client = net::Address::loopback(next_port_++);
  line->to_server.chunk = line->to_client.chunk = chunk;
  if (network != nullptr) network->add(line);
  return line;
}

Peer VirtualLoop::dial(std::uint16_t port) {
  auto line = make_line(port);
  const auto found = ports_.find(port);
  if (found == ports_.end()) {
    line->to_server.reset = line->to_client.reset = true;
  } else {
    found->second->take(line);
  }
  return Peer(std::move(line));
}

std::pair<Peer, std::unique_ptr<net::Connection>> VirtualLoop::pair(
    net::ConnectionOptions options) {
  auto line = make_line(1);
  auto connection = std::make_unique<VirtualConnection>(*this, line, true, std::move(options));
  return {Peer(std::move(line)), std::move(connection)};
}

net::Result<std::unique_ptr<net::Listener>, std::error_code> VirtualLoop::listen(
    const net::Address& address, const net::ListenOptions& options, net::OnAccept on_accept) {
  const std::uint16_t port = address.port() != 0 ? address.port() : next_port_++;
  if (ports_.count(port) != 0) return std::make_error_code(std::errc::address_in_use);
  return std::unique_ptr<net::Listener>(
      std::make_unique<Port>(*this, port, options, std::move(on_accept)));
}

std::unique_ptr<net::Connecting> VirtualLoop::connect(std::span<const net::Address> addresses,
                                                      const net::ConnectOptions& options,
                                                      net::OnConnect done) {
  auto dial = std::make_unique<Dial>();
  const auto fate = network != nullptr ? network->dialling : VirtualNetwork::Dialling::works;
  if (network != nullptr) ++network->dialled;
  if (fate == VirtualNetwork::Dialling::silent) {
    after(options.timeout, [done = std::move(done), alive = std::weak_ptr<bool>(dial->alive)] {
      if (!alive.expired()) done(std::make_error_code(std::errc::timed_out));
    });
    return dial;
  }
  std::vector<net::Address> list(addresses.begin(), addresses.end());
  if (fate == VirtualNetwork::Dialling::refused) list.clear();
  post([this, list = std::move(list), options, done = std::move(done),
        alive = std::weak_ptr<bool>(dial->alive)] {
    if (alive.expired()) return;
    for (const net::Address& address : list) {
      const auto found = ports_.find(address.port());
      if (found == ports_.end()) continue;
      auto line = make_line(address.port());
      auto mine = std::make_unique<VirtualConnection>(*this, line, false, options.connection);
      found->second->take(std::move(line));
      done(std::unique_ptr<net::Connection>(std::move(mine)));
      return;
    }
    done(std::make_error_code(std::errc::connection_refused));
  });
  return dial;
}

net::Result<std::unique_ptr<net::Connection>, std::error_code> VirtualLoop::adopt(
    net::Detached, const net::ConnectionOptions&) {
  return std::make_error_code(std::errc::operation_not_supported);  // there is no descriptor
}

}  // namespace strata::test
