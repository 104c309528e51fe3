// sio/eio/client_session.h - the rules of a client's session: opening, heartbeat, polling, upgrade,
// end. No I/O, no clock: what happened and when comes in, and next() says what is to be done.
// (codec)
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

#include "net/time.h"
#include "sio/eio/client_opening.h"
#include "sio/eio/client_outbox.h"
#include "sio/eio/session.h"

namespace strata::sio::eio {

// The reference's TransportError: what went wrong on the way.
struct TransportError {
  // "xhr poll error", "xhr post error", "websocket error", "server error", "probe error" ...
  std::string message = {};
  int status = 0;            // of an HTTP answer that was none of 200; 0: there was none
  int code = 0;              // with which a WebSocket was closed, rfc6455-7.4; 0: it was none
  std::string context = {};  // that answer's body, at most 4 KiB of it; or a sentence
  std::error_code system = {};
};

struct ClientRules {
  bool upgrade = true;  // where the server can
  net::Duration upgrade_timeout = 10s;
  net::Duration close_timeout = 30s;
  net::Duration max_interval = std::chrono::hours(24);
  std::size_t max_send_queue = 16 * 1024 * 1024;
};

// What the driver has to do.
enum class ClientStep : std::uint8_t {
  none,
  tell_open,        // opening() is there
  drop_candidate,   // close it, if there is one, and tell upgrade_error()
  start_candidate,  // connect a WebSocket with our sid
  ask_candidate,    // "2probe" on it
  tell_upgrading,   // it answered
  switch_over,      // "5" on it: it is the transport from here on
  poll,             // a GET
  post,             // a POST of post_body()
  flush,            // outbox() goes to the WebSocket
  goodbye,          // a POST of "1" (then on_posted() or an error is the end), or the Close
  end,              // over: reason() and error() say why
};

//   Lives:   in its driver.
//   Errors:  the server's are ends with a reason; calls after the end do nothing.
//   Threads: any one.
class ClientSession {
 public:
  enum class State : std::uint8_t { opening, open, closing, closed };

  // `open_by`: the end of the wait for the open packet; max: none.
  ClientSession(const ClientRules& rules, Transport first, net::TimePoint open_by);
  void begin_with(Transport next);  // another one, where the first could not open

  State state() const { return state_; }
  Transport transport() const { return transport_; }
  bool upgrading() const { return upgrade_ != Upgrade::none; }
  bool in_time(net::TimePoint now) const { return now < open_by_; }  // to open
  bool posting() const { return posting_; }
  bool goodbye() const { return goodbye_; }    // it was said
  bool was_open() const { return was_open_; }  // tell_open came
  bool given_up() const { return given_up_; }  // by fail()
  const Opening& opening() const { return opening_; }
  std::string_view reason() const { return reason_; }
  const TransportError& error() const { return error_; }
  const TransportError& upgrade_error() const { return upgrade_error_; }

  // The next thing to do, until `none`. `may_flush`: false inside the answer to a poll, so that all
  // that is said in reply leaves together. `unsent`: what was given to the WebSocket has not left.
  ClientStep next(net::TimePoint now, bool may_flush, bool unsent);

  // --- what came over the transport. True: a message, to be delivered.
  bool on_packet(const Packet& packet, net::TimePoint now);
  void on_bad_packet(const char* why);
  void on_polled() { polling_ = false; }  // the answer to the GET, behind its packets
  void on_posted();                       // the POST was answered
  void on_transport_error(TransportError error);
  void on_transport_closed(TransportError error);

  // --- the candidate, eio4-upgrade
  void on_candidate_open();
  void on_candidate_packet(const Packet& packet);
  void on_candidate_failed(std::string_view why);

  // --- time
  net::TimePoint deadline() const;
  void on_deadline(net::TimePoint now);
  bool overdue(net::TimePoint now) const;  // no ping came, and no deadline was told yet

  // --- what we send
  bool send(const ClientOutbox::Item& item);  // false: closing, closed or too much waits
  // A message need not go through the outbox: nothing waits there, and the WebSocket takes it.
  bool direct() const;
  bool writable() const;  // but for what the WebSocket has not sent
  std::size_t queued() const { return outbox_.bytes() + posting_bytes_; }
  ClientOutbox& outbox() { return outbox_; }
  std::string post_body();  // of the step `post`
  void on_flushed() { pong_waits_ = false; }

  // --- the end, eio4-close
  void close(net::TimePoint now);
  void said_goodbye();  // on the WebSocket
  void fail(std::string_view reason, TransportError error);

 private:
  enum class Upgrade : std::uint8_t { none, wanted, connecting, ask, asked, answered, pausing };
  ClientStep next_of_upgrade(net::TimePoint now);
  ClientStep next_to_send(bool unsent);
  bool open_with(std::string_view json, net::TimePoint now);
  void lose_candidate(std::string_view why);
  void end(std::string_view reason, TransportError error);

  const ClientRules* rules_;
  Opening opening_;
  ClientOutbox outbox_;
  std::string reason_;
  TransportError error_, upgrade_error_;
  net::TimePoint open_by_, heartbeat_by_{}, upgrade_by_{}, close_by_{};
  std::size_t posting_bytes_ = 0;
  State state_ = State::opening;
  Transport transport_;
  Upgrade upgrade_ = Upgrade::none;
  bool opened_ = false;  // tell_open is due
  bool was_open_ = false;
  bool end_told_ = false;
  bool given_up_ = false;
  bool candidate_lost_ = false;
  bool polling_ = false;  // a GET is under way
  bool posting_ = false;  // a POST
  bool goodbye_ = false;  // it was said
  bool pong_waits_ = false;
};

}  // namespace strata::sio::eio
