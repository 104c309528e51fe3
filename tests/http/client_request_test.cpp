// tests/http/client_request_test.cpp - what a client writes, and what it refuses to write.
#include "tests/http/client_peer.h"

using namespace strata;
using namespace strata::http;
using namespace strata::http::client_test;
using namespace strata::test;

TEST_CASE("a request is written as asked", "[http][codec][rfc9112-3][rfc9112-6.1]") {
  Peer peer;
  CHECK(peer.ask(get("/a?b")) == ClientError::none);
  CHECK(peer.wrote() == "GET /a?b HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(peer.read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello") == "head 200 'hello' end ");
  CHECK(peer.session.idle());
}

TEST_CASE("what the session writes itself, and what could split a request, is refused at the call",
          "[http][codec][rfc9110-5.5][rfc9110-7.2][rfc9110-9.3.6][rfc9110-9.3.8]") {
  const Field bad[] = {{"Host", "b"},       {"content-length", "1"},
                       {"Expect", "x"},     {"TRANSFER-ENCODING", "chunked"},
                       {"Connection", "x"}, {"Upgrade", "x"},
                       {"A", "b\r\nC: d"},  {"A", "b\n"},
                       {"A", {"b\0", 2}},   {"A\r\nB", "c"},
                       {"", "b"},           {"A b", "c"},
                       {"A:", "b"},         {"A", "\x7F"}};
  for (const Field& field : bad) {
    INFO(field.name << ": " << field.value);
    Peer peer;
    OutgoingRequest request = get();
    request.fields = {&field, 1};
    CHECK(peer.ask(request) == ClientError::invalid_field);
    CHECK(peer.wrote().empty());
    CHECK(peer.session.idle());
  }
  struct Row {
    OutgoingRequest request;
    ClientError error;
  };
  OutgoingRequest bad_host = get();
  bad_host.host = "a\r\nb";
  OutgoingRequest bad_upgrade = get();
  bad_upgrade.upgrade = "a\r\nb";
  OutgoingRequest tunnel = post({Kind::chunked, 0});
  tunnel.method = "CONNECT";
  tunnel.target = "a:1";
  OutgoingRequest trace = post({Kind::length, 5});
  trace.method = "TRACE";
  const Row rows[] = {
      {get("/", "GE T"), ClientError::invalid_method},
      {get("/", ""), ClientError::invalid_method},
      {get("/", "GET\r\n"), ClientError::invalid_method},
      {get(""), ClientError::invalid_target},
      {get("/ b"), ClientError::invalid_target},
      {get("/\r\nb"), ClientError::invalid_target},
      {get("/#b"), ClientError::invalid_target},
      {get("*"), ClientError::invalid_target},
      {get("a:443"), ClientError::invalid_target},
      {get("/", "CONNECT"), ClientError::invalid_target},
      {bad_host, ClientError::invalid_target},
      {bad_upgrade, ClientError::invalid_field},
      {tunnel, ClientError::invalid_content},
      {trace, ClientError::invalid_content},
      {post({Kind::until_close, 0}), ClientError::invalid_content},
  };
  for (const Row& row : rows) {
    INFO(row.request.method << " " << row.request.target);
    Peer peer;
    CHECK(peer.ask(row.request) == row.error);
    CHECK(peer.wrote().empty());
    CHECK(peer.session.exchanges() == 0);
  }
}

TEST_CASE("a head says what follows it", "[http][codec][rfc9110-8.6][rfc9112-9.6]") {
  const auto head_of = [](const OutgoingRequest& request) {
    Peer peer;
    REQUIRE(peer.ask(request) == ClientError::none);
    return peer.wrote();
  };
  CHECK(head_of(get("http://b:81/c")) == "GET http://b:81/c HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(head_of(get("b:443", "CONNECT")) == "CONNECT b:443 HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(head_of(get("*", "OPTIONS")) == "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string start = "POST / HTTP/1.1\r\nHost: a\r\n";
  CHECK(head_of(post({})) == start + "Content-Length: 0\r\n\r\n");
  CHECK(head_of(post({Kind::length, 7})) == start + "Content-Length: 7\r\n\r\n");
  CHECK(head_of(post({Kind::chunked, 0})) == start + "Transfer-Encoding: chunked\r\n\r\n");
  OutgoingRequest request = get();
  const Field fields[] = {{"Accept", "*/*"}, {"X", ""}};
  request.fields = fields;
  request.close = true;
  const std::string get_start = "GET / HTTP/1.1\r\nHost: a\r\nAccept: */*\r\nX: \r\n";
  CHECK(head_of(request) == get_start + "Connection: close\r\n\r\n");
  request.upgrade = "websocket";
  CHECK(head_of(request) == get_start + "Connection: close, Upgrade\r\nUpgrade: websocket\r\n\r\n");
  request = post({Kind::length, 1});
  request.expects_continue = true;
  CHECK(head_of(request) == start + "Content-Length: 1\r\nExpect: 100-continue\r\n\r\n");
  request.body.bytes = 0;  // rfc9110-10.1.1: no content, no expectation
  CHECK(head_of(request) == start + "Content-Length: 0\r\n\r\n");
}

TEST_CASE("content is framed, and never longer or shorter than declared",
          "[http][codec][rfc9112-6.2][rfc9112-7.1]") {
  Peer peer;
  REQUIRE(peer.ask(post({Kind::length, 5})) == ClientError::none);
  peer.wrote();
  CHECK(peer.session.content_due());
  CHECK(peer.session.may_send());
  CHECK(peer.session.send_content("he", peer.out, t0));
  CHECK_FALSE(peer.session.finish_content(peer.out, t0));
  CHECK_FALSE(peer.session.send_content("llo!", peer.out, t0));
  CHECK_FALSE(peer.session.send_content(std::string(4, '!'), peer.out, t0));
  CHECK(peer.session.send_content(std::string("llo"), peer.out, t0));
  const Field trailer{"A", "b"};
  CHECK_FALSE(peer.session.finish_content(peer.out, t0, {&trailer, 1}));
  CHECK(peer.session.finish_content(peer.out, t0));
  CHECK_FALSE(peer.session.content_due());
  CHECK_FALSE(peer.session.send_content("", peer.out, t0));
  CHECK_FALSE(peer.session.finish_content(peer.out, t0));
  CHECK(peer.wrote() == "hello");
  CHECK(peer.read("HTTP/1.1 204 \r\n\r\n") == "head 204 end ");

  REQUIRE(peer.ask(post({Kind::chunked, 0})) == ClientError::none);
  peer.wrote();
  CHECK(peer.session.send_content("hello", peer.out, t0));
  CHECK(peer.session.send_content("", peer.out, t0));  // no chunk: that would be the last
  CHECK(peer.session.send_content(std::string(), peer.out, t0));
  CHECK(peer.session.send_content(std::string(2000, 'x'), peer.out, t0));
  for (const char* const name : {"Content-Length", "host", "Transfer-Encoding", "Authorization",
                                 "Trailer", "Content-Type", "A b", "Connection"}) {
    const Field bad{name, "1"};
    CHECK_FALSE(peer.session.finish_content(peer.out, t0, {&bad, 1}));  // rfc9110-6.5.1
  }
  const Field bad_value{"A", "b\r\n\r\n"};
  CHECK_FALSE(peer.session.finish_content(peer.out, t0, {&bad_value, 1}));
  CHECK(peer.session.finish_content(peer.out, t0, {&trailer, 1}));
  CHECK(peer.wrote() == "5\r\nhello\r\n7d0\r\n" + std::string(2000, 'x') + "\r\n0\r\nA: b\r\n\r\n");
}
