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
};

void Socket::on_event(const Args& args, std::string_view event, std::optional<std::uint64_t> id) {
  if (state_ != State::connected) return;  // what was on its way when it left is not heard
  if (extras_ != nullptr) {
    call_any(extras_->any, event, args);
    if (!extras_->middlewares.empty()) {
      const auto passing = std::make_shared<SocketNext::Event>();
      passing->socket = self_;
      passing->name = event;
      passing->id = id;
      return pass(passing, args);
    }
  }
  Call call(*this, args, id);
  dispatch(event, call);
}

void Socket::dispatch(std::string_view event, Call& call) {
  listeners_.run(event, [&](EventHandler& handler) {
    guarded(event, [&] {
      if (const auto wrong = handler.call(call)) mismatched(event, *wrong);
    });
  });
}

// "disconnect", "error": the same handlers, with arguments of our own.
template <class... V>
void Socket::local_event(std::string_view event, const V&... values) {
  if (listeners_.count(event) == 0) return;
  std::string text;
  PacketWriter writer(text);
  writer.begin(PacketType::event, "/");
  (write_value(writer, values), ...);
  writer.finish(std::nullopt);
  std::vector<std::string_view> elements;
  const Content content{std::string_view(text).substr(1), &elements, nullptr, nullptr};
  check_json(content.text, json_depth_max, &elements);
  const Args args(content, 0);
  Call call(*this, args, std::nullopt);
  dispatch(event, call);
}

void Socket::notify_end(std::string_view event, std::string_view reason, std::string_view detail) {
  if (detail.empty()) {
    local_event(event, reason);
  } else {
    local_event(event, reason, detail);
  }
}

// With nobody to hear it, or when hearing it went wrong: to the log. Never does it throw.
void Socket::raise(const Error& error) {
  if (raising_ || listeners_.count("error") == 0) {
    std::string why = error.message;
    if (!error.event.empty()) why.append(" (event ").append(error.event).append(")");
    hub_->log("a socket had an error: ", why);
    return;
  }
  raising_ = true;
  local_event("error", error);
  raising_ = false;
}

void Socket::mismatched(std::string_view event, const Mismatch& wrong) {
  raise(Error{wrong.sentence(), std::string(event), wrong.position, wrong.expected, wrong.found});
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
  while (event->stage < extras_->middlewares.size()) {
    const Middleware middleware = extras_->middlewares[event->stage++];  // it may call use()
    event->inside = true;
    event->passed = false;
    guarded(event->name, [&] { middleware(event->name, args, SocketNext(event)); });
    event->inside = false;
    if (event->passed) continue;
    if (!event->kept && event.use_count() > 1) event->kept = std::make_unique<KeptArgs>(args);
    return;
  }
  Call call(*this, args, event->id);
  dispatch(event->name, call);
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

void Socket::call_any(const std::vector<Any>& list, std::string_view event, const Args& args) {
  const std::vector<Any> present = list;  // one may add or remove others
  for (const Any& any : present) {
    const bool still = std::any_of(list.begin(), list.end(),
                                   [&any](const Any& other) { return other.id == any.id; });
    if (still) guarded(event, [&] { any.handler(event, args); });
  }
}

void Socket::heard_outgoing(std::string_view packet, std::span<const Bytes> attachments) {
  std::vector<std::string_view> elements;
  std::vector<Placeholder> placeholders;
  std::vector<std::string> bytes;
  for (const Bytes attachment : attachments) bytes.emplace_back(net::as_text(attachment));
  // Behind the namespace, which may hold a bracket of its own but no comma.
  const std::size_t head = nsp_->name() == "/" ? 0 : packet.find(',');
  const std::string_view array = packet.substr(packet.find('[', head));
  check_json(array, json_depth_max, &elements);
  if (elements.empty()) return;
  Content content{array, &elements, nullptr, nullptr};
  if (!bytes.empty() && find_placeholders(array, bytes.size(), placeholders)) {
    content.placeholders = &placeholders;
    content.attachments = &bytes;
  }
  std::string unescaped;
  call_any(extras_->any_outgoing, event_name(elements[0], unescaped), Args(content, 1));
}

Socket::Extras& Socket::extras() {
  if (!extras_) extras_ = std::make_unique<Extras>();
  return *extras_;
}

void Socket::use(Middleware middleware) { extras().middlewares.push_back(std::move(middleware)); }

ListenerId Socket::add_any(std::vector<Any>& list, AnyHandler handler, bool front) {
  const ListenerId id = Listeners::next_id();
  list.insert(front ? list.begin() : list.end(), Any{id, std::move(handler)});
  return id;
}

bool Socket::remove_any(std::vector<Any>& list, ListenerId id) {
  return std::erase_if(list, [id](const Any& any) { return id == 0 || any.id == id; }) != 0;
}

ListenerId Socket::on_any(AnyHandler handler) {
  return add_any(extras().any, std::move(handler), false);
}
ListenerId Socket::prepend_any(AnyHandler handler) {
  return add_any(extras().any, std::move(handler), true);
}
bool Socket::off_any(ListenerId id) { return remove_any(extras().any, id); }
ListenerId Socket::on_any_outgoing(AnyHandler handler) {
  return add_any(extras().any_outgoing, std::move(handler), false);
}
ListenerId Socket::prepend_any_outgoing(AnyHandler handler) {
  return add_any(extras().any_outgoing, std::move(handler), true);
}
bool Socket::off_any_outgoing(ListenerId id) { return remove_any(extras().any_outgoing, id); }

}  // namespace strata::sio
