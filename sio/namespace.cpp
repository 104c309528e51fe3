// sio/namespace.cpp - who is let in, and answers to broadcasts.
#include "sio/namespace.h"

#include <algorithm>

#include "sio/client.h"
#include "sio/hub.h"

namespace strata::sio {

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
  socket.client().refuse(name_, why->message, why->data ? &*why->data : nullptr);
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

std::uint64_t Namespace::gather(const std::vector<Socket*>& from, net::Duration limit,
                                BroadcastAnswer done) {
  const std::uint64_t id = next_ack_id();
  Gathering& gathering = gatherings_[id];
  for (const Socket* const socket : from) gathering.missing.push_back(socket->ref().key());
  gathering.done = std::move(done);
  gathering.timer =
      std::make_unique<net::Timer>(hub_->loop(), [this, id] { finish_gathering(id, timed_out()); });
  // Nobody there to answer: the callback still comes later, never from inside of emit.
  gathering.timer->start(from.empty() ? net::Duration(0) : limit);
  return id;
}

void Namespace::answered(std::uint64_t id, const Socket& socket, const Args& args) {
  const auto found = gatherings_.find(id);
  if (found == gatherings_.end()) return;
  Gathering& gathering = found->second;
  const auto missing =
      std::find(gathering.missing.begin(), gathering.missing.end(), socket.ref().key());
  if (missing == gathering.missing.end()) return;  // it was not asked, or answered already
  gathering.missing.erase(missing);
  gathering.responses.push_back(args.json(0));
  if (gathering.missing.empty()) finish_gathering(id, {});
}

void Namespace::finish_gathering(std::uint64_t id, std::error_code why) {
  const auto found = gatherings_.find(id);
  if (found == gatherings_.end()) return;
  Gathering gathering = std::move(found->second);
  gatherings_.erase(found);
  if (gathering.missing.empty()) why = {};
  try {
    gathering.done(why, gathering.responses);
  } catch (const std::exception& error) {
    hub_->log("the callback of a broadcast threw: ", error.what());
  } catch (...) {
    hub_->log("the callback of a broadcast threw: ", "no std::exception");
  }
  // The timer may be the one that runs now: it dies when the turn ends.
  hub_->loop().defer([timer = std::move(gathering.timer)] {});
}

}  // namespace strata::sio
