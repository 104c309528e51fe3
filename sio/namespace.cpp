// sio/namespace.cpp - who is let in, and answers to broadcasts.
#include "sio/namespace.h"

#include "sio/carrier.h"
#include "sio/hub.h"

namespace strata::sio {

Namespace::Namespace(Hub& hub, std::string name, const MakeAdapter& make)
    : hub_(&hub), name_(std::move(name)), adapter_(make(*this)) {}

// A child begins with what its parent has by then.
Namespace::Namespace(Hub& hub, std::string name, Namespace& parent, const MakeAdapter& make)
    : hub_(&hub),
      name_(std::move(name)),
      middlewares_(parent.middlewares_),
      handlers_(parent.handlers_),
      parent_(&parent),
      adapter_(make(*this)) {}

Namespace::~Namespace() { adapter_->close(); }

void Namespace::departed() {
  if (--present_ == 0 && parent_ != nullptr) hub_->child_is_empty(*this);
}

// --- between servers --------------------------------------------------------------------------
bool ServerSide::emit_values(std::string_view event, const Values& values,
                             OnAnswer on_answer) const {
  if (event == "connection" || event == "new_namespace")
    throw std::invalid_argument('"' + std::string(event) + "\" is a reserved event name");
  std::string text;
  PacketWriter writer(text);
  write_event(writer, nsp_->name(), event, values);
  writer.finish(std::nullopt);
  nsp_->adapter().server_side_emit({writer.text(), writer.head_bytes(), writer.attachments()}, {},
                                   std::move(on_answer));
  return true;
}

void Namespace::on_server_side_emit(std::string_view event, OnServerSide handler) {
  refuse_reserved(event);
  server_side_[std::string(event)].push_back(std::move(handler));
}

void Namespace::heard_server_side(std::string_view event, const Args& args,
                                  const ServerAnswer& answer) {
  const auto found = server_side_.find(event);
  if (found == server_side_.end()) return;
  const std::vector<OnServerSide> present = found->second;
  const ServerAnswer once = [answer, done = std::make_shared<bool>(false)](Json value) {
    if (!answer || std::exchange(*done, true)) return;
    answer(std::move(value));
  };
  for (const OnServerSide& handler : present)
    hub_->guarded("a handler of server_side_emit threw: ", [&] { handler(args, once); });
}

// --- who is let in ----------------------------------------------------------------------------
void Next::done(std::optional<Refusal> why) const {
  socket_.run([stage = stage_, why = std::move(why)](Socket& socket) {
    socket.nsp().passed(socket, stage, why);
  });
}

void Namespace::on(std::string_view event, OnConnection handler) {
  if (event != "connection" && event != "connect")
    throw std::invalid_argument("a namespace has the event \"connection\" only");
  on_connection(std::move(handler));
}

void Namespace::admit(Socket& socket) {
  const std::size_t stage = socket.middlewares_passed;
  if (stage >= middlewares_.size()) return socket.accept();
  const Middleware middleware = middlewares_[stage];  // it may call use()
  try {
    middleware(socket, Next(socket.ref(), stage));
  } catch (const std::exception& error) {
    hub_->log("a middleware threw: ", error.what());
    passed(socket, stage, Refusal("Internal error"));  // what it said is not for the client
  } catch (...) {
    hub_->log("a middleware threw: ", "no std::exception");
    passed(socket, stage, Refusal("Internal error"));
  }
}

void Namespace::passed(Socket& socket, std::size_t stage, std::optional<Refusal> why) {
  if (!socket.waiting() || socket.middlewares_passed != stage) return;  // said twice, or too late
  ++socket.middlewares_passed;
  if (!why) return admit(socket);
  socket.carrier().refuse(name_, why->message, why->data ? &*why->data : nullptr);
  socket.drop();
}

void Namespace::connected(Socket& socket) {
  const std::size_t present = handlers_.size();
  for (std::size_t i = 0; i < present && socket.connected(); ++i) {
    const OnConnection handler = handlers_[i];
    try {
      handler(socket);
    } catch (const std::exception& error) {
      socket.raise(Error{error.what(), "connection", {}, {}, {}});
    } catch (...) {
      socket.raise(Error{"a handler threw no std::exception", "connection", {}, {}, {}});
    }
  }
}

// Answers come from sockets here and on other servers, in any order, and some may come before the
// adapter has returned: nobody is told from inside of emit.
void Namespace::gather(const EventPacket& packet, const Target& target, const SendFlags& flags,
                       BroadcastAnswer done) {
  constexpr net::Duration usual = 20s;
  const std::uint64_t id = ++last_gathering_;
  Gathering& gathering = gatherings_[id];
  gathering.done = std::move(done);
  gathering.timer =
      std::make_unique<net::Timer>(hub_->loop(), [this, id] { finish_gathering(id, timed_out()); });
  gathering.timer->start(flags.timeout.value_or(usual));
  const auto heard = [this, id](std::size_t servers) {
    gathered(id, [servers](Gathering& g) { g.servers = servers; });
  };
  if (flags.local) {
    heard(1);
  } else {
    adapter_->server_count(heard);
  }
  const std::uint64_t awaited = adapter_->broadcast_with_ack(
      packet, target, flags,
      [this, id](std::size_t clients) {
        gathered(id, [clients](Gathering& g) {
          ++g.servers_heard;
          g.clients += clients;
        });
      },
      [this, id](Json answer) {
        gathered(id, [&answer](Gathering& g) { g.responses.push_back(std::move(answer)); });
      });
  gathered(id, [awaited](Gathering& g) {
    g.awaited = awaited;
    g.sending = false;
    if (g.complete()) g.timer->start(net::Duration(0));
    g.sending = g.complete();  // the timer tells, in a later turn
  });
}

template <class Change>
void Namespace::gathered(std::uint64_t id, Change change) {
  const auto found = gatherings_.find(id);
  if (found == gatherings_.end()) return;
  change(found->second);
  if (!found->second.sending && found->second.complete()) finish_gathering(id, {});
}

void Namespace::finish_gathering(std::uint64_t id, std::error_code why) {
  const auto found = gatherings_.find(id);
  if (found == gatherings_.end()) return;
  Gathering gathering = std::move(found->second);
  gatherings_.erase(found);
  adapter_->stop_waiting(gathering.awaited);
  if (gathering.complete()) why = {};
  hub_->guarded("the callback of a broadcast threw: ",
                [&] { gathering.done(why, gathering.responses); });
  // The timer may be the one that runs now: it dies when the turn ends.
  hub_->loop().defer([timer = std::move(gathering.timer)] {});
}

}  // namespace strata::sio
