// sio/socket_events.cpp - an event's way through a socket: catch-alls, middlewares, handlers; and
// what becomes of what goes wrong there.
#include <algorithm>
#include <atomic>

#include "sio/hub.h"
#include "sio/namespace.h"
#include "sio/socket.h"

namespace strata::sio {

// An event that is in the hands of a middleware.
struct SocketNext::Event {
  SocketRef socket;
  std::string name;
  std::optional<std::uint64_t> id;
  std::size_t stage = 0;  // middlewares called
  std::atomic<std::size_t> answered{0};
  bool inside = false;  // one of them is running
  bool passed = false;  // and has called next()
  std::unique_ptr<KeptArgs> kept;
  std::size_t kept_bytes = 0;
  std::shared_ptr<std::atomic<std::size_t>> all_kept;
  ~Event() {
    if (all_kept) *all_kept -= kept_bytes;
  }
};

void Socket::on_event(const Args& args, std::string_view event, std::optional<std::uint64_t> id) {
  if (state_ != State::connected) return;  // what was on its way when it left is not heard
  if (rare_ != nullptr) {
    call_any(rare_->incoming, event, args);
    if (!rare_->middlewares.empty()) {
      const auto passing = std::make_shared<SocketNext::Event>();
      passing->socket = self_;
      passing->name = event;
      passing->id = id;
      return pass(passing, args);
    }
  }
  Call call(*this, &make_ack, args, id);
  dispatch(event, call);
}

Ack Socket::make_ack(Hearer& self, std::uint64_t id) {
  return static_cast<Socket&>(self).self_.ack(id);
}

void Socket::log_error(std::string_view why) { hub_->log("a socket had an error: ", why); }

void Socket::notify_end(std::string_view event, std::string_view reason, std::string_view detail) {
  local_event(event, reason, detail);
}

// --- middlewares of events ----------------------------------------------------------------------
SocketNext::SocketNext(std::shared_ptr<Event> event)
    : event_(std::move(event)), stage_(event_->stage) {}

void SocketNext::done(std::optional<Refusal> why) const {
  std::size_t before = stage_ - 1;
  if (!event_->answered.compare_exchange_strong(before, stage_)) return;
  event_->socket.run(
      [event = event_, why = std::move(why)](Socket& socket) { socket.passed(event, why); });
}

// Goes on with the event as long as its middlewares answer at once. Where one keeps `next`, what
// are views into a packet becomes a copy.
void Socket::pass(const std::shared_ptr<SocketNext::Event>& event, const Args& args) {
  while (event->stage < rare_->middlewares.size()) {
    const Middleware middleware = rare_->middlewares[event->stage++];  // it may call use()
    event->inside = true;
    event->passed = false;
    guarded(event->name, [&] { middleware(event->name, args, SocketNext(event)); });
    event->inside = false;
    if (event->passed) continue;
    if (!event->kept && event.use_count() > 1) keep(*event, args);
    return;
  }
  Call call(*this, &make_ack, args, event->id);
  dispatch(event->name, call);
}

// One that is not kept ends here: next() finds nothing to go on with.
void Socket::keep(SocketNext::Event& event, const Args& args) {
  auto& all = rare_->kept_bytes;
  if (!all) all = std::make_shared<std::atomic<std::size_t>>(0);
  const std::size_t bytes = sizeof event + args.bytes() + args.size() * sizeof(std::string_view);
  if (*all + bytes > hub_->options().max_kept_events)
    return raise(Error{"too many events wait for a middleware", event.name, {}, {}, {}});
  event.kept = std::make_unique<KeptArgs>(args);
  event.all_kept = all;
  event.kept_bytes = bytes;
  *all += bytes;
}

void Socket::passed(const std::shared_ptr<SocketNext::Event>& event, std::optional<Refusal> why) {
  if (state_ != State::connected) return;
  if (why) return raise(Error{why->message, event->name, {}, {}, {}});
  if (event->inside) {
    event->passed = true;
  } else if (event->kept) {
    pass(event, event->kept->args());
  }
}

void Socket::heard_outgoing(std::string_view packet, std::span<const Bytes> attachments) {
  Hearing::heard_outgoing(nsp_->name(), packet, attachments);
}

}  // namespace strata::sio
