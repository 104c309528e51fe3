// events/abort_signal.cpp - the state that a controller and its signals share.
//
//   AbortController --.
//   AbortSignal ------+-> AbortState -> AbortNode <-> AbortNode    in the order of adding
//   AbortSignal ------'                     ^
//   AbortCallback --------------------------'
//
// A function may remove any other, abort again, or end the controller and the last signal. So
// abort() takes one node at a time off the list, and what is in use is counted.
#include "events/abort_signal.h"

namespace strata::events {

// Held by its list, or by the abort() that calls it, and by its AbortCallback.
struct AbortNode {
  std::function<void()> call;
  AbortState* state = nullptr;  // null: called, removed, or never to be called
  AbortNode* next = nullptr;
  AbortNode* previous = nullptr;
  unsigned holders = 2;

  void release() {
    if (--holders == 0) delete this;
  }
};

struct AbortState {
  void retain() { ++holders; }
  void release() {
    if (--holders == 0) delete this;
  }
  void link(AbortNode& node) {
    node.state = this;
    node.previous = last;
    (last != nullptr ? last->next : first) = &node;
    last = &node;
  }
  void unlink(AbortNode& node) {
    (node.previous != nullptr ? node.previous->next : first) = node.next;
    (node.next != nullptr ? node.next->previous : last) = node.previous;
    node.state = nullptr;
  }
  void abort(std::exception_ptr why);
  void let_go();

  std::size_t holders = 1;
  bool aborted = false;
  bool controlled = true;  // a controller is there
  std::exception_ptr reason;
  AbortNode* first = nullptr;
  AbortNode* last = nullptr;
};

namespace {
struct Holding {
  explicit Holding(AbortState& of) : state(of) { state.retain(); }
  ~Holding() { state.release(); }
  Holding(const Holding&) = delete;
  AbortState& state;
};
}  // namespace

void AbortState::abort(std::exception_ptr why) {
  if (aborted) return;
  if (why == nullptr) why = std::make_exception_ptr(AbortError());
  const Holding holding(*this);
  reason = std::move(why);
  aborted = true;
  std::exception_ptr failed;
  while (AbortNode* node = first) {
    unlink(*node);
    try {
      node->call();
    } catch (...) {
      if (failed == nullptr) failed = std::current_exception();
    }
    node->release();
  }
  if (failed != nullptr) std::rethrow_exception(failed);
}

// Breaks the ring of a function that captures its own signal.
void AbortState::let_go() {
  controlled = false;
  if (aborted) return;  // an abort() that is under way goes on to the end
  while (AbortNode* node = first) {
    unlink(*node);
    // The handle may stay for long; what the function captured shall not.
    const std::function<void()> call = std::exchange(node->call, nullptr);
    node->release();
  }
}

AbortCallback::operator bool() const { return node_ != nullptr && node_->state != nullptr; }

void AbortCallback::remove() {
  AbortNode* const node = std::exchange(node_, nullptr);
  if (node == nullptr) return;
  if (node->state != nullptr) {
    node->state->unlink(*node);
    --node->holders;  // that of the list; ours is left
  }
  node->release();
}

void AbortCallback::detach() {
  if (AbortNode* const node = std::exchange(node_, nullptr)) node->release();
}

AbortSignal::AbortSignal(AbortState* state) noexcept : state_(state) {
  if (state_ != nullptr) state_->retain();
}
AbortSignal::AbortSignal(const AbortSignal& other) noexcept : AbortSignal(other.state_) {}
AbortSignal::~AbortSignal() {
  if (state_ != nullptr) state_->release();
}

AbortSignal AbortSignal::abort() { return abort(nullptr); }
AbortSignal AbortSignal::abort(std::exception_ptr reason) {
  AbortController controller;
  controller.abort(std::move(reason));
  return controller.signal();
}

bool AbortSignal::aborted() const { return state_ != nullptr && state_->aborted; }

std::exception_ptr AbortSignal::reason() const {
  return state_ != nullptr ? state_->reason : nullptr;
}

void AbortSignal::throw_if_aborted() const {
  if (aborted()) std::rethrow_exception(state_->reason);
}

AbortCallback AbortSignal::on_abort(std::function<void()> f) const {
  if (f == nullptr)
    throw Error("ERR_INVALID_ARG_TYPE", "The \"listener\" argument must be of type function.");
  if (state_ == nullptr || state_->aborted || !state_->controlled) return {};
  AbortNode* const node = new AbortNode{.call = std::move(f)};
  state_->link(*node);
  return AbortCallback(node);
}

AbortController::~AbortController() {
  if (state_ == nullptr) return;
  state_->let_go();
  state_->release();
}

AbortState& AbortController::state() const {
  if (state_ == nullptr) state_ = new AbortState;
  return *state_;
}

AbortSignal AbortController::signal() const { return AbortSignal(&state()); }
bool AbortController::aborted() const { return state_ != nullptr && state_->aborted; }
void AbortController::abort() { state().abort(nullptr); }
void AbortController::abort(std::exception_ptr reason) { state().abort(std::move(reason)); }

}  // namespace strata::events
