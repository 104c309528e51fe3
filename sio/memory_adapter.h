// sio/memory_adapter.h - the adapter of one server: rooms in memory, and what is sent goes to
// sockets of its own.
#pragma once
#include <memory>
#include <optional>
#include <unordered_map>

#include "net/timer.h"
#include "sio/adapter.h"

namespace strata::sio {

class MemoryAdapter : public Adapter {
 public:
  // With `recovery` its namespace keeps what clients miss.
  explicit MemoryAdapter(Namespace& nsp, const std::optional<RecoveryOptions>& recovery = {});
  ~MemoryAdapter() override;

  void add(Socket& socket) override;
  void remove(Socket& socket) override;
  bool join(Socket& socket, std::string_view room) override;
  bool leave(Socket& socket, std::string_view room) override;
  void leave_all(Socket& socket) override;
  bool contains(const Socket& socket, std::string_view room) const override {
    return rooms_.contains(socket, room);
  }
  std::vector<std::string> rooms_of(const Socket& socket) const override {
    return rooms_.rooms_of(socket);
  }
  std::size_t size_of(std::string_view room) const override { return rooms_.size_of(room); }
  Socket* find(std::string_view id) const override { return rooms_.find(id); }
  const std::vector<Socket*>& sockets() const override { return rooms_.sockets(); }
  void select(const Target& target, std::vector<Socket*>& out) override {
    rooms_.select(target.who, target.sender, out);
  }

  void broadcast(const EventPacket& packet, const Target& target, const SendFlags& flags) override;
  std::uint64_t broadcast_with_ack(const EventPacket& packet, const Target& target,
                                   const SendFlags& flags,
                                   std::function<void(std::size_t)> on_clients,
                                   std::function<void(Json)> on_answer) override;
  void stop_waiting(std::uint64_t id) override { awaited_.erase(id); }
  void on_ack(std::uint64_t id, const Socket& from, const Args& args) override;
  void fetch_sockets(const Target& target, const SendFlags& flags, OnSockets done) override;
  void add_sockets(const Target& target, const SendFlags& flags,
                   const std::vector<std::string>& rooms) override;
  void del_sockets(const Target& target, const SendFlags& flags,
                   const std::vector<std::string>& rooms) override;
  void disconnect_sockets(const Target& target, const SendFlags& flags, bool close) override;
  void server_side_emit(const EventPacket& packet, const SendFlags& flags, OnServers done) override;

  bool recovers() const override { return log_.has_value(); }
  void persist_session(SavedSession session) override;
  void restore_session(std::string_view pid, std::string_view offset, OnRestored done) override;
  const RecoveryLog& recovery_log() const { return *log_; }

 private:
  struct Awaited {
    std::vector<std::uint64_t> missing;  // keys of sockets
    std::function<void(Json)> on_answer;
  };
  std::vector<Socket*> selected(const Target& target);
  void deliver(const EventPacket& packet, std::string_view text, std::vector<Socket*> to,
               const SendFlags& flags);
  void remember(const EventPacket& packet, const Target& target, std::string& with_offset);
  void watch_log();
  void left(std::string_view room, std::string_view id);

  Rooms rooms_;
  std::unordered_map<std::uint64_t, Awaited> awaited_;
  std::optional<RecoveryLog> log_;
  std::unique_ptr<net::Timer> sweeping_;
};

}  // namespace strata::sio
