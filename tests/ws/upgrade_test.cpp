// tests/ws/upgrade_test.cpp - who is let in, decided now or later; clients that leave meanwhile.
#include "ws/upgrade.h"

#include "tests/ws/gate.h"

using namespace strata;
using namespace strata::test;

TEST_CASE("on_upgrade sees path, query and cookies, and accepts with data or refuses", "[ws]") {
  Gate gate([](ws::Upgrade up, const http::Request& request) {
    CHECK(up.live());
    CHECK(up.request() == &request);
    const auto who = request.cookie("session");
    if (request.query("full") == "yes") return up.refuse(503, "come back", {{"Retry-After", "9"}});
    if (!who) return up.refuse(401, "<b>who</b>", {{"Content-Type", "text/html"}});
    up.accept({.fields = {{"Set-Cookie", "seen=1"}, {"Set-Cookie", "b=2"}}, .data = User{*who}});
    up.refuse();  // too late
    CHECK_FALSE(up.live());
  });
  const std::string open = gate.answer(upgrade("/room/red", "Cookie: a=b; session=Ada\r\n"));
  CHECK(open.starts_with("HTTP/1.1 101 "));
  CHECK(open.ends_with("\r\nSet-Cookie: seen=1\r\nSet-Cookie: b=2\r\n\r\n"));
  CHECK(gate.log.starts_with("open red Ada|"));
  const std::string full = gate.answer(upgrade("/room/red?full=yes"));
  CHECK(full.starts_with("HTTP/1.1 503 "));
  CHECK(has(full, "\r\nRetry-After: 9\r\n"));
  CHECK(has(full, "\r\nConnection: close\r\n"));
  CHECK(full.ends_with("\r\n\r\ncome back"));
  const std::string nobody = gate.answer(upgrade());
  CHECK(nobody.starts_with("HTTP/1.1 401 "));
  CHECK(has(nobody, "\r\nContent-Type: text/html; charset=utf-8\r\n"));
}

TEST_CASE("what is no upgrade, and a foreign Origin, never reach on_upgrade",
          "[ws][rfc6455-10.2]") {
  int calls = 0;
  Gate gate([&](ws::Upgrade up, const http::Request&) {
    ++calls;
    up.accept();
  });
  CHECK(has(gate.answer("GET /room/1 HTTP/1.1\r\nHost: a\r\n\r\n"), " 426 "));
  CHECK(has(gate.answer("POST /room/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"), " 405 "));
  CHECK(has(gate.answer(upgrade("/room/1", "Origin: http://b.example\r\n")), " 403 "));
  CHECK(has(gate.answer(upgrade("/room/1", "Sec-WebSocket-Extensions: =\r\n")), " 400 "));
  CHECK(calls == 0);
  CHECK(has(gate.answer(upgrade("/room/1", "Origin: http://a.example\r\n")), " 101 "));
  CHECK(calls == 1);
}

TEST_CASE("fields that could split or forge the 101 are left out", "[ws]") {
  Gate gate([](ws::Upgrade up, const http::Request&) {
    up.accept({.fields = {{"X-A", "1\r\nX-Evil: 1"},
                          {"X B", "2"},
                          {"Sec-WebSocket-Accept", "mine"},
                          {"Connection", "close"},
                          {"upgrade", "x"},
                          {"Content-Length", "3"},
                          {"X-Good", "4"}}});
  });
  const std::string answer = gate.answer(upgrade());
  CHECK(answer == accepted.substr(0, accepted.size() - 2) + "X-Good: 4\r\n\r\n");
}

TEST_CASE("a handler that throws, or lets go without an answer, opens nothing", "[ws]") {
  Gate throws([](ws::Upgrade, const http::Request&) { throw std::runtime_error("no"); });
  CHECK(throws.answer(upgrade()).starts_with("HTTP/1.1 500 "));
  Gate forgets([](ws::Upgrade, const http::Request&) {});
  const std::string answer = forgets.answer(upgrade());
  CHECK(answer.starts_with("HTTP/1.1 403 "));
  CHECK(has(answer, "\r\nConnection: close\r\n"));
  ws::Upgrade nothing;
  nothing.accept();
  nothing.refuse();
  CHECK_FALSE(nothing.live());
  CHECK(nothing.request() == nullptr);
}

TEST_CASE("an upgrade accepted later finds the request, and the frames that came early", "[ws]") {
  std::vector<ws::Upgrade> waiting;
  Gate gate([&](ws::Upgrade up, const http::Request&) { waiting.push_back(std::move(up)); });
  Peer peer = gate.dial(upgrade() + from_client(0x81, "early"));
  peer.send(from_client(0x81, "too"));
  gate.loop.advance(5s);
  CHECK(peer.take().empty());
  REQUIRE(waiting.size() == 1);
  REQUIRE(waiting[0].live());
  CHECK(waiting[0].request()->param("id") == "blue");
  gate.loop.after(1s, [&] { waiting[0].accept({.data = User{"Ada"}}); });
  gate.loop.advance(1s);
  CHECK(peer.take() == accepted + from_server(0x81, "early") + from_server(0x81, "too"));
  CHECK(gate.log == "open blue Ada|");
  CHECK_FALSE(waiting[0].live());
  CHECK(waiting[0].request() == nullptr);
  waiting[0].refuse();
  peer.send(from_client(0x81, "more"));
  gate.loop.settle();
  CHECK(peer.take() == from_server(0x81, "more"));
  CHECK(gate.app->connection_count() == 0);
}

TEST_CASE("early frames wait up to a bound, and the client has to wait with them", "[ws]") {
  std::optional<ws::Upgrade> waiting;
  Gate gate([&](ws::Upgrade up, const http::Request&) { waiting = std::move(up); });
  Peer peer = gate.dial(upgrade());
  std::string flood, echoed;
  for (int i = 0; i < 40; ++i) {
    flood += from_client(0x81, std::string(50'000, 'f'));
    echoed += from_server(0x81, std::string(50'000, 'f'));
  }
  peer.send(flood);
  gate.loop.settle();
  CHECK(peer.line().to_server.bytes.size() > flood.size() - 600'000);
  waiting->accept();
  std::string got;
  for (int i = 0; i < 1000 && got.size() < accepted.size() + echoed.size(); ++i) {
    gate.loop.settle();
    got += peer.take();
  }
  CHECK(got == accepted + echoed);
}

TEST_CASE("a client that leaves while its upgrade is considered costs nothing", "[ws]") {
  for (const bool early_frames : {false, true}) {
    std::optional<ws::Upgrade> waiting;
    Gate gate([&](ws::Upgrade up, const http::Request&) { waiting = std::move(up); });
    Peer peer = gate.dial(upgrade() + (early_frames ? from_client(0x81, "early") : ""));
    peer.reset();
    gate.loop.settle();
    CHECK_FALSE(waiting->live());
    waiting->accept({.data = User{"Ada"}});
    gate.loop.settle();
    CHECK(gate.endpoint->connection_count() == 0);
    CHECK(gate.log.empty());
    CHECK(gate.loop.connection_count() == 0);
    // One that says FIN may still read: it is opened, and told goodbye.
    peer = gate.dial(upgrade());
    peer.fin();
    gate.loop.settle();
    waiting->accept();
    gate.loop.advance(1s);
    CHECK(peer.take() == accepted);
    CHECK(gate.log == "open blue|close 1006|");
    CHECK(gate.endpoint->connection_count() == 0);
  }
}

TEST_CASE("an upgrade that nobody answers ends with response_timeout", "[ws]") {
  std::optional<ws::Upgrade> waiting;
  Gate gate([&](ws::Upgrade up, const http::Request&) { waiting = std::move(up); });
  Peer peer = gate.dial(upgrade() + from_client(0x81, "early"));
  gate.loop.advance(29s);
  CHECK(peer.take().empty());
  gate.loop.advance(2s);
  CHECK(peer.take().starts_with("HTTP/1.1 503 "));
  CHECK_FALSE(waiting->live());
  waiting->accept();
  peer = Peer();
  gate.loop.advance(5s);
  CHECK(gate.loop.connection_count() == 0);
  CHECK(gate.log.empty());
}

TEST_CASE("an upgrade may outlive its server, and be answered in a handler that ends it", "[ws]") {
  std::optional<ws::Upgrade> waiting;
  Gate gate([&](ws::Upgrade up, const http::Request&) { waiting = std::move(up); });
  Peer peer = gate.dial(upgrade());
  gate.app.reset();
  CHECK_FALSE(waiting->live());
  waiting->accept();
  gate.loop.settle();
  CHECK(gate.loop.connection_count() == 0);
  Gate* self = nullptr;
  Gate ends([&](ws::Upgrade up, const http::Request&) {
    self->app.reset();
    up.accept();
  });
  self = &ends;
  Peer last = ends.dial(upgrade());
  CHECK(last.take().empty());
  CHECK(ends.loop.connection_count() == 0);
}

TEST_CASE("a subprotocol is chosen by the route's list, its callback, or the acceptance",
          "[ws][rfc6455-4.2.2]") {
  const std::string offer = "Sec-WebSocket-Protocol: v1, v2\r\nSec-WebSocket-Protocol: v3\r\n";
  const auto chosen = [&](ws::RouteOptions options) {
    options.on_open = [](ws::Connection& opened, const http::Request&) {
      opened.send_text("agreed:" + std::string(opened.subprotocol()));
    };
    Gate gate(std::move(options));
    const std::string answer = gate.answer(upgrade("/room/1", offer));
    REQUIRE(answer.starts_with("HTTP/1.1 101 "));
    const std::string agreed = answer.substr(answer.find("agreed:") + 7);
    CHECK(has(answer, "\r\nSec-WebSocket-Protocol: " + agreed + "\r\n") == !agreed.empty());
    return agreed;
  };
  ws::RouteOptions list;
  list.subprotocols = {"v3", "v2"};
  CHECK(chosen(list) == "v2");
  const auto by_callback = [&](std::string answer) {
    ws::RouteOptions options = list;
    options.choose_subprotocol = [answer](std::span<const std::string_view> offered,
                                          const http::Request& request) {
      CHECK(std::vector<std::string_view>(offered.begin(), offered.end()) ==
            std::vector<std::string_view>{"v1", "v2", "v3"});
      CHECK(request.param("id") == "1");
      return answer;
    };
    return chosen(std::move(options));
  };
  CHECK(by_callback("v3") == "v3");
  CHECK(by_callback("") == "");
  CHECK(by_callback("v9") == "");  // not offered: a client would fail on it
  ws::RouteOptions named = list;
  named.on_upgrade = [](ws::Upgrade up, const http::Request&) { up.accept({.subprotocol = "v1"}); };
  CHECK(chosen(std::move(named)) == "v1");
}

TEST_CASE("data of any type stays with its connection", "[ws]") {
  std::string log;
  struct Leaves {
    std::string* log;
    explicit Leaves(std::string* l) : log(l) {}
    Leaves(Leaves&& other) : log(std::exchange(other.log, nullptr)) {}
    ~Leaves() {
      if (log != nullptr) *log += "destroyed|";
    }
  };
  ws::RouteOptions options;
  options.on_open = [&](ws::Connection& c, const http::Request&) { c.set<User>("Ada", 40); };
  options.on_message = [&](ws::Connection& from, const ws::Message& m) {
    if (m.view() == "replace") from.set<Leaves>(&log);
    if (m.view() == "count") ++from.data<User>().messages;
    from.send_text(from.find<User>() ? std::to_string(from.data<User>().messages) : "none");
    CHECK(from.find<int>() == nullptr);
  };
  Gate gate(std::move(options));
  Peer peer = gate.dial(upgrade());
  CHECK(peer.take() == accepted);
  peer.send(from_client(0x81, "count") + from_client(0x81, "count"));
  gate.loop.settle();
  CHECK(peer.take() == from_server(0x81, "41") + from_server(0x81, "42"));
  peer.send(from_client(0x81, "replace") + from_client(0x81, "count"));  // no User: it throws
  gate.loop.settle();
  const std::string answer = peer.take();
  CHECK(answer.starts_with(from_server(0x81, "none")));
  CHECK(answer.substr(6, 4) == std::string("\x88\x10", 2) + close_payload(1011));
  CHECK(log.empty());
  peer = Peer();
  gate.loop.settle();
  CHECK(log == "destroyed|");
}
