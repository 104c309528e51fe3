// ws/connection_topics.cpp - the part of a connection that few use: topics, and its subprotocol.
#include <new>

#include "ws/connection_extras.h"
#include "ws/shared_message.h"

namespace strata::ws {

Connection::Extras& Connection::extras() {
  if (extras_ == nullptr) extras_ = std::make_unique<Extras>(this);
  return *extras_;
}

std::string_view Connection::subprotocol() const {
  return extras_ == nullptr ? std::string_view() : extras_->subprotocol;
}

void Connection::set_subprotocol(std::string_view agreed) { extras().subprotocol = agreed; }

bool Connection::subscribe(std::string_view topic) {
  Topics* const topics = top_->topics();
  if (topics == nullptr || !open()) return false;
  return topics->subscribe(extras().topics, topic);
}

bool Connection::unsubscribe(std::string_view topic) {
  if (extras_ == nullptr || extras_->topics.topic_count() == 0) return false;
  return top_->topics()->unsubscribe(extras_->topics, topic);
}

bool Connection::subscribed(std::string_view topic) const {
  if (extras_ == nullptr || extras_->topics.topic_count() == 0) return false;
  return top_->topics()->subscribed(extras_->topics, topic);
}

void Connection::leave_topics() {
  if (extras_ == nullptr || extras_->topics.topic_count() == 0) return;
  top_->topics()->leave(extras_->topics);
}

namespace {

std::size_t publish_from(Connection& from, Opcode opcode, std::string_view topic,
                         net::Bytes payload, Delivery delivery) {
  const Topics* const topics = from.handler().topics();
  if (topics == nullptr || topics->subscriber_count(topic) == 0) return 0;
  return publish(*topics, topic, SharedMessage(opcode, payload), &from, delivery);
}

}  // namespace

std::size_t Connection::publish_text(std::string_view topic, std::string_view text,
                                     Delivery delivery) {
  return publish_from(*this, Opcode::text, topic, net::as_bytes(text), delivery);
}

std::size_t Connection::publish_binary(std::string_view topic, net::Bytes bytes,
                                       Delivery delivery) {
  return publish_from(*this, Opcode::binary, topic, bytes, delivery);
}

// A send calls no handler: what it does to a connection is told at the end of the turn. So no
// subscription changes under the loop.
std::size_t publish(const Topics& topics, std::string_view topic, const SharedMessage& message,
                    const Connection* except, Delivery delivery) {
  std::size_t taken = 0;
  topics.for_each(topic, [&](Connection& to) {
    if (&to == except) return;
    try {
      if (to.send_shared(message, delivery) != SendResult::dropped) ++taken;
    } catch (const std::bad_alloc&) {  // that one's affair: the others get theirs
      to.terminate();
    }
  });
  return taken;
}

}  // namespace strata::ws
