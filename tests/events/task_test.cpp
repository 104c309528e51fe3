// tests/events/task_test.cpp - Task: how it begins, waits, ends, and how its exception travels.
#include "events/task.h"

#include <memory>
#include <string>
#include <vector>

#include "events/once.h"
#include "tests/catch.h"

using namespace strata::events;

namespace {

// Something to wait for that is nobody's emitter.
struct Gate {
  std::coroutine_handle<> waiting;
  void open() { std::exchange(waiting, nullptr).resume(); }
};
struct At {
  Gate& gate;
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> self) const { gate.waiting = self; }
  void await_resume() const {}
};

struct Counted {
  explicit Counted(int& n) : alive(&n) { ++*alive; }
  Counted(const Counted& other) : alive(other.alive) { ++*alive; }
  ~Counted() { --*alive; }
  int* alive;
};

Task<int> seven() { co_return 7; }
Task<int> fails() {
  throw std::runtime_error("seven");
  co_return 7;
}
Task<> writes(std::string& log, Gate& gate, const std::string& word) {
  log += word;
  co_await At{gate};
  log += "!";
}
Task<int> length(std::string by_value) { co_return static_cast<int>(by_value.size()); }
Task<int> length_later(std::string by_value, Gate& gate) {
  co_await At{gate};
  co_return static_cast<int>(by_value.size());
}

std::string what(std::exception_ptr error) {
  try {
    if (error != nullptr) std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return e.what();
  }
  return "nothing";
}

}  // namespace

TEST_CASE("a task runs at once, up to its first wait, as an async function", "[events][codec]") {
  std::string log;
  Gate gate;
  const std::string word = "begun";
  Task<> task = writes(log, gate, word);
  CHECK(log == "begun");
  CHECK_FALSE(task.done());
  gate.open();
  CHECK(log == "begun!");
  CHECK(task.done());
}

TEST_CASE("a task that has ended gives its result, or throws its exception", "[events][codec]") {
  CHECK(seven().get() == 7);
  Task<int> failed = fails();
  CHECK(failed.done());
  CHECK(what(failed.failure()) == "seven");
  CHECK_THROWS_WITH(failed.get(), "seven");
  Gate gate;
  Task<int> waits = length_later("four", gate);
  try {
    waits.get();
    FAIL("it waits");
  } catch (const Error& error) {
    CHECK(error.code() == "ERR_INVALID_STATE");
  }
  CHECK(waits.failure() == nullptr);
  gate.open();
  CHECK(waits.get() == 4);
}

TEST_CASE("a task is awaited, ended already or not yet", "[events][codec]") {
  Gate gate;
  const auto sum = [](Gate& later) -> Task<int> {
    const int before = co_await seven();
    Task<int> slow = length_later(std::string(40, 'x'), later);
    const int behind = co_await slow;
    co_return before + behind;
  };
  Task<int> task = sum(gate);
  CHECK_FALSE(task.done());
  gate.open();
  CHECK(task.get() == 47);
}

TEST_CASE("an exception travels from task to task", "[events][codec]") {
  Gate gate;
  const auto inner = [](Gate& at) -> Task<> {
    co_await At{at};
    throw std::runtime_error("inside");
  };
  const auto middle = [&](Gate& at) -> Task<int> {
    co_await inner(at);
    co_return 1;
  };
  std::string caught;
  const auto outer = [&](Gate& at) -> Task<> {
    try {
      co_await middle(at);
    } catch (const std::runtime_error& error) {
      caught = error.what();
    }
  };
  Task<> task = outer(gate);
  gate.open();
  CHECK(task.done());
  CHECK(caught == "inside");
}

TEST_CASE("a task that is destroyed where it waits lets go of all it holds", "[events][codec]") {
  int alive = 0;
  Gate gate;
  std::string log;
  const auto holds = [&](Counted) -> Task<> {
    const Counted local(alive);
    co_await writes(log, gate, std::string("inner, ") + "and long enough for the heap");
    log += "never";
  };
  {
    const Task<> task = holds(Counted(alive));
    CHECK(alive == 2);
  }
  CHECK(alive == 0);
  CHECK(log.find("never") == std::string::npos);
}

TEST_CASE("a detached task ends by itself, and its exception is told once all is gone",
          "[events][codec]") {
  int alive = 0;
  Gate gate;
  const auto later = [](Gate& at, Counted) -> Task<> {
    co_await At{at};
    throw std::runtime_error("late");
  };
  std::string heard;
  Task<> task = later(gate, Counted(alive));
  task.detach([&](std::exception_ptr error) {
    heard = what(error);
    CHECK(alive == 0);
  });
  CHECK_FALSE(task);
  CHECK(alive == 1);
  gate.open();
  CHECK(heard == "late");

  heard.clear();
  fails().detach([&](std::exception_ptr error) { heard = what(error); });
  CHECK(heard == "seven");
  fails().detach(nullptr);  // nobody wants to know
  seven().detach([&](std::exception_ptr) { heard = "no failure, no call"; });
  CHECK(heard == "seven");
}

TEST_CASE("of a task and the one who awaits it, either may end first", "[events][codec]") {
  Gate gate;
  std::string log;
  {
    Task<> inner = writes(log, gate, "a");
    {
      const auto waits = [](Task<>& on) -> Task<> { co_await on; };
      const Task<> outer = waits(inner);
    }
    gate.open();  // resumes nobody but inner
    CHECK(inner.done());
    CHECK(log == "a!");
  }
  const auto waits = [](std::unique_ptr<Task<>>& on) -> Task<> { co_await *on; };
  auto inner = std::make_unique<Task<>>(writes(log, gate, "b"));
  const Task<> outer = waits(inner);
  inner.reset();
  CHECK_FALSE(outer.done());
}

TEST_CASE("a task moves, and what cannot be copied is its result", "[events][codec]") {
  const auto make = [](int n) -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(n); };
  std::vector<Task<std::unique_ptr<int>>> tasks;
  for (int i = 0; i < 20; ++i) tasks.push_back(make(i));
  int sum = 0;
  const auto add = [&]() -> Task<> {
    for (auto& task : tasks) sum += *co_await task;
  };
  add().get();
  CHECK(sum == 190);
}

TEST_CASE("a hundred thousand waits that end at once need no stack", "[events][codec]") {
  const auto many = []() -> Task<int> {
    int sum = 0;
    for (int i = 0; i < 100'000; ++i) sum += co_await length("ab");
    co_return sum;
  };
  CHECK(many().get() == 200'000);
}
