// tests/events/target_model_test.cpp - EventTarget beside a plain model, as model_test.cpp does it
// for the emitter: listeners add, remove, dispatch, abort, stop, prevent, throw and destroy.
#include <memory>

#include "events/error.h"
#include "events/event_target.h"
#include "tests/events/random_programs.h"

using namespace strata::events;

namespace {

constexpr int type_count = 3, callback_count = 5, signal_count = 2, no_signal = -1;
const std::string types[type_count] = {"keyup", "keydown", "click"};

struct How {
  bool once = false;
  bool passive = false;
  int signal = no_signal;
};
// Ids below callback_count can be told apart and found again; all others are lambdas in place.
bool has_identity(int id) { return id < callback_count; }

template <class T>
struct Restore {
  explicit Restore(T& of) : place(of), value(of) {}
  ~Restore() { place = value; }
  T& place;
  T value;
};

class Model {
 public:
  Model(Fire fire, std::function<void()> reported)
      : fire_(std::move(fire)), reported_(std::move(reported)) {}
  void add(int type, int id, How how) {
    if (how.signal != no_signal && signals_[how.signal].aborted) return;
    if (has_identity(id) && find(type, id) != nullptr) return;
    state_->push_back(std::make_shared<Row>(Row{type, id, how.once, how.passive, false}));
    if (how.signal != no_signal) signals_[how.signal].rows.push_back(state_->back());
  }
  void remove(int type, int id) {
    if (Row* const row = find(type, id)) row->removed = true;
  }
  void abort(int signal) {
    signals_[signal].aborted = true;
    for (const auto& row : signals_[signal].rows) row->removed = true;
  }
  void renew_signals() {
    for (Signal& signal : signals_)
      if (signal.aborted) signal = Signal();
  }
  bool dispatch(int type, bool cancelable) {
    Event event{cancelable, false, false, false};
    const Rows present = *state_;
    for (const auto& row : present) {
      if (event.stopped) break;
      if (row->type != type || row->removed) continue;
      if (row->once) row->removed = true;
      event.passive = row->passive;
      const Restore<Event*> restore(current_);
      current_ = &event;
      try {
        fire_(row->id);
      } catch (const Thrown&) {
        reported_();
      }
    }
    return !event.prevented;
  }
  void dispatch_again() {
    if (current_ != nullptr) throw Thrown();
  }
  void stop() {
    if (current_ != nullptr) current_->stopped = true;
  }
  void prevent() {
    if (current_ != nullptr && current_->cancelable && !current_->passive)
      current_->prevented = true;
  }
  void destroy() {
    for (const auto& row : *state_) row->removed = true;
    state_ = std::make_shared<Rows>();
  }

 private:
  struct Row {
    int type;
    int id;
    bool once, passive, removed;
  };
  using Rows = std::vector<std::shared_ptr<Row>>;
  struct Event {
    bool cancelable, passive, stopped, prevented;
  };
  struct Signal {
    Rows rows;
    bool aborted = false;
  };
  Row* find(int type, int id) const {
    for (const auto& row : *state_)
      if (row->type == type && row->id == id && !row->removed) return row.get();
    return nullptr;
  }
  Fire fire_;
  std::function<void()> reported_;
  std::shared_ptr<Rows> state_ = std::make_shared<Rows>();
  Signal signals_[signal_count];
  Event* current_ = nullptr;
};

class Real {
 public:
  Real(Fire fire, std::function<void()> reported)
      : fire_(std::move(fire)), reported_(std::move(reported)) {
    for (int id = 0; id < callback_count; ++id) callbacks_.push_back(callback(calling(id)));
    destroy();
  }
  void add(int type, int id, How how) {
    const EventListenerOptions options{
        how.once, how.passive,
        how.signal == no_signal ? AbortSignal() : controllers_[how.signal].signal()};
    if (has_identity(id)) {
      target_->add_event_listener(types[type], callbacks_[static_cast<std::size_t>(id)], options);
    } else {
      target_->add_event_listener(types[type], calling(id), options);
    }
  }
  void remove(int type, int id) {
    target_->remove_event_listener(types[type], callbacks_[static_cast<std::size_t>(id)]);
  }
  void abort(int signal) { controllers_[signal].abort(); }
  void renew_signals() {
    for (AbortController& one : controllers_)
      if (one.aborted()) one = AbortController();
  }
  bool dispatch(int type, bool cancelable) {
    return target_->dispatch_event(Event(types[type], cancelable));
  }
  void dispatch_again() {
    if (current_ == nullptr) return;
    try {
      target_->dispatch_event(*current_);
    } catch (const Error& error) {
      if (error.code() == "ERR_EVENT_RECURSION") throw Thrown();
    }
  }
  void stop() {
    if (current_ != nullptr) current_->stop_immediate_propagation();
  }
  void prevent() {
    if (current_ != nullptr) current_->prevent_default();
  }
  void destroy() {
    target_ = std::make_unique<EventTarget>();
    target_->on_report([this](std::string_view, std::exception_ptr) { reported_(); });
  }

 private:
  struct Calling {
    Real* real;
    int id;
    void operator()(Event& event) {
      const Restore<Event*> restore(real->current_);
      real->current_ = &event;
      real->fire_(id);
    }
  };
  Calling calling(int id) { return Calling{this, id}; }
  Fire fire_;
  std::function<void()> reported_;
  std::vector<Callback<Calling>> callbacks_;
  std::unique_ptr<EventTarget> target_;
  AbortController controllers_[signal_count];
  Event* current_ = nullptr;
};

template <class Target>
class World : public Program<World<Target>> {
 public:
  explicit World(unsigned seed)
      : Program<World<Target>>(seed),
        target_([this](int id) { this->fired(id); }, [this] { this->note(-4); }) {}

  void begin_step() { target_.renew_signals(); }
  void end_step() {}
  void act() {
    const int what = this->pick(100);
    const int type = this->pick(type_count);
    if (what < 34) {
      How how;
      how.once = this->pick(3) == 0;
      how.passive = this->pick(4) == 0;
      if (this->pick(4) == 0) how.signal = this->pick(signal_count);
      const bool found_again = this->pick(2) == 0;
      const int id = found_again ? this->pick(callback_count) : callback_count + this->new_id();
      target_.add(type, id, how);
    } else if (what < 46) {
      target_.remove(type, this->pick(callback_count));
    } else if (what < 80) {
      this->note(target_.dispatch(type, this->pick(2) == 0));
    } else if (what < 85) {
      target_.prevent();
    } else if (what < 88) {
      target_.stop();
    } else if (what < 92) {
      target_.abort(this->pick(signal_count));
    } else if (what < 94) {
      target_.dispatch_again();
    } else if (what < 98) {
      throw Thrown();
    } else {
      target_.destroy();
    }
  }

 private:
  Target target_;
};

}  // namespace

TEST_CASE("EventTarget mode: random steps run as on a plain model", "[events][codec]") {
  const std::uint64_t fired = run_beside<World<Model>, World<Real>>(200'000);
  CHECK(fired > 60'000);
}
