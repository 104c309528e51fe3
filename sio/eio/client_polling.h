// sio/eio/client_polling.h - a client's session over requests, eio4-polling: at most one GET and
// one POST at a time. For ClientRun; programs see Client.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "http/client.h"
#include "sio/eio/client.h"
#include "sio/eio/client_address.h"

namespace strata::sio::eio {

//   Lives:   may be destroyed inside its sink's calls; nothing is called then.
//   Errors:  by the sink.
//   Threads: the loop's.
class ClientPolling {
 public:
  class Sink {
   public:
    virtual void on_poll_answer(std::string_view body) = 0;
    virtual void on_post_answer() = 0;
    virtual void on_poll_error(TransportError error) = 0;
    virtual void on_post_error(TransportError error) = 0;

   protected:
    ~Sink() = default;
  };

  ClientPolling(net::Loop& loop, const ClientOptions& options, const ClientAddress& address,
                http::CookieJar* cookies, Sink& sink);
  void poll(std::string url);
  void post(std::string url, std::string body);

 private:
  http::ClientRequest request(std::string_view method, std::string url) const;

  const ClientOptions& options_;
  const ClientAddress& address_;
  Sink& sink_;
  http::Client client_;
};

}  // namespace strata::sio::eio
