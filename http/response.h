// http/response.h - a response, and a handle to give it later.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/connection.h"
#include "net/task.h"

namespace strata::http {

class Exchange;
class ExchangePool;
class Response;
struct Content;

// A response given later: weak, copyable, usable from any thread. A no-op when the client has
// gone, or when the request was answered already. Off the loop's thread an answer is posted.
class Reply {
 public:
  Reply() = default;
  bool live() const;  // still waited for
  Reply& status(int code);
  Reply& set(std::string_view name, std::string_view value);
  void send(std::string_view body);
  void send(const char* body) { send(std::string_view(body)); }
  void send(std::string&& body);
  void send(net::SharedBytes body);
  void json(std::string_view json_text);
  void send_status(int code);
  void end();
  void abort();          // RST: no answer
  Response* response();  // what is to be answered, or nullptr. Loop's thread only.
  // The connection itself, for another protocol; nothing has been written. Loop's thread only.
  std::unique_ptr<net::Connection> take_connection();

 private:
  friend class Response;
  Reply(std::shared_ptr<ExchangePool> pool, std::uint32_t slot, std::uint32_t generation)
      : pool_(std::move(pool)), slot_(slot), generation_(generation) {}
  template <class F>
  void with_response(F action);  // there, or in the loop's thread; it may run once only

  std::shared_ptr<ExchangePool> pool_;
  std::uint32_t slot_ = 0;
  std::uint32_t generation_ = 0;
  int status_ = 0;      // 0: as the response has it
  std::string fields_;  // "Name: value\r\n" each
};

struct CookieOptions {
  std::optional<net::Duration> max_age;
  std::string domain;
  std::string path = "/";
  bool http_only = false;
  bool secure = false;
  std::string same_site;  // "Lax", "Strict", "None"
};

// One per request, in order; the connection waits until it has ended.
//   Lives:   until it has ended and the handlers on the stack have returned.
//   Threads: the loop's. `defer` gives what other threads may hold.
class Response {
 public:
  explicit Response(Exchange& exchange) : exchange_(&exchange) {}
  Response(const Response&) = delete;
  Response& operator=(const Response&) = delete;

  Response& status(int code);
  int status() const { return status_; }
  // CR, LF or NUL in a name or value is refused: the field is left out and logged. The framing
  // fields (Content-Length, Transfer-Encoding) are ours; "Connection: close" closes.
  Response& set(std::string_view name, std::string_view value);
  Response& append(std::string_view name, std::string_view value);
  Response& remove(std::string_view name);
  std::optional<std::string_view> get(std::string_view name) const;  // what was set
  Response& type(std::string_view name);  // "text/css", or a file's ending: "css", ".css"
  Response& vary(std::string_view name);
  Response& cookie(std::string_view name, std::string_view value,
                   const CookieOptions& options = {});
  Response& clear_cookie(std::string_view name, const CookieOptions& options = {});

  void send(std::string_view body);  // text/html; charset=utf-8 unless set
  void send(const char* body) { send(std::string_view(body)); }
  void send(std::string&& body);     // likewise; a large one is moved, not copied
  void send(net::SharedBytes body);  // application/octet-stream unless set
  void json(std::string_view json_text);
  void send_status(int code);           // its phrase as text/plain
  void redirect(std::string_view url);  // 302
  void redirect(int code, std::string_view url);
  void send_file(const std::string& path);  // 404 where there is none
  // An open file, owned from here on; 304, 206 and 416 where the request asks for them.
  void send_file(int fd, std::string_view name);
  void end();
  bool ended() const { return ended_; }  // answered, or its connection was taken
  bool deferred() const { return deferred_; }
  Reply defer();  // answered later; `response_timeout` unless held()
  void held();    // a long poll: `response_timeout` does not run, and a FIN is an abort
  // Bytes of content this request may have; before its content is read, so in PrefixRoute.on_head.
  void max_body(std::size_t bytes);
  void abort();  // RST: no answer
  // The client went away before the response was complete (also while its body was arriving), or
  // the server refused the rest of the request: status() is then 413, 408 or 400.
  void on_abort(net::Task task);
  // Bytes of a further request came while this one is unanswered.
  void on_pipelined(net::Task task);
  // The connection itself, for another protocol: nothing has been written, the request's bytes
  // are consumed, what follows goes to the next receiver.
  std::unique_ptr<net::Connection> take_connection();

 private:
  friend class Exchange;
  friend class ExchangePool;
  friend class Reply;
  void clear();
  void add_default_type(std::string_view media_type);
  bool add_validator(std::string_view body);  // an ETag; true if the client has it: 304
  void finish(Content&& content);

  Exchange* exchange_;
  int status_ = 200;
  bool ended_ = false;
  bool deferred_ = false;
  bool close_ = false;
  std::string fields_;  // "Name: value\r\n" each
};

}  // namespace strata::http
