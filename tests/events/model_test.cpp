// tests/events/model_test.cpp - the emitter beside a model so plain that it is obviously right:
// both run the same random program, whose listeners add, remove, emit, abort, throw and destroy.
#include <algorithm>
#include <memory>
#include <random>

#include "events/event_emitter.h"
#include "tests/catch.h"
#include "tests/events/random_programs.h"

using namespace strata::events;

namespace {

enum Name { a, b, c, error, new_hook, remove_hook, name_count };
const std::string spelled[name_count] = {"a", "b", "c", "error", "newListener", "removeListener"};
constexpr int signal_count = 3;
constexpr int no_signal = -1;

struct How {
  bool once = false;
  bool prepend = false;
  int signal = no_signal;
};

// One flat list in order of calling; an emit copies it, and asks before each call.
class Model {
 public:
  explicit Model(Fire fire) : fire_(std::move(fire)) {}
  void on(int name, int id, How how) {
    const std::shared_ptr<State> state = state_;  // stays, should we be destroyed
    if (how.signal != no_signal) {
      if (signals_[how.signal].aborted) return;
      signals_[how.signal].ids.push_back(id);
    }
    emit_on(state, new_hook);
    if (state->dead || (how.signal != no_signal && signals_[how.signal].aborted)) return;
    if (count_on(*state, name) == 0) state->order[name] = ++state->last_order;
    const Row row{name, id, how.once};
    state->rows.insert(how.prepend ? state->rows.begin() : state->rows.end(), row);
  }
  void off(int id) { off_on(state_, id); }
  void remove_all(int name) { remove_all_on(state_, name); }
  void remove_all() {
    const std::shared_ptr<State> state = state_;
    for (const int name : names())
      if (name != remove_hook) remove_all_on(state, name);
    remove_all_on(state, remove_hook);
  }
  void abort(int signal) {
    Signal& one = signals_[signal];
    if (one.aborted) return;
    one.aborted = true;
    bool failed = false;
    for (std::size_t i = 0; i < one.ids.size(); ++i) {
      try {
        off(one.ids[i]);
      } catch (const Thrown&) {
        failed = true;
      }
    }
    if (failed) throw Thrown();
  }
  void renew_signals() {
    for (Signal& signal : signals_)
      if (signal.aborted) signal = Signal();
  }
  bool emit(int name) {
    const bool heard = emit_on(state_, name);
    if (name == error && !heard) throw Thrown();
    return heard;
  }
  int count(int name) const { return count_on(*state_, name); }
  std::vector<int> names() const {
    std::vector<int> all;
    for (int name = 0; name < name_count; ++name)
      if (count(name) > 0) all.push_back(name);
    std::sort(all.begin(), all.end(),
              [&](int l, int r) { return state_->order[l] < state_->order[r]; });
    return all;
  }
  void destroy() {
    state_->rows.clear();
    state_->dead = true;
    state_ = std::make_shared<State>();
  }

 private:
  struct Row {
    int name;
    int id;
    bool once;
  };
  struct State {
    std::vector<Row> rows;
    int order[name_count] = {};
    int last_order = 0;
    bool dead = false;
  };
  struct Signal {
    std::vector<int> ids;
    bool aborted = false;
  };
  static int count_on(const State& state, int name) {
    int count = 0;
    for (const Row& row : state.rows) count += row.name == name;
    return count;
  }
  void off_on(const std::shared_ptr<State> state, int id) {
    for (std::size_t i = 0; i < state->rows.size(); ++i) {
      if (state->rows[i].id != id) continue;
      state->rows.erase(state->rows.begin() + static_cast<std::ptrdiff_t>(i));
      emit_on(state, remove_hook);
      return;
    }
  }
  void remove_all_on(const std::shared_ptr<State> state, int name) {
    std::vector<int> ids;
    for (const Row& row : state->rows)
      if (row.name == name) ids.insert(ids.begin(), row.id);
    for (const int id : ids) off_on(state, id);
  }
  bool emit_on(const std::shared_ptr<State> state, int name) {
    std::vector<Row> present;
    for (const Row& row : state->rows)
      if (row.name == name) present.push_back(row);
    for (const Row& row : present) {
      bool still = false;
      for (const Row& other : state->rows) still = still || other.id == row.id;
      if (!still) continue;
      if (row.once) off_on(state, row.id);
      if (state->dead) continue;  // its hook destroyed us
      fire_(row.id);
    }
    return !present.empty();
  }
  Fire fire_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
  Signal signals_[signal_count];
};

class Real {
 public:
  explicit Real(Fire fire) : fire_(std::move(fire)) { destroy(); }
  void on(int name, int id, How how) {
    const Options options{
        how.once, how.prepend,
        how.signal == no_signal ? AbortSignal() : controllers_[how.signal].signal()};
    const Listener listener = add(
        *emitter_, spelled[name], [this, id] { fire_(id); }, how, options);
    handles_.resize(std::max(handles_.size(), static_cast<std::size_t>(id) + 1));
    handles_[static_cast<std::size_t>(id)] = listener;
  }
  void off(int id) {
    if (static_cast<std::size_t>(id) < handles_.size())
      emitter_->off(handles_[static_cast<std::size_t>(id)]);
  }
  void remove_all(int name) { emitter_->remove_all_listeners(spelled[name]); }
  void remove_all() { emitter_->remove_all_listeners(); }
  void abort(int signal) { controllers_[signal].abort(); }
  void renew_signals() {
    for (AbortController& one : controllers_)
      if (one.aborted()) one = AbortController();
  }
  bool emit(int name) {
    try {
      return emitter_->emit(spelled[name]);
    } catch (const UnhandledError&) {
      throw Thrown();
    }
  }
  int count(int name) const { return static_cast<int>(emitter_->listener_count(spelled[name])); }
  std::vector<int> names() const {
    std::vector<int> all;
    for (const std::string& name : emitter_->event_names())
      all.push_back(static_cast<int>(std::find(spelled, spelled + name_count, name) - spelled));
    return all;
  }
  void destroy() {
    emitter_ = std::make_unique<EventEmitter>();
    emitter_->set_max_listeners(0);
  }

 private:
  template <class F>
  static Listener add(EventEmitter& to, const std::string& name, F f, How how,
                      const Options& options) {
    if (options.signal) return to.on(name, f, options);
    if (how.once) return how.prepend ? to.prepend_once_listener(name, f) : to.once(name, f);
    return how.prepend ? to.prepend_listener(name, f) : to.on(name, f);
  }
  Fire fire_;
  std::unique_ptr<EventEmitter> emitter_;
  AbortController controllers_[signal_count];
  std::vector<Listener> handles_;
};

// The program. Two worlds with one seed stay alike as long as their emitters do.
template <class Emitter>
class World : public Program<World<Emitter>> {
 public:
  explicit World(unsigned seed)
      : Program<World>(seed), emitter_([this](int id) { this->fired(id); }) {}

  void begin_step() { emitter_.renew_signals(); }
  void end_step() {
    for (int name = 0; name < name_count; ++name) this->note(emitter_.count(name));
    if (this->steps() % 8 == 0)
      for (const int name : emitter_.names()) this->note(name);
  }
  void act() {
    const int what = this->pick(100);
    if (what < 34) {
      const int name = any_name();
      How how;
      how.once = this->pick(3) == 0;
      how.prepend = this->pick(3) == 0;
      if (this->pick(4) == 0) how.signal = this->pick(signal_count);
      emitter_.on(name, this->new_id(), how);
    } else if (what < 52) {
      emitter_.off(this->any_id());
    } else if (what < 88) {
      this->note(emitter_.emit(any_name()));
    } else if (what < 91) {
      emitter_.remove_all(any_name());
    } else if (what < 92) {
      emitter_.remove_all();
    } else if (what < 95) {
      emitter_.abort(this->pick(signal_count));
    } else if (what < 98) {
      throw Thrown();
    } else {
      emitter_.destroy();
    }
  }

 private:
  int any_name() { return this->pick(2 * name_count) % (this->pick(2) == 0 ? 3 : name_count); }
  Emitter emitter_;
};

}  // namespace

TEST_CASE("a million random steps run as on a plain model", "[events][codec]") {
  const std::uint64_t fired = run_beside<World<Model>, World<Real>>(1'000'000);
  CHECK(fired > 300'000);  // or the programs are too tame to tell anything
}
