// sio/client.h - a Socket.IO client that reads like the JavaScript one:
//
//   strata::sio::Client socket("http://localhost:7890");
//   socket.on("connect", [&] { socket.emit("hello", "spot"); });
//   socket.on("myEvent", [](const strata::sio::Json& data) { show(data); });
//   socket.run();
//
// Three ways to run it:
//   Client(url) and run()      this thread serves it, and all handlers run here
//   Client(loop, url)          on a loop of yours, beside what else it does
//   Client(url) and start()    a thread of its own serves it; emit, close ... from any thread
#pragma once
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

#include "sio/channel.h"
#include "sio/client_options.h"
#include "sio/manager.h"

namespace strata::sio {

// The namespace that its URL's path names, and with of() the others of the same connection.
//   Owns:    its Manager; in the first and the third way the loop, in the third the thread.
//   Lives:   in the second way, shorter than its loop. May be destroyed on any thread, and inside
//            any of its callbacks. Never waits for the network: TCP closes at once, and without a
//            goodbye; close() first says one. Once the destructor has returned no callback runs any
//            more, on no thread; one that runs on another thread just then is waited for, so it
//            must not wait for us. A future that is not ready yet becomes so, with an error.
//            What handlers captured is destroyed on the loop's thread, in the second way perhaps
//            a turn later.
//   Errors:  by its events; what nobody hears, by on_log().
//   Threads: any, but for the constructor, run(), start(), socket(), io(), loop().
class Client : public Channel {
 public:
  // Bytes of events on their way from other threads to the loop: emit is false above it.
  static constexpr std::size_t posted_max = 16 * 1024 * 1024;

  explicit Client(std::string_view url, ManagerOptions options = {});
  Client(net::Loop& loop, std::string_view url, ManagerOptions options = {});
  ~Client();

  // Serves until stop(), or until nothing is left that would connect again: it was closed, the
  // server ended or refused it, reconnection is off or used up. What failed at last, if it was so:
  // the errors of wait_connected(). Without auto_connect it waits for a connect(), of any thread.
  std::error_code run();
  std::error_code start();  // serves on a thread of its own, until the end of this object
  void stop();              // run() returns; nothing else happens
  // Leaves all namespaces and closes the connection. The future, which need not be waited for, is
  // ready when all that was emitted before has left, or never will; operation_canceled: the client
  // ended first.
  std::future<std::error_code> close();

  // Another namespace; the same Channel for the same name. The options count for the first call.
  // Throws std::invalid_argument for a name that no namespace can have.
  Channel& of(std::string_view nsp);
  Channel& of(std::string_view nsp, SocketOptions options);

  // Its events and settings. Of "close", "error" and "reconnect_failed" take handlers away by their
  // id, not by the name: run() lives by others.
  Manager& io() const;
  net::Loop& loop() const;
  void on_log(std::function<void(std::string_view)> sink);

 private:
  void begin(std::string_view url, ManagerOptions options);
  Channel& channel(std::string_view nsp, std::optional<SocketOptions> options);
  std::mutex mutex_;
  std::vector<std::unique_ptr<Channel>> others_;  // guarded by mutex_
};

}  // namespace strata::sio
