// The whole stack over memory: HTTP, polling, WebSocket, upgrade, Socket.IO; and garbage, each row
// with its answer, each followed by good traffic on another connection.
#include "sio/server.h"

#include "tests/catch.h"
#include "tests/support/virtual_loop.h"

using namespace strata;
using namespace strata::sio;
using test::Peer;
using test::VirtualLoop;

namespace {

// The echo contract in small.
struct Stack {
  explicit Stack(Options options = {}) : io(loop, options) {
    io.on_log([this](std::string_view line) { log.emplace_back(line); });
    io.on_connection([this](Socket& socket) {
      socket.on("echo", [&socket](const Args& args, Ack ack) {
        if (!ack(args)) socket.emit("echo", args);
      });
      socket.on("all", [&socket](const Args& args) { socket.broadcast().emit("all", args); });
      socket.on("typed", [](int x, Ack ack) { ack(x + 1); });
      socket.on("bye", [&socket](bool close) { socket.disconnect(close); });
      socket.on("disconnect", [this](std::string_view why) { gone.emplace_back(why); });
    });
    REQUIRE_FALSE(io.listen(80));
  }
  VirtualLoop loop;
  Server io;
  std::vector<std::string> log;
  std::vector<std::string> gone;
};

std::string between(const std::string& text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) return {};
  const std::size_t begin = at + from.size();
  return text.substr(begin, text.find(to, begin) - begin);
}

// A client that polls, a request at a time on a connection of its own.
struct Polling {
  explicit Polling(Stack& s) : stack(s) { sid = between(get(), "\"sid\":\"", "\""); }
  std::string request(std::string_view method, std::string_view body) {
    Peer peer = stack.loop.dial(80);
    std::string text = std::string(method) + " /socket.io/?EIO=4&transport=polling";
    if (!sid.empty()) text += "&sid=" + sid;
    text += " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
            "\r\nContent-Type: text/plain;charset=UTF-8\r\n\r\n" + std::string(body);
    peer.send(text);
    stack.loop.settle();
    const std::string answer = peer.take();
    const std::size_t head = answer.find("\r\n\r\n");
    return head == std::string::npos ? answer : answer.substr(head + 4);
  }
  std::string get() { return request("GET", ""); }
  std::string post(std::string_view body) { return request("POST", body); }
  Stack& stack;
  std::string sid;
};

// A WebSocket client whose masking key is zero.
struct WebSocket {
  explicit WebSocket(Stack& s, const std::string& sid = {}) : stack(s), peer(s.loop.dial(80)) {
    peer.send("GET /socket.io/?EIO=4&transport=websocket" + (sid.empty() ? "" : "&sid=" + sid) +
              " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
    stack.loop.settle();
    const std::string head = peer.take();
    upgraded = head.starts_with("HTTP/1.1 101");
    received = head.substr(std::min(head.find("\r\n\r\n") + 4, head.size()));
  }
  void frame(int opcode, std::string_view payload) {
    std::string wire(1, static_cast<char>(0x80 | opcode));
    if (payload.size() < 126) {
      wire += static_cast<char>(0x80 | payload.size());
    } else if (payload.size() < 65536) {
      wire += static_cast<char>(0xFE);
      wire += static_cast<char>(payload.size() >> 8);
      wire += static_cast<char>(payload.size());
    } else {
      wire += static_cast<char>(0xFF);
      for (int shift = 56; shift >= 0; shift -= 8)
        wire += static_cast<char>(payload.size() >> shift);
    }
    peer.send(wire + std::string(4, '\0') + std::string(payload));
    stack.loop.settle();
  }
  void text(std::string_view payload) { frame(1, payload); }
  void binary(std::string_view payload) { frame(2, payload); }
  // The next message; "<8..>" for a close frame, empty if nothing came.
  std::string next() {
    received += peer.take();
    if (received.size() < 2) return {};
    std::size_t length = static_cast<std::uint8_t>(received[1]);
    std::size_t head = 2;
    if (length == 126) {
      length = static_cast<std::size_t>(static_cast<std::uint8_t>(received[2])) << 8 |
               static_cast<std::uint8_t>(received[3]);
      head = 4;
    }
    const int opcode = received[0] & 15;
    const std::string payload = received.substr(head, length);
    received.erase(0, head + length);
    if (opcode == 8) return "<closed>";
    return opcode == 2 ? "b:" + payload : payload;
  }
  Stack& stack;
  Peer peer;
  std::string received;
  bool upgraded = false;
};

// Joined and past the answers.
struct Joined : WebSocket {
  explicit Joined(Stack& s) : WebSocket(s) {
    next();
    text("40");
    id = between(next(), "\"sid\":\"", "\"");
  }
  std::string id;
};

}  // namespace

TEST_CASE("a session by polling: connect, event, ack, binary, disconnect", "[sio][stack]") {
  Stack s;
  Polling client(s);
  CHECK(client.sid.size() == 24);
  CHECK(client.post("40") == "ok");
  CHECK(client.get().starts_with("40{\"sid\":\""));
  CHECK(client.post("42[\"echo\",1,\"2\",{\"3\":[true]}]\x1e"
                    "421[\"typed\",41]") == "ok");
  CHECK(client.get() ==
        "42[\"echo\",1,\"2\",{\"3\":[true]}]\x1e"
        "431[42]");
  CHECK(client.post("451-5[\"echo\",{\"_placeholder\":true,\"num\":0}]\x1e"
                    "bAQIDBA==") == "ok");
  CHECK(client.get() ==
        "461-5[{\"_placeholder\":true,\"num\":0}]\x1e"
        "bAQIDBA==");
  CHECK(client.post("41") == "ok");
  CHECK(s.gone == std::vector<std::string>{"client namespace disconnect"});
}

TEST_CASE("over a WebSocket CONNECT is answered alone", "[sio][stack][sio5-connect]") {
  Stack s;
  s.io.of("/greets").on_connection([](Socket& socket) { socket.emit("hello"); });
  WebSocket client(s);
  client.next();
  client.text("40/greets,");
  CHECK(client.next().starts_with("40/greets,{"));
  CHECK(client.next().empty());
  s.loop.advance(5ms);
  CHECK(client.next() == "42/greets,[\"hello\"]");
}

TEST_CASE("a session by WebSocket: connect, event, ack, nested binary, disconnect",
          "[sio][stack]") {
  Stack s;
  Joined client(s);
  Joined other(s);
  CHECK(client.upgraded);
  CHECK(client.id.size() == 20);
  client.text("42[\"echo\",{\"b\":1.50,\"a\":null}]");
  CHECK(client.next() == "42[\"echo\",{\"b\":1.50,\"a\":null}]");
  client.text("42789[\"typed\",1]");
  CHECK(client.next() == "43789[2]");
  client.text(
      "452-[\"all\",[{\"_placeholder\":true,\"num\":0}],{\"x\":{\"_placeholder\":true,\"num\":1}}"
      "]");
  client.binary("first");
  CHECK(other.next().empty());
  client.binary("");
  CHECK(other.next() ==
        "452-[\"all\",[{\"_placeholder\":true,\"num\":0}],{\"x\":{\"_placeholder\":true,\"num\":1}}"
        "]");
  CHECK(other.next() == "b:first");
  CHECK(other.next() == "b:");
  CHECK(client.next().empty());  // not to itself
  client.text("42[\"bye\",false]");
  CHECK(client.next() == "41");
  client.text("40");
  CHECK(client.next().starts_with("40{\"sid\":"));
  client.text("42[\"bye\",true]");
  CHECK(client.next() == "41");
  CHECK(s.gone == std::vector<std::string>(2, "server namespace disconnect"));
  s.loop.settle();
  CHECK(s.io.clients_count() == 1);
}

TEST_CASE("E12 a session that upgrades loses nothing", "[sio][stack]") {
  Stack s;
  Polling polling(s);
  polling.post("40");
  CHECK(polling.get().starts_with("40{\"sid\":\""));
  WebSocket client(s, polling.sid);
  REQUIRE(client.upgraded);
  client.text("2probe");
  CHECK(client.next() == "3probe");
  s.io.emit("queued", 1);
  CHECK(polling.get() == "42[\"queued\",1]");
  client.text("5");
  client.text("42[\"echo\",\"over websocket\"]");
  CHECK(client.next() == "42[\"echo\",\"over websocket\"]");
  s.io.emit("after", {{"a", 1}});
  s.loop.settle();
  CHECK(client.next() == "42[\"after\",{\"a\":1}]");
}

TEST_CASE("the lesson's chat: events go to all others", "[sio][stack]") {
  Stack s;
  Joined one(s);
  Joined two(s);
  Polling three(s);
  three.post("40");
  three.get();
  one.text("42[\"all\",{\"name\":\"spot\"}]");
  CHECK(two.next() == "42[\"all\",{\"name\":\"spot\"}]");
  CHECK(three.get() == "42[\"all\",{\"name\":\"spot\"}]");
  CHECK(one.next().empty());
}

TEST_CASE("a client that vanishes is told from one that leaves", "[sio][stack]") {
  Stack s;
  {
    Joined client(s);
    client.peer.reset();
    s.loop.settle();
  }
  CHECK(s.gone.size() == 1);
  Joined silent(s);
  s.loop.advance(46s);
  CHECK(s.gone.back() == "ping timeout");
  Joined late(s);
  s.io.close();
  s.loop.settle();
  CHECK(s.gone.back() == "server shutting down");
  CHECK(s.io.clients_count() == 0);
}

TEST_CASE("garbage is answered, and others never notice", "[sio][stack][garbage]") {
  const std::string deep(200, '[');
  const std::string big(1'000'001, 'x');
  const std::string ph = "{\"_placeholder\":true,\"num\":0}";
  struct Row {
    std::string wire;    // texts; "b:" sends binary; separated by U+001E
    std::string answer;  // the next message, "<closed>" or nothing at all
  };
  const Row rows[] = {
      {"4", "<closed>"},
      {"47", "<closed>"},
      {"4x", "<closed>"},
      {"42", "<closed>"},
      {"42[]", "<closed>"},
      {"42{}", "<closed>"},
      {"42\"a\"", "<closed>"},
      {"42[\"a\"", "<closed>"},
      {"42[\"a\"]x", "<closed>"},
      {"42[null]", "<closed>"},
      {"42[{}]", "<closed>"},
      {"42[[\"a\"]]", "<closed>"},
      {"42[true]", "<closed>"},
      {"42[\"connect\"]", "<closed>"},
      {"42[\"disconnect\"]", "<closed>"},
      {"42[\"newListener\"]", "<closed>"},
      {"42abc[\"a\"]", "<closed>"},
      {"42[\"a\"," + deep, "<closed>"},
      {"4299999999999999999999[\"a\"]", "<closed>"},
      {"40", "<closed>"},
      {"40[1]", "<closed>"},
      {"40{", "<closed>"},
      {"41{}", "<closed>"},
      {"44{\"message\":\"x\"}", "<closed>"},
      {"42/other,[\"a\"]", "<closed>"},
      {"41/other,", "<closed>"},
      {"40/" + std::string(300, 'n') + ",", "<closed>"},
      {"42[\"" + std::string(300, 'e') + "\"]", "<closed>"},
      {"450-[\"x\"]", "<closed>"},
      {"4511-[\"x\"]", "<closed>"},
      {"45[\"x\"]", "<closed>"},
      {"451-[\"x\"," + ph +
           "]\x1e"
           "42[\"echo\"]",
       "<closed>"},
      {"451-[\"x\",{\"_placeholder\":true,\"num\":\"splice\"}]", "<closed>"},
      {"451-[\"x\",{\"_placeholder\":true,\"num\":1}]", "<closed>"},
      {"452-[\"x\"," + ph + "," + ph + "]", "<closed>"},
      {"b:lonely", "<closed>"},
      {"42[\"a\",\"" + big + "\"]", "<closed>"},
      {"40/nowhere,", "44/nowhere,{\"message\":\"Invalid namespace\"}"},
      {"40/__proto__,", "44/__proto__,{\"message\":\"Invalid namespace\"}"},
      {"42[\"error\"]", ""},
      {"42[\"error\",{}]", ""},
      {"42[\"__proto__\",{}]", ""},
      {"42[\"nobody\"]", ""},
      {"42[\"typed\",\"no number\"]", ""},
      {"421[\"typed\",1.5]", ""},
      {"42[\"typed\"]", ""},
      {"43[]", ""},
      {"43999[\"never asked\"]", ""},
      {"431{}", "<closed>"},
      {"42[\"bye\",{\"toString\":1}]", ""},
      {"42[\"echo\",\"\\ud800\"]", "42[\"echo\",\"\\ud800\"]"},
      {"42[\"echo\",1e999,-0]", "42[\"echo\",1e999,-0]"},
  };
  CHECK(std::size(rows) >= 30);
  Stack s;
  Joined good(s);
  for (const Row& row : rows) {
    INFO(row.wire.substr(0, 60));
    {
      Joined bad(s);
      std::string_view left = row.wire;
      while (!left.empty()) {
        const std::string_view part = left.substr(0, left.find('\x1e'));
        left.remove_prefix(std::min(part.size() + 1, left.size()));
        if (part.starts_with("b:")) {
          bad.binary(part.substr(2));
        } else {
          bad.text(part);
        }
      }
      std::string answer = bad.next();
      if (row.answer == "<closed>") {
        CHECK((answer == "<closed>" || answer == "1" || bad.peer.finished()));
      } else {
        CHECK(answer == row.answer);
        bad.text("424[\"typed\",1]");  // it lives on
        CHECK(bad.next() == "434[2]");
      }
    }
    good.text("427[\"typed\",1]");
    REQUIRE(good.next() == "437[2]");
  }
  s.loop.settle();
  CHECK(s.io.clients_count() == 1);
}

TEST_CASE("S1 a server binds when it is told to, and says why it cannot", "[sio][stack]") {
  VirtualLoop loop;
  Server first(loop);
  Server second(loop);
  std::vector<std::string> log;
  second.on_log([&](std::string_view line) { log.emplace_back(line); });
  CHECK_FALSE(first.listen(7890));
  const std::error_code error = second.listen(7890);
  CHECK(error == std::errc::address_in_use);
  CHECK(log == std::vector<std::string>{"port 7890: address in use"});
}

TEST_CASE("S1 run() answers what keeps it from binding, the constructor binds nothing",
          "[sio][tcp]") {
  Server first;
  REQUIRE_FALSE(first.listen(0));
  const std::uint16_t port = first.address().port();
  Server second(port);
  std::string log;
  second.on_log([&](std::string_view line) { log = line; });
  CHECK(second.run() == std::errc::address_in_use);
  CHECK(log == "port " + std::to_string(port) + ": address in use");
  first.close();
  bool ran = false;
  Server third(std::uint16_t{0});
  third.post([&] {
    ran = true;
    third.stop();
  });
  CHECK_FALSE(third.run());
  CHECK(ran);
}

TEST_CASE("S1 on an HTTP server of its own choice, beside its routes", "[sio][stack]") {
  VirtualLoop loop;
  http::Server app(loop);
  app.get("/", [](http::Request&, http::Response& res) { res.send("Hello"); });
  Server io(app);
  REQUIRE_FALSE(app.listen(80));
  Peer peer = loop.dial(80);
  peer.send(
      "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: "
      "x\r\n\r\n");
  loop.settle();
  const std::string answers = peer.take();
  CHECK(answers.find("Hello") != std::string::npos);
  CHECK(answers.find("0{\"sid\":\"") != std::string::npos);
}

TEST_CASE("S28 hundreds of kilobytes arrive whole, by chunks", "[sio][stack]") {
  Stack s;
  s.loop.chunk = 1000;
  Joined client(s);
  const std::string text(50'000, 'x');
  client.text("42[\"echo\",\"" + text + "\"]");
  CHECK(client.next() == "42[\"echo\",\"" + text + "\"]");
}
