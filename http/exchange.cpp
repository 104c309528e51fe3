// http/exchange.cpp - exchanges taken from the pool and given back.
#include "http/exchange.h"

#include <unistd.h>

#include <utility>

namespace strata::http {

std::uint64_t Content::bytes() const {
  if (file.fd >= 0) return file.bytes;
  if (shared != nullptr) return shared->size();
  return owned != nullptr ? owned->size() : text.size();
}

void Content::append_to(net::SendQueue& out) {
  if (file.fd >= 0) {
    if (file.bytes > 0) {
      out.append_file(file);
    } else {
      ::close(file.fd);
    }
    file.fd = -1;
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

void Exchange::abandon() {
  response.ended_ = true;
  if (on_abort_) std::exchange(on_abort_, net::Task())();
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
    waited_[exchange.slot_] = 0;
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
