// tests/events/on_test.cpp - events::on(): what is kept between two reads, and how the range ends.
#include "events/on.h"

#include <memory>
#include <string>
#include <vector>

#include "tests/catch.h"

using namespace strata::events;

namespace {

using Ints = Range<KeepTuple<int>>;

// Appends all that is read, and how it ended.
Task<> read_all(Ints range, std::string& log) {
  try {
    while (auto next = co_await range.next()) log += std::to_string(std::get<0>(*next));
    log += " end";
  } catch (const Error& error) {
    log += " " + error.code();
  } catch (const std::exception& error) {
    log += std::string(" ") + error.what();
  }
  if (co_await range.next()) log += " more";  // never: an ending is told once
}

}  // namespace

TEST_CASE("on async range: what comes between reads is kept, close ends it",
          "[events][node][codec]") {
  EventEmitter emitter;
  std::string log;
  auto range = on<int>(emitter, "x", {.close = {"end", "close"}});
  for (const int i : {1, 2, 3}) emitter.emit("x", i);
  CHECK(range.buffered() == 3);
  const Task<> task = read_all(std::move(range), log);
  CHECK(log == "123");
  emitter.emit("x", 4);
  CHECK(log == "1234");
  CHECK(emitter.listener_count("end") == 1);
  emitter.emit("close");
  CHECK(log == "1234 end");
  CHECK(task.done());
  CHECK(emitter.event_names().empty());
}

TEST_CASE("on async range: what was kept is read before any ending", "[events][node][codec]") {
  for (const std::string ending : {"end", "error", "abort", "gone", "all", "mismatch"}) {
    INFO(ending);
    auto emitter = std::make_unique<EventEmitter>();
    AbortController controller;
    std::string log;
    auto range = on<int>(*emitter, "x", {.close = {"end"}, .signal = controller.signal()});
    emitter->emit("x", 1);
    emitter->emit("x", 2);
    std::string expected = "12 ERR_EVENT_GONE";
    if (ending == "end") emitter->emit("end"), expected = "12 end";
    if (ending == "error") emitter->emit("error", std::runtime_error("bad")), expected = "12 bad";
    if (ending == "abort") controller.abort(), expected = "12 ABORT_ERR";
    if (ending == "gone") emitter.reset();
    if (ending == "all") emitter->remove_all_listeners("x");
    if (ending == "mismatch") emitter->emit("x", "text"), expected = "12 ERR_LISTENER_MISMATCH";
    if (emitter != nullptr) CHECK(emitter->event_names().empty());
    CHECK(read_all(std::move(range), log).done());
    CHECK(log == expected);
  }
}

TEST_CASE("on async range: each ending reaches the reader that waits", "[events][node][codec]") {
  for (const std::string ending : {"end", "error", "abort", "gone"}) {
    INFO(ending);
    auto emitter = std::make_unique<EventEmitter>();
    AbortController controller;
    std::string log;
    const Task<> task =
        read_all(on<int>(*emitter, "x", {.close = {"end"}, .signal = controller.signal()}), log);
    emitter->emit("x", 1);
    std::string expected = "1 ERR_EVENT_GONE";
    if (ending == "end") emitter->emit("end"), expected = "1 end";
    if (ending == "error") emitter->emit("error", std::runtime_error("bad")), expected = "1 bad";
    if (ending == "abort") controller.abort(), expected = "1 ABORT_ERR";
    if (ending == "gone") emitter.reset();
    CHECK(task.done());
    CHECK(log == expected);
    if (emitter != nullptr) CHECK(emitter->event_names().empty());
  }
}

TEST_CASE("on async range: aborted before it begins, it throws", "[events][node][codec]") {
  EventEmitter emitter;
  CHECK_THROWS_AS(static_cast<void>(on(emitter, "x", {.signal = AbortSignal::abort()})),
                  AbortError);
  CHECK(emitter.event_names().empty());
}

TEST_CASE("on async range: a range of errors, and of typed events", "[events][node][codec]") {
  EventEmitter emitter;
  auto errors = on(emitter, "error");
  emitter.emit("error", std::runtime_error("as value"));
  TypedEmitter<std::string> chat;
  auto words = on<std::string>(chat);
  chat.emit(std::string("hello"));
  const auto read = [&]() -> Task<std::string> {
    const auto error = co_await errors.next();
    const auto word = co_await words.next();
    co_return error->get<std::runtime_error>(0)->what() + (", " + *word);
  };
  CHECK(read().get() == "as value, hello");
}

TEST_CASE("on async range: a typed event closes a typed range", "[events][node][codec]") {
  TypedEmitter<int, std::string> chat;
  auto numbers = on<int>(chat, {.close = {std::string(event_name<std::string>)}});
  CHECK(chat.event_names().size() == 2);  // no typed event is special: nobody waits for errors
  chat.emit(1);
  chat.emit(std::string("end"));
  const auto read = [&]() -> Task<int> {
    int sum = 0;
    while (const auto n = co_await numbers.next()) sum += *n;
    co_return sum;
  };
  CHECK(read().get() == 1);
}

TEST_CASE("on async range: at the bound it fails, or drops the oldest", "[events][node][codec]") {
  EventEmitter emitter;
  std::string log;
  auto fails = on<int>(emitter, "x", {.max_buffered = 2});
  auto drops = on<int>(emitter, "x",
                       {.close = {"end"}, .max_buffered = 2, .when_full = WhenFull::drop_oldest});
  for (const int i : {1, 2, 3}) emitter.emit("x", i);
  CHECK(emitter.listener_count("x") == 1);  // the one that failed has gone
  CHECK(read_all(std::move(fails), log).done());
  CHECK(log == "12 ERR_EVENTS_BUFFER_FULL");
  log.clear();
  emitter.emit("end");
  CHECK(read_all(std::move(drops), log).done());
  CHECK(log == "23 end");
  CHECK(RangeOptions().max_buffered == 1024);
}

TEST_CASE("on async range: destroyed while it waits, nobody listens", "[events][node][codec]") {
  EventEmitter emitter;
  AbortController controller;
  std::string log;
  {
    const Task<> task =
        read_all(on<int>(emitter, "x", {.close = {"end"}, .signal = controller.signal()}), log);
    CHECK(emitter.event_names() == std::vector<std::string>{"x", "error", "end"});
  }
  CHECK(emitter.event_names().empty());
  controller.abort();
  CHECK(log.empty());
}

TEST_CASE("on async range: the reader may end range and emitter in its own emit",
          "[events][node][codec]") {
  auto emitter = std::make_unique<EventEmitter>();
  int read = 0;
  const auto first = [&]() -> Task<> {
    {
      auto range = on<int>(*emitter, "x");
      while (const auto next = co_await range.next())
        if ((read += std::get<0>(*next)) >= 3) break;
    }
    CHECK(emitter->listener_count("x") == 0);
    emitter.reset();
  };
  const Task<> task = first();
  emitter->emit("x", 1);
  emitter->emit("x", 2);
  CHECK(task.done());
  CHECK(emitter == nullptr);
}

TEST_CASE("on async range: only one coroutine reads", "[events][node][codec]") {
  EventEmitter emitter;
  auto range = on<int>(emitter, "x");
  const auto read = [&]() -> Task<> { static_cast<void>(co_await range.next()); };
  Task<> first = read();
  Task<> second = read();
  CHECK_THROWS_AS(second.get(), Error);
  first = Task<>();  // gives its place back
  second = read();
  emitter.emit("x", 1);
  CHECK(second.done());
}

TEST_CASE("on async range: an executor resumes once for all that came meanwhile",
          "[events][node][codec]") {
  EventEmitter emitter;
  std::vector<std::function<void()>> posted;
  std::string log;
  const auto post = [&](std::function<void()> resume) { posted.push_back(std::move(resume)); };
  Task<> task = read_all(on<int>(emitter, "x", {.executor = post}), log);
  emitter.emit("x", 1);
  emitter.emit("x", 2);
  CHECK(log.empty());
  REQUIRE(posted.size() == 1);
  posted[0]();
  CHECK(log == "12");
  emitter.emit("x", 3);
  task = Task<>();
  REQUIRE(posted.size() == 2);
  posted[1]();
  CHECK(log == "12");
  CHECK(emitter.event_names().empty());
}
