// sio/eio/client_session.cpp - the rules of a client's session. (codec)
//
//   opening ---- "0{...}" ----> open ---- close() ----> closing -- all left, "1" --> closed
//      |                         |                         |
//      '------- error -----------'------ error ------------'-- close_timeout -----> closed
//
//   upgrade, while it is open over polling:
//   wanted --> connecting --> ask: "2probe" --> asked -- "3probe" --> answered --> pausing
//     no GET, no POST under way any more: "5", the WebSocket is the transport
//     anything else, or upgrade_timeout: it is dropped, and polling goes on
#include "sio/eio/client_session.h"

#include <algorithm>
#include <utility>

namespace strata::sio::eio {

ClientSession::ClientSession(const ClientRules& rules, Transport first, net::TimePoint open_by)
    : rules_(&rules), open_by_(open_by), transport_(first) {}

void ClientSession::begin_with(Transport next) {
  transport_ = next;
  state_ = State::opening;
  polling_ = posting_ = end_told_ = false;
  reason_.clear();
  error_ = {};
}

// --- what is to be done -------------------------------------------------------------------------

ClientStep ClientSession::next(net::TimePoint now, bool may_flush, bool unsent) {
  if (std::exchange(candidate_lost_, false)) return ClientStep::drop_candidate;
  if (state_ == State::closed) {
    return std::exchange(end_told_, true) ? ClientStep::none : ClientStep::end;
  }
  if (std::exchange(opened_, false)) {
    was_open_ = true;
    return ClientStep::tell_open;
  }
  if (const ClientStep step = next_of_upgrade(now); step != ClientStep::none) return step;
  if (transport_ == Transport::polling && !polling_ && !goodbye_ && upgrade_ != Upgrade::pausing) {
    polling_ = true;
    return ClientStep::poll;
  }
  if (!may_flush || state_ == State::opening || goodbye_ || upgrade_ == Upgrade::pausing) {
    return ClientStep::none;
  }
  return next_to_send(unsent);
}

ClientStep ClientSession::next_of_upgrade(net::TimePoint now) {
  switch (upgrade_) {
    case Upgrade::wanted:
      if (state_ != State::open) break;
      upgrade_ = Upgrade::connecting;
      upgrade_by_ = now + rules_->upgrade_timeout;
      return ClientStep::start_candidate;
    case Upgrade::ask:
      upgrade_ = Upgrade::asked;
      return ClientStep::ask_candidate;
    case Upgrade::answered:
      upgrade_ = Upgrade::pausing;
      return ClientStep::tell_upgrading;
    case Upgrade::pausing:
      if (polling_ || posting_) break;
      upgrade_ = Upgrade::none;
      transport_ = Transport::websocket;
      return ClientStep::switch_over;
    default:
      break;
  }
  return ClientStep::none;
}

ClientStep ClientSession::next_to_send(bool unsent) {
  if (!outbox_.empty()) {
    if (transport_ == Transport::websocket) return ClientStep::flush;
    if (posting_) return ClientStep::none;
    posting_ = true;
    return ClientStep::post;
  }
  if (state_ != State::closing || posting_ || unsent) return ClientStep::none;
  goodbye_ = true;
  if (upgrading()) lose_candidate("socket closed");
  if (transport_ == Transport::polling) posting_ = true;
  return ClientStep::goodbye;
}

// --- what came ----------------------------------------------------------------------------------

bool ClientSession::open_with(std::string_view json, net::TimePoint now) {
  auto read = read_opening(json, rules_->max_interval);
  if (!read) {
    on_bad_packet(read.error());
    return false;
  }
  opening_ = std::move(*read);
  state_ = State::open;
  opened_ = true;
  heartbeat_by_ = now + opening_.ping_interval + opening_.ping_timeout;
  const bool wanted = rules_->upgrade && opening_.may_upgrade && transport_ == Transport::polling;
  upgrade_ = wanted ? Upgrade::wanted : Upgrade::none;
  return true;
}

bool ClientSession::on_packet(const Packet& packet, net::TimePoint now) {
  if (state_ == State::closed || goodbye_) return false;
  if (state_ == State::opening) {
    if (packet.type == PacketType::open)
      open_with(packet.data, now);
    else
      on_bad_packet("a packet before the open packet");
    return false;
  }
  switch (packet.type) {
    case PacketType::message:
      return true;
    case PacketType::close:
      end("transport close", {.message = "transport closed by the server"});
      return false;
    case PacketType::ping:  // nothing else counts, eio4-heartbeat
      heartbeat_by_ = now + opening_.ping_interval + opening_.ping_timeout;
      // One answer is enough for however many wait: a server cannot fill our memory with them.
      if (!std::exchange(pong_waits_, true)) outbox_.append({.type = PacketType::pong, .data = {}});
      return false;
    default:  // noop ends a poll; open, pong and upgrade mean nothing here
      return false;
  }
}

void ClientSession::on_bad_packet(const char* why) {
  end("transport error", {.message = "server error", .context = why});
}

void ClientSession::on_posted() {
  posting_ = false;
  posting_bytes_ = 0;
  if (goodbye_) end("forced close", {});
}

void ClientSession::on_transport_error(TransportError error) {
  end("transport error", std::move(error));
}

void ClientSession::on_transport_closed(TransportError error) {
  end("transport close", std::move(error));
}

// --- the upgrade --------------------------------------------------------------------------------

void ClientSession::lose_candidate(std::string_view why) {
  if (upgrade_ == Upgrade::none) return;
  const bool started = upgrade_ != Upgrade::wanted;
  upgrade_ = Upgrade::none;
  if (!started) return;
  candidate_lost_ = true;
  upgrade_error_ = {.message = "probe error", .context = std::string(why)};
}

void ClientSession::on_candidate_open() {
  if (upgrade_ == Upgrade::connecting) upgrade_ = Upgrade::ask;
}

void ClientSession::on_candidate_packet(const Packet& packet) {
  const bool probe = packet.type == PacketType::pong && packet.data == "probe";
  if (upgrade_ == Upgrade::asked && probe) {
    upgrade_ = Upgrade::answered;
  } else {
    lose_candidate("the server did not answer the probe");
  }
}

void ClientSession::on_candidate_failed(std::string_view why) { lose_candidate(why); }

// --- time ---------------------------------------------------------------------------------------

net::TimePoint ClientSession::deadline() const {
  if (state_ == State::closed) return net::TimePoint::max();
  if (state_ == State::opening) return open_by_;
  net::TimePoint due = heartbeat_by_;
  if (upgrading() && upgrade_ != Upgrade::wanted) due = std::min(due, upgrade_by_);
  if (state_ == State::closing) due = std::min(due, close_by_);
  return due;
}

void ClientSession::on_deadline(net::TimePoint now) {
  if (state_ == State::closed || now < deadline()) return;
  if (state_ == State::opening) {
    const bool polls = transport_ == Transport::polling;
    return on_transport_error({.message = polls ? "xhr poll error" : "websocket error",
                               .context = "no open packet in time"});
  }
  if (state_ == State::closing && now >= close_by_) return end("forced close", {});
  if (now >= heartbeat_by_) return end("ping timeout", {.context = "no ping came"});
  lose_candidate("no answer in time");
}

bool ClientSession::overdue(net::TimePoint now) const {
  return state_ == State::open && now >= heartbeat_by_;
}

// --- what we send -------------------------------------------------------------------------------

bool ClientSession::send(const ClientOutbox::Item& item) {
  if (state_ == State::closing || state_ == State::closed) return false;
  if (queued() > rules_->max_send_queue) return false;
  outbox_.append(item);
  return true;
}

bool ClientSession::direct() const {
  return state_ == State::open && transport_ == Transport::websocket && outbox_.empty();
}

bool ClientSession::writable() const {
  return state_ == State::open && outbox_.empty() && !posting_ && upgrade_ != Upgrade::answered &&
         upgrade_ != Upgrade::pausing;
}

std::string ClientSession::post_body() {
  pong_waits_ = false;
  std::string body = outbox_.take_body(opening_.max_payload);
  posting_bytes_ = body.size();
  return body;
}

// --- the end ------------------------------------------------------------------------------------

void ClientSession::close(net::TimePoint now) {
  if (state_ == State::opening) return end("forced close", {});
  if (state_ != State::open) return;
  state_ = State::closing;
  close_by_ = now + rules_->close_timeout;
  if (upgrade_ == Upgrade::wanted) upgrade_ = Upgrade::none;
}

void ClientSession::said_goodbye() { end("forced close", {}); }

void ClientSession::fail(std::string_view reason, TransportError error) {
  given_up_ = given_up_ || state_ != State::closed;
  end(reason, std::move(error));
}

void ClientSession::end(std::string_view reason, TransportError error) {
  if (state_ == State::closed) return;
  lose_candidate("socket closed");
  if (goodbye_) {  // whatever becomes of it, we were leaving
    reason = "forced close";
    error = {};
  }
  reason_ = reason;
  error_ = std::move(error);
  if (state_ != State::opening) outbox_.clear();  // else another transport may send it
  posting_bytes_ = 0;
  state_ = State::closed;
}

}  // namespace strata::sio::eio
