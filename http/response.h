// http/response.h - a response, and a handle to give it later.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "net/connection.h"
#include "net/task.h"

namespace strata::http {

// A response given later: weak, movable, usable from any thread. A no-op when the client has gone.
class Reply {
 public:
  Reply();
  bool live() const;                 // still waited for
  Reply& status(int code);
  Reply& set(std::string_view name, std::string_view value);
  void send(std::string_view body);
  void send(std::string&& body);
  void abort();                      // RST: no answer
  // The connection itself, for another protocol; nothing has been written. Loop's thread only.
  std::unique_ptr<net::Connection> take_connection();
};

// One per request, in order; the connection waits until it has ended.
class Response {
 public:
  Response& status(int code);
  int status() const;
  // CR, LF or NUL in a name or value is refused: the field is left out and `assert`ed.
  Response& set(std::string_view name, std::string_view value);
  Response& append(std::string_view name, std::string_view value);
  Response& type(std::string_view media_type);
  void send(std::string_view body);          // text/html; charset=utf-8 unless set
  void send(net::SharedBytes body);          // application/octet-stream unless set
  void json(std::string_view json_text);
  void send_status(int code);                // its phrase as text/plain
  void redirect(std::string_view url);       // 302
  void redirect(int code, std::string_view url);
  void send_file(const std::string& path);   // 404 where there is none
  void end();
  bool ended() const;                        // answered, deferred answers included
  Reply defer();                             // answered later; `response_timeout` unless held()
  void held();                               // a long poll: `response_timeout` does not run
  // The client went away before the response was complete (also while its body was arriving).
  void on_abort(net::Task task);
  // Bytes of a further request came while this one is unanswered.
  void on_pipelined(net::Task task);
  // The connection itself, for another protocol: nothing has been written, the request's bytes
  // are consumed, what follows goes to the next receiver.
  std::unique_ptr<net::Connection> take_connection();
};

}  // namespace strata::http
