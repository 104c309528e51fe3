// sio/client/manager_core.h - what a Manager is while it lives, and until its last callback has
// returned: the connection, the loop that makes it again, the sockets.
//
//               open()              engine opened
//     closed ------------> opening -----------> open
//      ^  ^                 |                    |
//      |  +-- failed -------+                    |  lost, or a packet was wrong
//      |         |                               |
//      |         +-- reconnection: wait, try again, n times ... reconnect_failed
//      +-- close(), or the last socket left -----+
#pragma once
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/timer.h"
#include "sio/binary.h"
#include "sio/client/backoff.h"
#include "sio/client_socket.h"
#include "sio/link.h"
#include "sio/manager.h"
#include "sio/scratch.h"

namespace strata::sio {

using ClientLink = LinkTo<ManagerCore>;

//   Lives:   as its Manager, and as long as a call on the stack holds it.
//   Threads: the loop's.
class ManagerCore : public std::enable_shared_from_this<ManagerCore> {
 public:
  using State = Manager::State;
  ManagerCore(Manager& front, net::Loop& loop, std::string_view url, ManagerOptions options);
  ~ManagerCore();

  // --- for the Manager ---
  void abandon();  // its Manager is gone: nothing is called any more
  ClientSocket& socket(std::string_view nsp, const SocketOptions* options);
  ClientSocket* find(std::string_view nsp) const;
  void open(Manager::OnOpened done);
  void close();
  void set_reconnection(bool on);
  Backoff& backoff() { return backoff_; }
  ManagerOptions& options() { return options_; }
  Listeners& listeners() { return listeners_; }
  State state() const { return state_; }
  bool reconnecting() const { return reconnecting_; }
  const std::string& url() const { return url_; }
  net::Loop& loop() const { return loop_; }
  eio::Client* engine() const { return engine_.get(); }
  void on_log(std::function<void(std::string_view)> sink) { sink_ = std::move(sink); }

  // --- for its sockets ---
  Manager& front() const { return *front_; }
  std::shared_ptr<ManagerCore> keep() { return shared_from_this(); }
  bool gone() const { return gone_; }
  const std::shared_ptr<ClientLink>& link() const { return link_; }
  void joined(ClientSocket& socket);  // it is active from here on
  void left(ClientSocket& socket);    // with the last active one the connection ends
  bool writable() const;              // what is sent leaves at once
  bool has_room() const;              // what is sent waits at most behind max_send_queue
  bool ping_overdue() const;
  void send(std::string_view text, std::span<const Bytes> attachments, bool compress = true);
  void violated(std::string_view what);  // the server: the connection is lost by "parse error"
  void overwhelmed();                    // the server does not read
  std::string& scratch() { return scratch_; }
  void log(std::string_view what, std::string_view why);

 private:
  eio::ClientOptions engine_options();
  void engine_opened();
  void engine_failed(const eio::TransportError& error);
  void start();
  void begin();
  void tell_error(const Failure& why);
  void opening_failed(const Failure& why);
  void connection_lost(std::string_view reason, const std::optional<Failure>& details);
  void reconnect();
  void attempt();
  void stop_timers();
  void received(const Decoder::Answer& decoded);
  Decoder& decoder();
  void dispatch(const Decoder::Decoded& decoded);
  void tell_packet(const Packet& packet);
  template <class... V>
  void event(std::string_view name, const V&... values);
  // The same, and `each` of the active sockets by its turn.
  template <class Each, class... V>
  void tell(std::string_view name, const Each& each, const V&... values);

  // Where a socket stands among the handlers of an event: in the order in which they came, each
  // socket when it last became active.
  class Turn;
  static constexpr std::array<std::string_view, 3> told{"open", "error", "close"};
  struct Active {
    ClientSocket* socket;
    std::array<ListenerId, told.size()> turns;
  };
  struct Telling;  // an event on its way

  Manager* front_;
  net::Loop& loop_;
  ManagerOptions options_;
  std::string url_;
  std::string_view refused_;  // why there is no such URL; empty: there is
  std::shared_ptr<ClientLink> link_;
  Listeners listeners_;
  std::function<void(std::string_view)> sink_;
  Backoff backoff_;
  std::vector<std::unique_ptr<ClientSocket>> sockets_;
  std::vector<Active> active_;  // in the order in which they joined
  Telling* telling_ = nullptr;
  std::vector<std::string_view> elements_;
  std::optional<Decoder> decoder_;
  std::string scratch_;
  State state_ = State::closed;
  bool gone_ = false;
  bool reconnecting_ = false;
  bool skip_reconnect_ = false;
  bool fresh_ = true;  // the next packet is the first of a session
  Manager::OnOpened on_opened_;
  net::TimerHandle open_timer_;
  net::Timer reconnect_timer_;           // to arm it again takes no memory
  std::unique_ptr<eio::Client> engine_;  // last: it goes first
};

}  // namespace strata::sio
