// http/client/client_core.h - what the parts of a client share. For the drivers: programs see
// Client.
//
//   ClientTask ----- waits at ----> OriginPool -- opens --> Dialer -- name, connect, tunnel
//       ^  one request                   | owns
//       '------- its bytes ------- ClientConnection -- one http::ClientSession, reused
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "http/client/client_options.h"
#include "http/client/client_types.h"
#include "http/client/origin_pool.h"
#include "http/client/proxy.h"
#include "net/loop.h"

namespace strata::http {

class ClientTask;

//   Lives: until its Client dies, or to the end of that turn where its code is on the stack.
class ClientCore {
 public:
  ClientCore(net::Loop& on, ClientOptions given);
  ~ClientCore();
  ClientCore(const ClientCore&) = delete;
  ClientCore& operator=(const ClientCore&) = delete;

  // While one lives, code of the client is on the stack.
  class Busy {
   public:
    explicit Busy(ClientCore& core) : core_(core) { ++core_.busy_; }
    ~Busy() { --core_.busy_; }
    Busy(const Busy&) = delete;
    Busy& operator=(const Busy&) = delete;

   private:
    ClientCore& core_;
  };
  bool busy() const { return busy_ != 0; }

  std::shared_ptr<ClientTask> add(ClientRequest request, ResponseHandlers handlers,
                                  OnResponse whole);
  void remove(ClientTask& task);
  net::Resolver& resolver();
  std::int64_t unix_seconds() const;  // for cookies alone

  net::Loop& loop;
  const ClientOptions options;
  const ClientLimits limits;
  const net::ConnectionOptions connection_options;
  ProxyRules proxy;
  std::string_view proxy_fault;    // why options.proxy is none
  std::vector<Field> field_table;  // of the head being parsed
  bool dead = false;               // nothing is called from here on
  std::uint64_t connections_made = 0;
  OriginPool pool;

 private:
  std::unique_ptr<net::ThreadResolver> own_resolver_;
  std::vector<std::shared_ptr<ClientTask>> tasks_;
  unsigned busy_ = 0;
};

}  // namespace strata::http
