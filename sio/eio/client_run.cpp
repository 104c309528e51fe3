// sio/eio/client_run.cpp - one step after the other, until there is nothing to be done; what goes
// over the transports is client_run_io.cpp.
//
//   a transport, a deadline:  the rules hear of it --> step()
//   the program:              the rules hear of it --> step_later() --> step(), as the turn ends
//
//   step():  session_.next() says what is to be done, perform() does it, until it says `none`
#include "sio/eio/client_run.h"

#include <algorithm>
#include <ctime>
#include <new>
#include <utility>

namespace strata::sio::eio {
namespace {

ClientRules rules_of(const ClientOptions& options) {
  const auto& list = options.transports;
  ClientRules rules;
  rules.upgrade =
      options.upgrade && std::find(list.begin(), list.end(), Transport::websocket) != list.end();
  rules.upgrade_timeout = options.upgrade_timeout;
  rules.close_timeout = options.close_timeout;
  rules.max_interval = options.max_interval;
  rules.max_send_queue = options.max_send_queue;
  return rules;
}

std::vector<Transport> order_of(const ClientOptions& options, bool prefer_websocket) {
  std::vector<Transport> list = options.transports;
  const auto found = std::find(list.begin(), list.end(), Transport::websocket);
  if (prefer_websocket && found != list.end()) std::rotate(list.begin(), found, found + 1);
  return list;
}

Transport first_of(const std::vector<Transport>& list) {
  return list.empty() ? Transport::polling : list.front();
}

}  // namespace

ClientRun::ClientRun(net::Loop& loop, std::shared_ptr<const ClientOptions> options, Client& owner,
                     http::CookieJar* cookies, bool prefer_websocket)
    : loop_(loop),
      options_(std::move(options)),
      owner_(&owner),
      cookies_(cookies),
      transports_(order_of(*options_, prefer_websocket)),
      rules_(rules_of(*options_)),
      session_(rules_, first_of(transports_),
               options_->open_timeout == net::Duration{} ? net::TimePoint::max()
                                                         : loop.now() + options_->open_timeout),
      deadline_(loop,
                [this] {
                  const auto self = shared_from_this();
                  armed_for_ = net::TimePoint::max();
                  session_.on_deadline(loop_.now());
                  step();
                }),
      look_(loop,
            [this] {
              const auto self = shared_from_this();
              step();
              tell_sent();
            }),
      came_to_websocket_(prefer_websocket) {
  auto made = ClientAddress::make({.url = options_->url,
                                   .path = options_->path,
                                   .add_trailing_slash = options_->add_trailing_slash,
                                   .query = options_->query});
  if (made)
    address_ = std::move(*made);
  else
    fault_ = made.error();
}

ClientRun::~ClientRun() = default;

void ClientRun::start() {
  if (transports_.empty()) {
    session_.on_transport_error({.message = "No transports available"});
  } else if (!fault_.empty()) {
    const bool polls = session_.transport() == Transport::polling;
    session_.on_transport_error(
        {.message = polls ? "xhr poll error" : "websocket error", .context = std::string(fault_)});
  } else {
    begin();
  }
  step_later();
}

void ClientRun::begin() {
  if (session_.transport() == Transport::websocket) websocket_ = connect();
}

void ClientRun::close() {
  using State = ClientSession::State;
  if (session_.state() == State::closed && session_.was_open()) return;  // on_close is due, or was
  session_.close(loop_.now());
  if (session_.state() == State::closed) {  // it was not open: nobody is told
    owner_ = nullptr;
    drop_transports();
  }
  step_later();
}

void ClientRun::fail(std::string_view reason, std::string_view why) {
  session_.fail(reason, {.message = std::string(reason), .context = std::string(why)});
  step_later();
}

void ClientRun::abandon() {
  abandoned_ = true;
  owner_ = nullptr;
  drop_transports();
  deadline_.stop();
}

void ClientRun::drop_transports() {
  polling_.reset();
  websocket_.reset();
  candidate_.reset();
  look_.stop();
}

bool ClientRun::leaving() const {
  return session_.state() != ClientSession::State::closed || polling_ || websocket_ || candidate_;
}

// --- what the rules demand ----------------------------------------------------------------------

void ClientRun::step_later() {
  if (std::exchange(planned_, true)) return;
  loop_.defer([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->planned_ = false;
    self->step();
    self->tell_sent();
  });
}

// Inside the answer to a poll nothing is flushed: all that is said to its packets leaves together.
void ClientRun::step() {
  if (inside_ == Inside::step || abandoned_) return;  // the one below on the stack goes on
  const Inside around = std::exchange(inside_, Inside::step);
  try {
    for (;;) {
      const bool unsent = sent_ != Sent::all && websocket_ && websocket_->buffered_bytes() != 0;
      const bool may_flush = around != Inside::poll_answer;
      const ClientStep what = session_.next(loop_.now(), may_flush, unsent);
      if (what == ClientStep::none) break;
      perform(what);
      if (abandoned_) return;
    }
    rearm();
  } catch (const std::bad_alloc&) {  // of ours: a handler's are caught nearer to it
    starve();
  }
  inside_ = around;
}

// What was half done cannot be gone on with. The end is told by the timer, on a stack of its own.
void ClientRun::starve() {
  session_.on_transport_error({.message = "out of memory"});
  armed_for_ = loop_.now();
  deadline_.start(net::Duration{});
}

// Later, for not each handler is called where a step follows.
void ClientRun::end_thrown(std::string_view why) {
  session_.fail("forced close", {.message = "a handler threw", .context = std::string(why)});
  step_later();
}

void ClientRun::perform(ClientStep what) {
  switch (what) {
    case ClientStep::none:
      break;
    case ClientStep::tell_open:
      came_to_websocket_ = session_.transport() == Transport::websocket;
      note_wall_clock();
      return call(options_->on_open);
    case ClientStep::drop_candidate: {
      candidate_.reset();
      const TransportError error = session_.upgrade_error();
      return call(options_->on_upgrade_error, error);
    }
    case ClientStep::start_candidate:
      candidate_ = connect();
      break;
    case ClientStep::ask_candidate:
      candidate_->send({.type = PacketType::ping, .data = "probe"});
      break;
    case ClientStep::tell_upgrading:
      came_to_websocket_ = true;
      return call(options_->on_upgrading, Transport::websocket);
    case ClientStep::switch_over:
      return switch_over();
    case ClientStep::poll:
      return poll();
    case ClientStep::post:
      polling_->post(url(Transport::polling), session_.post_body());
      return call(options_->on_flush);
    case ClientStep::flush:
      return flush();
    case ClientStep::goodbye:
      return goodbye();
    case ClientStep::end:
      return finish();
  }
}

void ClientRun::poll() {
  ClientPolling::Sink& sink = *this;
  if (!polling_) {
    polling_ = std::make_unique<ClientPolling>(loop_, *options_, address_, cookies_, sink);
  }
  polling_->poll(url(Transport::polling));
}

void ClientRun::goodbye() {
  if (polling_) return polling_->post(url(Transport::polling), std::string(1, '1'));
  if (websocket_) websocket_->close();
  session_.said_goodbye();
}

// Where the first transport could not open: the next one. Not where we gave it up ourselves.
bool ClientRun::try_next() {
  if (!options_->try_all_transports || session_.was_open() || transports_.size() < 2) return false;
  if (session_.given_up()) return false;
  if (!session_.in_time(loop_.now()) || owner_ == nullptr) return false;
  transports_.erase(transports_.begin());
  drop_transports();
  session_.begin_with(transports_.front());
  begin();
  return true;
}

void ClientRun::finish() {
  if (session_.reason() == "transport error") came_to_websocket_ = false;
  if (try_next()) return;
  session_.outbox().clear();
  deadline_.stop();
  candidate_.reset();
  // A WebSocket is in its close handshake; of polling, nothing more is wanted but that the server
  // hears of the end, where it was none of its own doing.
  const std::string reason(session_.reason());
  const TransportError error = session_.error();
  const bool unheard = reason == "ping timeout" || reason == "transport close" ||
                       (reason == "transport error" && error.message != "server error");
  const bool polls = session_.transport() == Transport::polling;
  const bool told = session_.goodbye() || session_.posting() || !session_.was_open();
  if (polls && polling_ && !told && !unheard) {
    polling_->post(url(Transport::polling), std::string(1, '1'));
  } else if (polls || unheard) {
    drop_transports();
  } else if (websocket_) {
    websocket_->close();
  }
  const bool was_open = session_.was_open();
  if (reason == "transport error" || !was_open) call(options_->on_error, error);
  if (was_open && !abandoned_) call(options_->on_close, reason, error);
}

// --- what leaves --------------------------------------------------------------------------------

bool ClientRun::send(const ClientOutbox::Item& message) {
  const auto state = session_.state();
  if (state == ClientSession::State::closing || state == ClientSession::State::closed) return false;
  if (options_->on_packet_create) {
    const auto self = shared_from_this();
    call(options_->on_packet_create, Packet{message.type, message.binary, message.data});
    if (abandoned_) return false;
  }
  if (session_.direct() && websocket_ && inside_ != Inside::step) {
    if (!websocket_->send(message)) return false;
    sent_ = Sent::given;
    if (options_->on_flush || options_->on_drain) step_later();
    return true;
  }
  if (!session_.send(message)) return false;
  if (inside_ == Inside::nothing) step_later();
  return true;
}

// Behind a turn in which the WebSocket was given something. Nobody below tells when all has left:
// so we look again.
void ClientRun::tell_sent() {
  constexpr net::Duration look_again = 10ms;
  const auto over = [this] {
    return abandoned_ || session_.state() == ClientSession::State::closed;
  };
  if (sent_ == Sent::given) {
    sent_ = Sent::flushed;
    if (!over()) call(options_->on_flush);
  }
  if (over() || sent_ == Sent::all || !websocket_) return;
  const bool closing = session_.state() == ClientSession::State::closing;
  if (websocket_->buffered_bytes() != 0) {
    if (options_->on_drain || closing) look_.start(look_again);
    return;
  }
  sent_ = Sent::all;
  call(options_->on_drain);
}

bool ClientRun::writable() const {
  return session_.writable() && (!websocket_ || websocket_->buffered_bytes() == 0);
}

std::size_t ClientRun::queued() const {
  return session_.queued() + (websocket_ ? websocket_->buffered_bytes() : 0);
}

// --- time ---------------------------------------------------------------------------------------

void ClientRun::rearm() {
  const net::TimePoint due = session_.deadline();
  if (due == armed_for_) return;
  armed_for_ = due;
  if (due == net::TimePoint::max()) return deadline_.stop();
  deadline_.start(std::max(due - loop_.now(), net::Duration{}));
}

net::Duration ClientRun::wall_now() const {
  if (options_->wall_clock) return options_->wall_clock();
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

void ClientRun::note_wall_clock() {
  const Opening& opening = session_.opening();
  wall_deadline_ = wall_now() + opening.ping_interval + opening.ping_timeout;
}

bool ClientRun::overdue() {
  if (session_.state() != ClientSession::State::open) return false;
  if (!session_.overdue(loop_.now()) && wall_now() <= wall_deadline_) return false;
  session_.fail("ping timeout", {.message = "ping timeout", .context = "the clock went on"});
  step_later();
  return true;
}

}  // namespace strata::sio::eio
