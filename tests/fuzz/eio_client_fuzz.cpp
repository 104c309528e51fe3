// tests/fuzz/eio_client_fuzz.cpp - any sequence of what can happen to a client's session: it asks
// for one thing at a time, it ends once, and nothing comes behind the end. eio4-client
//
// Each byte is an event: its low four bits say which, the others are its argument.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "sio/eio/client_session.h"

using namespace strata;
using namespace strata::sio::eio;

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

// Does what it is told, and remembers what is under way.
class Driver {
 public:
  explicit Driver(std::uint8_t first)
      : session_(rules_, (first & 1) != 0 ? Transport::websocket : Transport::polling, now_ + 30s) {
  }

  void event(std::uint8_t byte) {
    const unsigned what = byte & 15u, argument = byte >> 4;
    switch (what) {
      case 0:
        return packet(static_cast<PacketType>(argument % 7));
      case 1:
        return open(argument);
      case 2:
        if (polling_) polling_ = false, session_.on_polled();
        return;
      case 3:
        if (posting_) posting_ = false, session_.on_posted();
        return;
      case 4:
        return session_.on_transport_error({.message = "xhr poll error"});
      case 5:
        return session_.on_transport_closed({});
      case 6:
        if (candidate_) session_.on_candidate_open();
        return;
      case 7:
        if (candidate_)
          session_.on_candidate_packet({PacketType::pong, false, argument < 12 ? "probe" : "x"});
        return;
      case 8:
        if (candidate_) candidate_ = false, session_.on_candidate_failed("gone");
        return;
      case 9:
        now_ += std::chrono::seconds(argument * argument);
        return session_.on_deadline(now_);
      case 10: {
        const std::string data(argument * 10, 'x');
        const bool taken = session_.send({PacketType::message, (argument & 1) != 0, true, data});
        demand(!taken || session_.state() < ClientSession::State::closing);
        return;
      }
      case 11:
        if (argument == 0) session_.close(now_);
        return;
      case 12:
        if (argument == 0) session_.fail("parse error", {});
        return;
      default:
        return steps(true, argument == 0);
    }
  }

  void steps(bool may_flush, bool unsent) {
    for (int i = 0; i < 32; ++i) {
      const ClientStep step = session_.next(now_, may_flush, unsent);
      if (step == ClientStep::none) return;
      demand(!ended_ || step == ClientStep::drop_candidate);
      take(step);
    }
    std::abort();  // it asks for ever
  }

 private:
  void packet(PacketType type) {
    const bool deliver = session_.on_packet({type, false, "probe"}, now_);
    demand(!deliver || (type == PacketType::message && !ended_));
  }
  void open(unsigned argument) {
    const std::string json = std::string("{\"sid\":\"a\",\"upgrades\":[") +
                             ((argument & 1) != 0 ? "\"websocket\"" : "") +
                             "],\"pingInterval\":" + std::to_string(argument * 1000) +
                             ",\"pingTimeout\":5000" +
                             ((argument & 2) != 0 ? ",\"maxPayload\":64}" : "}");
    session_.on_packet({PacketType::open, false, json}, now_);
  }
  void take(ClientStep step) {
    switch (step) {
      case ClientStep::poll:
        demand(!polling_ && session_.transport() == Transport::polling);
        polling_ = true;
        break;
      case ClientStep::post: {
        demand(!posting_ && session_.transport() == Transport::polling);
        posting_ = true;
        demand(!session_.post_body().empty());
        break;
      }
      case ClientStep::goodbye:
        demand(session_.outbox().empty() && !posting_);
        if (session_.transport() == Transport::polling)
          posting_ = true;
        else
          session_.said_goodbye();
        break;
      case ClientStep::start_candidate:
        demand(!candidate_);
        candidate_ = true;
        break;
      case ClientStep::drop_candidate:
        candidate_ = false;
        break;
      case ClientStep::switch_over:
        demand(candidate_ && !polling_ && !posting_);
        candidate_ = false;
        break;
      case ClientStep::flush:
        demand(session_.transport() == Transport::websocket);
        while (!session_.outbox().empty()) session_.outbox().pop();
        session_.on_flushed();
        break;
      case ClientStep::end:
        demand(!ended_ && !session_.reason().empty());
        ended_ = true;
        break;
      default:
        break;
    }
  }

  ClientRules rules_;
  net::TimePoint now_{std::chrono::seconds(1000)};
  ClientSession session_;
  bool polling_ = false, posting_ = false, candidate_ = false, ended_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  Driver driver(data[0]);
  driver.steps(true, false);
  for (std::size_t i = 1; i < size && i < 10'000; ++i) {
    driver.event(data[i]);
    driver.steps((data[i] & 128) == 0, false);
  }
  driver.steps(true, false);
  return 0;
}
