// http/client/origin_pool.cpp - who gets which connection, and when another one is opened. Nothing
// here calls the program: tasks tell it later.
#include "http/client/origin_pool.h"

#include <algorithm>
#include <utility>

#include "http/client/client_connection.h"
#include "http/client/client_core.h"
#include "http/client/client_task.h"

namespace strata::http {

OriginPool::OriginPool(ClientCore& core) : core_(core) {}
OriginPool::~OriginPool() = default;

// --- requests -----------------------------------------------------------------------------------

bool OriginPool::request(ClientTask& task) {
  Origin& origin = origin_of(task.route());
  // One that was kept proved dead: those beside it are no better.
  while (task.wants_fresh() && !origin.idle.empty()) close(origin, *origin.idle.back());
  if (!origin.idle.empty()) {
    use(origin, *origin.idle.back(), task);
    return true;
  }
  if (queued_ >= core_.options.max_queued) {
    sweep();
    return false;
  }
  origin.waiting.push_back(&task);
  ++queued_;
  serve(origin);
  return true;
}

void OriginPool::forget(ClientTask& task) {
  const auto found = origins_.find(task.route().key);
  if (found == origins_.end()) return;
  if (std::erase(found->second->waiting, &task) == 0) return;
  --queued_;
  drop_spare_dial(*found->second);
  serve_others();
  sweep();
}

ClientTask* OriginPool::take_waiting(Origin& origin) {
  if (origin.waiting.empty()) return nullptr;
  ClientTask* const first = origin.waiting.front();
  origin.waiting.pop_front();
  --queued_;
  return first;
}

// --- opening ------------------------------------------------------------------------------------

// A dial for each that waits, as far as the limits allow.
void OriginPool::serve(Origin& origin) {
  while (origin.dials.size() < origin.waiting.size() &&
         origin.connections.size() + origin.dials.size() < core_.options.max_per_origin) {
    if (open_ + dialing_ >= core_.options.max_connections && !close_oldest_idle()) return;
    const std::uint64_t id = ++dials_made_;
    ++dialing_;
    auto done = [this, key = origin.route.key, id](Result<std::unique_ptr<net::Connection>> made) {
      dialed(key, id, std::move(made));
    };
    origin.dials.push_back({id, std::make_unique<Dialer>(core_, origin.route, std::move(done))});
  }
}

// The limit on all connections may have held up any origin; they take turns.
void OriginPool::serve_others() {
  if (queued_ == 0 || origins_.empty()) return;
  auto at = origins_.upper_bound(served_last_);
  for (std::size_t i = origins_.size(); i > 0; --i, ++at) {
    if (at == origins_.end()) at = origins_.begin();
    if (at->second->waiting.empty()) continue;
    if (open_ + dialing_ >= core_.options.max_connections && idle_ == 0) return;
    served_last_ = at->first;
    serve(*at->second);
  }
}

void OriginPool::drop_spare_dial(Origin& origin) {
  if (origin.dials.size() <= origin.waiting.size()) return;
  origin.dials.pop_back();
  --dialing_;
}

void OriginPool::dialed(const std::string& key, std::uint64_t id,
                        Result<std::unique_ptr<net::Connection>> made) {
  const auto found = origins_.find(key);
  if (found == origins_.end()) return;
  Origin& origin = *found->second;
  std::erase_if(origin.dials, [id](const Dial& dial) { return dial.id == id; });
  --dialing_;
  if (made) {
    origin.connections.push_back(std::make_unique<ClientConnection>(
        core_, origin.route.key, std::move(*made), ++core_.connections_made));
    ++open_;
    release(*origin.connections.back());
    return;
  }
  if (ClientTask* const first = take_waiting(origin)) first->fail_later(made.error());
  serve(origin);
  serve_others();
  sweep();
}

// --- connections --------------------------------------------------------------------------------

void OriginPool::use(Origin& origin, ClientConnection& connection, ClientTask& task) {
  std::erase(origin.idle, &connection);
  --idle_;
  connection.begin(task);
}

void OriginPool::release(ClientConnection& connection) {
  Origin& origin = *origins_.find(connection.key())->second;
  if (ClientTask* const next = take_waiting(origin)) {
    drop_spare_dial(origin);
    return connection.begin(*next);
  }
  connection.idle_since = ++releases_;
  origin.idle.push_back(&connection);
  ++idle_;
  while (idle_ > core_.options.max_idle) close_oldest_idle();
  serve_others();
  sweep();
}

// Out of the pool; the object itself may be on the stack.
void OriginPool::close(Origin& origin, ClientConnection& connection) {
  connection.retire();
  if (std::erase(origin.idle, &connection) != 0) --idle_;
  const auto at = std::find_if(origin.connections.begin(), origin.connections.end(),
                               [&](const auto& each) { return each.get() == &connection; });
  if (at == origin.connections.end()) return;
  core_.loop.defer([ending = std::move(*at)]() mutable { ending.reset(); });
  origin.connections.erase(at);
  --open_;
}

void OriginPool::bury(ClientConnection& connection) {
  const auto found = origins_.find(connection.key());
  if (found == origins_.end()) return;
  close(*found->second, connection);
  serve(*found->second);
  serve_others();
  sweep();
}

bool OriginPool::close_oldest_idle() {
  Origin* at = nullptr;
  for (const auto& [key, origin] : origins_) {
    if (origin->idle.empty()) continue;
    if (at == nullptr || origin->idle.front()->idle_since < at->idle.front()->idle_since)
      at = origin.get();
  }
  if (at == nullptr) return false;
  close(*at, *at->idle.front());
  return true;
}

void OriginPool::close_idle() {
  while (close_oldest_idle()) {
  }
  sweep();
}

// --- origins ------------------------------------------------------------------------------------

OriginPool::Origin& OriginPool::origin_of(const Route& route) {
  std::unique_ptr<Origin>& at = origins_[route.key];
  if (!at) {
    at = std::make_unique<Origin>();
    at->route = route;
  }
  return *at;
}

// Last in what calls it: no reference to an origin without users survives it.
void OriginPool::sweep() {
  std::erase_if(origins_, [](const auto& entry) {
    const Origin& origin = *entry.second;
    return origin.waiting.empty() && origin.connections.empty() && origin.dials.empty();
  });
}

}  // namespace strata::http
