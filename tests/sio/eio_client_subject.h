// tests/sio/eio_client_subject.h - a client's rules under test: what they ask for, as words.
#pragma once
#include <string>
#include <string_view>

#include "sio/eio/client_session.h"
#include "tests/catch.h"

namespace strata::test {

using namespace strata::sio::eio;

inline const net::TimePoint t0{std::chrono::seconds(1000)};
inline constexpr const char* open_data =
    R"({"sid":"s","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,)"
    R"("maxPayload":1000000})";

// What next() asks for is written down, as words; nothing is done about it but by the test.
struct Subject {
  explicit Subject(Transport first = Transport::polling, ClientRules given = {})
      : rules(given), session(rules, first, t0 + 30s) {}

  std::string steps(bool may_flush = true, bool unsent = false) {
    static constexpr const char* names[] = {"none", "open",      "drop",    "start",
                                            "ask",  "upgrading", "switch",  "poll",
                                            "post", "flush",     "goodbye", "end"};
    std::string all;
    for (int i = 0; i < 20; ++i) {
      const ClientStep step = session.next(now, may_flush, unsent);
      if (step == ClientStep::none) return all;
      all += (all.empty() ? "" : " ") + std::string(names[static_cast<std::size_t>(step)]);
      if (step == ClientStep::post) body = session.post_body();
      if (step == ClientStep::flush) {
        while (!session.outbox().empty()) session.outbox().pop();
        session.on_flushed();
      }
      if (step == ClientStep::end) all += ":" + std::string(session.reason());
      if (step == ClientStep::drop_candidate) all += ":" + session.upgrade_error().context;
    }
    return all + " and so on";
  }
  bool packet(PacketType type, std::string_view data = {}) {
    return session.on_packet({type, false, data}, now);
  }
  void opened() {  // and the next poll is under way
    steps();
    packet(PacketType::open, open_data);
    session.on_polled();
    steps();
  }
  void asked() {  // "2probe" was sent
    opened();
    session.on_candidate_open();
    REQUIRE(steps() == "ask");
  }
  bool send(std::string_view text) {
    return session.send({PacketType::message, false, true, text});
  }

  ClientRules rules;
  net::TimePoint now = t0;
  ClientSession session;
  std::string body;
};

}  // namespace strata::test
