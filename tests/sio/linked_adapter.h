// tests/sio/linked_adapter.h - servers of one process joined to one, by an adapter of a user's own.
#pragma once
#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sio/hub.h"
#include "sio/memory_adapter.h"
#include "sio/remote_socket.h"
#include "sio/socket.h"

namespace strata::test {

// Does here what it is asked to, and has the others do it too: what travels is data only, as it
// would over a broker.
class LinkedAdapter final : public sio::MemoryAdapter {
 public:
  using Group = std::vector<LinkedAdapter*>;
  LinkedAdapter(sio::Namespace& nsp, Group& group) : sio::MemoryAdapter(nsp), group_(&group) {
    group.push_back(this);
  }
  void close() override { std::erase(*group_, this); }
  void server_count(std::function<void(std::size_t)> done) override { done(group_->size()); }

  void broadcast(const sio::EventPacket& packet, const sio::Target& target,
                 const sio::SendFlags& flags) override {
    sio::MemoryAdapter::broadcast(packet, target, flags);
    each(target, flags,
         [&](sio::MemoryAdapter& other, const sio::Target& there, const sio::SendFlags& local) {
           other.MemoryAdapter::broadcast(packet, there, local);
         });
  }
  std::uint64_t broadcast_with_ack(const sio::EventPacket& packet, const sio::Target& target,
                                   const sio::SendFlags& flags,
                                   std::function<void(std::size_t)> on_clients,
                                   std::function<void(sio::Json)> on_answer) override {
    each(target, flags,
         [&](sio::MemoryAdapter& other, const sio::Target& there, const sio::SendFlags& local) {
           other.MemoryAdapter::broadcast_with_ack(packet, there, local, on_clients, on_answer);
         });
    return sio::MemoryAdapter::broadcast_with_ack(packet, target, flags, on_clients, on_answer);
  }
  void fetch_sockets(const sio::Target& target, const sio::SendFlags& flags,
                     OnSockets done) override {
    std::vector<sio::RemoteSocket> all;
    const auto take = [&all](std::error_code, std::vector<sio::RemoteSocket> some) {
      std::move(some.begin(), some.end(), std::back_inserter(all));
    };
    sio::MemoryAdapter::fetch_sockets(target, flags, take);
    each(target, flags,
         [&](sio::MemoryAdapter& other, const sio::Target& there, const sio::SendFlags& local) {
           other.MemoryAdapter::fetch_sockets(
               there, local, [&](std::error_code, std::vector<sio::RemoteSocket> some) {
                 for (const sio::RemoteSocket& s : some)
                   all.emplace_back(nsp(), s.id(), s.rooms(), s.data(), s.handshake());
               });
         });
    done({}, std::move(all));
  }
  void add_sockets(const sio::Target& target, const sio::SendFlags& flags,
                   const std::vector<std::string>& rooms) override {
    sio::MemoryAdapter::add_sockets(target, flags, rooms);
    each(target, flags,
         [&](sio::MemoryAdapter& other, const sio::Target& there, const sio::SendFlags& local) {
           other.MemoryAdapter::add_sockets(there, local, rooms);
         });
  }
  void del_sockets(const sio::Target& target, const sio::SendFlags& flags,
                   const std::vector<std::string>& rooms) override {
    sio::MemoryAdapter::del_sockets(target, flags, rooms);
    each(target, flags,
         [&](sio::MemoryAdapter& other, const sio::Target& there, const sio::SendFlags& local) {
           other.MemoryAdapter::del_sockets(there, local, rooms);
         });
  }
  void disconnect_sockets(const sio::Target& target, const sio::SendFlags& flags,
                          bool close) override {
    sio::MemoryAdapter::disconnect_sockets(target, flags, close);
    each(target, flags,
         [&](sio::MemoryAdapter& other, const sio::Target& there, const sio::SendFlags& local) {
           other.MemoryAdapter::disconnect_sockets(there, local, close);
         });
  }
  void server_side_emit(const sio::EventPacket& packet, const sio::SendFlags&,
                        OnServers done) override {
    std::vector<std::string_view> elements;
    const std::string_view array = packet.text.substr(packet.head_bytes);
    sio::check_json(array, 128, &elements);
    const sio::Content content{array, &elements, nullptr, nullptr};
    std::string unescaped;
    const std::string_view event = sio::event_name(elements[0], unescaped);
    sio::Json answers = sio::Json::array();
    for (LinkedAdapter* other : *group_) {
      if (other == this) continue;
      other->nsp().heard_server_side(event, sio::Args(content, 1),
                                     done ? sio::ServerAnswer([&answers](sio::Json answer) {
                                       answers.push_back(std::move(answer));
                                     })
                                          : sio::ServerAnswer());
    }
    if (done) done({}, answers);
  }

 private:
  template <class Do>
  void each(const sio::Target& target, const sio::SendFlags& flags, Do act) {
    if (flags.local) return;
    sio::Selection who = target.who;  // a sender is known there by its id
    if (target.sender != nullptr) who.except.emplace_back(target.sender->id());
    sio::SendFlags local = flags;
    local.local = true;
    for (LinkedAdapter* other : *group_)
      if (other != this) act(*other, sio::Target{who, nullptr}, local);
  }
  Group* group_;
};

// The namespace "/" of every server that is told so is one.
inline void link(sio::HubOptions& options, LinkedAdapter::Group& group) {
  options.adapter = [&group](sio::Namespace& nsp) -> std::unique_ptr<sio::Adapter> {
    if (nsp.name() != "/") return std::make_unique<sio::MemoryAdapter>(nsp);
    return std::make_unique<LinkedAdapter>(nsp, group);
  };
}
inline sio::HubOptions linked(LinkedAdapter::Group& group) {
  sio::HubOptions options;
  link(options, group);
  return options;
}

}  // namespace strata::test
