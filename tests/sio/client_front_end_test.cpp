// Every end of a sio::Client: inside whatever it calls, from another thread, before it ever ran.
#include <atomic>

#include "sio/client.h"
#include "tests/catch.h"
#include "tests/sio/client_server.h"

using namespace strata;
using namespace strata::test;

TEST_CASE("a client is destroyed inside its own callbacks, of each way to run",
          "[sio][threads][client]") {
  ClientServer server(set_up);
  for (const char* const event : {"connect", "hello", "echo", "disconnect"}) {
    const auto play = [&](std::unique_ptr<sio::Client>& client, const std::function<void()>& over) {
      client->on(event, [&client, over] {
        client.reset();
        over();
      });
      for (const char* const other : {"connect", "hello", "echo", "disconnect"})
        client->on(other, [&client] { CHECK(client != nullptr); });
      client->on("hello", [&client] {
        if (client) client->emit("echo", [] {});
      });
      client->on("echo", [&client] {
        if (client) client->disconnect();
      });
    };
    INFO(event);
    {
      auto own = std::make_unique<sio::Client>(server.url());
      play(own, [] {});
      own->run();
      CHECK(own == nullptr);
    }
    {
      net::EventLoop loop;
      auto guest = std::make_unique<sio::Client>(loop, server.url());
      play(guest, [&] { loop.stop(); });
      loop.run();
      CHECK(guest == nullptr);
    }
    {
      auto threaded = std::make_unique<sio::Client>(server.url());
      std::promise<void> over;
      play(threaded, [&] { over.set_value(); });
      threaded->start();
      within(over.get_future());
      CHECK(threaded == nullptr);
    }
  }
}

TEST_CASE("a client is destroyed inside whatever it calls", "[sio][threads][client]") {
  ClientServer server(set_up);
  std::string nobody;
  {
    const ClientServer gone(set_up);
    nobody = gone.url();
  }
  std::unique_ptr<sio::Client> client;
  int killed = 0;
  const auto kill = [&] {
    client.reset();
    ++killed;
  };
  using Arrange = std::function<void(sio::Client&)>;
  const auto on = [&](const char* event) -> Arrange {
    return [&kill, event](sio::Client& c) { c.on(event, [&] { kill(); }); };
  };
  const auto manager_on = [&](const char* event) -> Arrange {
    return [&kill, event](sio::Client& c) { c.io().on(event, [&] { kill(); }); };
  };
  const auto any = [&](std::string_view, const sio::Args&) { kill(); };
  struct Place {
    const char* name;
    std::string url;
    Arrange arrange;
  };
  const std::vector<Place> places = {
      {"on_any", server.url(), [&](sio::Client& c) { c.on_any(any); }},
      {"on_any_outgoing", server.url(),
       [&](sio::Client& c) {
         c.on_any_outgoing(any);
         c.on("connect", [&c] { c.emit("echo", 1); });
       }},
      {"an answer", server.url(),
       [&](sio::Client& c) { c.emit("sum", 1, 2, [&](int) { kill(); }); }},
      {"a late answer", server.url(),
       [&](sio::Client& c) {
         c.timeout(1ms).emit("silent", [&](std::error_code, std::optional<int>) { kill(); });
       }},
      {"a lost answer", server.url(),
       [&](sio::Client& c) {
         c.timeout(1h).emit("silent", [&](std::error_code, std::optional<int>) { kill(); });
         c.on("hello", [&c] { c.disconnect(); });
       }},
      {"refused", server.url("/admin"), on("connect_error")},
      {"nobody", nobody, on("connect_error")},
      {"open", server.url(), manager_on("open")},
      {"packet", server.url(), manager_on("packet")},
      {"ping", server.url(), manager_on("ping")},
      {"close", server.url("/admin"), manager_on("close")},
      {"error", nobody, manager_on("error")},
      {"reconnect_attempt", nobody, manager_on("reconnect_attempt")},
      {"reconnect_error", nobody, manager_on("reconnect_error")},
      {"reconnect_failed", nobody, manager_on("reconnect_failed")},
      {"the log", server.url(),
       [&](sio::Client& c) {
         c.on_log([&](std::string_view) { kill(); });
         c.on("hello", [](int) {});
       }},
      {"error of a handler", server.url(),
       [&](sio::Client& c) {
         c.on("error", [&] { kill(); });
         c.on("hello", [] { throw std::runtime_error("hello"); });
       }},
      {"a throwing handler", server.url(),
       [&](sio::Client& c) {
         c.on("hello", [&] {
           kill();
           throw std::runtime_error("behind the end");
         });
       }},
  };
  sio::ManagerOptions options = quick();
  options.reconnection_attempts = 2;
  for (const Place& place : places) {
    INFO(place.name);
    killed = 0;
    client = std::make_unique<sio::Client>(place.url, options);
    place.arrange(*client);
    client->run();
    CHECK(killed == 1);
    CHECK(client == nullptr);
    client.reset();
  }
  killed = 0;
  options.auth = [&] {
    kill();
    return sio::Json();
  };
  client = std::make_unique<sio::Client>(server.url(), options);
  client->run();
  CHECK(killed == 1);
}

TEST_CASE("who destroys a client on another thread waits for its callback, and nothing comes after",
          "[sio][threads][client]") {
  ClientServer server(set_up);
  net::EventLoop loop;
  std::thread turning([&] { loop.run(); });
  for (const bool own : {true, false}) {
    std::unique_ptr<sio::Client> client;
    std::atomic<bool> ended{false}, dead{false};
    std::atomic<int> late{0};
    std::promise<void> inside, made, go_on;
    auto going_on = go_on.get_future();
    const auto make = [&] {
      client = own ? std::make_unique<sio::Client>(server.url())
                   : std::make_unique<sio::Client>(loop, server.url());
      client->once("hello", [&] {
        for (int i = 0; i < 100; ++i) client->emit("echo", i);
        inside.set_value();
        going_on.wait();
        ended = true;
      });
      client->on_any([&](std::string_view, const sio::Args&) { late += dead; });
      made.set_value();
    };
    if (own) {
      make();
      client->start();
    } else {
      loop.post(make);
    }
    within(made.get_future());
    within(inside.get_future());
    auto silent = client->timeout(1h).emit_with_ack("silent");
    auto destroyed = std::async(std::launch::async, [&] {
      client.reset();
      dead = true;
      CHECK(ended);
    });
    CHECK(destroyed.wait_for(10ms) == std::future_status::timeout);
    go_on.set_value();
    within(destroyed);
    if (own) CHECK(silent.wait_for(0s) == std::future_status::ready);
    CHECK(within(silent).error() == std::errc::operation_canceled);
    CHECK(late == 0);
  }
  loop.stop();
  turning.join();
}

TEST_CASE("a client that never ran is destroyed on any thread", "[sio][threads][client]") {
  auto client = std::make_unique<sio::Client>("http://127.0.0.1:1");
  std::future<std::error_code> waiting;
  std::thread([&] {
    waiting = client->wait_connected();
    client.reset();
  }).join();
  CHECK(within(waiting) == std::errc::operation_canceled);

  net::EventLoop loop;
  auto guest = std::make_unique<sio::Client>(loop, "http://127.0.0.1:1");
  std::thread([&] { guest.reset(); }).join();  // the loop never turns again
}
