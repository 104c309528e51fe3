// tests/ws/session_test.cpp - what a session makes of frames, and what it answers.
#include "ws/session.h"

#include "tests/catch.h"
#include "tests/ws/frames.h"

using namespace strata;
using namespace strata::test;
using ws::Role;

TEST_CASE("a session answers, delivers and closes by the book", "[ws][codec][rfc6455-5.5]") {
  CHECK(run_session(from_client(0x81, "Hello")).events == "text:Hello|");
  CHECK(run_session(from_client(0x82, "")).events == "binary:|");
  const Transcript ping = run_session(from_client(0x89, "abc"));
  CHECK(ping.events == "ping:abc|");
  CHECK(ping.answer == from_server(0x8A, "abc"));
  const Transcript close = run_session(from_client(0x88, close_payload(1001, "bye")));
  CHECK(close.events == "closed:1001:bye|");
  CHECK(close.answer == from_server(0x88, close_payload(1001)));
}
