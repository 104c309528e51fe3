// tests/http/stream_test.cpp - answers in pieces, and what wraps an answer.
#include "tests/http/stream_fixture.h"

#include <vector>

#include "tests/support/splits.h"

using namespace strata;
using namespace strata::test;
using http::Request;
using http::Response;

namespace {

struct Server : Fixture {
  using Fixture::Fixture;
  std::string ask_raw(std::string_view text) {
    Peer peer = dial();
    peer.send(text);
    loop.settle();
    ended = peer.finished();
    was_reset = peer.was_reset();
    return peer.take();
  }
  bool ended = false;
  bool was_reset = false;
};

}  // namespace

TEST_CASE("an answer in pieces is chunked, or ends with an HTTP/1.0 connection",
          "[http][stream][rfc9112-7.1]") {
  Server server;
  server.app.get("/", [](Request&, Response& res) {
    CHECK_FALSE(res.head_sent());
    CHECK(res.type("text/plain").write("one "));
    CHECK(res.head_sent());
    CHECK_FALSE(res.ended());
    CHECK(res.write(std::string("two ")));
    CHECK(res.write(""));  // an empty chunk would end it
    CHECK(res.write(std::make_shared<const std::string>(body_text(5000))));
    res.end(" three");
    CHECK(res.ended());
    CHECK_FALSE(res.write("late"));
  });
  const std::string body = "one two " + body_text(5000) + " three";

  std::string wire = server.ask_raw(request("/") + request("/"));
  for (int i = 0; i < 2; ++i) {
    const Seen head = take_response(wire);
    CHECK(head.status == 200);
    CHECK(head.field("Transfer-Encoding") == "chunked");
    CHECK(head.field("Content-Length") == "(none)");
    CHECK(head.field("Content-Type") == "text/plain; charset=utf-8");
    const Unchunked seen = take_chunks(wire);
    CHECK(seen.whole);
    CHECK(seen.content == body);
  }
  CHECK(wire == "");
  CHECK_FALSE(server.ended);

  wire = server.ask_raw(request("/", "Connection: keep-alive\r\n", "GET", "1.0"));
  const Seen old = take_response(wire);
  CHECK(old.field("Connection") == "close");
  CHECK(old.field("Transfer-Encoding") == "(none)");
  CHECK(wire == body);
  CHECK(server.ended);

  wire = server.ask_raw(request("/", "", "HEAD") + request("/none"));
  CHECK(take_response(wire, true).field("Transfer-Encoding") == "chunked");
  CHECK(take_response(wire).status == 404);
  CHECK(wire == "");
}

TEST_CASE("an announced length is kept, or seen to be broken", "[http][stream][rfc9110-8.6]") {
  Server server;
  server.app.get("/:announced/:written", [](Request& req, Response& res) {
    res.content_length(std::stoul(std::string(*req.param("announced"))));
    const std::string text = body_text(std::stoul(std::string(*req.param("written"))));
    for (std::size_t at = 0; at < text.size(); at += 4) res.write(text.substr(at, 4));
    res.end();
  });
  std::string wire = server.ask_raw(request("/10/10") + request("/0/0"));
  CHECK(take_response(wire).body == body_text(10));
  CHECK(take_response(wire).field("Content-Length") == "0");
  CHECK(wire == "");
  CHECK(server.log.empty());

  wire = server.ask_raw(request("/10/14"));  // more: cut, and the connection lives
  CHECK(take_response(wire).body == body_text(10));
  CHECK(wire == "");
  CHECK_FALSE(server.ended);
  CHECK(server.log.size() == 1);

  for (const char* const fewer : {"/10/9", "/10/0"}) {
    server.log.clear();
    server.ask_raw(request(fewer));
    CHECK(server.was_reset);
    CHECK(server.log.size() == 1);
  }
  wire = server.ask_raw(request("/10/0", "", "HEAD"));  // HEAD has none to write
  CHECK(take_response(wire, true).field("Content-Length") == "10");
  CHECK_FALSE(server.ended);
}

TEST_CASE("hooks run once each before the head, the last one first", "[http][stream]") {
  Server server;
  std::vector<std::string> calls;
  server.app.use([&](Request&, Response& res, const http::Next& next) {
    res.before_head([&](Response& r) {
      calls.push_back("outer " + std::to_string(r.content_bytes().value_or(999)));
      r.set("X-Seen", std::string(r.get("X-Inner").value_or("")) + std::to_string(r.status()));
      r.send("no answer from here");
    });
    next();
  });
  server.app.use([&](Request&, Response& res, const http::Next& next) {
    res.before_head([&](Response& r) {
      calls.emplace_back("inner");
      r.set("X-Inner", "in");
    });
    next();
  });
  server.app.get("/send", [](Request&, Response& res) { res.send("12345"); });
  server.app.get("/write", [](Request&, Response& res) {
    res.write("12");
    res.end("345");
  });
  server.app.get("/length", [](Request&, Response& res) {
    res.content_length(5).write("12345");
    res.end();
  });
  server.app.get("/status", [](Request&, Response& res) { res.send_status(204); });
  server.app.get("/redirect", [](Request&, Response& res) { res.redirect("/x"); });
  server.app.get("/later", [](Request&, Response& res) { res.defer().send("12345"); });
  struct Row {
    const char* target;
    int status;
    const char* bytes;
  };
  const Row rows[] = {{"/send", 200, "5"},   {"/write", 200, "999"},   {"/length", 200, "5"},
                      {"/status", 204, "0"}, {"/redirect", 302, "24"}, {"/later", 200, "5"},
                      {"/nobody", 404, "9"}};
  for (const Row& row : rows) {
    INFO(row.target);
    calls.clear();
    std::string wire = server.ask_raw(request(row.target));
    const Seen seen = take_response(wire);
    CHECK(seen.status == row.status);
    CHECK(seen.field("X-Seen") == "in" + std::to_string(row.status));
    CHECK(calls == std::vector<std::string>{"inner", "outer " + std::string(row.bytes)});
  }
}

TEST_CASE("a hook that throws is answered with 500, by an answer that has its other hooks",
          "[http][stream]") {
  Server server;
  server.app.get("/", [](Request&, Response& res) {
    res.before_head([](Response& r) { r.set("X-First", "yes"); });
    res.before_head([](Response&) { throw std::runtime_error("not today"); });
    res.send("fine");
  });
  const Seen seen = server.get("/");
  CHECK(seen.status == 500);
  CHECK(seen.field("X-First") == "yes");
  CHECK(server.log.size() == 1);
}

TEST_CASE("a filter sees every byte and what it makes of them is framed", "[http][stream]") {
  Server server;
  server.app.use([](Request&, Response& res, const http::Next& next) {
    res.before_head([](Response& r) { r.set_filter(std::make_unique<Doubling>()); });
    next();
  });
  const std::string large = body_text(700'000);
  server.app.get("/send", [](Request&, Response& res) { res.send("Hello"); });
  server.app.get("/large", [&](Request&, Response& res) { res.send(large); });
  server.app.get("/shared", [&](Request&, Response& res) {
    res.send(std::make_shared<const std::string>(large));
  });
  server.app.get("/empty", [](Request&, Response& res) { res.end(); });
  server.app.get("/none", [](Request&, Response& res) { res.send_status(204); });
  server.app.get("/length", [](Request&, Response& res) {
    res.content_length(5).write("He");
    res.flush_headers();
    res.write(std::string("ll"));
    res.write(std::make_shared<const std::string>("o"));
    res.end();
  });
  std::string wire = server.ask_raw(request("/send") + request("/empty") + request("/none"));
  CHECK(take_response(wire).body == "HHeelllloo!");  // sent whole: its length is known
  CHECK(take_response(wire).field("Content-Length") == "0");
  CHECK(take_response(wire).status == 204);
  CHECK(wire == "");
  wire = server.ask_raw(request("/send", "", "HEAD"));
  CHECK(take_response(wire, true).field("Content-Length") == "11");
  CHECK(wire == "");

  for (const char* const target : {"/large", "/shared"}) {
    wire = server.ask_raw(request(target));
    CHECK(take_response(wire).field("Transfer-Encoding") == "chunked");
    CHECK(take_chunks(wire).content == doubled(large));
    wire = server.ask_raw(request(target, "", "GET", "1.0"));
    CHECK(take_response(wire).field("Connection") == "close");
    CHECK(wire == doubled(large));
  }
  wire = server.ask_raw(request("/length"));
  CHECK(take_response(wire).field("Content-Length") == "(none)");
  const Unchunked seen = take_chunks(wire);
  CHECK(seen.whole);
  CHECK(seen.content == "HHeelllloo!");
}

TEST_CASE("on_finish is told once how it went", "[http][stream]") {
  Server server;
  std::vector<std::string> told;
  const auto tell = [&](const Request& req, const Response& res, std::uint64_t bytes) {
    told.push_back(std::string(req.path()) + " " + std::to_string(res.status()) + " " +
                   std::to_string(bytes) + (res.aborted() ? " aborted" : ""));
  };
  server.app.use([&](Request&, Response& res, const http::Next& next) {
    res.on_finish(tell);
    next();
  });
  http::Reply later;
  server.app.get("/send", [](Request&, Response& res) { res.send("12345"); });
  server.app.get("/write", [](Request&, Response& res) {
    res.write("123");
    res.end("45");
  });
  server.app.get("/later", [&](Request&, Response& res) { later = res.defer(); });
  server.app.get("/abort", [&](Request&, Response& res) {
    res.write("123");
    res.abort();
  });
  server.ask_raw(request("/send") + request("/write") + request("/none") +
                 request("/send", "", "HEAD"));
  CHECK(told ==
        std::vector<std::string>{"/send 200 5", "/write 200 5", "/none 404 9", "/send 200 0"});
  told.clear();
  server.ask_raw(request("/abort"));
  CHECK(server.was_reset);
  CHECK(told == std::vector<std::string>{"/abort 200 3 aborted"});
  told.clear();
  {
    Peer peer = server.dial();
    peer.send(request("/later"));
    server.loop.settle();
    CHECK(told.empty());
  }
  server.loop.settle();
  CHECK(told.empty());  // a FIN: the request is whole, and is answered
  later.send("12345");
  server.loop.settle();
  CHECK(told.size() == 1);
  told.clear();
  Peer peer = server.dial();
  peer.send(request("/later"));
  server.loop.settle();
  peer.reset();
  server.loop.settle();
  CHECK(told == std::vector<std::string>{"/later 200 0 aborted"});
}
