// sio/handshake.h - what the first request of a connection said, and the CONNECT of a socket.
#pragma once
#include <string>
#include <string_view>

#include "sio/eio/server.h"
#include "sio/json.h"

namespace strata::sio {

//   Lives:  as its socket.
class Handshake {
 public:
  Handshake(const eio::Handshake& first, Json auth);
  // Name in any case; empty if absent.
  std::string_view header(std::string_view name) const { return first_->header(name); }
  std::string_view query(std::string_view name) const { return first_->query(name); }
  eio::HandshakeFields headers() const { return first_->headers(); }  // pairs of string_view
  eio::HandshakeFields query() const { return first_->query(); }
  std::string_view url() const { return first_->url(); }
  std::string_view address() const { return first_->address(); }
  bool xdomain() const { return first_->xdomain(); }        // an Origin was sent
  bool secure() const { return false; }                     // TLS ends in front of us
  std::int64_t issued() const { return first_->issued(); }  // ms since the epoch
  std::string time() const;                                 // "Sun Nov 22 2026 08:25:19 GMT+0000"
  const Json& auth() const;                                 // {} if the client gave none

 private:
  const eio::Handshake* first_;
  Json auth_;  // null for {}: ten thousand empty objects are not free
};

// The object of the reference, headers time address xdomain secure issued url query auth: so
// socket.emit("handshake", socket.handshake()) sends it.
void to_json(Json& json, const Handshake& handshake);

}  // namespace strata::sio
