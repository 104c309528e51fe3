// sio/parents.h - dynamic namespaces: a parent is a rule for names, and makes a namespace for each
// name that a client asks for and the rule allows.
//
//   io.of(std::regex("^/room-\\d+$")).on_connection(...);
//   io.of([](std::string_view name, const sio::Json& auth, sio::NamespaceNext next) {
//     look_up(name, auth, [next](bool known) { next(known); });
//   });
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <regex>
#include <string_view>
#include <vector>

#include "sio/adapter.h"
#include "sio/link.h"

namespace strata::sio {

class Namespace;

// Whether the namespace is to be: next(true), or next(false) and the next parent is asked.
//   Lives:   as long as you like; only the first call counts.
//   Threads: any.
class NamespaceNext {
 public:
  using Decide = std::function<void(bool)>;
  NamespaceNext(std::shared_ptr<Link> link, Decide decide);
  void operator()(bool allow) const;

 private:
  struct Asked;
  std::shared_ptr<Asked> asked_;
};
using NamespaceMatcher =
    std::function<void(std::string_view name, const Json& auth, NamespaceNext next)>;

// What is sent to a parent is sent to each of its children, under the child's name.
class ParentAdapter final : public Adapter {
 public:
  explicit ParentAdapter(Namespace& nsp) : Adapter(nsp) {}
  void add_child(Namespace& child) { children_.push_back(&child); }
  void remove_child(Namespace& child) { std::erase(children_, &child); }

  // No socket is in a parent itself.
  void add(Socket&) override {}
  void remove(Socket&) override {}
  bool join(Socket&, std::string_view) override { return false; }
  bool leave(Socket&, std::string_view) override { return false; }
  void leave_all(Socket&) override {}
  bool contains(const Socket&, std::string_view) const override { return false; }
  std::vector<std::string> rooms_of(const Socket&) const override { return {}; }
  std::size_t size_of(std::string_view) const override { return 0; }
  Socket* find(std::string_view) const override { return nullptr; }
  const std::vector<Socket*>& sockets() const override { return none_; }
  void select(const Target& target, std::vector<Socket*>& out) override;

  void broadcast(const EventPacket& packet, const Target& target, const SendFlags& flags) override;
  // Nobody is asked: which answer was whose namespace's could not be told.
  std::uint64_t broadcast_with_ack(const EventPacket& packet, const Target& target,
                                   const SendFlags& flags,
                                   std::function<void(std::size_t)> on_clients,
                                   std::function<void(Json)> on_answer) override;
  void stop_waiting(std::uint64_t) override {}
  void on_ack(std::uint64_t, const Socket&, const Args&) override {}
  // errc::operation_not_supported: ask the children.
  void fetch_sockets(const Target& target, const SendFlags& flags, OnSockets done) override;
  void add_sockets(const Target& target, const SendFlags& flags,
                   const std::vector<std::string>& rooms) override;
  void del_sockets(const Target& target, const SendFlags& flags,
                   const std::vector<std::string>& rooms) override;
  void disconnect_sockets(const Target& target, const SendFlags& flags, bool close) override;
  void server_side_emit(const EventPacket& packet, const SendFlags& flags, OnServers done) override;
  void persist_session(SavedSession) override {}
  void restore_session(std::string_view, std::string_view, OnRestored done) override { done({}); }

 private:
  template <class Do>
  void each_child(Do act);
  std::vector<Namespace*> children_;
  std::vector<Socket*> none_;
};

//   Owns:    the parents; their children are the hub's.
//   Threads: the loop's.
class Parents {
 public:
  explicit Parents(Hub& hub) : hub_(&hub) {}
  ~Parents();
  Namespace& add(const std::regex& names);
  Namespace& add(NamespaceMatcher matcher);

  // The parent whose regular expression `name` matches; null if there is none.
  Namespace* by_expression(std::string_view name) const;
  // Asks one parent after the other; `done` hears of the first that allows it, or null.
  using OnParent = std::function<void(Namespace* parent)>;
  void ask(std::string_view name, const Json& auth, OnParent done);
  bool empty() const { return parents_.empty(); }
  static ParentAdapter& adapter_of(Namespace& parent);

 private:
  struct Parent {
    std::unique_ptr<Namespace> nsp;
    std::optional<std::regex> names;
    NamespaceMatcher matcher;
  };
  struct Question;
  Namespace& add(std::optional<std::regex> names, NamespaceMatcher matcher);
  void ask_next(std::shared_ptr<Question> question);
  Hub* hub_;
  std::vector<Parent> parents_;
};

}  // namespace strata::sio
