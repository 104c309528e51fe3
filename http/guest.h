// http/guest.h - a protocol that took connections of a server and lives on there (ws::Endpoint is
// one): told when the server drains, and waited for.
#pragma once
#include <cstddef>
#include <vector>

namespace strata::http {

class ServerCore;

// Known to a server from Server::welcome(), or the first Response::take_connection(guest), on.
//   Lives:   as long as it likes; it and its servers may go in any order.
//   Threads: the loop's.
class Guest {
 public:
  Guest() = default;
  virtual ~Guest();
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;

  virtual std::size_t staying() const = 0;  // connections that have not ended
  virtual void leave() = 0;                 // the server drains: end them, in the protocol's way
  virtual void cut() = 0;                   // `drain_timeout` is over: end them at once

 protected:
  void left();  // one has ended

 private:
  friend class ServerCore;
  std::vector<ServerCore*> hosts_;  // one, for most
};

}  // namespace strata::http
