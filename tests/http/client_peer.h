// tests/http/client_peer.h - a ClientSession, what it writes, and what comes of the bytes it is
// given.
#pragma once
#include <string>

#include "http/client/client_session.h"
#include "tests/catch.h"
#include "tests/support/cuts.h"

namespace strata::http::client_test {

using Event = ClientSession::Event;
using Kind = BodyLength::Kind;

inline const net::TimePoint t0{};

inline OutgoingRequest get(std::string_view target = "/", std::string_view method = "GET") {
  OutgoingRequest request;
  request.method = method;
  request.target = target;
  request.host = "a";
  return request;
}

inline OutgoingRequest post(BodyLength body) {
  OutgoingRequest request = get("/", "POST");
  request.body = body;
  return request;
}

// A session with what it wrote, and what came of the bytes that it was given.
struct Peer {
  ClientLimits limits;
  ClientTimeouts timeouts;
  ClientSession session{limits, timeouts, t0};
  net::SendQueue out;

  ClientError ask(const OutgoingRequest& request, net::TimePoint now = t0) {
    return session.send(request, out, now);
  }
  std::string wrote() { return out.take_text(); }

  // All events of these bytes in a line, and what is left of them.
  std::string read(std::string_view wire, net::TimePoint now = t0) {
    test::ExactBytes bytes(wire);
    net::MutableBytes in = bytes.view();
    std::string log;
    for (;;) {
      const Event event = session.next(in, now);
      if (event == Event::none) break;
      log += describe(event);
      if (event == Event::upgraded || event == Event::failed) break;
    }
    if (!in.empty()) log += "left " + std::to_string(in.size()) + " ";
    return log;
  }
  std::string end(net::TimePoint now = t0) { return describe(session.ended(now)); }
  std::string expire(net::TimePoint now) { return describe(session.expire(now)); }

  std::string describe(Event event) {
    switch (event) {
      case Event::none:
        return "";
      case Event::informational:
        return "interim " + std::to_string(session.head().status) + " ";
      case Event::proceed:
        return "proceed ";
      case Event::head:
        return "head " + std::to_string(session.head().status) + " ";
      case Event::content:
        return "'" + std::string(net::as_text(session.content())) + "' ";
      case Event::end: {
        std::string text = session.idle() ? "end " : "last ";
        for (const Field& field : session.trailers())
          text.append(field.name).append("=").append(field.value).append(" ");
        return text;
      }
      case Event::upgraded:
        return "upgraded ";
      case Event::failed:
        CHECK_FALSE(session.why().empty());
        CHECK(session.over());
        return "failed: " + std::string(sentence(session.fault())) + " ";
    }
    return "?";
  }
};

}  // namespace strata::http::client_test
