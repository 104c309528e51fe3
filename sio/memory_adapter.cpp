// sio/memory_adapter.cpp - one encoding for many, answers counted, and what is kept for those who
// are away for a moment.
#include "sio/memory_adapter.h"

#include <algorithm>

#include "sio/carrier.h"
#include "sio/hub.h"
#include "sio/namespace.h"
#include "sio/remote_socket.h"
#include "sio/socket.h"

namespace strata::sio {

static std::vector<Socket*> chosen(Rooms& rooms, const Target& target) {
  std::vector<Socket*> sockets;
  rooms.select(target.who, target.sender, sockets);
  return sockets;
}

MemoryAdapter::MemoryAdapter(Namespace& nsp, const std::optional<RecoveryOptions>& recovery)
    : Adapter(nsp) {
  if (recovery) log_.emplace(*recovery);
}

MemoryAdapter::~MemoryAdapter() = default;

// --- rooms ------------------------------------------------------------------------------------
void MemoryAdapter::add(Socket& socket) {
  rooms_.add(socket);
  if (!watched()) return;
  if (rooms_.size_of(socket.id()) == 1) events().emit("create-room", socket.id());
  events().emit("join-room", socket.id(), socket.id());
}

bool MemoryAdapter::join(Socket& socket, std::string_view room) {
  if (!rooms_.join(socket, room)) return false;
  if (watched()) {
    if (rooms_.size_of(room) == 1) events().emit("create-room", room);
    events().emit("join-room", room, socket.id());
  }
  return true;
}

bool MemoryAdapter::leave(Socket& socket, std::string_view room) {
  if (!rooms_.leave(socket, room)) return false;
  if (watched()) left(room, socket.id());
  return true;
}

void MemoryAdapter::leave_all(Socket& socket) {
  std::vector<std::string> rooms;
  if (watched()) rooms = rooms_.rooms_of(socket);
  rooms_.leave_all(socket);
  for (const std::string& room : rooms) left(room, socket.id());
}

void MemoryAdapter::remove(Socket& socket) {
  leave_all(socket);
  rooms_.remove(socket);
}

void MemoryAdapter::left(std::string_view room, std::string_view id) {
  events().emit("leave-room", room, id);
  if (rooms_.size_of(room) == 0) events().emit("delete-room", room);
}

// --- to many ----------------------------------------------------------------------------------
std::vector<Socket*> MemoryAdapter::selected(const Target& target) {
  // The list is taken, not shared: a send may close a session, and its handlers may broadcast.
  std::vector<Socket*> sockets = std::exchange(nsp().hub().targets(), {});
  sockets.clear();
  rooms_.select(target.who, target.sender, sockets);
  return sockets;
}

void MemoryAdapter::deliver(const EventPacket& packet, std::string_view text,
                            std::vector<Socket*> to, const SendFlags& flags) {
  if (!to.empty()) {
    std::vector<eio::SharedMessage> messages;
    messages.reserve(1 + packet.attachments.size());
    messages.push_back(eio::SharedMessage::text(text));
    for (const Bytes bytes : packet.attachments)
      messages.push_back(eio::SharedMessage::binary(bytes));
    for (Socket* const socket : to) {
      if (!socket->connected()) continue;  // an earlier send closed it
      if (socket->hears_outgoing()) socket->heard_outgoing(packet.text, packet.attachments);
      if (flags.drop_if_busy && !socket->carrier().writable()) continue;
      socket->carrier().send(messages, {.compress = flags.compress});
    }
  }
  nsp().hub().targets() = std::move(to);
}

void MemoryAdapter::broadcast(const EventPacket& packet, const Target& target,
                              const SendFlags& flags) {
  std::string with_offset;
  if (log_ && !flags.drop_if_busy) remember(packet, target, with_offset);
  deliver(packet, with_offset.empty() ? packet.text : with_offset, selected(target), flags);
}

std::uint64_t MemoryAdapter::broadcast_with_ack(const EventPacket& packet, const Target& target,
                                                const SendFlags& flags,
                                                std::function<void(std::size_t)> on_clients,
                                                std::function<void(Json)> on_answer) {
  const std::uint64_t id = nsp().next_ack_id();
  std::vector<Socket*> sockets = selected(target);
  Awaited& awaited = awaited_[id];
  for (const Socket* const socket : sockets) awaited.missing.push_back(socket->ref().key());
  awaited.on_answer = std::move(on_answer);
  on_clients(sockets.size());
  std::string digits;
  append_number(digits, id);
  std::string with_id(packet.text);
  with_id.insert(packet.head_bytes, digits);
  deliver(packet, with_id, std::move(sockets), flags);
  return id;
}

void MemoryAdapter::on_ack(std::uint64_t id, const Socket& from, const Args& args) {
  const auto found = awaited_.find(id);
  if (found == awaited_.end()) return;
  auto& missing = found->second.missing;
  const auto place = std::find(missing.begin(), missing.end(), from.ref().key());
  if (place == missing.end()) return;  // it was not asked, or answered already
  missing.erase(place);
  const auto on_answer = found->second.on_answer;  // it may stop waiting, which ends the entry
  if (missing.empty()) awaited_.erase(found);
  on_answer(args.json(0));
}

// --- groups -----------------------------------------------------------------------------------
void MemoryAdapter::fetch_sockets(const Target& target, const SendFlags&, OnSockets done) {
  const std::vector<Socket*> sockets = chosen(rooms_, target);
  std::vector<RemoteSocket> found;
  found.reserve(sockets.size());
  for (const Socket* const socket : sockets) found.emplace_back(*socket);
  done({}, std::move(found));
}

void MemoryAdapter::add_sockets(const Target& target, const SendFlags&,
                                const std::vector<std::string>& rooms) {
  for (Socket* const socket : chosen(rooms_, target)) socket->join(rooms);
}

void MemoryAdapter::del_sockets(const Target& target, const SendFlags&,
                                const std::vector<std::string>& rooms) {
  for (Socket* const socket : chosen(rooms_, target))
    for (const std::string& room : rooms) socket->leave(room);
}

void MemoryAdapter::disconnect_sockets(const Target& target, const SendFlags&, bool close) {
  // One's disconnect handler may disconnect another: it then stays, but is no longer connected.
  for (Socket* const socket : chosen(rooms_, target)) socket->disconnect(close);
}

void MemoryAdapter::server_side_emit(const EventPacket&, const SendFlags&, OnServers done) {
  nsp().hub().log("server_side_emit: ", "there is no other server behind this adapter");
  if (done) done({}, Json::array());
}

// --- recovery ---------------------------------------------------------------------------------
void MemoryAdapter::remember(const EventPacket& packet, const Target& target,
                             std::string& with_offset) {
  with_offset = packet.text;
  append_offset(with_offset, log_->next_offset());
  OwnedPacket stored;
  stored.text = with_offset;
  stored.head_bytes = packet.head_bytes;
  for (const Bytes bytes : packet.attachments) stored.attachments.emplace_back(net::as_text(bytes));
  StoredTarget to{target.who.rooms, target.who.except};
  if (target.sender != nullptr) to.except.emplace_back(target.sender->id());
  log_->store(std::move(stored), std::move(to), nsp().hub().loop().now());
  watch_log();
}

void MemoryAdapter::persist_session(SavedSession session) {
  log_->persist(std::move(session), nsp().hub().loop().now());
  watch_log();
}

void MemoryAdapter::restore_session(std::string_view pid, std::string_view offset,
                                    OnRestored done) {
  done(log_->restore(pid, offset, nsp().hub().loop().now()));
}

// What nobody asks for any more is forgotten once a minute.
void MemoryAdapter::watch_log() {
  if (sweeping_ && sweeping_->running()) return;
  constexpr net::Duration every = 60s;
  if (!sweeping_) {
    sweeping_ = std::make_unique<net::Timer>(nsp().hub().loop(), [this] {
      log_->sweep(nsp().hub().loop().now());
      if (!log_->empty()) watch_log();
    });
  }
  sweeping_->start(every);
}

}  // namespace strata::sio
