// http/reply.h - a handle to answer later.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/connection.h"
#include "net/task.h"

namespace strata::http {

class ExchangePool;
class Response;

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
  void end(std::string_view last);
  // Content in pieces, as Response::write. False: the client has gone; in the loop's thread also
  // when the queue is above the high mark. Another thread is told nothing of the queue: one that
  // makes much at once lets Response::stream ask for it, and says pull() when there is more.
  bool write(std::string_view piece) { return write(std::string(piece)); }
  bool write(const char* piece) { return write(std::string(piece)); }
  bool write(std::string&& piece);
  bool write(net::SharedBytes piece);
  void flush();  // Response::flush_headers
  void pull();
  void abort();          // RST: no answer
  Response* response();  // what is to be answered, or nullptr. Loop's thread only.
  // Runs it in the loop's thread, at once if this is it, unless the request is answered by then:
  // its response() and request live for that call, also if the call answers. What it throws is
  // logged.
  void perform(net::Task task);
  // The connection itself, for another protocol; nothing has been written. Loop's thread only.
  std::unique_ptr<net::Connection> take_connection();

 private:
  friend class Response;
  Reply(std::shared_ptr<ExchangePool> pool, std::uint32_t slot, std::uint32_t generation)
      : pool_(std::move(pool)), slot_(slot), generation_(generation) {}
  template <class F>
  void with_response(F action);  // there, or in the loop's thread; it may run once only
  template <class Piece>
  bool write_piece(Piece piece);

  std::shared_ptr<ExchangePool> pool_;
  std::uint32_t slot_ = 0;
  std::uint32_t generation_ = 0;
  int status_ = 0;      // 0: as the response has it
  std::string fields_;  // "Name: value\r\n" each
};

}  // namespace strata::http
