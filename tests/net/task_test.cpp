// tests/net/task_test.cpp - a callable that moves.
#include "net/task.h"

#include <array>
#include <memory>

#include "tests/catch.h"

using strata::net::Task;

TEST_CASE("a task holds what only moves, small or large, and destroys it once", "[net][codec]") {
  const auto counted = std::make_shared<int>(0);
  const auto check = [&](auto padding) {
    {
      Task task([held = std::make_unique<std::shared_ptr<int>>(counted), padding] {
        **held += static_cast<int>(padding.size() > 0);
      });
      CHECK(counted.use_count() == 2);
      Task moved(std::move(task));
      CHECK_FALSE(static_cast<bool>(task));
      CHECK(static_cast<bool>(moved));
      task = std::move(moved);
      task();
      task();
      CHECK(counted.use_count() == 2);
      task = Task([] {});
      CHECK(counted.use_count() == 1);
    }
    CHECK(counted.use_count() == 1);
  };
  check(std::array<char, 1>{});    // inline
  check(std::array<char, 400>{});  // on the heap
  CHECK(*counted == 4);
}

TEST_CASE("a task may be assigned to itself and replaced while it runs no more", "[net][codec]") {
  int calls = 0;
  Task task([&] { ++calls; });
  Task& same = task;
  task = std::move(same);
  task();
  Task empty;
  CHECK_FALSE(static_cast<bool>(empty));
  empty = std::move(task);
  empty();
  CHECK(calls == 2);
}
