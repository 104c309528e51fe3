// sio/eio/client_address.h - where a client's requests go: URL, path and query, made one. (codec)
//
//   url   http://user:secret@h:8080/engine.io?a=b     query {{"token", "x y"}}
//   GET   http://h:8080/engine.io/?token=x%20y&a=b&EIO=4&transport=polling&t=mx1&sid=_U0f
//   WS    ws://h:8080/engine.io/?token=x%20y&a=b&EIO=4&transport=websocket&sid=_U0f
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/client/url.h"
#include "net/parse.h"
#include "sio/eio/session.h"

namespace strata::sio::eio {

// A value.
class ClientAddress {
 public:
  struct Parts {
    std::string_view url = {};             // http, https, ws, wss; none of them: http
    std::string_view path = "/engine.io";  // where the URL has none
    bool add_trailing_slash = true;
    std::vector<std::pair<std::string, std::string>> query = {};  // not encoded
  };
  // Of keys that both have, the URL's count; EIO, transport and sid are ours.
  //   Errors: a sentence, static text.
  static net::Result<ClientAddress, std::string_view> make(const Parts& parts);

  // What belongs to one request; empty values are left out.
  struct Call {
    Transport transport = Transport::polling;
    std::string_view sid = {};
    std::string_view timestamp_param = {};
    std::string_view timestamp = {};
    bool base64 = false;
  };
  std::string url(const Call& call) const;
  const std::string& socket_path() const { return url_.socket_path; }  // of a Unix socket, or empty
  // Adds the URL's credentials, where there are any, and no field of the program's says otherwise.
  void authorize(std::vector<std::pair<std::string, std::string>>& headers) const;
  const http::Url& parsed() const { return url_; }  // with the path of our requests

 private:
  http::Url url_;
  std::string base_;           // host, port and path
  std::string query_;          // encoded: "" or "a=b&"
  std::string authorization_;  // "Basic ...", or empty
};

}  // namespace strata::sio::eio
