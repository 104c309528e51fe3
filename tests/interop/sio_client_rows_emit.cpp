// Speaking: order, buffers, volatile, catch-alls.
#include <numeric>

#include "tests/interop/sio_client_rows.h"

using namespace strata;
using namespace strata::rows;

TEST_CASE("L6 values go there and back unchanged, octets too") {
  Stage stage;
  const auto octets = [](std::size_t n) {
    std::vector<std::uint8_t> bytes(n);
    std::iota(bytes.begin(), bytes.end(), std::uint8_t{});
    return Json::binary(bytes);
  };
  const Json values = {false,
                       0,
                       "",
                       nullptr,
                       1.5,
                       -7,
                       "\u0C9D\u0D9C \U0001F600 \u00e4",
                       {{"deep", {{"list", {1, {{"octets", octets(256)}}, "2"}}}}},
                       octets(3),
                       Json::array(),
                       Json::object()};
  for (const Way& way : ways()) {
    INFO(way.name);
    Manager manager = stage.manager(quick(way));
    ClientSocket& socket = manager.socket();
    for (const Json& value : values) CHECK(stage.ask(socket, "echo", value) == value);
    Json event;
    socket.on("echo", [&event](const Json& value) { event = value; });
    socket.emit("echo", values);
    CHECK(stage.until([&] { return event == values; }));
  }
}

TEST_CASE("L6 300 kB of octets, and of text, come back", "[not-python]") {  // Python reads a part
  Stage stage;
  const Json octets = Json::binary(std::vector<std::uint8_t>(300'000, 7));
  const Json text = std::string(300'000, 'x');
  for (const Way& way : ways()) {
    INFO(way.name);
    Manager manager = stage.manager(quick(way));
    for (const Json& large : {octets, text})
      CHECK(stage.ask(manager.socket(), "echo", large) == large);
  }
}

TEST_CASE("L6 an answer may have several values, and the server may ask too") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    Manager manager = stage.manager(quick(way));
    ClientSocket& socket = manager.socket();
    std::string got;
    socket.emit("echo", 1, "two",
                [&got](int one, const std::string& two) { got = std::to_string(one) + two; });
    CHECK(stage.until([&] { return got == "1two"; }));
    std::string answered;
    socket.on("question", [](const Json& value, const sio::Ack& ack) { ack(value, "ours"); });
    socket.on("answered", [&answered](const Json& value, const std::string& whose) {
      answered = sio::dump(value) + whose;
    });
    socket.emit("ask", 7);
    CHECK(stage.until([&] { return answered == "7ours"; }));
  }
}

TEST_CASE("L6 what is emitted before connecting goes first, then what the connect handler says") {
  Stage stage;
  seen("wire");
  for (const Way& way : {polling(), websocket()}) {
    INFO(way.name);
    Manager manager = stage.manager(quick(way, "/raw"));
    ClientSocket& socket = manager.socket();
    socket.on("connect", [&socket] { socket.emit("c"); });
    socket.emit("a", 1);
    socket.emit("b", Json::binary({1, 2, 3}));
    CHECK(sio::dump(stage.wire(5)) ==
          R"x(["0","2[\"a\",1]","51-[\"b\",{\"_placeholder\":true,\"num\":0}]","<3 octets>",)x"
          R"x("2[\"c\"]"])x");
  }
}

TEST_CASE("L6 500 events arrive in order, both ways, with octets among them") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    Manager manager = stage.manager(quick(way));
    ClientSocket& socket = manager.socket();
    std::vector<int> back;
    socket.on("echo", [&back](const Json& value) {
      back.push_back(value.is_object() ? value["n"].get<int>() : value.get<int>());
    });
    for (int i = 0; i < 500; ++i) {
      if (i % 7 == 0)
        socket.emit("echo", Json{{"n", i}, {"octets", Json::binary({1})}});
      else
        socket.emit("echo", i);
    }
    REQUIRE(stage.until([&] { return back.size() == 500; }));
    std::vector<int> burst;
    socket.on("burst", [&burst](int n) { burst.push_back(n); });
    socket.emit("burst", 500);
    REQUIRE(stage.until([&] { return burst.size() == 500; }));
    std::vector<int> wanted(500);
    std::iota(wanted.begin(), wanted.end(), 0);
    CHECK(back == wanted);
    CHECK(burst == wanted);
  }
}

TEST_CASE("L6 what is emitted while the server is away is sent when it is back, answers too") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    Manager manager = stage.manager(quick(way));
    ClientSocket& socket = manager.socket();
    REQUIRE(stage.connected(socket));
    std::vector<int> answers;
    {
      const Outage outage;
      REQUIRE(stage.until([&] { return !socket.connected(); }));
      for (int i = 0; i < 3; ++i) socket.emit("echo", i, [&](int n) { answers.push_back(n); });
    }
    CHECK(stage.until([&] { return answers == std::vector<int>{0, 1, 2}; }));
  }
}

TEST_CASE(
    "L6 events that come before CONNECT is answered wait for the answer, and are heard before "
    "connect") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    std::string order;
    Manager manager = stage.manager(quick(way, "/raw"));
    ClientSocket& socket = manager.socket("/early");
    socket.on("early", [&order](int n) { order += std::to_string(n) + " "; });
    socket.on("connect", [&order] { order += "connect "; });
    CHECK(stage.until([&] { return order.size() == 12; }));
    CHECK(order == "1 2 connect ");
  }
}

TEST_CASE("L6 what the server says in its connection handler is heard, in order") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    std::vector<int> first;
    Manager manager = stage.manager(quick(way));
    manager.socket("/hello").on("first", [&first](int n) { first.push_back(n); });
    CHECK(stage.until([&] { return first.size() == 10; }));
    CHECK(first == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  }
}

TEST_CASE("L7 volatile: dropped before connecting, and behind what still waits") {
  Stage stage;
  seen("note");
  for (const Way& way : ways()) {
    INFO(way.name);
    Manager manager = stage.manager(quick(way));
    ClientSocket& socket = manager.socket();
    socket.volatile_().emit("note", "too early");
    REQUIRE(stage.connected(socket));
    stage.fence(socket);
    socket.emit("note", "kept");
    socket.volatile_().emit("note", "the pipe is busy");
    stage.fence(socket);
    CHECK(sio::dump(seen("note")) == R"(["kept"])");
  }
}

TEST_CASE("L7 volatile is sent where it can go at once") {
  Stage stage;
  seen("note");
  for (const Way& way : ways()) {
    INFO(way.name);
    Manager manager = stage.manager(quick(way));
    ClientSocket& socket = manager.socket();
    REQUIRE(stage.connected(socket));
    stage.fence(socket);
    REQUIRE(stage.until(
        [&] { return manager.engine()->writable() && !manager.engine()->upgrading(); }));
    socket.volatile_().emit("note", "at once");
    stage.fence(socket);
    CHECK(sio::dump(seen("note")) == R"(["at once"])");
  }
}

TEST_CASE("L11 catch-alls hear every event, in their order, until they are taken off") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    std::string heard;
    Manager manager = stage.manager(quick(way));
    ClientSocket& socket = manager.socket();
    const auto note = [&heard](const char* who) {
      return [&heard, who](std::string_view event, const sio::Args& args) {
        heard += std::string(who) + std::string(event) + std::to_string(args.size()) + " ";
      };
    };
    const auto second = socket.on_any(note("in:"));
    socket.prepend_any(note("first:"));
    socket.on_any_outgoing(note("out:"));
    socket.prepend_any_outgoing(note("out first:"));
    REQUIRE(stage.connected(socket));
    socket.emit("echo", 1, Json::binary({1, 2}));
    stage.fence(socket);
    CHECK(heard.starts_with("out first:echo2 out:echo2 "));
    CHECK(heard.find("first:echo2 in:echo2 ", 26) != std::string::npos);
    CHECK(socket.off_any(second));
    socket.off_any();
    socket.off_any_outgoing();
    heard.clear();
    socket.emit("echo", 2);
    stage.fence(socket);
    CHECK(heard.empty());
  }
}

TEST_CASE("L11 send() is the event message, compress() reaches the transport, names are reserved") {
  Stage stage;
  seen("wire");
  Manager raw = stage.manager(quick(websocket(), "/raw"));
  raw.socket().send("hi", 1);
  CHECK(sio::dump(stage.wire(2)) == R"x(["0","2[\"message\",\"hi\",1]"])x");
  for (const char* name :
       {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"})
    CHECK_THROWS_AS(raw.socket().emit(name, 1), std::invalid_argument);

  Manager manager = stage.manager();
  const std::string text(5000, 'x');
  std::string back;
  for (const bool on : {true, false}) {
    manager.socket().compress(on).emit("echo", text, [&back](const std::string& t) { back = t; });
    CHECK(stage.until([&] { return back == text; }));
    back.clear();
  }
}
