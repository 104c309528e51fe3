// sio/manager.h - one connection of a client and the sockets that share it, one for each namespace:
//   sio::Manager manager(loop, "http://localhost:7890");
//   sio::ClientSocket& socket = manager.socket("/chat");
//   manager.on("reconnect", [](int attempt) { log("back after ", attempt); });
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sio/client_options.h"
#include "sio/client_socket.h"
#include "sio/hearing.h"

namespace strata::sio {

class ManagerCore;

// Its events, with what their handlers get:
//   open ()  error (const sio::Failure&)  ping ()  packet (const sio::Json&)
//   close (std::string_view reason, const std::optional<sio::Failure>& details)
//   reconnect_attempt (int)  reconnect (int)  reconnect_error (const sio::Failure&)
//   reconnect_failed ()
// It opens when it is made, unless auto_connect is off, and by itself again when it is lost.
//   Owns:    its sockets, and one eio::Client.
//   Lives:   shorter than its loop. May be destroyed anywhere, inside its callbacks and those of
//            its sockets too: it closes TCP at once, and nothing is called any more.
//   Errors:  by its events. A handler that throws goes to the log.
//   Threads: the loop's.
class Manager : public HearForms<Manager> {
 public:
  enum class State : std::uint8_t { closed, opening, open };

  // `url`: "http://host:port"; a path in it counts for nothing (Lookup makes it a namespace), its
  // query is sent with every request. What is no URL is an `error`, at each open().
  Manager(net::Loop& loop, std::string_view url, ManagerOptions options = {});
  ~Manager();
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  // The one of that namespace, "chat" is "/chat": made when first named, and connected if
  // auto_connect. Throws std::invalid_argument for a name that none can have.
  ClientSocket& socket(std::string_view nsp = "/");
  ClientSocket& socket(std::string_view nsp, SocketOptions options);  // for one that is made
  bool has_socket(std::string_view nsp) const;

  // Null: it is open. `done` hears this attempt only; with one a first failure is not repeated.
  using OnOpened = std::function<void(const Failure* failure)>;
  void open(OnOpened done = {});  // nothing, if it is opening or open
  void connect(OnOpened done = {}) { open(std::move(done)); }
  void close();  // "forced close" to its sockets; no reconnection
  void disconnect() { close(); }

  State state() const;
  bool reconnecting() const;
  bool reconnection() const;
  void reconnection(bool on);  // false ends a running loop
  unsigned reconnection_attempts() const;
  void reconnection_attempts(unsigned most);
  net::Duration reconnection_delay() const;
  void reconnection_delay(net::Duration delay);
  net::Duration reconnection_delay_max() const;
  void reconnection_delay_max(net::Duration delay);
  double randomization_factor() const;
  void randomization_factor(double factor);
  std::optional<net::Duration> timeout() const;
  void timeout(std::optional<net::Duration> limit);

  const std::string& url() const;  // of the server: scheme, host and port
  net::Loop& loop() const;
  eio::Client* engine() const;  // null: never opened
  // Errors of handlers that nobody hears: one line each.
  void on_log(std::function<void(std::string_view)> sink);

  // --- for the layers around it ---
  ManagerCore& core() const { return *core_; }
  Listeners& listeners();
  const Listeners& listeners() const;

 private:
  std::shared_ptr<ManagerCore> core_;
};

}  // namespace strata::sio
