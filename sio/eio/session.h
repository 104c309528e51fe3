// sio/eio/session.h - the rules of one session: heartbeat, polling, upgrade, end. No I/O, no
// clock: what happened and when comes in, what is to be done comes back. (codec)
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "net/time.h"
#include "sio/eio/payload.h"

namespace strata::sio::eio {

enum class Transport : std::uint8_t { polling, websocket };

struct Timing {
  net::Duration ping_interval = 25s;
  net::Duration ping_timeout = 20s;
  net::Duration upgrade_timeout = 10s;
  net::Duration close_timeout = 30s;  // for the poll that fetches our close
};

// What the driver has to do after a call, in the order in which it is listed here.
struct Actions {
  bool deliver : 1 = false;         // the packet's data go to the handler
  bool answer_probe : 1 = false;    // "3probe" on the candidate
  bool drop_candidate : 1 = false;  // close the candidate; the session goes on without it
  bool switch_over : 1 = false;     // the candidate carries the session from here on
  bool ping : 1 = false;            // a ping is to be sent
  bool answer_poll : 1 = false;     // the poll that is held gets poll_body()
  bool refuse : 1 = false;          // the request that asked is answered 400
  bool end : 1 = false;             // over: reason() says why; a poll held gets last_body()
};

//   Lives:   in its driver.
//   Errors:  the peer's are ends with a reason; calls after the end do nothing.
//   Threads: any one.
class Session {
 public:
  enum class State : std::uint8_t { open, closing, closed };

  Session(const Timing& timing, Transport first, net::TimePoint now);

  State state() const { return state_; }
  Transport transport() const { return transport_; }
  bool upgrading() const { return upgrade_ != Upgrade::none; }
  bool poll_held() const { return poll_held_; }
  bool post_under_way() const { return post_under_way_; }
  std::string_view reason() const { return reason_; }  // of the end, in the reference's words
  std::string_view detail() const { return detail_; }
  bool overlapped() const { return overlapped_; }  // it ended for two POSTs at once

  // --- packets, eio4-packet
  Actions on_packet(const Packet& packet, net::TimePoint now);
  Actions on_bad_packet(const char* why);

  // --- heartbeat and every other deadline, eio4-heartbeat
  net::TimePoint deadline() const;
  // `reading_stopped`: we do not read this peer now, so its pong may be waiting unread.
  Actions on_deadline(net::TimePoint now, bool reading_stopped = false);

  // --- polling, eio4-polling. `outbox` is what waits for a poll.
  Outbox& outbox() { return outbox_; }
  const Outbox& outbox() const { return outbox_; }
  Actions on_poll();            // a GET: held unless told to answer, refuse or end
  Actions on_poll_aborted();    // its client went away
  Actions on_poll_overtaken();  // a request came behind it on the same connection
  std::string poll_body();      // for a poll that is answered; ends the wait, takes the outbox
  std::string last_body();      // for a poll that was held when the session ended
  Actions on_post();            // the head of a POST: refused when one is under way
  void on_post_done() { post_under_way_ = false; }
  Actions on_post_aborted();
  Actions on_post_refused(const char* why);  // its content cannot be a payload
  // Something was put into the outbox: true if a held poll can carry it now.
  bool flush_due() const { return poll_held_ && !outbox_.empty(); }

  // --- the upgrade, eio4-upgrade
  bool on_candidate(net::TimePoint now);  // false: not wanted, it is to be closed
  Actions on_candidate_packet(const Packet& packet);
  void on_candidate_gone() { upgrade_ = Upgrade::none; }

  // --- the end, eio4-close
  // Ours. Polling: what waits is fetched first, then "6\x1e1"; `discard` drops it. Probed: what
  // waits goes over the candidate, which then closes, unless a poll comes before that.
  Actions close(std::string_view reason, bool discard, net::TimePoint now);
  Actions fail(std::string_view reason, const char* detail);  // at once; `detail`: static text

 private:
  enum class Upgrade : std::uint8_t { none, joined, probed };
  enum class Farewell : std::uint8_t { close, noop, noop_then_close, discarded };
  Actions end(std::string_view reason, const char* detail, Farewell farewell = Farewell::close);

  const Timing* timing_;
  net::TimePoint heartbeat_at_;  // the next ping, or the end of the wait for a pong
  net::TimePoint limit_at_{};    // of the upgrade, or of closing
  Outbox outbox_;
  std::string reason_;
  const char* detail_ = "";
  State state_ = State::open;
  Transport transport_;
  Upgrade upgrade_ = Upgrade::none;
  bool awaiting_pong_ = false;
  bool poll_held_ = false;
  bool post_under_way_ = false;
  bool overlapped_ = false;
  Farewell farewell_ = Farewell::close;
};

}  // namespace strata::sio::eio
