// tests/events/model_test.cpp - the emitter beside a model so plain that it is obviously right:
// both run the same random program, whose listeners add, remove, emit, throw and destroy.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>

#include "events/event_emitter.h"
#include "tests/catch.h"

using namespace strata::events;

namespace {

struct Thrown {};
using Fire = std::function<void(int)>;
const std::string names[] = {"a", "b", "c", "newListener", "removeListener"};

// One flat list in order of calling; an emit copies it, and asks before each call.
class Model {
 public:
  explicit Model(Fire fire) : fire_(std::move(fire)) {}
  void on(const std::string& name, int id, bool once, bool prepend) {
    const std::shared_ptr<State> state = state_;  // stays, should we be destroyed
    emit_on(state, "newListener");
    if (state != state_) return;
    const Row row{name, id, once};
    state->rows.insert(prepend ? state->rows.begin() : state->rows.end(), row);
  }
  void off(int id) { off_on(state_, id); }
  void remove_all(const std::string& name) {
    const std::shared_ptr<State> state = state_;
    std::vector<int> ids;
    for (const Row& row : state->rows)
      if (row.name == name) ids.insert(ids.begin(), row.id);
    for (const int id : ids) off_on(state, id);
  }
  bool emit(const std::string& name) { return emit_on(state_, name); }
  std::size_t count(const std::string& name) const {
    return static_cast<std::size_t>(std::count_if(state_->rows.begin(), state_->rows.end(),
                                                  [&](const Row& r) { return r.name == name; }));
  }
  void destroy() {
    state_->rows.clear();
    state_ = std::make_shared<State>();
  }

 private:
  struct Row {
    std::string name;
    int id;
    bool once;
  };
  struct State {
    std::vector<Row> rows;
  };
  void off_on(const std::shared_ptr<State> state, int id) {
    const auto at = std::find_if(state->rows.begin(), state->rows.end(),
                                 [&](const Row& row) { return row.id == id; });
    if (at == state->rows.end()) return;
    state->rows.erase(at);
    emit_on(state, "removeListener");
  }
  bool emit_on(const std::shared_ptr<State> state, const std::string& name) {
    bool heard = false;
    for (const Row& row : std::vector<Row>(state->rows)) {
      if (row.name != name) continue;
      heard = true;
      const auto still = [&] {
        return std::any_of(state->rows.begin(), state->rows.end(),
                           [&](const Row& r) { return r.id == row.id; });
      };
      if (!still()) continue;
      if (row.once) off_on(state, row.id);
      if (state != state_) continue;  // its hook destroyed us
      fire_(row.id);
    }
    return heard;
  }
  Fire fire_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

class Real {
 public:
  explicit Real(Fire fire) : fire_(std::move(fire)) { destroy(); }
  void on(const std::string& name, int id, bool once, bool prepend) {
    const auto listener = [this, id] { fire_(id); };
    EventEmitter& emitter = *emitter_;
    if (once) {
      handles_[id] =
          prepend ? emitter.prepend_once_listener(name, listener) : emitter.once(name, listener);
    } else {
      handles_[id] =
          prepend ? emitter.prepend_listener(name, listener) : emitter.on(name, listener);
    }
  }
  void off(int id) {
    const auto at = handles_.find(id);
    if (at != handles_.end()) emitter_->off(at->second);
  }
  void remove_all(const std::string& name) { emitter_->remove_all_listeners(name); }
  bool emit(const std::string& name) { return emitter_->emit(name); }
  std::size_t count(const std::string& name) const { return emitter_->listener_count(name); }
  void destroy() {
    emitter_ = std::make_unique<EventEmitter>();
    emitter_->set_max_listeners(0);
  }

 private:
  Fire fire_;
  std::unique_ptr<EventEmitter> emitter_;
  std::map<int, Listener> handles_;
};

// The program. Two worlds with one seed stay alike as long as their emitters do.
template <class Emitter>
class World {
 public:
  explicit World(unsigned seed) : random_(seed), emitter_([this](int id) { fired(id); }) {}

  void run() {
    for (int step = 0; step < 60; ++step) {
      calls_left_ = 200;
      note("step", step);
      try {
        act();
      } catch (const Thrown&) {
        note("thrown", step);
      }
      for (const std::string& name : names) note(name, static_cast<int>(emitter_.count(name)));
    }
  }
  const std::vector<std::string>& log() const { return log_; }

 private:
  void note(const std::string& what, int number) {
    log_.push_back(what + " " + std::to_string(number));
  }
  int pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
  const std::string& any_name() {
    return names[static_cast<unsigned>(pick(12)) % std::size(names)];
  }

  void fired(int id) {
    note("fired", id);
    if (--calls_left_ < 0 || depth_ == 4 || pick(2) == 0) return;
    struct Deeper {
      int& depth;
      explicit Deeper(int& d) : depth(++d) {}
      ~Deeper() { --depth; }
    } const deeper(depth_);
    act();
  }

  void act() {
    const int what = pick(100);
    if (what < 35) {
      const std::string& name = any_name();
      const int id = ++last_id_;
      const bool once = pick(3) == 0;
      emitter_.on(name, id, once, pick(3) == 0);
    } else if (what < 55) {
      emitter_.off(1 + pick(last_id_ + 1));
    } else if (what < 90) {
      note("heard", emitter_.emit(any_name()));
    } else if (what < 94) {
      emitter_.remove_all(any_name());
    } else if (what < 98) {
      throw Thrown();
    } else {
      emitter_.destroy();
    }
  }

  std::mt19937 random_;
  std::vector<std::string> log_;
  int last_id_ = 0;
  int depth_ = 0;
  int calls_left_ = 0;
  Emitter emitter_;
};

}  // namespace

TEST_CASE("random programs run as on a plain model", "[events][codec]") {
  const char* given = std::getenv("SEED");
  const unsigned first = given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10))
                                          : std::random_device()();
  std::size_t fired = 0;
  for (unsigned seed = first; seed < first + 300; ++seed) {
    World<Model> expected(seed);
    World<Real> got(seed);
    expected.run();
    got.run();
    INFO("SEED=" << seed);
    REQUIRE(got.log() == expected.log());
    for (const std::string& line : got.log()) fired += line.compare(0, 5, "fired") == 0;
  }
  CHECK(fired > 10'000);  // or the programs are too tame to tell anything
}
