// tests/http/client_session_test.cpp - responses in, on a clock of numbers.
#include "tests/http/client_peer.h"

using namespace strata;
using namespace strata::http;
using namespace strata::http::client_test;
using namespace strata::test;

TEST_CASE("a response is read as its head and its request say", "[http][codec][rfc9112-6.3]") {
  struct Row {
    const char* method;
    std::string wire;
    const char* events;
    const char* at_end;  // what the end of the connection then is
  };
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const Row rows[] = {
      {"GET", ok + "Content-Length: 0\r\n\r\n", "head 200 end ", ""},
      {"GET", ok + "Content-Length: 3\r\n\r\nabc", "head 200 'abc' end ", ""},
      {"GET", ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "head 200 'abc' end ",
       ""},
      {"GET", ok + "Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\nC:d \r\n\r\n",
       "head 200 end A=b C=d ", ""},
      {"GET", ok + "\r\nabc", "head 200 'abc' ", "last "},
      {"GET", ok + "\r\n", "head 200 ", "last "},
      {"GET", ok + "Connection: close\r\nContent-Length: 1\r\n\r\nx", "head 200 'x' last ", ""},
      {"GET", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", "head 200 'x' last ", ""},
      {"GET", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx",
       "head 200 'x' end ", ""},
      {"GET", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nx", "head 200 'x' ", "last "},
      {"HEAD", ok + "Content-Length: 3\r\n\r\n", "head 200 end ", ""},
      {"HEAD", ok + "Transfer-Encoding: chunked\r\n\r\n", "head 200 end ", ""},
      {"HEAD", ok + "\r\n", "head 200 end ", ""},
      {"GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n", "head 304 end ", ""},
      {"GET", "HTTP/1.1 204 No Content\r\n\r\n", "head 204 end ", ""},
      {"GET", "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", "head 204 end ", ""},
      {"GET", "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n", "head 205 end ", ""},
      {"GET", "HTTP/1.1 100 Continue\r\n\r\n" + ok + "Content-Length: 1\r\n\r\nx",
       "interim 100 head 200 'x' end ", ""},
      {"GET", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + ok + "Content-Length: 0\r\n\r\n",
       "interim 103 head 200 end ", ""},
      {"CONNECT", ok + "Content-Length: 5\r\n\r\nhello", "upgraded left 5 ", ""},
      {"CONNECT", ok + "Transfer-Encoding: chunked\r\n\r\n5\r\n", "upgraded left 3 ", ""},
      {"CONNECT", "HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nno", "head 407 'no' end ", ""},
      // Truncated: an error, not an end (rfc9112-8).
      {"GET", ok + "Content-Length: 3\r\n\r\nab", "head 200 'ab' ",
       "failed: the response was cut off "},
      {"GET", ok + "Content-Length: 3\r\n\r\n", "head 200 ", "failed: the response was cut off "},
      {"GET", ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "head 200 'abc' ",
       "failed: the response was cut off "},
      {"GET", ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n", "head 200 'abc' ",
       "failed: the response was cut off "},
      {"GET", "HTTP/1.1 200 OK\r\nContent-Le", "left 27 ", "failed: the response was cut off "},
      {"GET", "HTTP/1.1 100 Continue\r\n\r\n", "interim 100 ", "failed: the response was cut off "},
      {"GET", "", "", "failed: the connection was closed before a response "},
      // Behind the response.
      {"GET", ok + "Content-Length: 0\r\n\r\nHTTP/1.1 200", "head 200 last left 12 ", ""},
      {"HEAD", ok + "Content-Length: 3\r\n\r\nabc", "head 200 last left 3 ", ""},
      {"GET", "HTTP/1.1 204 No Content\r\n\r\nabc", "head 204 last left 3 ", ""},
      {"GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 1\r\n\r\nx", "head 304 last left 1 ",
       ""},
  };
  for (const Row& row : rows) {
    INFO(row.method << ": " << row.wire);
    Peer peer;
    const char* const target = row.method == std::string("CONNECT") ? "b:443" : "/";
    REQUIRE(peer.ask(get(target, row.method)) == ClientError::none);
    CHECK(peer.read(row.wire) == row.events);
    CHECK(peer.end() == row.at_end);
    CHECK(peer.session.over());
  }
}

TEST_CASE("an idle connection on which bytes come is poisoned", "[http][codec][rfc9112-9.2]") {
  Peer peer;
  CHECK(peer.read("").empty());
  CHECK(peer.read("H") == "failed: bytes that answer no request left 1 ");
  CHECK(peer.read("TTP/1.1 200 OK\r\n\r\n") == "left 18 ");

  Peer used;
  REQUIRE(used.ask(get()) == ClientError::none);
  CHECK(used.read("HTTP/1.1 204 \r\n\r\n") == "head 204 end ");
  CHECK(used.read("HTTP/1.1 408 \r\n\r\n") == "failed: bytes that answer no request left 17 ");
  CHECK(used.session.fault() == ClientError::unsolicited_response);
}

TEST_CASE("another protocol begins only where it was asked for", "[http][codec][rfc9110-7.8]") {
  const std::string switching =
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
  OutgoingRequest offer = get();
  offer.upgrade = "websocket";
  Peer peer;
  REQUIRE(peer.ask(offer) == ClientError::none);
  CHECK(peer.read(switching + "\x81\x01x") == "upgraded left 3 ");
  CHECK(peer.session.head().status == 101);
  CHECK(peer.session.over());
  CHECK(peer.read("HTTP") == "left 4 ");

  Peer declined;
  REQUIRE(declined.ask(offer) == ClientError::none);
  CHECK(declined.read("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") == "head 200 end ");
  REQUIRE(declined.ask(get()) == ClientError::none);  // the offer was that of the one before
  CHECK(declined.read(switching) == "failed: another protocol that nobody asked for ");

  for (const char* const fields : {"", "Upgrade: websocket\r\n", "Connection: Upgrade\r\n"}) {
    Peer nameless;
    REQUIRE(nameless.ask(offer) == ClientError::none);
    nameless.read("HTTP/1.1 101 \r\n" + std::string(fields) + "\r\n");
    CHECK(nameless.session.fault() == ClientError::malformed);
  }

  Peer early;
  offer.method = "POST";
  offer.body = {Kind::length, 5};
  REQUIRE(early.ask(offer) == ClientError::none);
  early.read(switching);
  CHECK(early.session.fault() == ClientError::malformed);
}

TEST_CASE("interim responses are bounded", "[http][codec][rfc9110-15.2]") {
  Peer peer;
  peer.limits.max_informational = 3;
  REQUIRE(peer.ask(get()) == ClientError::none);
  const std::string one = "HTTP/1.1 102 Processing\r\n\r\n";
  CHECK(peer.read(one + one + one + one) ==
        "interim 102 interim 102 interim 102 failed: more interim responses than the limit ");

  Peer again;  // the count is of one exchange
  again.limits.max_informational = 1;
  for (int i = 0; i < 3; ++i) {
    REQUIRE(again.ask(get()) == ClientError::none);
    CHECK(again.read(one + "HTTP/1.1 204 \r\n\r\n") == "interim 102 head 204 end ");
  }
}

TEST_CASE("content waits for a 100, or for its time", "[http][codec][rfc9110-10.1.1]") {
  OutgoingRequest request = post({Kind::length, 5});
  request.expects_continue = true;
  Peer peer;
  REQUIRE(peer.ask(request) == ClientError::none);
  CHECK_FALSE(peer.session.may_send());
  CHECK(peer.session.deadline() == t0 + 1s);
  CHECK(peer.read("HTTP/1.1 100 Continue\r\n\r\n") == "interim 100 ");
  CHECK(peer.session.may_send());
  CHECK(peer.session.send_content("hello", peer.out, t0));
  CHECK(peer.session.finish_content(peer.out, t0));
  CHECK(peer.read("HTTP/1.1 204 \r\n\r\n") == "head 204 end ");

  Peer silent;
  REQUIRE(silent.ask(request) == ClientError::none);
  CHECK(silent.expire(t0 + 999ms).empty());
  CHECK(silent.expire(t0 + 1s) == "proceed ");
  CHECK(silent.session.may_send());
  CHECK(silent.expire(t0 + 600s).empty());  // to send is not the server's silence

  Peer refused;  // a final answer in place of the 100: the content is not sent
  REQUIRE(refused.ask(request) == ClientError::none);
  CHECK(refused.read("HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n") == "head 417 last ");
  CHECK_FALSE(refused.session.content_due());
}

TEST_CASE(
    "an answer that comes before its request is whole ends the connection, unless the request "
    "is finished first",
    "[http][codec][rfc9112-9.5]") {
  const std::string head = "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n";
  Peer peer;
  REQUIRE(peer.ask(post({Kind::length, 5})) == ClientError::none);
  CHECK(peer.session.send_content("he", peer.out, t0));
  CHECK(peer.read(head) == "head 413 ");
  CHECK(peer.session.content_due());
  CHECK(peer.read("no") == "'no' last ");
  CHECK_FALSE(peer.session.content_due());
  CHECK_FALSE(peer.session.send_content("llo", peer.out, t0));

  Peer finished;
  REQUIRE(finished.ask(post({Kind::length, 5})) == ClientError::none);
  CHECK(finished.read(head) == "head 413 ");
  CHECK(finished.session.send_content("hello", finished.out, t0));
  CHECK(finished.session.finish_content(finished.out, t0));
  CHECK(finished.read("no") == "'no' end ");
}

TEST_CASE("the request may forbid what the response allows", "[http][codec][rfc9112-9.6]") {
  Peer peer;
  OutgoingRequest request = get();
  request.close = true;
  REQUIRE(peer.ask(request) == ClientError::none);
  CHECK(peer.read("HTTP/1.1 204 \r\n\r\n") == "head 204 last ");
}

TEST_CASE("limits have their own errors", "[http][codec][rfc9112-7.1]") {
  struct Row {
    std::string wire;
    ClientError fault;
  };
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
  const Row rows[] = {
      {ok + "A: " + std::string(100, 'a'), ClientError::head_too_large},
      {ok + "A:\r\nB:\r\nC:\r\nD:\r\n\r\n", ClientError::head_too_large},
      {ok + "Content-Length: 11\r\n\r\n", ClientError::content_too_large},
      {ok + "\r\n" + std::string(11, 'a'), ClientError::content_too_large},
      {chunked + "b\r\n", ClientError::content_too_large},
      {chunked + "1\r\na\r\na\r\n", ClientError::content_too_large},
      {chunked + "0\r\nA: " + std::string(100, 'a'), ClientError::head_too_large},
      {chunked + "0\r\nA:\r\nB:\r\nC:\r\nD:\r\n\r\n", ClientError::head_too_large},
      {ok + "Transfer-Encoding: gzip, chunked\r\n\r\n", ClientError::unsupported_coding},
      {"HTTP/2.0 200 OK\r\n\r\n", ClientError::unsupported_version},
      {"HTTP/1.1 200 OK\n", ClientError::malformed},
      {chunked + "x", ClientError::malformed},
  };
  for (const Row& row : rows) {
    INFO(row.wire);
    Peer peer;
    peer.limits.max_head = 80;
    peer.limits.max_fields = 3;
    peer.limits.max_body = 10;
    REQUIRE(peer.ask(get()) == ClientError::none);
    peer.read(row.wire);
    CHECK(sentence(peer.session.fault()) == sentence(row.fault));
  }
  Peer raised;
  raised.limits.max_body = 1;
  REQUIRE(raised.ask(get()) == ClientError::none);
  CHECK(raised.read(ok + "Content-Length: 2\r\n\r\n").find("failed") != std::string::npos);
  Peer lifted;
  lifted.limits.max_body = 1;
  REQUIRE(lifted.ask(get()) == ClientError::none);
  std::string head = ok + "Content-Length: 2\r\n\r\n";
  ExactBytes bytes(head);
  net::MutableBytes in = bytes.view();
  REQUIRE(lifted.session.next(in, t0) == Event::head);
  lifted.session.limit_content(2);
  CHECK(lifted.read("ab") == "'ab' end ");
}

TEST_CASE("content without a length is given up to its limit, however it comes",
          "[http][codec][rfc9112-6.3]") {
  const std::string wire = "HTTP/1.0 200 OK\r\n\r\n0123456789a";
  each_way_to_cut(wire.size(), 3, [&](const Cuts& cuts) {
    Peer peer;
    peer.limits.max_body = 10;
    REQUIRE(peer.ask(get()) == ClientError::none);
    std::string content;
    std::size_t used = 0;
    for (const std::size_t have : cuts) {
      ExactBytes bytes(std::string_view(wire).substr(used, have - used));
      net::MutableBytes in = bytes.view();
      for (;;) {
        const Event event = peer.session.next(in, t0);
        if (event == Event::content) content += net::as_text(peer.session.content());
        if (event == Event::none || event == Event::failed) break;
      }
      used = have - in.size();
    }
    CHECK(content == "0123456789");
    CHECK(peer.session.fault() == ClientError::content_too_large);
  });
}

TEST_CASE("every silence of a server has its deadline", "[http][codec][rfc9112-9.5]") {
  const auto timed_out = [](Peer& peer, net::TimePoint at, ClientError fault) {
    CHECK(peer.session.deadline() == at);
    CHECK(peer.expire(at - 1ns).empty());
    CHECK(peer.expire(at) == "failed: " + std::string(sentence(fault)) + " ");
    CHECK(peer.expire(at + 999s).empty());  // once
  };
  Peer first;
  REQUIRE(first.ask(get(), t0 + 1s) == ClientError::none);
  timed_out(first, t0 + 31s, ClientError::first_byte_timeout);

  Peer uploading;
  REQUIRE(uploading.ask(post({Kind::length, 2})) == ClientError::none);
  CHECK(uploading.expire(t0 + 100s).empty());
  CHECK(uploading.session.send_content("ab", uploading.out, t0 + 100s));
  CHECK(uploading.session.finish_content(uploading.out, t0 + 100s));
  uploading.session.wrote(t0 + 120s);  // the queue is still leaving
  timed_out(uploading, t0 + 150s, ClientError::first_byte_timeout);

  Peer continued;  // a 100 is no part of the response that is waited for
  OutgoingRequest expecting = post({Kind::length, 2});
  expecting.expects_continue = true;
  REQUIRE(continued.ask(expecting) == ClientError::none);
  CHECK(continued.read("HTTP/1.1 100 \r\n\r\n") == "interim 100 ");
  CHECK(continued.expire(t0 + 100s).empty());
  CHECK(continued.session.send_content("ab", continued.out, t0 + 100s));
  CHECK(continued.session.finish_content(continued.out, t0 + 100s));
  timed_out(continued, t0 + 130s, ClientError::first_byte_timeout);

  Peer in_head;
  REQUIRE(in_head.ask(get()) == ClientError::none);
  CHECK(in_head.read("HTTP/1.1 200", t0 + 10s) == "left 12 ");
  CHECK(in_head.read("HTTP/1.1 200 ", t0 + 19s) == "left 13 ");  // a drip makes it no later
  timed_out(in_head, t0 + 20s, ClientError::read_timeout);

  Peer in_content;
  REQUIRE(in_content.ask(get()) == ClientError::none);
  CHECK(in_content.read("HTTP/1.1 200 \r\n\r\n", t0 + 10s) == "head 200 ");
  CHECK(in_content.read("a", t0 + 20s) == "'a' ");
  in_content.session.hold(true, t0 + 21s);
  CHECK(in_content.expire(t0 + 500s).empty());
  in_content.session.hold(false, t0 + 500s);
  timed_out(in_content, t0 + 530s, ClientError::read_timeout);

  Peer idle;
  REQUIRE(idle.ask(get()) == ClientError::none);
  CHECK(idle.read("HTTP/1.1 204 \r\n\r\n", t0 + 10s) == "head 204 end ");
  timed_out(idle, t0 + 14s, ClientError::idle_timeout);

  Peer total;
  total.timeouts.total = 5s;
  REQUIRE(total.ask(get(), t0 + 1s) == ClientError::none);
  CHECK(total.read("HTTP/1.1 200 \r\n\r\n", t0 + 5s) == "head 200 ");
  total.session.hold(true, t0 + 5s);  // our own pause included
  timed_out(total, t0 + 6s, ClientError::total_timeout);

  Peer endless;
  endless.timeouts = {0s, 0s, 0s, 0s, 0s};
  CHECK(endless.session.deadline() > t0 + 3600s);
  REQUIRE(endless.ask(get()) == ClientError::none);
  CHECK(endless.session.deadline() > t0 + 3600s);
}

TEST_CASE("a connection counts its exchanges, and says whether a response has begun",
          "[http][codec][rfc9110-9.2.2]") {
  Peer peer;
  for (std::uint64_t i = 1; i <= 3; ++i) {
    REQUIRE(peer.ask(get()) == ClientError::none);
    CHECK(peer.session.exchanges() == i);
    CHECK_FALSE(peer.session.response_begun());
    CHECK(peer.read("HTTP/1.1 204 \r\n\r\n") == "head 204 end ");
    CHECK(peer.session.response_begun());
  }
}
