// http/client/origin_pool.h - the connections of a client, by where they lead; and who waits for
// one.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "http/client/client_types.h"
#include "http/client/dialer.h"

namespace strata::http {

class ClientCore;
class ClientConnection;
class ClientTask;

// One request at a time on each connection. The connection used last is used first, so that the
// others can grow old and be closed.
//   Limits: ClientOptions max_per_origin, max_connections, max_idle, max_queued.
//   Owns:   connections and dials. The tasks are the core's.
class OriginPool {
 public:
  explicit OriginPool(ClientCore& core);
  ~OriginPool();

  // Queues `task` and looks for a connection. False: the queue is full, and nothing was queued.
  bool request(ClientTask& task);
  void forget(ClientTask& task);  // it waits no more
  // A connection's exchange is over and it can carry another.
  void release(ClientConnection& connection);
  // It cannot be used any more: out of the pool now, destroyed at the end of the turn.
  void bury(ClientConnection& connection);
  void close_idle();

  std::size_t connection_count() const { return open_; }
  std::size_t idle_count() const { return idle_; }
  std::size_t queued_count() const { return queued_; }

 private:
  struct Dial {
    std::uint64_t id;
    std::unique_ptr<Dialer> dialer;
  };
  struct Origin {
    Route route;
    std::deque<ClientTask*> waiting;
    std::vector<std::unique_ptr<ClientConnection>> connections;
    std::vector<ClientConnection*> idle;  // used last at the end
    std::vector<Dial> dials;              // never more than wait
  };

  void serve(Origin& origin);
  void serve_others();
  void drop_spare_dial(Origin& origin);
  void dialed(const std::string& key, std::uint64_t id,
              Result<std::unique_ptr<net::Connection>> made);
  void use(Origin& origin, ClientConnection& connection, ClientTask& task);
  void close(Origin& origin, ClientConnection& connection);
  bool close_oldest_idle();
  ClientTask* take_waiting(Origin& origin);
  Origin& origin_of(const Route& route);
  void sweep();

  ClientCore& core_;
  std::map<std::string, std::unique_ptr<Origin>, std::less<>> origins_;  // those in use
  std::string served_last_;
  std::size_t open_ = 0;     // connections
  std::size_t dialing_ = 0;  // and those that will be
  std::size_t idle_ = 0;
  std::size_t queued_ = 0;
  std::uint64_t releases_ = 0;
  std::uint64_t dials_made_ = 0;
};

}  // namespace strata::http
