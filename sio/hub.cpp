// sio/hub.cpp - sessions in, sockets out.
#include "sio/hub.h"

#include "net/random.h"
#include "sio/eio/make_room.h"
#include "sio/memory_adapter.h"
#include "sio/socket.h"

namespace strata::sio {

Hub::Hub(net::Loop& loop, HubOptions options)
    : loop_(&loop),
      options_(std::move(options)),
      link_(std::make_shared<Link>(loop, *this)),
      parents_(*this),
      strangers_auth_(std::make_shared<std::atomic<std::size_t>>(0)) {
  of("/");
}

Hub::~Hub() { link_->close(); }

std::unique_ptr<Adapter> Hub::make_adapter(Namespace& nsp) const {
  if (options_.adapter) return options_.adapter(nsp);
  return std::make_unique<MemoryAdapter>(nsp, options_.connection_state_recovery);
}

Namespace& Hub::of(std::string_view name) {
  std::string full(name.starts_with('/') ? "" : "/");
  full.append(name);
  if (Namespace* const made = find(full)) return *made;
  Namespace* const parent = parents_.by_expression(full);
  return make(std::move(full), parent);
}

Namespace& Hub::make(std::string name, Namespace* parent) {
  const auto adapter = [this](Namespace& nsp) { return make_adapter(nsp); };
  auto made = parent == nullptr ? std::make_unique<Namespace>(*this, name, adapter)
                                : std::make_unique<Namespace>(*this, name, *parent, adapter);
  Namespace& nsp = *made;
  namespaces_.emplace(std::move(name), std::move(made));
  if (parent != nullptr) {
    ++children_;
    Parents::adapter_of(*parent).add_child(nsp);
  }
  const auto present = on_new_namespace_;
  for (const auto& handler : present)
    guarded("a handler of new_namespace threw: ", [&] { handler(nsp); });
  return nsp;
}

void Hub::ask_parents(std::string_view name, const Json& auth,
                      const std::function<void(Namespace*)>& done) {
  parents_.ask(name, auth, [this, name = std::string(name), done](Namespace* parent) {
    // While the parent thought about it another client may have been faster.
    Namespace* nsp = parent == nullptr ? nullptr : find(name);
    if (nsp == nullptr && parent != nullptr && !full()) nsp = &make(name, parent);
    done(nsp);
  });
}

std::shared_ptr<void> Hub::share_of_auth(std::size_t bytes) {
  strangers_auth() += bytes;
  return {nullptr, [all = strangers_auth_, bytes](void*) { *all -= bytes; }};
}

void Hub::child_is_empty(Namespace& child) {
  if (!options_.cleanup_empty_child_namespaces) return;
  loop_->defer([this, link = link_, name = child.name()] {
    if (link->hub() == nullptr) return;
    const auto found = namespaces_.find(name);
    if (found == namespaces_.end() || !found->second->idle()) return;  // somebody came meanwhile
    Parents::adapter_of(*found->second->parent()).remove_child(*found->second);
    namespaces_.erase(found);
    --children_;
  });
}

void Hub::on_new_namespace(std::function<void(Namespace&)> handler) {
  on_new_namespace_.push_back(std::move(handler));
}

Namespace* Hub::find(std::string_view name) const {
  const auto found = namespaces_.find(name);
  return found == namespaces_.end() ? nullptr : found->second.get();
}

void Hub::close() {
  for (std::size_t i = 0; i < carriers_.size(); ++i)
    carriers_[i]->close_sockets("server shutting down", {});
}

void Hub::on_open(eio::Socket& session) {
  carriers_.push_back(std::make_unique<Carrier>(*this, session));
  carriers_.back()->place = carriers_.size() - 1;
  session.user = carriers_.back().get();
}

void Hub::on_text(eio::Socket& session, std::string_view text) {
  if (session.user != nullptr) static_cast<Carrier*>(session.user)->on_text(text);
}

void Hub::on_binary(eio::Socket& session, net::Bytes bytes) {
  if (session.user != nullptr) static_cast<Carrier*>(session.user)->on_binary(bytes);
}

void Hub::on_close(eio::Socket& session, std::string_view reason, std::string_view detail) {
  auto* const carrier = static_cast<Carrier*>(session.user);
  if (carrier == nullptr) return;
  carrier->on_close(reason, detail);
  session.user = nullptr;
  std::unique_ptr<Carrier> gone = std::move(carriers_[carrier->place]);
  carriers_[carrier->place] = std::move(carriers_.back());
  carriers_.pop_back();
  if (carrier->place < carriers_.size()) carriers_[carrier->place]->place = carrier->place;
  loop_->defer([gone = std::move(gone)] {});  // it may be in the middle of a send
}

void Hub::log(std::string_view what, std::string_view why) {
  if (sink_) sink_(std::string(what).append(why));
}

Socket& Hub::make_socket(Carrier& carrier, Namespace& nsp, Json auth) {
  // Whatever needs memory comes first: an exception leaves all as it was, or a free slot more.
  if (free_slots_.empty()) {
    make_room(free_slots_, slots_.size() + 1);  // so that retire() needs none
    slots_.emplace_back();
    free_slots_.push_back(static_cast<std::uint32_t>(slots_.size() - 1));
  }
  const std::uint32_t slot = free_slots_.back();
  const SocketRef self(link_, slot, slots_[slot].generation);
  slots_[slot].socket = std::make_unique<Socket>(*this, carrier, nsp, self, std::move(auth));
  free_slots_.pop_back();
  nsp.arrived();
  return *slots_[slot].socket;
}

void Hub::retire(Socket& socket) {
  const std::uint32_t number = socket.ref().slot();
  Slot& slot = slots_[number];
  if (slot.socket.get() != &socket) return;
  ++slot.generation;
  loop_->defer([gone = std::move(slot.socket)] {});
  free_slots_.push_back(number);
  socket.nsp().departed();
}

Socket* Hub::find(std::uint32_t slot, std::uint32_t generation) const {
  if (slot >= slots_.size() || slots_[slot].generation != generation) return nullptr;
  return slots_[slot].socket.get();
}

void Hub::make_id(std::array<char, 20>& id) {
  static constexpr char letters[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  if (entropy_.size() < id.size()) {
    entropy_.resize(256);
    net::fill_random({reinterpret_cast<std::uint8_t*>(entropy_.data()), entropy_.size()});
  }
  for (char& c : id) {
    c = letters[static_cast<std::uint8_t>(entropy_.back()) & 63];  // six bits of each byte
    entropy_.pop_back();
  }
}

}  // namespace strata::sio
