// tests/sio/chaos_world.h - a network over which a scripted session is run again and again, each
// time struck behind another byte.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "sio/eio/packet.h"
#include "tests/catch.h"
#include "tests/support/virtual_loop.h"

// inline: these names are also others', of hostile_world.h and eio_villain.h, in the same program.
namespace strata::test {
inline namespace chaos {

struct Route {
  const char* name;
  std::vector<sio::eio::Transport> transports;
};
inline const std::vector<Route>& routes() {
  using sio::eio::Transport;
  static const std::vector<Route> all = {
      {"polling", {Transport::polling}},
      {"websocket", {Transport::websocket}},
      {"upgrade", {Transport::polling, Transport::websocket}},
  };
  return all;
}

struct Strike {
  Blow blow = Blow::none;
  Way way = Way::to_server;
  std::size_t at = 0;
  std::string words() const {
    return std::string(name_of(blow)) + " " + name_of(way) + " behind byte " + std::to_string(at);
  }
};

// Sanitizers are ten times slower: there, of so many places one.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t strike_step = 11;
#else
constexpr std::size_t strike_step = 1;
#endif

// Calls `run` with every strike of `blow`: behind each byte that a session without one carries,
// which is what `run` answers.
using Carried = std::pair<std::size_t, std::size_t>;  // to the server, to the client
inline void each_strike(Blow blow, const std::function<Carried(const Strike&)>& run) {
  const Carried all = run({});
  REQUIRE(all.first > 0);
  REQUIRE(all.second > 0);
  for (std::size_t at = 0; at <= all.first; at += strike_step) run({blow, Way::to_server, at});
  for (std::size_t at = 0; at <= all.second; at += strike_step) run({blow, Way::to_client, at});
}

struct World {
  explicit World(const Strike& strike) {
    loop.network = &network;
    network.plan(strike.blow, strike.way, strike.at);
  }
  Carried carried() const {
    return {network.carried(Way::to_server), network.carried(Way::to_client)};
  }
  VirtualNetwork network;
  VirtualLoop loop;
};

inline std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

// `some` came of `all`, in their order and none twice: what a connection that is lost may do.
inline bool in_order(const std::vector<std::string>& some, const std::vector<std::string>& all) {
  std::size_t at = 0;
  for (const std::string& one : some) {
    while (at < all.size() && all[at] != one) ++at;
    if (at++ == all.size()) return false;
  }
  return true;
}

}  // namespace chaos
}  // namespace strata::test
