// sio/eio/session.cpp - the rules of one session. (codec)
//
//             GET (held)          upgrade: 101     2probe          5
//   polling ------------> polling -------> joined -------> probed ---> websocket
//      |                     |                |  other packet, timeout    |
//      |                     |                +------> polling            |
//      +---------- close ----+--> closing (polling: until fetched; probed: until 5) --> closed
#include "sio/eio/session.h"

#include <algorithm>
#include <utility>

namespace strata::sio::eio {

Session::Session(const Timing& timing, Transport first, net::TimePoint now)
    : timing_(&timing), heartbeat_at_(now + timing.ping_interval), transport_(first) {}

Actions Session::end(std::string_view reason, const char* detail, Farewell farewell) {
  Actions actions;
  if (state_ == State::closed) return actions;
  if (state_ == State::open) reason_ = reason;  // who closed first has named the reason
  detail_ = detail;
  farewell_ = farewell;
  state_ = State::closed;
  actions.drop_candidate = upgrade_ != Upgrade::none;  // eio4-upgrade: it goes with the session
  upgrade_ = Upgrade::none;
  actions.end = true;
  return actions;
}

Actions Session::fail(std::string_view reason, const char* detail) { return end(reason, detail); }

// --- packets ------------------------------------------------------------------------------------

Actions Session::on_packet(const Packet& packet, net::TimePoint now) {
  Actions actions;
  if (state_ == State::closed) return actions;
  if (packet.type == PacketType::close) {
    return end("transport close", "close packet", Farewell::noop);
  }
  if (state_ == State::closing) return actions;  // what still comes is not for a closed socket
  switch (packet.type) {
    case PacketType::message:
      actions.deliver = true;
      break;
    case PacketType::ping:  // eio4-heartbeat: since version 4 only the server pings
      return end("transport error", "invalid heartbeat direction");
    case PacketType::pong:  // nothing else counts: a peer that talks may still be deaf
      if (awaiting_pong_) {
        awaiting_pong_ = false;
        heartbeat_at_ = now + timing_->ping_interval;
      }
      break;
    default:  // open, noop, and an upgrade that is not on a candidate mean nothing here
      break;
  }
  return actions;
}

Actions Session::on_bad_packet(const char* why) { return end("parse error", why); }

// --- deadlines ----------------------------------------------------------------------------------

net::TimePoint Session::deadline() const {
  if (state_ == State::closed) return net::TimePoint::max();
  if (state_ == State::closing) return limit_at_;
  return upgrading() ? std::min(heartbeat_at_, limit_at_) : heartbeat_at_;
}

Actions Session::on_deadline(net::TimePoint now, bool reading_stopped) {
  Actions actions;
  if (state_ == State::closed || now < deadline()) return actions;
  if (state_ == State::closing) return end(reason_, "the close was never fetched");
  if (upgrading() && now >= limit_at_) {
    upgrade_ = Upgrade::none;
    actions.drop_candidate = true;
  }
  if (now < heartbeat_at_) return actions;
  if (awaiting_pong_ && !reading_stopped) {
    Actions over = end("ping timeout", "no pong came");
    over.drop_candidate |= actions.drop_candidate;
    return over;
  }
  heartbeat_at_ = now + timing_->ping_timeout;
  if (awaiting_pong_) return actions;
  awaiting_pong_ = true;
  if (transport_ == Transport::websocket) {
    actions.ping = true;
  } else {
    outbox_.append(PacketType::ping);
    actions.answer_poll = poll_held_;
  }
  return actions;
}

// --- polling ------------------------------------------------------------------------------------

Actions Session::on_poll() {
  Actions actions;
  if (poll_held_) {  // eio4-polling: two polls at once are two clients, or a confused one
    actions = end("transport error", "overlap from client");
    actions.refuse = true;
    return actions;
  }
  poll_held_ = true;
  if (!outbox_.empty()) {
    actions.answer_poll = true;
  } else if (state_ == State::closing) {
    return end(reason_, "", Farewell::noop_then_close);
  } else if (upgrade_ == Upgrade::probed) {
    actions.answer_poll = true;  // each of them: the client pauses only when its poll returns
  }
  return actions;
}

Actions Session::on_poll_aborted() {
  poll_held_ = false;
  return end("transport error", "poll connection closed prematurely");
}

Actions Session::on_poll_overtaken() {
  Actions actions;
  actions.answer_poll = poll_held_ && state_ != State::closed;
  return actions;
}

std::string Session::poll_body() {
  poll_held_ = false;
  if (outbox_.empty()) outbox_.append(PacketType::noop);
  return outbox_.take_body();
}

std::string Session::last_body() {
  poll_held_ = false;
  switch (farewell_) {
    case Farewell::discarded:
      outbox_.clear();
      [[fallthrough]];
    case Farewell::close:
      outbox_.append(PacketType::close);
      break;
    case Farewell::noop:
      if (outbox_.empty()) outbox_.append(PacketType::noop);
      break;
    case Farewell::noop_then_close:
      outbox_.append(PacketType::noop);
      outbox_.append(PacketType::close);
      break;
  }
  return outbox_.take_body();
}

Actions Session::on_post() {
  Actions actions;
  if (post_under_way_) {
    actions = end("transport error", "overlap from client");
    actions.refuse = overlapped_ = true;
    return actions;
  }
  post_under_way_ = true;
  return actions;
}

Actions Session::on_post_aborted() {
  post_under_way_ = false;
  return end("transport error", "data request connection closed prematurely");
}

Actions Session::on_post_refused(const char* why) {
  Actions actions = end("transport error", why);
  actions.refuse = true;
  return actions;
}

// --- the upgrade --------------------------------------------------------------------------------

bool Session::on_candidate(net::TimePoint now) {
  if (state_ != State::open || transport_ == Transport::websocket || upgrading()) return false;
  upgrade_ = Upgrade::joined;
  limit_at_ = now + timing_->upgrade_timeout;
  return true;
}

Actions Session::on_candidate_packet(const Packet& packet) {
  Actions actions;
  if (!upgrading()) return actions;
  if (packet.type == PacketType::ping && packet.data == "probe") {
    upgrade_ = Upgrade::probed;
    actions.answer_probe = true;
    actions.answer_poll = poll_held_;
  } else if (packet.type == PacketType::upgrade) {
    upgrade_ = Upgrade::none;
    transport_ = Transport::websocket;
    if (state_ == State::closing) actions = end(reason_, "");  // what waited goes first
    actions.switch_over = true;
    actions.answer_poll = poll_held_;
  } else {
    upgrade_ = Upgrade::none;
    actions.drop_candidate = true;
  }
  return actions;
}

// --- the end ------------------------------------------------------------------------------------

Actions Session::close(std::string_view reason, bool discard, net::TimePoint now) {
  if (state_ == State::closed) return {};
  if (discard) return end(reason, "", Farewell::discarded);
  if (state_ == State::closing) return {};
  const bool poll_waits = poll_held_ && outbox_.empty();  // it can carry the close right now
  if (transport_ == Transport::websocket || poll_waits) return end(reason, "");
  Actions actions;
  reason_ = reason;
  state_ = State::closing;
  limit_at_ = now + timing_->close_timeout;
  // eio4-upgrade: who has heard "3probe" polls no more, so the close waits for its "5" instead. The
  // reference's client would stay paused between the two, and learn nothing before a ping is
  // overdue.
  if (upgrade_ == Upgrade::joined) {
    upgrade_ = Upgrade::none;
    actions.drop_candidate = true;
  }
  actions.answer_poll = poll_held_;
  return actions;
}

}  // namespace strata::sio::eio
