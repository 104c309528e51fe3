// sio/client_socket.cpp - a client in one namespace: joining, events in, the end.
//
//          opened()            auth answered           "0{sid}"
//   out ------------> asking ---------------> asked --------------> connected
//    ^                  |                       |                       |
//    |   left meanwhile |   refused: "4{...}"   |                       | the session is over
//    +------------------+-----------------------+                       v
//    +---------------------- `disconnect` is told -------------------- lost
//
// active() is another matter: whether the program wants it in.
#include "sio/client_socket.h"

#include "sio/client/manager_core.h"

namespace strata::sio {
namespace {

constexpr std::size_t id_bytes_max = 255;       // of what a server calls us, and of an offset
constexpr std::size_t received_overhead = 256;  // bytes, about, that keeping an event costs

constexpr std::string_view v2_server =
    "It seems you are trying to reach a Socket.IO server in v2.x with a v3.x client, but they are "
    "not compatible (more information here: "
    "https://socket.io/docs/v3/migrating-from-2-x-to-3-0/)";

// An Ack of ours: good in the session that the event came in.
class WantedByServer final : public Ack::Wanted {
 public:
  WantedByServer(std::shared_ptr<ClientLink> link, ClientSocket& socket, std::uint64_t session,
                 std::uint64_t id)
      : link_(std::move(link)), socket_(&socket), session_(session), id_(id) {}
  bool answer(const Values& values) override {
    if (link_->here()) return socket_->send_answer(session_, id_, values);
    std::string text;
    PacketWriter writer(text);
    writer.begin(PacketType::ack, "/");  // its namespace is put in on the loop
    values.write_to(writer);
    writer.finish(std::nullopt);
    return link_->post([link = link_, socket = socket_, session = session_, id = id_,
                        packet = std::make_unique<OwnedPacket>(writer)] {
      if (link->target() != nullptr) socket->send_answer(session, id, std::move(*packet));
    });
  }

 private:
  std::shared_ptr<ClientLink> link_;
  ClientSocket* socket_;  // there while the link is open
  std::uint64_t session_;
  std::uint64_t id_;
};

// The text of a member, or nothing.
const std::string* text_of(const Json& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found == object.end() ? nullptr : found->get_ptr<const std::string*>();
}

}  // namespace

ClientSocket::ClientSocket(ManagerCore& manager, std::string nsp, SocketOptions options)
    : auth(options.auth),
      manager_(&manager),
      options_(std::move(options)),
      nsp_(std::move(nsp)),
      outbox_(options_.limits.buffer),
      queue_(options_.retries, options_.limits.buffer) {}

ClientSocket::~ClientSocket() = default;

Manager& ClientSocket::io() const { return manager_->front(); }
bool ClientSocket::silenced() const { return manager_->gone(); }
void ClientSocket::log_error(std::string_view why) { manager_->log(nsp_, why); }

Ack ClientSocket::make_ack(Hearer& hearer, std::uint64_t id) {
  auto& self = static_cast<ClientSocket&>(hearer);
  return Ack(std::make_shared<WantedByServer>(self.manager_->link(), self, self.session_, id));
}

// --- joining, sio5-connect --------------------------------------------------------------------
ClientSocket& ClientSocket::connect() {
  if (connected() || silenced()) return *this;
  const auto kept = manager_->keep();
  if (!active_) {
    active_ = true;
    manager_->joined(*this);
  }
  if (!manager_->reconnecting()) manager_->open({});
  if (manager_->state() == Manager::State::open) opened();
  return *this;
}

// Its answer may come late: then it finds that it was asked again, or that nobody waits.
void ClientSocket::opened() {
  if (standing_ == Standing::asking || standing_ == Standing::asked) return;
  standing_ = Standing::asking;
  const std::uint64_t asked = ++asked_;
  std::weak_ptr<ManagerCore> manager = manager_->weak_from_this();
  const auto done = [this, manager = std::move(manager), asked](const Json& value) {
    const auto kept = manager.lock();
    if (!kept || kept->gone() || asked != asked_ || standing_ != Standing::asking) return;
    send_connect(value);
  };
  const Auth present = auth;  // it may set another
  guard([&] { present.get(done); },
        [&](std::string_view why) {
          if (silenced()) return;
          standing_ = Standing::out;
          raise(Error{std::string(why), "auth", {}, {}, {}});
        });
}

// {"pid":"...","offset":"...", and what auth says}
void ClientSocket::send_connect(const Json& value) {
  if (!value.is_null() && !value.is_object()) {
    raise(Error{"auth is no object", {}, {}, {}, {}});
    if (silenced() || standing_ != Standing::asking) return;  // who heard it ended it
  }
  std::string text = "0";
  if (nsp_ != "/") text.append(nsp_).push_back(',');
  const bool has_auth = value.is_object();
  if (has_auth || !pid_.empty()) {
    char before = '{';
    const auto member = [&](std::string_view name) -> std::string& {
      text.push_back(std::exchange(before, ','));
      append_quoted(text, name);
      text.push_back(':');
      return text;
    };
    if (!pid_.empty()) append_quoted(member("pid"), pid_);
    if (!pid_.empty() && !offset_.empty()) append_quoted(member("offset"), offset_);
    for (auto each = value.begin(); has_auth && each != value.end(); ++each)
      append_json(member(each.key()), *each, nullptr);
    text.append(before == '{' ? "{}" : "}");
  }
  standing_ = Standing::asked;
  manager_->send(text, {});
}

void ClientSocket::on_connect_packet(const Packet& packet) {
  const Json data = packet.data.empty() ? Json() : build_json(packet.data);
  const std::string* const sid = text_of(data, "sid");
  if (sid == nullptr || sid->empty()) {
    if (active_ && !connected())
      local_event("connect_error", Failure{std::string(v2_server), {}, 0, {}});
    return;
  }
  const std::string* const pid = text_of(data, "pid");
  if (sid->size() > id_bytes_max || (pid != nullptr && pid->size() > id_bytes_max))
    return manager_->violated("an id is too long");
  if (standing_ != Standing::asked) return;  // not asked for, or a second one
  standing_ = Standing::out;
  if (active_) return on_connected(*sid, pid != nullptr ? *pid : std::string());
  std::string text;  // it left before the answer came
  append_disconnect(text, nsp_);
  manager_->send(text, {});
}

void ClientSocket::on_connected(const std::string& sid, const std::string& pid) {
  id_ = sid;
  recovered_ = !pid.empty() && pid == pid_;
  if (!recovered_) offset_.clear();
  pid_ = pid;
  standing_ = Standing::connected;
  const std::uint64_t session = session_;
  const auto still = [&] { return !silenced() && connected() && session == session_; };
  if (!replay()) return;
  flush();
  if (!still()) return;
  drain_queue();
  if (still()) local_event("connect");
}

// What came before CONNECT was answered. False: a handler ended it.
bool ClientSocket::replay() {
  const std::deque<Received> events = std::exchange(received_, {});
  received_bytes_ = 0;
  const std::uint64_t session = session_;
  for (const Received& event : events) {
    deliver(event.args.args(), event.event, event.id);
    if (silenced() || !connected() || session != session_) return false;
  }
  return true;
}

void ClientSocket::on_connect_error_packet(const Packet& packet) {
  if (standing_ != Standing::asked) return;
  const Json data = build_json(packet.data);
  Failure why;
  if (const std::string* const message =
          data.is_string() ? data.get_ptr<const std::string*>() : text_of(data, "message"))
    why.message = *message;
  if (data.is_object() && data.contains("data")) why.data = data["data"];
  standing_ = Standing::out;
  if (!active_) return;
  withdraw();
  if (!silenced()) local_event("connect_error", why);
}

// --- events in --------------------------------------------------------------------------------
void ClientSocket::on_packet(const Packet& packet, const Content& content) {
  switch (packet.type) {
    case PacketType::connect:
      return on_connect_packet(packet);
    case PacketType::connect_error:
      return on_connect_error_packet(packet);
    case PacketType::event: {
      std::string unescaped;
      const std::string_view event = event_name((*content.elements)[0], unescaped);
      return on_event(Args(content, 1), event, packet.id);
    }
    case PacketType::ack:
      if (packet.id && connected()) on_ack(*packet.id, Args(content, 0));
      return;
    case PacketType::disconnect:
      if (!connected() && !active_) return;
      standing_ = Standing::lost;  // told to who waits for an answer to CONNECT, too
      return leave("io server disconnect");
    default:  // the decoder answers none with attachments to come
      return;
  }
}

void ClientSocket::on_event(const Args& args, std::string_view event,
                            std::optional<std::uint64_t> id) {
  if (connected()) return deliver(args, event, id);
  if (active_ && standing_ == Standing::asked) keep_received(args, event, id);
}

void ClientSocket::keep_received(const Args& args, std::string_view event,
                                 std::optional<std::uint64_t> id) {
  received_.emplace_back(event, args, id);
  received_bytes_ +=
      args.bytes() + args.size() * sizeof(std::string_view) + event.size() + received_overhead;
  if (received_.size() <= options_.limits.max_received &&
      received_bytes_ <= options_.limits.max_received_bytes)
    return;
  pid_.clear();  // or it would be the same again
  manager_->violated("too much came before CONNECT");
}

void ClientSocket::deliver(const Args& args, std::string_view event,
                           std::optional<std::uint64_t> id) {
  if (rare_ != nullptr) call_any(rare_->incoming, event, args);
  Call call(*this, &make_ack, args, id);
  dispatch(event, call);
  if (silenced() || pid_.empty() || id || args.empty()) return;
  const RawJson last = args.raw(args.size() - 1);
  if (last.kind() != JsonKind::string || last.text().size() > id_bytes_max) return;
  offset_.clear();
  append_unescaped(offset_, last.text());
}

// --- the end, sio5-disconnect -----------------------------------------------------------------
//
//   the program: disconnect() ----+
//   the server: DISCONNECT -------+--> leave() --> withdraw(), closed()
//   the session below: session_over() of all sockets, then closed() of each that is active

ClientSocket& ClientSocket::disconnect() {
  if (silenced()) return *this;
  const auto kept = manager_->keep();
  if (connected()) {
    std::string text;
    append_disconnect(text, nsp_);
    manager_->send(text, {});
  }
  leave("io client disconnect");
  return *this;
}

// With the last active socket the session ends, inside withdraw(). One that leaves while others are
// told of an end, before its own turn came, is told here.
void ClientSocket::leave(std::string_view reason) {
  withdraw();
  if (silenced()) return;
  if (connected() || standing_ == Standing::lost) closed(reason, std::nullopt);
}

// Not wanted any more. Where CONNECT went out already, its answer is met by a DISCONNECT.
void ClientSocket::withdraw() {
  if (!active_) return;
  active_ = false;
  if (standing_ == Standing::asking) standing_ = Standing::out;
  forget_received();
  manager_->left(*this);
}

void ClientSocket::failed(const Failure& why) {
  if (!connected()) local_event("connect_error", why);
}

void ClientSocket::forget_received() {
  received_.clear();
  received_bytes_ = 0;
}

void ClientSocket::session_over() {
  const bool untold = connected() || standing_ == Standing::lost;
  standing_ = untold ? Standing::lost : Standing::out;
  ++session_;
  id_.clear();
  forget_received();
  queue_.interrupted();
}

void ClientSocket::closed(std::string_view reason, const std::optional<Failure>& details) {
  session_over();
  standing_ = Standing::out;
  if (details) {
    local_event("disconnect", reason, *details);
  } else {
    local_event("disconnect", reason);
  }
  if (!silenced()) clear_acks();
}

}  // namespace strata::sio
