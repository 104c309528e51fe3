// tests/sio/eio_client_lifetime_test.cpp - a client that is destroyed, closed, opened again or
// thrown through, in each of its callbacks.
#include <random>
#include <stdexcept>

#include "tests/catch.h"
#include "tests/sio/eio_client_rig.h"

using namespace strata;
using namespace strata::test;
using eio::Transport;

namespace {

enum class Course { polling, websocket, upgrade, lost };

// A whole life with every callback; `act` is what happens inside callback number `nth`. True: it
// was reached.
struct Life {
  Life(Course course, int nth_callback, std::function<void(Life&)> what)
      : nth(nth_callback), act(std::move(what)), side(rig.loop, {}) {
    eio::ClientOptions options;
    if (course == Course::polling || course == Course::lost)
      options.transports = {Transport::polling};
    if (course == Course::websocket) options.transports = {Transport::websocket};
    side.watches = true;
    side.client = std::make_unique<eio::Client>(rig.loop, side.logged(std::move(options)));
    side.then = [this](const std::string&) {
      if (++count != nth) return;
      reached = true;
      act(*this);
    };
    rig.echo.when_text = [this, course](eio::Socket& socket, std::string_view text) {
      if (text != "close me") return false;
      if (course == Course::lost) {
        rig.engine.reset();  // every connection of it is cut
      } else {
        socket.close();
      }
      return true;
    };
    const auto each = [this](auto call) {
      if (side.client) call(*side.client);
      rig.loop.settle();
    };
    each([](eio::Client& c) { c.open(); });
    each([](eio::Client& c) { c.send("a"); });
    each([](eio::Client& c) { c.send(net::as_bytes(std::string_view("\1\2"))); });
    rig.loop.advance(26s);  // a ping
    each([](eio::Client& c) { c.send("close me"); });
    rig.loop.advance(50s);
    each([](eio::Client& c) { c.open(); });
    each([](eio::Client& c) { c.close(); });
    rig.loop.advance(50s);
  }

  int nth;
  std::function<void(Life&)> act;
  int count = 0;
  bool reached = false;
  Rig rig;
  LoggedClient side;
};

template <class Check>
void in_each_callback(std::function<void(Life&)> act, Check check) {
  for (const Course course : {Course::polling, Course::websocket, Course::upgrade, Course::lost}) {
    int nth = 1;
    for (; nth < 100; ++nth) {
      INFO("course " << static_cast<int>(course) << ", callback " << nth);
      Life life(course, nth, act);
      INFO(life.side.log);
      if (!life.reached) break;
      check(life);
    }
    CHECK(nth > 10);
    CHECK(nth < 100);
  }
}

}  // namespace

TEST_CASE("C9: a client may be destroyed in each of its callbacks, and nothing is called then",
          "[sio][eio-client][lifetime]") {
  in_each_callback([](Life& life) { life.side.client.reset(); },
                   [](Life& life) {
                     CHECK(life.count == life.nth);
                     if (life.rig.engine) CHECK(life.rig.engine->clients_count() == 0);
                   });
}

TEST_CASE("C9: a client may be closed in each of its callbacks", "[sio][eio-client][lifetime]") {
  in_each_callback([](Life& life) { life.side.client->close(); },
                   [](Life& life) {
                     CHECK(life.side.client->state() == eio::Client::State::closed);
                     if (life.rig.engine) CHECK(life.rig.engine->clients_count() == 0);
                   });
}

TEST_CASE("C9: a client may fail in each of its callbacks", "[sio][eio-client][lifetime]") {
  in_each_callback([](Life& life) { life.side.client->fail("parse error", "as a test wants it"); },
                   [](Life& life) {
                     CHECK(life.side.client->state() == eio::Client::State::closed);
                     if (life.rig.engine) CHECK(life.rig.engine->clients_count() == 0);
                   });
}

TEST_CASE("C9: a client may be closed and opened again in each of its callbacks",
          "[sio][eio-client][lifetime]") {
  in_each_callback(
      [](Life& life) {
        life.side.client->close();
        life.side.client->open();
      },
      [](Life& life) {
        life.side.client->close();  // where it was opened behind the last of all
        life.rig.loop.advance(50s);
        CHECK(life.side.client->state() == eio::Client::State::closed);
        if (life.rig.engine) CHECK(life.rig.engine->clients_count() == 0);
      });
}

TEST_CASE("C9: a client may be destroyed right behind a close and an open in each callback",
          "[sio][eio-client][lifetime]") {
  in_each_callback(
      [](Life& life) {
        life.side.client->send("x");
        life.side.client->close();
        life.side.client->open();
        life.side.client.reset();
      },
      [](Life& life) { CHECK(life.count >= life.nth); });
}

TEST_CASE("C9: what a callback throws ends the session and nothing else",
          "[sio][eio-client][lifetime]") {
  in_each_callback([](Life&) { throw std::runtime_error("of a handler"); },
                   [](Life& life) {
                     CHECK(life.side.client->state() == eio::Client::State::closed);
                     if (life.rig.engine) CHECK(life.rig.engine->clients_count() == 0);
                   });
}

TEST_CASE("C9: opened again inside on_error, the old session tells nothing more",
          "[sio][eio-client][lifetime]") {
  for (const bool destroyed : {false, true}) {
    INFO(destroyed);
    ScriptRig rig;
    rig.opened();
    CHECK(rig.take() == "open|");
    rig.side.then = [&](const std::string& what) {
      if (!what.starts_with("error")) return;
      CHECK(rig.client().open());
      if (destroyed) rig.side.client.reset();
    };
    rig.answer("", 0, "500 Oh");
    CHECK(rig.take() == "error:xhr poll error|");
    if (!destroyed) CHECK(rig.client().state() == eio::Client::State::opening);
  }
}

TEST_CASE("C9: what is thrown where no step follows ends the session in the same turn",
          "[sio][eio-client][lifetime]") {
  for (const std::string_view where : {">4hello", "flush", "drain"}) {
    INFO(where);
    VirtualLoop loop;
    Scripted server(loop, net::Address::loopback(80));
    LoggedClient side(loop, {});
    side.watches = true;
    side.client = std::make_unique<eio::Client>(loop, side.logged(websocket_only()));
    side.client->open();
    loop.settle();
    const std::string asked = server.at(0).take();
    const std::string name = "Sec-WebSocket-Key: ";
    server.at(0).send(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
        ws::accept_key(asked.substr(asked.find(name) + name.size(), 24)) + "\r\n\r\n" +
        server_frame(open_packet));
    loop.settle();
    side.then = [&](const std::string& what) {
      if (what == where) throw std::runtime_error("of a handler");
    };
    side.take();
    side.client->send("hello");
    loop.settle();
    CHECK(side.log.ends_with("close:forced close|"));
    CHECK(side.last.context == "of a handler");
  }
}

TEST_CASE("C3: a client that gives up while it opens tries no other transport",
          "[sio][eio-client][eio4-client]") {
  eio::ClientOptions options = both();
  options.try_all_transports = true;
  ScriptRig rig(std::move(options));
  CHECK(rig.peer().got.starts_with("GET "));
  rig.client().fail("parse error", "as the program wants it");
  CHECK(rig.take() == "error:parse error|");
  CHECK(rig.client().state() == eio::Client::State::closed);
  CHECK(rig.server.peers.size() == 1);
}

TEST_CASE("C9: random steps against a server that comes and goes", "[sio][eio-client][lifetime]") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  Rig rig;
  std::unique_ptr<eio::Client> client;
  int callbacks_of_dead = 0;
  const auto make = [&] {
    eio::ClientOptions options;
    options.url = "http://127.0.0.1";
    options.remember_upgrade = random() % 2 != 0;
    options.try_all_transports = random() % 2 != 0;
    if (random() % 4 == 0) options.transports = {Transport::websocket, Transport::polling};
    const auto act = [&](eio::Client& c) {
      if (client.get() != &c) ++callbacks_of_dead;
      switch (random() % 20) {
        case 0:
          return c.close();
        case 1:
          return client.reset();
        case 2:
          return static_cast<void>(c.open());
        case 3:
          return c.fail("parse error", "at random");
        case 4:
          throw std::runtime_error("at random");
        default:
          c.send("x");
      }
    };
    options.on_open = act;
    options.on_text = [act](eio::Client& c, std::string_view) { act(c); };
    options.on_close = [act](eio::Client& c, std::string_view, const eio::TransportError&) {
      act(c);
    };
    options.on_error = [act](eio::Client& c, const eio::TransportError&) { act(c); };
    options.on_upgrade = [act](eio::Client& c, Transport) { act(c); };
    client = std::make_unique<eio::Client>(rig.loop, std::move(options));
  };
  rig.echo.when_text = [&](eio::Socket& socket, std::string_view) {
    if (random() % 8 == 0) socket.close("forced close", random() % 2 != 0);
    return true;
  };
  for (int step = 0; step < 10'000; ++step) {
    if (!client) make();
    switch (random() % 8) {
      case 0:
        client->open();
        break;
      case 1:
        client->close();
        break;
      case 2:
        client.reset();
        break;
      case 3:
        rig.engine->close();
        break;
      case 4:
        client->send(std::string(random() % 3000, 'x'));
        break;
      case 5:
        rig.loop.advance(std::chrono::milliseconds(random() % 60'000));
        break;
      default:
        rig.loop.turn();
    }
  }
  client.reset();
  rig.loop.advance(120s);
  CHECK(callbacks_of_dead == 0);
  CHECK(rig.engine->clients_count() == 0);
}
