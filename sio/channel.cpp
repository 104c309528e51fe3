// sio/channel.cpp - from any thread to a socket of a client.
#include "sio/channel.h"

#include "sio/client/front.h"

namespace strata::sio {

bool ChannelSending::emit_values(std::string_view event, const Values& values,
                                 OnAnswer on_answer) const {
  return channel_->emit_values(event, values, std::move(on_answer), flags_);
}
void ChannelSending::ask(std::string_view event, const Values& values, OnAnswer future) const {
  channel_->ask(event, values, std::move(future), flags_);
}
bool ChannelSending::may_wait() const { return channel_->may_wait(); }

Channel::Channel(std::shared_ptr<Front> front, std::shared_ptr<ChannelState> state)
    : front_(std::move(front)), state_(std::move(state)) {}

// Calls `use` with the socket, on the loop's thread, where there still is one.
template <class Use>
void Channel::reach(Use use) const {
  front_->reach([state = state_, use = std::move(use)](Front&) mutable { use(*state->socket); });
}

ListenerId Channel::add(std::string_view event, std::unique_ptr<EventHandler> handler, bool once,
                        bool front) {
  const ListenerId id = Listeners::next_id();
  reach([id, event = std::string(event), once, front,
         handler = std::make_unique<GatedHandler>(front_->gate, std::move(handler))](
            ClientSocket& socket) mutable {
    socket.listeners().add(event, std::move(handler), once, front, id);
  });
  return id;
}

void Channel::off(ListenerId id) {
  reach([id](ClientSocket& socket) { socket.off(id); });
}

void Channel::off(std::string_view event) {
  front_->reach([state = state_, event = std::string(event)](Front& front) {
    state->socket->off(event);
    if (is_reserved(event)) front.watch(state);
  });
}

void Channel::remove_all_listeners() {
  front_->reach([state = state_](Front& front) {
    state->socket->remove_all_listeners();
    front.watch(state);
  });
}

void Channel::on_any(AnyHandler handler) {
  reach([handler = gated(front_->gate, std::move(handler))](ClientSocket& socket) mutable {
    socket.on_any(std::move(handler));
  });
}
void Channel::on_any_outgoing(AnyHandler handler) {
  reach([handler = gated(front_->gate, std::move(handler))](ClientSocket& socket) mutable {
    socket.on_any_outgoing(std::move(handler));
  });
}
void Channel::off_any() {
  reach([](ClientSocket& socket) { socket.off_any(); });
}
void Channel::off_any_outgoing() {
  reach([](ClientSocket& socket) { socket.off_any_outgoing(); });
}

bool Channel::connected() const { return state_->connected.load(std::memory_order_acquire); }

std::string Channel::id() const {
  const std::lock_guard lock(state_->mutex);
  return state_->id;
}

const std::string& Channel::nsp() const { return state_->nsp; }

void Channel::connect() {
  reach([](ClientSocket& socket) { socket.connect(); });
}
void Channel::disconnect() {
  front_->reach([state = state_](Front& front) { front.leave(state); });
}

std::future<std::error_code> Channel::wait_connected() {
  Awaiting waiting;
  auto future = waiting.future();
  if (!may_wait()) {
    waiting.set(std::make_error_code(std::errc::resource_deadlock_would_occur));
    return future;
  }
  front_->reach([state = state_, waiting = std::move(waiting)](Front& front) mutable {
    front.await_connected(*state, std::move(waiting));
  });
  return future;
}

ClientSocket& Channel::socket() const { return *state_->socket; }

bool Channel::may_wait() const { return !front_->here(); }

bool Channel::emit_values(std::string_view event, const Values& values, OnAnswer on_answer,
                          const SendFlags& flags) const {
  if (on_answer) on_answer = std::make_unique<GatedAnswer>(front_->gate, std::move(on_answer));
  return send(event, values, std::move(on_answer), flags);
}

// A future may be told whatever the gate says.
void Channel::ask(std::string_view event, const Values& values, OnAnswer future,
                  const SendFlags& flags) const {
  send(event, values, std::move(future), flags);
}

bool Channel::send(std::string_view event, const Values& values, OnAnswer on_answer,
                   const SendFlags& flags) const {
  if (front_->here())
    return state_->socket->emit_values(event, values, std::move(on_answer), flags);
  std::string text;
  PacketWriter writer(text);
  write_event(writer, "/", event, values);  // its namespace is put in on the loop
  writer.finish(std::nullopt);
  auto packet = std::make_unique<OwnedPacket>(writer);
  const std::size_t bytes = packet->bytes();
  if (!front_->take(bytes)) return false;
  front_->reach([state = state_, packet = std::move(packet), done = std::move(on_answer), flags,
                 bytes](Front& front) mutable {
    front.give(bytes);
    state->socket->send_owned(std::move(*packet), std::move(done), flags);
  });
  return true;
}

}  // namespace strata::sio
