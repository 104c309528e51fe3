// sio/await.h: coroutines that wait for sockets, on the loop of a test.
#include "sio/await.h"

#include "net/event_loop.h"
#include "sio/client.h"
#include "tests/catch.h"
#include "tests/sio/client_server.h"

using namespace strata;
using test::ClientServer;

namespace {

void set_up(sio::Server& io) {
  io.on_connection([](sio::Socket& socket) {
    socket.on("sum", [](int a, int b, sio::Ack ack) { ack(a + b); });
    socket.on("pair", [](sio::Ack ack) { ack("spot", 3); });
    socket.on("name", [](const sio::Json& dog, sio::Ack ack) { ack(dog.at("name")); });
    socket.on("silent", [](sio::Ack) {});
    socket.on("echo", [&socket](const sio::Args& all) { socket.emit("echo", all); });
    socket.on("twice", [&socket](int n) {
      socket.emit("echo", n);
      socket.emit("echo", n + 1);
    });
    socket.on("leave", [&socket] { socket.disconnect(); });
  });
  io.of("/slow").use([](sio::Socket&, const sio::Next&) {});
  io.of("/refused").use([](sio::Socket&, const sio::Next& next) {
    next(sio::Refusal("no", {{"code", 7}}));
  });
}

struct World {
  ClientServer server{set_up};
  net::EventLoop loop;
  std::unique_ptr<sio::Manager> manager =
      std::make_unique<sio::Manager>(loop, server.url(), lazy());
  sio::ClientSocket& socket = manager->socket("/");

  static sio::ManagerOptions lazy() {
    sio::ManagerOptions options;
    options.auto_connect = false;
    options.reconnection_delay = 1ms;
    return options;
  }
  // Turns the loop until `task` has ended; what it threw, if so.
  std::string end(const events::AnyTask& task) {
    while (!task.done()) loop.poll_once(10s);
    return why(task);
  }
  static std::string why(const events::AnyTask& task) {
    try {
      if (task.failure() != nullptr) std::rethrow_exception(task.failure());
      return "";
    } catch (const std::exception& error) {
      return error.what();
    }
  }
};

// What is thrown by a wait, as its error code.
template <class Wait>
sio::Task<std::error_code> code_of(Wait wait) {
  try {
    co_await wait;
  } catch (const std::system_error& error) {
    co_return error.code();
  }
  co_return std::error_code();
}

sio::Task<> ends(sio::Awaitable<sio::ArgsWait<>> wait) { co_await wait; }

}  // namespace

TEST_CASE("a coroutine connects, asks and hears", "[sio][threads][client][await]") {
  World world;
  const auto talk = [](sio::ClientSocket& socket) -> sio::Task<std::string> {
    co_await sio::connected(socket, {.timeout = 5s});
    co_await sio::connected(socket);  // it is
    const int sum = co_await sio::ask<int>(socket.timeout(5s), "sum", 40, 2);
    auto [name, age] = co_await sio::ask<std::string, int>(socket.timeout(5s), "pair");
    const sio::Json dog = {{"name", " the dog"}};  // g++ 12 takes no braces behind co_await
    name += co_await sio::ask<std::string>(socket.timeout(5s), "name", dog);
    auto echo = sio::next<int>(socket, "echo");  // listens from here on
    socket.emit("twice", 7);
    const int first = co_await echo;
    const int second = co_await sio::next<int>(socket, "echo");  // none is lost in between
    socket.emit("echo", 1, "two");
    const sio::Json all = co_await sio::next(socket, "echo");
    co_return std::to_string(sum) + name + std::to_string(age) + std::to_string(first) +
        std::to_string(second) + sio::dump(all[0]) + sio::dump(all[1]);
  };
  auto task = talk(world.socket);
  CHECK(world.end(task) == "");
  CHECK(task.get() == "42spot the dog3781\"two\"");
}

TEST_CASE("a wait that comes to nothing throws", "[sio][threads][client][await]") {
  World world;
  sio::ClientSocket& socket = world.socket;
  const auto connect = [](sio::ClientSocket& to) -> sio::Task<> { co_await sio::connected(to); };

  SECTION("the server refuses") {
    const auto refused = [](sio::ClientSocket& to) -> sio::Task<sio::Json> {
      try {
        co_await sio::connected(to);
      } catch (const sio::ConnectError& error) {
        CHECK(std::string(error.what()) == "no");
        co_return error.failure().data.value_or(nullptr);
      }
      co_return nullptr;
    };
    auto task = refused(world.manager->socket("/refused"));
    CHECK(world.end(task) == "");
    CHECK(task.get()["code"] == 7);
  }
  SECTION("there is nobody, and nothing tries again") {
    std::string nobody;
    {
      const ClientServer gone(set_up);
      nobody = gone.url();
    }
    auto options = World::lazy();
    options.reconnection = false;
    sio::Manager once(world.loop, nobody, options);
    CHECK(world.end(connect(once.socket())) != "");
    options.reconnection = true;
    options.reconnection_attempts = 2;
    sio::Manager thrice(world.loop, nobody, options);
    int tries = 0;
    thrice.socket().on("connect_error", [&] { ++tries; });
    CHECK(world.end(connect(thrice.socket())) != "");
    CHECK(tries == 3);
  }
  SECTION("we close before the server lets it in") {
    const auto joins = connect(socket);
    world.manager->close();
    REQUIRE(joins.done());
    CHECK(World::why(joins) == "forced close");
    CHECK(world.end(connect(socket)) == "");  // a wait opens what was closed
  }
  SECTION("the connection goes before the server lets it in, and nothing tries again") {
    auto options = World::lazy();
    options.reconnection = false;
    options.transports = {sio::eio::Transport::websocket};
    sio::Manager once(world.loop, world.server.url(), options);
    once.on("open", [&] { world.server.go_away(); });
    const auto joins = connect(once.socket("/slow"));
    for (int i = 0; i < 1000 && !joins.done(); ++i) world.loop.poll_once(10ms);
    REQUIRE(joins.done());
    CHECK(World::why(joins).starts_with("transport "));
  }
  SECTION("time, in all its forms") {
    auto late = code_of(sio::next(socket, "never", {.timeout = 1ms}));
    CHECK(world.end(late) == "");
    CHECK(late.get() == std::errc::timed_out);
    CHECK(world.end(connect(socket)) == "");
    auto silent = code_of(sio::ask(socket.timeout(1ms), "silent"));
    CHECK(world.end(silent) == "");
    CHECK(silent.get() == sio::timed_out());
  }
  SECTION("the connection goes, and the answer with it") {
    CHECK(world.end(connect(socket)) == "");
    auto lost = code_of(sio::ask(socket.timeout(1h), "silent"));
    socket.emit("leave");
    CHECK(world.end(lost) == "");
    CHECK(lost.get() == sio::socket_disconnected());
  }
  SECTION("another type than asked for") {
    CHECK(world.end(connect(socket)) == "");
    const auto wrong = [](sio::ClientSocket& to) -> sio::Task<> {
      co_await sio::ask<int>(to.timeout(5s), "pair");
    };
    CHECK(world.end(wrong(socket)) ==
          "argument 0: expected integer from -2147483648 to 2147483647, found string");
    socket.emit("echo", "text");
    const auto heard = [](sio::ClientSocket& to) -> sio::Task<> {
      co_await sio::next<int>(to, "echo");
    };
    CHECK(world.end(heard(socket)) ==
          "argument 0: expected integer from -2147483648 to 2147483647, found string");
  }
  SECTION("abort() of its signal, before and while it waits") {
    sio::AbortController controller;
    const sio::AbortSignal stop = controller.signal();
    const auto task = ends(sio::next(socket, "never", {.signal = stop}));
    CHECK_FALSE(task.done());
    CHECK(socket.listener_count("never") == 1);
    controller.abort();
    CHECK(task.done());
    CHECK(World::why(task) == "This operation was aborted");
    CHECK(socket.listener_count("never") == 0);
    CHECK(World::why(ends(sio::next(socket, "never", {.signal = stop}))) ==
          "This operation was aborted");
    CHECK(socket.listener_count("never") == 0);
  }
  SECTION("the socket is destroyed: told in a later turn") {
    const auto task = ends(sio::next(socket, "never"));
    const auto joining = connect(socket);
    world.manager.reset();
    CHECK_FALSE(task.done());
    CHECK(world.end(task) == "The socket that was awaited is gone");
    CHECK(world.end(joining) == "The socket that was awaited is gone");
  }
  SECTION("its handler is removed by name: told in a later turn, and nothing of it stays") {
    const auto task = ends(sio::next(socket, "never"));
    const auto joining = connect(socket);
    socket.off("never");
    socket.off("connect_error");
    CHECK(socket.listener_count("connect") == 0);
    CHECK(socket.listener_count("disconnect") == 0);
    CHECK(world.manager->listener_count("reconnect_failed") == 0);
    CHECK_FALSE(task.done());
    CHECK(world.end(task) == "The handler that awaited was removed");
    CHECK(world.end(joining) == "The handler that awaited was removed");
  }
}

TEST_CASE("a task that is destroyed where it waits leaves no listener, whatever comes",
          "[sio][threads][client][await]") {
  World world;
  sio::ClientSocket& socket = world.socket;
  const auto connect = [](sio::ClientSocket& to) -> sio::Task<> { co_await sio::connected(to); };
  {
    const auto waits = ends(sio::next(socket, "echo"));
    const auto joins = connect(socket);
    CHECK(socket.listener_count("connect") == 1);
    CHECK(world.manager->listener_count("reconnect_failed") == 1);
  }
  for (const char* const event : {"echo", "connect", "connect_error"})
    CHECK(socket.listener_count(event) == 0);
  CHECK(world.manager->listener_count("reconnect_failed") == 0);
  CHECK(world.end(connect(socket)) == "");
  {
    const auto asks = ends(sio::ask(socket.timeout(1h), "sum", 1, 2));
    const auto unawaited = sio::ask(socket.timeout(1h), "sum", 1, 2);
    CHECK_FALSE(asks.done());
  }
  auto after = code_of(sio::ask(socket.timeout(5s), "sum", 1, 2));
  CHECK(world.end(after) == "");  // the answers before it found nobody
  CHECK_FALSE(after.get());
  {
    const auto waits = ends(sio::next(socket, "never"));
    world.manager.reset();
  }
  world.loop.poll_once();
}

TEST_CASE("a coroutine destroys its client behind a wait", "[sio][threads][client][await]") {
  ClientServer server(set_up);
  net::EventLoop loop;
  auto client = std::make_unique<sio::Client>(loop, server.url());
  const auto talk = [&]() -> sio::Task<> {
    co_await sio::connected(client->socket());
    CHECK(co_await sio::ask<int>(client->socket().timeout(5s), "sum", 1, 2) == 3);
    client.reset();
    loop.stop();
  };
  const auto task = talk();
  loop.run();
  CHECK(task.done());
  CHECK(World::why(task) == "");
  CHECK(client == nullptr);
}
