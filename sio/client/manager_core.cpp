// sio/client/manager_core.cpp - the connection and its packets.
#include "sio/client/manager_core.h"

#include <algorithm>
#include <limits>

#include "sio/client/destination.h"
#include "sio/client/manager_event.h"

namespace strata::sio {
namespace {

constexpr std::size_t elements_kept_max = 4096;      // of one large packet: not kept for ever
constexpr net::Duration connect_timeout_max = 130s;  // as long as Linux tries, where none is told

Failure failure_of(const eio::TransportError& error) {
  Failure failure{error.message, std::nullopt, error.status, error.context};
  if (failure.context.empty() && error.system) failure.context = error.system.message();
  return failure;
}

}  // namespace

ManagerCore::ManagerCore(Manager& front, net::Loop& loop, std::string_view url,
                         ManagerOptions options)
    : front_(&front),
      loop_(loop),
      options_(std::move(options)),
      link_(std::make_shared<ClientLink>(loop, *this)),
      backoff_(options_.reconnection_delay, options_.reconnection_delay_max,
               options_.randomization_factor),
      reconnect_timer_(loop, [this] {
        const auto kept = keep();
        attempt();
      }) {
  const auto destination = parse_destination(url, "http");
  if (!destination) {
    refused_ = destination.error();
    return;
  }
  url_ = destination->server;
  if (options_.query.empty()) options_.query = destination->query;
}

ManagerCore::~ManagerCore() = default;

void ManagerCore::abandon() {
  gone_ = true;
  state_ = State::closed;  // who is on the stack still sends nothing more
  stop_timers();
  link_->close();
  engine_.reset();
}

// --- the session below ------------------------------------------------------------------------
eio::ClientOptions ManagerCore::engine_options() {
  const ManagerOptions& o = options_;
  eio::ClientOptions engine;
  engine.url = url_ + o.path;
  engine.add_trailing_slash = o.add_trailing_slash;
  engine.query = o.query;
  engine.transports = o.transports;
  engine.upgrade = o.upgrade;
  engine.remember_upgrade = o.remember_upgrade;
  engine.try_all_transports = o.try_all_transports;
  engine.timestamp_requests = o.timestamp_requests;
  engine.timestamp_param = o.timestamp_param;
  engine.force_base64 = o.force_base64;
  engine.extra_headers = o.extra_headers;
  engine.transport_options = o.transport_options;
  engine.with_credentials = o.with_credentials;
  engine.cookies = o.cookies;
  engine.protocols = o.protocols;
  engine.per_message_deflate = o.per_message_deflate;
  engine.request_timeout = o.request_timeout;
  engine.proxy = o.proxy;
  engine.no_proxy = o.no_proxy;
  engine.max_message = o.max_message;
  // Bounded here, where a packet's attachments are known to belong to it: see has_room().
  engine.max_send_queue = std::numeric_limits<std::size_t>::max();
  engine.open_timeout = {};
  // The Manager's is the one that counts: this is behind it.
  engine.connect_timeout = o.timeout ? *o.timeout + 1s : connect_timeout_max;
  engine.close_timeout = o.close_timeout;
  engine.resolver = o.resolver;
  engine.secure = o.secure;
  engine.wall_clock = o.wall_clock;
  engine.on_open = [this](eio::Client&) { engine_opened(); };
  engine.on_text = [this](eio::Client&, std::string_view text) {
    const auto kept = keep();
    if (state_ == State::open) received(decoder().on_text(text));
  };
  engine.on_binary = [this](eio::Client&, net::Bytes bytes) {
    const auto kept = keep();
    if (state_ == State::open) received(decoder().on_binary(bytes));
  };
  engine.on_ping = [this](eio::Client&) {
    const auto kept = keep();
    event("ping");
  };
  engine.on_drain = [this](eio::Client&) {
    const auto kept = keep();
    // Often: so without a list of its own. Sockets are added behind, and stay.
    for (std::size_t i = 0; i < sockets_.size() && !gone_; ++i) sockets_[i]->drained();
  };
  engine.on_error = [this](eio::Client&, const eio::TransportError& e) { engine_failed(e); };
  engine.on_close = [this](eio::Client&, std::string_view reason,
                           const eio::TransportError& detail) {
    const auto kept = keep();
    if (state_ != State::open) return;  // closed by us, which said so already
    std::optional<Failure> details;
    if (!detail.message.empty() || !detail.context.empty()) details = failure_of(detail);
    connection_lost(std::string(reason), details);
  };
  return engine;
}

void ManagerCore::engine_opened() {
  const auto kept = keep();
  if (state_ != State::opening) return;
  stop_timers();
  state_ = State::open;
  fresh_ = true;
  tell("open", [](ClientSocket& socket) { socket.opened(); });
  if (gone_ || state_ != State::open) return;
  const int attempt = static_cast<int>(backoff_.attempts());
  const bool again = std::exchange(reconnecting_, false);
  backoff_.reset();
  if (const auto done = std::exchange(on_opened_, {}))
    guard([&] { done(nullptr); }, [&](std::string_view why) { log("open", why); });
  if (again) event("reconnect", attempt);
}

void ManagerCore::engine_failed(const eio::TransportError& error) {
  const auto kept = keep();
  if (state_ == State::opening) return opening_failed(failure_of(error));
  if (state_ != State::open) return;
  tell_error(failure_of(error));  // on_close follows
}

// --- packets in -------------------------------------------------------------------------------
// A new session begins with an empty one; not while the last answer of the old is in use.
Decoder& ManagerCore::decoder() {
  if (std::exchange(fresh_, false)) decoder_.emplace(options_.packet, elements_);
  return *decoder_;
}

void ManagerCore::received(const Decoder::Answer& decoded) {
  if (decoded.failed()) return violated(describe(decoded.error()));
  if (!decoded.ready()) return;
  dispatch(*decoded);
  if (!gone_ && !fresh_) decoder_->release();
  if (elements_.capacity() > elements_kept_max) elements_ = {};
}

void ManagerCore::dispatch(const Decoder::Decoded& decoded) {
  const Packet& packet = decoded.packet;
  if (listeners_.count("packet") != 0) tell_packet(packet);
  if (gone_ || state_ != State::open) return;
  if (ClientSocket* const socket = find(packet.nsp)) socket->on_packet(packet, decoded.content);
}

void ManagerCore::tell_packet(const Packet& packet) {
  Json json{{"type", static_cast<int>(packet.type)}, {"nsp", std::string(packet.nsp)}};
  if (packet.id) json["id"] = *packet.id;
  if (!packet.data.empty()) json["data"] = build_json(packet.data);
  event("packet", json);
}

void ManagerCore::violated(std::string_view what) {
  if (state_ != State::open) return;
  engine_->fail("parse error", what);
  connection_lost("parse error", Failure{std::string(what), {}, 0, {}});
}

void ManagerCore::overwhelmed() {
  if (state_ != State::open) return;
  engine_->fail("transport error", "the server does not read");
  connection_lost("transport error", Failure{"the server does not read", {}, 0, {}});
}

// --- packets out ------------------------------------------------------------------------------
bool ManagerCore::writable() const { return state_ == State::open && engine_->writable(); }
bool ManagerCore::has_room() const {
  return state_ == State::open && engine_->queued() < options_.max_send_queue;
}
bool ManagerCore::ping_overdue() const { return engine_ && engine_->ping_overdue(); }

void ManagerCore::send(std::string_view text, std::span<const Bytes> attachments, bool compress) {
  if (state_ != State::open) return;
  engine_->send(text, {.compress = compress});
  for (const Bytes bytes : attachments)  // sio5-binary: nothing may come between
    engine_->send(bytes, {.compress = compress});
}

// --- sockets ----------------------------------------------------------------------------------
ClientSocket* ManagerCore::find(std::string_view nsp) const {
  for (const auto& socket : sockets_)
    if (socket->nsp() == nsp) return socket.get();
  return nullptr;
}

ClientSocket& ManagerCore::socket(std::string_view name, const SocketOptions* options) {
  const std::string nsp = namespace_named(name);
  if (const auto why = refuse_namespace(nsp); !why.empty())
    throw std::invalid_argument(std::string(why));
  ClientSocket* found = find(nsp);
  if (found == nullptr) {
    sockets_.push_back(
        std::make_unique<ClientSocket>(*this, nsp, options ? *options : options_.socket()));
    found = sockets_.back().get();
  }
  if (options_.auto_connect && !found->active()) found->connect();
  return *found;
}

void ManagerCore::joined(ClientSocket& socket) {
  Active& active = active_.emplace_back(Active{&socket, {}});
  for (std::size_t i = 0; i < told.size(); ++i)
    active.turns[i] = listeners_.add(told[i], std::make_unique<Turn>(*this, socket), false, false);
}

void ManagerCore::left(ClientSocket& socket) {
  const auto found = std::find_if(active_.begin(), active_.end(),
                                  [&](const Active& each) { return each.socket == &socket; });
  if (found != active_.end()) {
    for (const ListenerId turn : found->turns) listeners_.remove(turn);
    active_.erase(found);
  }
  // It was told what it ended by; should it join again, that is no news.
  for (Telling* on_its_way = telling_; on_its_way != nullptr; on_its_way = on_its_way->outer)
    std::erase(on_its_way->left, &socket);
  if (active_.empty()) close();
}

}  // namespace strata::sio
