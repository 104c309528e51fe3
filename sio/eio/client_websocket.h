// sio/eio/client_websocket.h - a client's session over a WebSocket, or the candidate for it,
// eio4-upgrade. For ClientRun; programs see Client.
#pragma once
#include <string>
#include <string_view>

#include "sio/eio/client.h"
#include "sio/eio/client_address.h"
#include "sio/eio/client_outbox.h"
#include "ws/client.h"

namespace strata::sio::eio {

//   Lives:   may be destroyed inside its sink's calls; nothing is called then, TCP closes at once.
//   Errors:  by the sink.
//   Threads: the loop's.
class ClientWebSocket {
 public:
  class Sink {
   public:
    virtual void on_open(ClientWebSocket& from) = 0;
    virtual void on_message(ClientWebSocket& from, const ws::Message& message) = 0;
    // Once, and last. `broken`: it did not open, or the server broke the protocol.
    virtual void on_gone(ClientWebSocket& from, bool broken, TransportError error) = 0;

   protected:
    ~Sink() = default;
  };

  ClientWebSocket(net::Loop& loop, const ClientOptions& options, const ClientAddress& address,
                  std::string url, http::CookieJar* cookies, Sink& sink);
  // False: there is nothing to send it on, or too much waits there already.
  bool send(const ClientOutbox::Item& packet);
  void close();  // on_gone follows
  std::size_t buffered_bytes() const;
  bool open() const { return client_.connection() != nullptr; }

 private:
  ws::ClientOptions ws_options(const ClientAddress& address, std::string url,
                               http::CookieJar* cookies);
  ws::SendResult send_text(ws::Connection& to, const ClientOutbox::Item& packet);

  const ClientOptions& options_;
  Sink& sink_;
  std::string scratch_;  // a packet, with its type
  ws::Client client_;
};

}  // namespace strata::sio::eio
