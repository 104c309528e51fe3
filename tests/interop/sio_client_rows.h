// tests/interop/sio_client_rows.h - what the rows of sio_client_rows_*.cpp stand on: a loop, a
// client and a server of another make, which run_client_rows chooses: npm's, ours, Python's. The
// name of each test begins with its rows; a tag [not-python] leaves it out there.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/event_loop.h"
#include "sio/lookup.h"
#include "sio/manager.h"
#include "tests/catch.h"
#include "tests/interop/server_process.h"

namespace strata::rows {

using sio::ClientSocket;
using sio::Json;
using sio::Manager;
using Transports = std::vector<sio::eio::Transport>;

ServerProcess& server();              // one for all tests
Json seen(const std::string& topic);  // what it noted since the last time

// Down as long as this lives, and its state gone.
struct Outage {
  Outage() { server().ask("down"); }
  ~Outage() { server().ask("up"); }
};
// There, and silent.
struct Frozen {
  Frozen() { server().freeze(); }
  ~Frozen() { server().thaw(); }
};

struct Way {
  const char* name;
  Transports transports;
};
inline const Way& polling() {
  static const Way way{"polling", {sio::eio::Transport::polling}};
  return way;
}
inline const Way& websocket() {
  static const Way way{"websocket", {sio::eio::Transport::websocket}};
  return way;
}
inline std::vector<Way> ways() {
  return {polling(),
          websocket(),
          {"upgrade", {sio::eio::Transport::polling, sio::eio::Transport::websocket}}};
}

// How a connection that is cut ends, over the transport it had.
inline std::string reason_of_cut(const Way& way) {
  return way.transports.back() == sio::eio::Transport::polling ? "transport error"
                                                               : "transport close";
}
inline std::string words(std::error_code error) { return error ? error.message() : "none"; }

// The reference's defaults, but with delays of milliseconds.
sio::ManagerOptions quick(std::string path = "/socket.io");
sio::ManagerOptions quick(const Way& way, std::string path = "/socket.io");

struct Stage {
  Stage() : io(loop) {}
  std::string url() const { return server().url(); }
  Manager manager(sio::ManagerOptions options = quick()) {
    return Manager(loop, url(), std::move(options));
  }

  // Turns until it holds; false: 30 s were not enough.
  template <class Holds>
  [[nodiscard]] bool until(const Holds& holds) {
    const net::TimePoint late = loop.now() + 30s;
    bool held = holds();
    for (; !held && loop.now() < late; held = holds()) loop.poll_once(20ms);
    return held;
  }
  [[nodiscard]] bool connected(const ClientSocket& socket) {
    return until([&socket] { return socket.connected(); });
  }
  // For what must not happen: as long as it would take, thrice over.
  void pass(net::Duration time) {
    const net::TimePoint end = loop.now() + time;
    while (loop.now() < end) loop.poll_once(5ms);
  }

  // The upgrade is over, if there is one: from here on a cut means the same each time.
  void upgraded(const Manager& manager);
  // What the raw server read, up to `count` packets.
  Json wire(std::size_t count);

  // The first value of the answer.
  template <class... V>
  Json ask(ClientSocket& socket, std::string_view event, const V&... values) {
    const auto answer = std::make_shared<std::optional<Json>>();
    socket.emit(event, values..., [answer](const Json& value) { *answer = value; });
    REQUIRE(until([&] { return answer->has_value(); }));
    return **answer;
  }
  // What is on its way both ways has come when this returns.
  void fence(ClientSocket& socket) { ask(socket, "echo", "fence"); }
  Json info(ClientSocket& socket) { return ask(socket, "info"); }

  net::EventLoop loop;
  sio::Lookup io;
};

// What a socket, or a manager, tells of itself, in order, as words.
struct Told {
  std::vector<std::string> all;
  std::size_t count(std::string_view word) const;  // of those that begin with it
  std::string words() const;
  std::function<void()> note(std::string word) {
    return [this, word] { all.push_back(word); };
  }
};
//   Lives: longer than the socket.
struct Ears : Told {
  Ears() = default;
  explicit Ears(ClientSocket& socket) { listen(socket); }
  void listen(ClientSocket& socket);
};
struct ManagerEars : Told {
  ManagerEars() = default;
  explicit ManagerEars(Manager& manager) { listen(manager); }
  void listen(Manager& manager);
};

}  // namespace strata::rows
