// tests/events/once_test.cpp - co_await events::once(): its results, and each way in which it ends.
#include "events/once.h"

#include <memory>
#include <string>
#include <vector>

#include "tests/catch.h"

using namespace strata::events;

namespace {

// What an awaited thing came to, as a word.
template <class Awaited>
Task<std::string> outcome(Awaited awaited) {
  try {
    static_cast<void>(co_await awaited);
  } catch (const Error& error) {
    co_return error.code();
  } catch (const std::exception& error) {
    co_return error.what();
  }
  co_return "came";
}
struct Lost : std::runtime_error {
  using runtime_error::runtime_error;
};
struct Dog {  // its copy may throw
  std::string name;
};
struct Point {
  int x, y;
};

}  // namespace

TEST_CASE("once awaitable: resolves to the arguments, typed or as they are",
          "[events][node][codec]") {
  EventEmitter emitter;
  std::string heard;
  const auto typed = [&]() -> Task<> {
    auto [name, age] = co_await once<std::string, int>(emitter, std::string("x") + "y");
    heard = name + " " + std::to_string(age);
  };
  const Task<> first = typed();
  CHECK(emitter.listener_count("xy") == 1);
  CHECK(emitter.emit("xy", "a name that is too long to be in place", 3.0, "extra"));
  CHECK(first.done());
  CHECK(heard == "a name that is too long to be in place 3");

  const auto untyped = [&]() -> Task<Values> { co_return co_await once(emitter, "x"); };
  Task<Values> second = untyped();
  emitter.emit("x", "spot", 3, nullptr, Point{1, 2}, Lost("lost"), Dog{"rex"});
  const Values all = second.get();
  REQUIRE(all.size() == 6);
  CHECK(all.get<std::string>(0) == "spot");
  CHECK(all.get<double>(1) == 3.0);
  CHECK(all.get<std::optional<int>>(2).value_or(5) == std::nullopt);
  CHECK(all.get<Point>(3)->y == 2);
  CHECK(all.get<Lost>(4)->what() == std::string("lost"));
  CHECK_FALSE(all.get<Dog>(5));  // not kept unless it is named
  CHECK_FALSE(all[5].kept());
  CHECK(all[5].describe().find("Dog") != std::string::npos);
  CHECK_FALSE(all.get<int>(0));
  CHECK_FALSE(all.get<int>(6));

  const auto named = [&]() -> Task<std::string> {
    const auto [dog] = co_await once<Dog>(emitter, "x");
    co_return dog.name;
  };
  Task<std::string> third = named();
  emitter.emit("x", Dog{"rex"});
  CHECK(third.get() == "rex");
  CHECK(emitter.event_names().empty());
}

TEST_CASE("once awaitable: it listens from the call on, and is awaited later",
          "[events][node][codec]") {
  EventEmitter emitter;
  auto waiting = once<int>(emitter, "x");
  emitter.emit("x", 1);
  emitter.emit("x", 2);
  const auto read = [&]() -> Task<int> { co_return std::get<0>(co_await waiting); };
  CHECK(read().get() == 1);
}

TEST_CASE("once awaitable: an error rejects, unless it is what is awaited",
          "[events][node][codec]") {
  EventEmitter emitter;
  Task<std::string> wait = outcome(once(emitter, "x"));
  CHECK(emitter.emit("error", Lost("bad")));
  CHECK(wait.get() == "bad");
  wait = outcome(once(emitter, "x"));
  emitter.emit("error", std::make_exception_ptr(Lost("in a pointer")));
  CHECK(wait.get() == "in a pointer");
  wait = outcome(once(emitter, "x"));
  emitter.emit("error", 42);
  CHECK(wait.get() == "ERR_UNHANDLED_ERROR");

  const auto by_type = [&]() -> Task<bool> {
    try {
      co_await once(emitter, "x");
    } catch (const Lost&) {
      co_return true;
    }
    co_return false;
  };
  Task<bool> typed = by_type();
  emitter.emit("error", Lost("bad"));
  CHECK(typed.get());

  const auto awaits = [&]() -> Task<std::string> {
    co_return std::get<0>(co_await once<std::string>(emitter, "error"));
  };
  wait = awaits();
  emitter.emit("error", "as value");
  CHECK(wait.get() == "as value");
  CHECK(emitter.event_names().empty());
  CHECK_THROWS_AS(emitter.emit("error", Lost("nobody waits")), Lost);
}

TEST_CASE("once awaitable: abort ends it, with the reason as cause", "[events][node][codec]") {
  EventEmitter emitter;
  AbortController controller;
  const auto waits = [&]() -> Task<std::string> {
    try {
      co_await once(emitter, "x", {.signal = controller.signal()});
    } catch (const AbortError& error) {
      try {
        if (error.cause() != nullptr) std::rethrow_exception(error.cause());
      } catch (const Lost& cause) {
        co_return error.code() + " " + cause.what();
      }
    }
    co_return "";
  };
  Task<std::string> task = waits();
  controller.abort(std::make_exception_ptr(Lost("the reason")));
  CHECK(task.get() == "ABORT_ERR the reason");
  CHECK(emitter.event_names().empty());
  task = waits();  // aborted already
  CHECK(task.get() == "ABORT_ERR the reason");
}

TEST_CASE("once awaitable: what does not fit is told to the one who waits",
          "[events][node][codec]") {
  EventEmitter emitter;
  int errors = 0;
  emitter.on("error", [&] { ++errors; });
  const auto waits = [&]() -> Task<std::string> {
    try {
      co_await once<std::string, int>(emitter, "x");
    } catch (const MismatchError& error) {
      co_return error.what();
    }
    co_return "";
  };
  Task<std::string> task = waits();
  emitter.emit("x", "one", "two");
  CHECK(task.get() == "event \"x\": argument 2: expected int, found text");
  CHECK(errors == 0);
  CHECK(emitter.listener_count("x") == 0);
  CHECK(emitter.listener_count("error") == 1);
}

TEST_CASE("once awaitable: destroyed while it waits, nobody listens", "[events][node][codec]") {
  EventEmitter emitter;
  AbortController controller;
  {
    const auto waits = [&]() -> Task<> {
      co_await once(emitter, "x", {.signal = controller.signal()});
      FAIL("it was destroyed");
    };
    const Task<> task = waits();
    const auto unused = once(emitter, "x");
    CHECK(emitter.listener_count("x") == 2);
    CHECK(emitter.listener_count("error") == 2);
  }
  CHECK(emitter.event_names().empty());
  controller.abort();
}

TEST_CASE("once awaitable: destroyed by another listener of the same emit",
          "[events][node][codec]") {
  EventEmitter emitter;
  Task<std::string> task;
  emitter.on("x", [&] { task = Task<std::string>(); });
  task = outcome(once(emitter, "x"));
  CHECK(emitter.emit("x"));
  CHECK_FALSE(task);
  CHECK(emitter.listener_count("x") == 1);
}

TEST_CASE("once awaitable: the emitter ends, or others remove the listener",
          "[events][node][codec]") {
  Task<std::string> task, in_emit;
  {
    EventEmitter emitter;
    task = outcome(once(emitter, "x"));
  }
  CHECK(task.get() == "ERR_EVENT_GONE");

  EventEmitter emitter;
  task = outcome(once(emitter, "x"));
  emitter.remove_all_listeners("error");  // no harm: errors are not awaited
  CHECK_FALSE(task.done());
  emitter.remove_all_listeners();
  CHECK(task.get() == "ERR_EVENT_GONE");
  CHECK(emitter.event_names().empty());

  auto ends = std::make_unique<EventEmitter>();
  ends->on("x", [&] { ends.reset(); });
  task = outcome(once(*ends, "x"));
  in_emit = outcome(once(*ends, "y"));
  ends->emit("x");
  CHECK(task.get() == "ERR_EVENT_GONE");
  CHECK(in_emit.get() == "ERR_EVENT_GONE");
}

TEST_CASE("once awaitable: the coroutine may end the emitter, wait again, emit",
          "[events][node][codec]") {
  auto emitter = std::make_unique<EventEmitter>();
  std::string log;
  const auto waits = [&]() -> Task<> {
    for (int i = 0; i < 3; ++i) {
      const auto [word] = co_await once<std::string>(*emitter, "x");
      log += word;
      if (i == 0) emitter->emit("x", "nested, nobody waits");
    }
    emitter.reset();
  };
  const Task<> task = waits();
  for (const char* word : {"a", "b", "c"}) emitter->emit("x", word);
  CHECK(log == "abc");
  CHECK(task.done());
  CHECK(emitter == nullptr);
}

TEST_CASE("once awaitable: a hook that throws, or ends the emitter", "[events][node][codec]") {
  auto emitter = std::make_unique<EventEmitter>();
  int adds = 0;
  emitter->on("newListener", [&] {
    if (++adds == 2) throw Lost("hook");
  });
  CHECK_THROWS_AS(static_cast<void>(once(*emitter, "x")), Lost);
  CHECK(emitter->event_names() == std::vector<std::string>{"newListener"});
  emitter->on("removeListener", [](const std::string&) { throw Lost("dropped"); });
  Task<std::string> task = outcome(once(*emitter, "x"));
  CHECK_THROWS_AS(emitter->emit("x"), Lost);  // of the once itself, as any listener's
  CHECK(task.get() == "ERR_EVENT_GONE");
  adds = 10;
  emitter = std::make_unique<EventEmitter>();
  emitter->on("newListener", [&] { emitter.reset(); });
  CHECK(outcome(once(*emitter, "x")).get() == "ERR_EVENT_GONE");
}

TEST_CASE("once awaitable: an executor resumes, unless the coroutine is gone",
          "[events][node][codec]") {
  EventEmitter emitter;
  std::vector<std::function<void()>> posted;
  const auto post = [&](std::function<void()> resume) { posted.push_back(std::move(resume)); };
  const auto waits = [&]() -> Task<int> {
    const auto [n] = co_await once<int>(emitter, "x", {.executor = post});
    co_return n;
  };
  Task<int> task = waits();
  emitter.emit("x", 1);
  CHECK(emitter.event_names().empty());
  CHECK_FALSE(task.done());
  REQUIRE(posted.size() == 1);
  posted[0]();
  CHECK(task.get() == 1);

  task = waits();
  emitter.emit("x", 2);
  task = Task<int>();
  REQUIRE(posted.size() == 2);
  posted[1]();  // nobody is there to resume
}

TEST_CASE("once awaitable: a typed event is its own result", "[events][node][codec]") {
  TypedEmitter<Dog, Point> chat;
  const auto waits = [&]() -> Task<std::string> { co_return (co_await once<Dog>(chat)).name; };
  Task<std::string> task = waits();
  chat.emit(Point{1, 2});
  CHECK_FALSE(task.done());
  chat.emit(Dog{"spot"});
  CHECK(task.get() == "spot");
  CHECK(chat.event_names().empty());
}

TEST_CASE("once awaitable: temporaries in the co_await expression are whole", "[events][codec]") {
  // g++ 12 copies some of them bit by bit: what is counted here would come out wrong.
  EventEmitter emitter;
  AbortController controller;
  std::vector<std::function<void()>> posted;
  const auto shared = std::make_shared<std::string>(40, 's');
  const auto named = [](std::shared_ptr<std::string> text) { return *text; };
  const auto waits = [&](std::shared_ptr<std::string> mine) -> Task<int> {
    int sum = 0;
    const auto post = [mine, &posted](auto resume) { posted.push_back(std::move(resume)); };
    for (int i = 0; i < 3; ++i) {
      const auto [n] =
          co_await once<int>(emitter, named(mine) + std::to_string(i),
                             {.signal = AbortSignal(controller.signal()), .executor = post});
      sum += n;
    }
    co_return sum;
  };
  Task<int> task = waits(shared);
  for (int i = 0; i < 3; ++i) {
    CHECK(emitter.emit(*shared + std::to_string(i), i + 1));
    posted.back()();
  }
  CHECK(task.get() == 6);
  task = waits(shared);
  task = Task<int>();
  posted.clear();
  CHECK(shared.use_count() == 1);

  const auto by_reference = [&]() -> Task<int> {
    const auto [n] = co_await once<int>(
        emitter, "x", {.executor = [&](auto resume) { posted.push_back(std::move(resume)); }});
    co_return n;
  };
  task = by_reference();
  emitter.emit("x", 7);
  CHECK_FALSE(task.done());
  posted.back()();
  CHECK(task.get() == 7);
}
