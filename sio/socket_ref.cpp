// sio/socket_ref.cpp - from any thread to a socket.
#include "sio/socket_ref.h"

#include "sio/hub.h"
#include "sio/socket.h"

namespace strata::sio {

Socket* SocketRef::get() const {
  Hub* const hub = link_ ? link_->hub() : nullptr;
  return hub == nullptr ? nullptr : hub->find(slot_, generation_);
}

template <class Use>
bool SocketRef::reach(Use use) const {
  if (!link_) return false;
  if (link_->here()) {
    Socket* const socket = get();
    if (socket != nullptr) use(*socket);
    return socket != nullptr;
  }
  return link_->post([self = *this, use = std::move(use)]() mutable {
    if (Socket* const socket = self.get()) {
      use(*socket);
    } else if (Hub* const hub = self.link_->hub()) {
      hub->log("a SocketRef was used: ", "its socket is gone");
    }
  });
}

bool SocketRef::run(std::function<void(Socket&)> use) const { return reach(std::move(use)); }

bool SocketRef::join(std::string_view room) const {
  return reach([room = std::string(room)](Socket& socket) { socket.join(room); });
}

bool SocketRef::leave(std::string_view room) const {
  return reach([room = std::string(room)](Socket& socket) { socket.leave(room); });
}

bool SocketRef::disconnect(bool close) const {
  return reach([close](Socket& socket) { socket.disconnect(close); });
}

bool SocketRef::emit_values(std::string_view event, const Values& values,
                            OnAnswer on_answer) const {
  if (!link_) return false;
  if (link_->here()) {
    Socket* const socket = get();
    return socket != nullptr && socket->emit_values(event, values, std::move(on_answer));
  }
  std::string text;
  PacketWriter writer(text);
  write_event(writer, "/", event, values);  // its namespace is put in on the loop
  writer.finish(std::nullopt);
  return reach([packet = std::make_unique<OwnedPacket>(writer),
                done = std::move(on_answer)](Socket& socket) mutable {
    socket.send_owned(std::move(*packet), std::nullopt, std::move(done));
  });
}

bool SocketRef::answer(std::uint64_t id, const Values& values) const {
  if (!link_) return false;
  if (link_->here()) {
    Socket* const socket = get();
    return socket != nullptr && socket->send_answer(id, values);
  }
  std::string text;
  PacketWriter writer(text);
  writer.begin(PacketType::ack, "/");
  values.write_to(writer);
  writer.finish(std::nullopt);
  return reach([packet = std::make_unique<OwnedPacket>(writer), id](Socket& socket) mutable {
    socket.send_owned(std::move(*packet), id, {});
  });
}

// --- an Ack: a reference and an id ---------------------------------------------------------------
namespace {

class WantedByClient final : public Ack::Wanted {
 public:
  WantedByClient(const SocketRef& socket, std::uint64_t id) : socket_(socket), id_(id) {}
  bool answer(const Values& values) override { return socket_.answer(id_, values); }

 private:
  SocketRef socket_;
  std::uint64_t id_;
};

}  // namespace

Ack SocketRef::ack(std::uint64_t id) const {
  return Ack(std::make_shared<WantedByClient>(*this, id));
}

}  // namespace strata::sio
