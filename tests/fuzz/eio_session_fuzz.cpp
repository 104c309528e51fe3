// tests/fuzz/eio_session_fuzz.cpp - a session as a sequence of timed steps, each byte one: polls,
// POSTs, packets, an upgrade, a close. What its driver relies on holds after each of them.
// eio4-upgrade, eio4-polling, eio4-heartbeat
#include <cstdint>
#include <cstdlib>
#include <string>

#include "sio/eio/session.h"

using namespace strata;
using namespace strata::sio::eio;

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

// Does what ServerSocket does, with nothing below it.
class Driver {
 public:
  explicit Driver(Transport first) : session_(timing_, first, now_) {}

  void step(std::uint8_t what) {
    if (session_.state() == Session::State::closed) return;
    const bool over_polling = session_.transport() == Transport::polling;
    switch (what % 16) {
      case 0:
        if (over_polling) poll();
        break;
      case 1:
        if (session_.poll_held()) perform(session_.on_poll_aborted());
        break;
      case 2:
        if (session_.poll_held()) perform(session_.on_poll_overtaken());
        break;
      case 3:
        if (over_polling) post();
        break;
      case 4:
        if (session_.post_under_way()) session_.on_post_done();
        break;
      case 5:
        if (session_.post_under_way()) perform(session_.on_post_aborted());
        break;
      case 6:
      case 7:
        packet({static_cast<PacketType>(what / 16 % 7), false, "probe"});
        break;
      case 8:
        candidate();
        break;
      case 9:
      case 10:
        if (candidate_) {
          perform(session_.on_candidate_packet(
              {static_cast<PacketType>(what / 16 % 7), false, what % 16 == 9 ? "probe" : ""}));
        }
        break;
      case 11:
        if (candidate_) {
          candidate_ = false;
          session_.on_candidate_gone();
        }
        break;
      case 12:
      case 13:
        now_ += std::chrono::milliseconds(what * 100);
        perform(session_.on_deadline(now_, what % 16 == 13));
        break;
      case 14:
        if (session_.state() == Session::State::open && over_polling) {
          session_.outbox().append(PacketType::message, "x");
        }
        if (session_.flush_due()) demand(!session_.poll_body().empty());
        break;
      default:
        perform(session_.close("forced close", what >= 128, now_));
    }
    check();
  }

 private:
  void poll() {
    const bool held = session_.poll_held();
    const bool waits = !session_.outbox().empty();
    const bool lasts = probed_ && candidate_ && session_.state() == Session::State::open;
    const Actions actions = session_.on_poll();
    demand(actions.refuse == held);
    if (held) return perform(actions);
    if (waits || lasts) demand(actions.answer_poll);  // eio4-upgrade: each of them, and at once
    if (actions.answer_poll) {
      demand(!session_.poll_body().empty());
    } else if (actions.end) {
      demand(!session_.last_body().empty());
      perform(actions);
    } else {
      demand(session_.poll_held());
    }
  }
  void post() {
    const bool under_way = session_.post_under_way();
    const Actions actions = session_.on_post();
    demand(actions.refuse == under_way && session_.overlapped() == under_way);
    perform(actions);
  }
  void packet(const Packet& packet) {
    const Actions actions = session_.on_packet(packet, now_);
    if (packet.type != PacketType::message) demand(!actions.deliver);
    perform(actions);
  }
  void candidate() {
    const bool wanted = session_.on_candidate(now_);
    if (candidate_) demand(!wanted);  // one at a time
    if (wanted) candidate_ = true;
    if (wanted) probed_ = false;
  }
  void perform(const Actions& actions) {
    if (actions.answer_probe) demand(candidate_);
    if (actions.answer_probe) probed_ = true;
    if (actions.drop_candidate) {
      demand(candidate_);
      candidate_ = false;
    }
    if (actions.switch_over) {
      demand(candidate_ && session_.transport() == Transport::websocket);
      candidate_ = false;
      if (!session_.poll_held()) session_.outbox().take_body();
    }
    if (actions.ping) demand(session_.transport() == Transport::websocket);
    if (actions.answer_poll && session_.poll_held()) demand(!session_.poll_body().empty());
    if (actions.end) {
      demand(session_.state() == Session::State::closed && !session_.reason().empty());
      demand(++ends_ == 1);
      if (session_.poll_held()) demand(!session_.last_body().empty());
    }
  }
  void check() const {
    if (session_.state() == Session::State::closed) {
      demand(ends_ == 1 && !candidate_ && !session_.poll_held());
      demand(session_.deadline() == net::TimePoint::max());
    } else {
      demand(ends_ == 0 && session_.deadline() < net::TimePoint::max());
      demand(session_.upgrading() == candidate_);
    }
  }

  Timing timing_;
  net::TimePoint now_{std::chrono::seconds(1000)};
  Session session_;
  bool candidate_ = false;
  bool probed_ = false;
  int ends_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  Driver driver(data[0] % 2 == 0 ? Transport::polling : Transport::websocket);
  for (std::size_t i = 1; i < size; ++i) driver.step(data[i]);
  return 0;
}
