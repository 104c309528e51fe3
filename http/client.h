// http/client.h - requests to servers: connections kept per origin, redirects, retries, cookies,
// gzip, proxies; whole or piece by piece.
//
//   http::Client client(loop);
//   client.get("http://example.org/", [](http::Result<http::ClientResponse> r) {
//     if (r) use(r->status, r->body); else log(r.error().to_string());
//   });
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "http/client/client_options.h"
#include "http/client/client_types.h"
#include "net/loop.h"

namespace strata::http {

class ClientTask;
class ClientCore;

// Names a request under way: weak, copyable; everything is a no-op once it has ended.
//   Threads: the loop's.
class ClientCall {
 public:
  ClientCall() = default;
  bool live() const;  // its end was not told yet
  void cancel();      // ends it: the end is told as `cancelled`, later in this turn or in the next
  void drop();        // ends it, and nothing is called any more: for destructors
  void pause();       // no on_data until resume(); the server is slowed down, deadlines stand still
  void resume();      // never calls back from inside
  void content_ready();  // after ContentSource::Pull::wait

 private:
  friend class Client;
  explicit ClientCall(const std::shared_ptr<ClientTask>& task) : task_(task) {}
  std::weak_ptr<ClientTask> task_;
};

// Every callback comes later than the call that caused it, and each end comes exactly once. A
// callback may do anything: start requests, cancel, destroy the client.
//   Owns:    its connections; its loop, where none was given.
//   Lives:   shorter than its loop. What is under way when it dies ends without a callback.
//   Errors:  by Result: which, a sentence, and whether to try again makes sense.
//   Threads: the loop's, except stop().
class Client {
 public:
  explicit Client(ClientOptions options = {});  // with a loop of its own
  explicit Client(net::Loop& loop, ClientOptions options = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  ClientCall get(std::string_view url, OnResponse done);
  ClientCall post(std::string_view url, std::string_view media_type, std::string body,
                  OnResponse done);
  // The whole response, at most `max_body` bytes of it.
  ClientCall request(ClientRequest request, OnResponse done);
  // Piece by piece, of any length.
  ClientCall stream(ClientRequest request, ResponseHandlers handlers);

  // Blocking, for programs and tests: turns the client's own loop until the response is there.
  // REQUIRES: the constructor without a loop; not from inside a callback.
  Result<ClientResponse> fetch(ClientRequest request);
  Result<ClientResponse> fetch(std::string_view url);

  std::error_code run();                 // turns the loop until stop()
  void stop();                           // any thread
  void close_idle();                     // closes the connections that nobody uses
  std::size_t connection_count() const;  // open, used or not
  std::size_t idle_count() const;
  std::size_t queued_count() const;  // requests that wait for a connection
  net::Loop& loop();

 private:
  std::shared_ptr<net::Loop> own_loop_;  // run() shares it: the client may die in a callback
  std::unique_ptr<ClientCore> core_;
};

}  // namespace strata::http
