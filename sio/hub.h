// sio/hub.h - everything of a server that stands on Engine.IO sessions: namespaces, clients,
// sockets by slot and generation. It knows no HTTP, so tests drive it with sessions of their own.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/loop.h"
#include "sio/carrier.h"
#include "sio/namespace.h"
#include "sio/packet.h"
#include "sio/parents.h"
#include "sio/scratch.h"

namespace strata::sio {

struct HubOptions {
  PacketLimits packet;
  net::Duration connect_timeout = 45s;  // to a connection's first namespace
  std::size_t max_namespaces = 64;      // of one connection
  std::size_t max_rooms = 1024;         // of one socket
  std::size_t max_acks = 1024;          // of one socket: answers awaited
  // Bytes of one socket's events that its middlewares (Socket::use) keep before they answer; what
  // comes above that ends with an `error`.
  std::size_t max_kept_events = 1 << 20;
  // Bytes of `auth` of all connections that no namespace has let in yet, together. One connection
  // may send as much as `max_payload`, and `max_payload / max_namespaces` is never too much. As a
  // tree a byte may take 32.
  std::size_t max_strangers_auth = 4'000'000;
  std::size_t max_child_namespaces = 10'000;    // dynamic ones that clients made; of the server
  bool cleanup_empty_child_namespaces = false;  // dynamic ones end with their last socket
  // What makes the adapter of a namespace; nothing: one in memory.
  std::function<std::unique_ptr<Adapter>(Namespace&)> adapter = {};
  // Who comes back in time gets its id, rooms, data and what it missed. Off by default.
  std::optional<RecoveryOptions> connection_state_recovery = {};
};

//   Owns:    namespaces, clients, sockets.
//   Lives:   longer than the sessions; refs and acks may outlive it.
//   Threads: the loop's.
class Hub final : public eio::Handler {
 public:
  Hub(net::Loop& loop, HubOptions options);
  ~Hub() override;

  Namespace& of(std::string_view name);          // made when first named; "" is "/"
  Namespace* find(std::string_view name) const;  // null if nobody made it
  Parents& parents() { return parents_; }        // of dynamic namespaces
  void on_new_namespace(std::function<void(Namespace&)> handler);
  void close();  // "server shutting down" to all sockets
  void on_log(std::function<void(std::string_view)> sink) { sink_ = std::move(sink); }
  bool has_log() const { return sink_ != nullptr; }
  std::size_t client_count() const { return carriers_.size(); }

  // --- eio::Handler ---
  void on_open(eio::Socket& session) override;
  void on_text(eio::Socket& session, std::string_view text) override;
  void on_binary(eio::Socket& session, net::Bytes bytes) override;
  void on_close(eio::Socket& session, std::string_view reason, std::string_view detail) override;

  // --- for the layers around it ---
  const HubOptions& options() const { return options_; }
  const PacketLimits& limits() const { return options_.packet; }
  net::Loop& loop() const { return *loop_; }
  const std::shared_ptr<Link>& link() const { return link_; }
  void log(std::string_view what, std::string_view why);
  Socket& make_socket(Carrier& carrier, Namespace& nsp, Json auth);
  void retire(Socket& socket);  // dead for refs now, gone when the turn ends
  Socket* find(std::uint32_t slot, std::uint32_t generation) const;
  void make_id(std::array<char, 20>& id);  // 120 bits from the kernel
  // `name`, which a client asks for and nobody made yet: as a parent allows it, else null.
  void ask_parents(std::string_view name, const Json& auth,
                   const std::function<void(Namespace*)>& done);
  bool full() const { return children_ >= options_.max_child_namespaces; }
  // What strangers hold. A question to a parent may be forgotten on any thread, with its share.
  std::atomic<std::size_t>& strangers_auth() { return *strangers_auth_; }
  std::shared_ptr<void> share_of_auth(std::size_t bytes);  // counted until it is forgotten
  void child_is_empty(Namespace& child);
  // Runs what the application gave; what it throws is a line in the log that begins with `what`.
  template <class Call>
  void guarded(std::string_view what, const Call& call) {
    try {
      call();
    } catch (const std::exception& error) {
      log(what, error.what());
    } catch (...) {
      log(what, "no std::exception");
    }
  }
  std::vector<std::string_view>& elements() { return elements_; }

  std::string& scratch() { return scratch_; }  // for Scratch
  std::vector<Socket*>& targets() { return targets_; }

 private:
  std::unique_ptr<Adapter> make_adapter(Namespace& nsp) const;
  Namespace& make(std::string name, Namespace* parent);
  struct Slot {
    std::unique_ptr<Socket> socket;
    std::uint32_t generation = 0;
  };
  net::Loop* loop_;
  HubOptions options_;
  std::shared_ptr<Link> link_;
  std::function<void(std::string_view)> sink_;
  Parents parents_;
  ByName<std::unique_ptr<Namespace>> namespaces_;
  std::size_t children_ = 0;  // dynamic ones among them
  std::shared_ptr<std::atomic<std::size_t>> strangers_auth_;
  std::vector<std::function<void(Namespace&)>> on_new_namespace_;
  std::vector<std::unique_ptr<Carrier>> carriers_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::vector<std::string_view> elements_;
  std::vector<Socket*> targets_;
  std::string scratch_;
  std::string entropy_;
};

}  // namespace strata::sio
