// sio/parents.cpp - who allows a name, and what reaches all children.
#include "sio/parents.h"

#include <algorithm>
#include <atomic>

#include "sio/hub.h"
#include "sio/namespace.h"
#include "sio/remote_socket.h"
#include "sio/socket.h"

namespace strata::sio {

// --- the answer of a rule -----------------------------------------------------------------------
struct NamespaceNext::Asked {
  std::shared_ptr<Link> link;
  Decide decide;
  std::atomic<bool> answered{false};
};

NamespaceNext::NamespaceNext(std::shared_ptr<Link> link, Decide decide)
    : asked_(std::make_shared<Asked>()) {
  asked_->link = std::move(link);
  asked_->decide = std::move(decide);
}

void NamespaceNext::operator()(bool allow) const {
  if (asked_->answered.exchange(true)) return;
  if (asked_->link->here()) return asked_->decide(allow);
  asked_->link->post([asked = asked_, allow] {
    if (asked->link->hub() != nullptr) asked->decide(allow);
  });
}

// --- parents ------------------------------------------------------------------------------------
Parents::~Parents() = default;

ParentAdapter& Parents::adapter_of(Namespace& parent) {
  return static_cast<ParentAdapter&>(parent.adapter());
}

Namespace& Parents::add(const std::regex& names) { return add(names, {}); }
Namespace& Parents::add(NamespaceMatcher matcher) { return add(std::nullopt, std::move(matcher)); }

Namespace& Parents::add(std::optional<std::regex> names, NamespaceMatcher matcher) {
  // No client can ask for this name: it is no child's, and a rule is asked first.
  std::string name("/_");
  append_number(name, static_cast<std::uint64_t>(parents_.size()));
  auto nsp = std::make_unique<Namespace>(*hub_, std::move(name), [](Namespace& self) {
    return std::make_unique<ParentAdapter>(self);
  });
  parents_.push_back({std::move(nsp), std::move(names), std::move(matcher)});
  return *parents_.back().nsp;
}

// A name has `max_name` bytes at most, which bounds what a regular expression may cost.
static bool matches(const std::regex& names, std::string_view name) {
  return std::regex_search(name.begin(), name.end(), names);
}

Namespace* Parents::by_expression(std::string_view name) const {
  for (const Parent& parent : parents_)
    if (parent.names && matches(*parent.names, name)) return parent.nsp.get();
  return nullptr;
}

struct Parents::Question {
  std::string name;
  Json auth;
  OnParent done;
  std::size_t next = 0;
};

void Parents::ask(std::string_view name, const Json& auth, OnParent done) {
  ask_next(std::make_shared<Question>(Question{std::string(name), auth, std::move(done)}));
}

void Parents::ask_next(std::shared_ptr<Question> question) {
  for (;;) {
    if (question->next >= parents_.size()) return question->done(nullptr);
    const std::size_t asked = question->next++;
    const Parent& parent = parents_[asked];
    if (!parent.names) break;
    if (matches(*parent.names, question->name)) return question->done(parent.nsp.get());
  }
  const std::size_t asked = question->next - 1;
  const NamespaceMatcher matcher = parents_[asked].matcher;  // it may add parents
  const NamespaceNext next(hub_->link(), [this, question, asked](bool allow) {
    if (allow) return question->done(parents_[asked].nsp.get());
    ask_next(question);
  });
  bool threw = true;
  hub_->guarded("the rule of a dynamic namespace threw: ", [&] {
    matcher(question->name, question->auth, next);
    threw = false;
  });
  if (threw) next(false);
}

// --- to all children ----------------------------------------------------------------------------
template <class Do>
void ParentAdapter::each_child(Do act) {
  const std::vector<Namespace*> present = children_;  // a handler may make another
  for (Namespace* const child : present)
    if (std::find(children_.begin(), children_.end(), child) != children_.end()) act(*child);
}

void ParentAdapter::select(const Target& target, std::vector<Socket*>& out) {
  each_child([&](Namespace& child) { child.adapter().select(target, out); });
}

void ParentAdapter::broadcast(const EventPacket& packet, const Target& target,
                              const SendFlags& flags) {
  //   2/_0,["event",1]   becomes   2/room-7,["event",1]
  const std::size_t at = packet.head_bytes - nsp().name().size() - 1;
  each_child([&](Namespace& child) {
    std::string text(packet.text.substr(0, at));
    text.append(child.name()).push_back(',');
    const std::size_t head_bytes = text.size();
    text.append(packet.text.substr(packet.head_bytes));
    child.adapter().broadcast({text, head_bytes, packet.attachments}, target, flags);
  });
}

std::uint64_t ParentAdapter::broadcast_with_ack(const EventPacket&, const Target&, const SendFlags&,
                                                std::function<void(std::size_t)> on_clients,
                                                std::function<void(Json)>) {
  on_clients(0);
  return 0;
}

void ParentAdapter::fetch_sockets(const Target&, const SendFlags&, OnSockets done) {
  done(std::make_error_code(std::errc::operation_not_supported), {});
}

void ParentAdapter::add_sockets(const Target& target, const SendFlags& flags,
                                const std::vector<std::string>& rooms) {
  each_child([&](Namespace& child) { child.adapter().add_sockets(target, flags, rooms); });
}

void ParentAdapter::del_sockets(const Target& target, const SendFlags& flags,
                                const std::vector<std::string>& rooms) {
  each_child([&](Namespace& child) { child.adapter().del_sockets(target, flags, rooms); });
}

void ParentAdapter::disconnect_sockets(const Target& target, const SendFlags& flags, bool close) {
  each_child([&](Namespace& child) { child.adapter().disconnect_sockets(target, flags, close); });
}

void ParentAdapter::server_side_emit(const EventPacket&, const SendFlags&, OnServers done) {
  if (done) done(std::make_error_code(std::errc::operation_not_supported), Json::array());
}

}  // namespace strata::sio
