// http/exchange.cpp - exchanges taken from the pool and given back.
#include "http/exchange.h"

#include "http/stream.h"

#include <unistd.h>

#include <utility>

namespace strata::http {

std::string_view Content::view() const {
  if (shared != nullptr) return *shared;
  return owned != nullptr ? std::string_view(*owned) : text;
}

std::uint64_t Content::bytes() const { return file.fd ? file.bytes : view().size(); }

void Content::append_to(net::SendQueue& out) {
  if (file.fd) {
    out.append_file(std::move(file));
  } else if (shared != nullptr) {
    out.append(std::move(shared));
  } else if (owned != nullptr) {
    out.append(std::move(*owned));
  } else {
    out.append(text);
  }
}

Exchange::Exchange(ExchangePool& pool, std::uint32_t slot)
    : response(*this), pool_(&pool), slot_(slot) {
  request.exchange_ = this;
}

void Exchange::begin(Carrier& carrier, const RequestHead& head, net::Bytes raw) {
  carrier_ = &carrier;
  request.assign(head, raw);
}

void Exchange::abandon(bool gone) {
  response.ended_ = true;
  response.aborted_ = gone;
  if (!on_abort_) return;
  net::Task task = std::exchange(on_abort_, net::Task());
  guard("on_abort", task);
}

void Exchange::add_content(net::Bytes bytes) {
  if (request.streamed()) return request.give(bytes);
  request.body_.append(net::as_text(bytes));
}

void Exchange::end_content() {
  request.whole_ = true;
  if (request.stream_ != nullptr) request.flow();
}

void Exchange::later(void (*what)(Exchange&)) {
  carrier_->loop().defer(
      [pool = pool_->shared_from_this(), slot = slot_, generation = generation_, what] {
        Exchange* const found = pool->find(slot, generation);
        if (found != nullptr) what(*found);
      });
}

// A head that is out cannot be taken back: only the connection's end tells.
void Exchange::fail(const char* where, const char* what) {
  carrier_->log(std::string(where) + " threw: " + what);
  if (response.ended()) return;
  if (response.head_sent()) return response.abort();
  response.send_status(500);
}

bool Exchange::tell_pipelined() {
  if (!on_pipelined_) return false;
  std::exchange(on_pipelined_, net::Task())();
  return true;
}

Running::~Running() {
  if (--exchange_.running_ == 0 && exchange_.in_use_ && exchange_.response.ended()) {
    exchange_.carrier().settle(exchange_);
  }
}

Exchange& ExchangePool::acquire() {
  if (free_.empty()) {
    const auto slot = static_cast<std::uint32_t>(exchanges_.size());
    exchanges_.push_back(std::make_unique<Exchange>(*this, slot));
    free_.reserve(exchanges_.size());
    free_.push_back(slot);
  }
  Exchange& exchange = *exchanges_[free_.back()];
  free_.pop_back();
  exchange.in_use_ = true;
  return exchange;
}

void ExchangePool::release(Exchange& exchange) {
  if (exchange.response.deferred()) {
    const std::lock_guard lock(mutex_);
    if (exchange.slot_ < waited_.size())
      waited_[exchange.slot_] = 0;  // else defer() ran out of memory
  }
  exchange.in_use_ = false;
  if (++exchange.generation_ == 0) exchange.generation_ = 1;
  exchange.carrier_ = nullptr;
  exchange.held_ = exchange.of_prefix = false;
  exchange.request.clear();
  exchange.response.clear();
  exchange.dispatch.clear();
  exchange.on_abort_ = net::Task();
  exchange.on_pipelined_ = net::Task();
  free_.push_back(exchange.slot_);
}

Exchange* ExchangePool::find(std::uint32_t slot, std::uint32_t generation) const {
  if (forgotten_ || slot >= exchanges_.size()) return nullptr;
  Exchange& exchange = *exchanges_[slot];
  return exchange.in_use_ && exchange.generation_ == generation ? &exchange : nullptr;
}

void ExchangePool::defer(Exchange& exchange) {
  const std::lock_guard lock(mutex_);
  if (waited_.size() <= exchange.slot_) waited_.resize(exchange.slot_ + 1);
  waited_[exchange.slot_] = exchange.generation_;
}

void ExchangePool::forget_handles() {
  const std::lock_guard lock(mutex_);
  forgotten_ = true;
  loop_ = nullptr;
  waited_.assign(waited_.size(), 0);
}

void ExchangePool::close() {
  const std::lock_guard lock(mutex_);
  loop_ = nullptr;
  waited_.clear();
  exchanges_.clear();
  free_.clear();
}

bool ExchangePool::waited_for(std::uint32_t slot, std::uint32_t generation) const {
  const std::lock_guard lock(mutex_);
  return slot < waited_.size() && waited_[slot] == generation;
}

bool ExchangePool::in_loop_thread() const {
  const std::lock_guard lock(mutex_);
  return loop_ != nullptr && loop_->in_loop_thread();
}

void ExchangePool::post(net::Task task) {
  const std::lock_guard lock(mutex_);
  if (loop_ != nullptr) loop_->post(std::move(task));
}

}  // namespace strata::http
