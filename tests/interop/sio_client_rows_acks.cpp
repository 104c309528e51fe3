// Answers: their time, what a disconnect does to them, and the queue that waits for them.
#include <algorithm>

#include "tests/interop/sio_client_rows.h"

using namespace strata;
using namespace strata::rows;

TEST_CASE("L8 a server that does not answer in time: operation has timed out") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    Manager manager = stage.manager(quick(way));
    ClientSocket& socket = manager.socket();
    REQUIRE(stage.connected(socket));
    std::vector<std::string> heard;
    socket.timeout(30ms).emit("never", [&](std::error_code late) { heard.push_back(words(late)); });
    socket.timeout(30ms).emit(
        "hold", "x", [&](std::error_code late, const Json&) { heard.push_back(words(late)); });
    REQUIRE(stage.until([&] { return heard.size() == 2; }));
    Json later;
    socket.emit("hold", "y", [&later](const Json& value) { later = value; });
    socket.emit("release");
    CHECK(stage.until([&] { return later == "y"; }));  // behind the answer that came too late
    CHECK(heard == std::vector<std::string>(2, "operation has timed out"));
  }
}

TEST_CASE("L8 an answer in time is no error") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    Manager manager = stage.manager(quick(way));
    ClientSocket& socket = manager.socket();
    std::string heard;
    socket.timeout(30s).emit("echo", 42, [&heard](std::error_code late, int n) {
      heard = words(late) + " " + std::to_string(n);
    });
    CHECK(stage.until([&] { return heard == "none 42"; }));
  }
}

TEST_CASE("L8 ack_timeout is the time of every answer, unless timeout() says another") {
  Stage stage;
  sio::ManagerOptions options = quick();
  options.ack_timeout = 30ms;
  Manager manager = stage.manager(options);
  ClientSocket& socket = manager.socket();
  REQUIRE(stage.connected(socket));
  std::string brief, longer;
  socket.emit("hold", "x", [&](std::error_code late, const Json&) { brief = words(late); });
  socket.timeout(30s).emit("hold", "x",
                           [&](std::error_code late, const Json&) { longer = words(late); });
  REQUIRE(stage.until([&] { return !brief.empty(); }));
  CHECK(brief == "operation has timed out");
  socket.emit("release");
  REQUIRE(stage.until([&] { return !longer.empty(); }));
  CHECK(longer == "none");
}

TEST_CASE("L8 who is not connected in time is not sent afterwards") {
  Stage stage;
  seen("wire");
  sio::ManagerOptions options = quick(websocket(), "/raw");
  options.auto_connect = false;
  Manager manager = stage.manager(options);
  ClientSocket& socket = manager.socket();
  std::string heard;
  socket.timeout(20ms).emit("lost", [&heard](std::error_code late) { heard = words(late); });
  socket.emit("kept");
  REQUIRE(stage.until([&] { return !heard.empty(); }));
  CHECK(heard == "operation has timed out");
  socket.connect();
  CHECK(sio::dump(stage.wire(2)) == R"x(["0","2[\"kept\"]"])x");
}

TEST_CASE("L8 who waits for an answer with a time hears of the disconnect, others nothing") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    Manager manager = stage.manager(quick(way));
    ClientSocket& socket = manager.socket();
    REQUIRE(stage.connected(socket));
    std::string timed;
    bool plain = false;
    socket.timeout(30s).emit("never", [&timed](std::error_code why) { timed = words(why); });
    socket.emit("never", [&plain](const Json&) { plain = true; });
    stage.fence(socket);
    socket.disconnect();
    CHECK(stage.until([&] { return !timed.empty(); }));
    CHECK(timed == "socket has been disconnected");
    CHECK_FALSE(plain);
  }
}

TEST_CASE("L9 with retries one event is under way at a time, in order") {
  Stage stage;
  seen("wire");
  sio::ManagerOptions options = quick(websocket(), "/raw");
  options.retries = 1;
  options.ack_timeout = 30s;
  Manager manager = stage.manager(options);
  ClientSocket& socket = manager.socket();
  int answered = 0;
  for (int i = 1; i <= 3; ++i)
    socket.emit("echo", i, [&answered](std::error_code error, int n) {
      CHECK_FALSE(error);
      CHECK(n == ++answered);
      if (n != 3) return;
    });
  REQUIRE(stage.until([&] { return answered == 3; }));
  socket.disconnect();
  CHECK(sio::dump(stage.wire(5)) ==
        R"x(["0","20[\"echo\",1]","21[\"echo\",2]","22[\"echo\",3]","1"])x");
}

TEST_CASE("L9 what is never answered is sent 1 + retries times, with another id each time") {
  Stage stage;
  seen("wire");
  sio::ManagerOptions options = quick(websocket(), "/raw");
  options.retries = 3;
  options.ack_timeout = 30ms;
  Manager manager = stage.manager(options);
  std::string heard;
  int next = 0;
  manager.socket().emit("none", 1, [&heard](std::error_code why) { heard = words(why); });
  manager.socket().timeout(30s).emit("echo", 2, [&next](std::error_code, int n) { next = n; });
  REQUIRE(stage.until([&] { return next == 2; }));
  CHECK(heard == "operation has timed out");
  CHECK(sio::dump(stage.wire(6)) ==
        R"x(["0","20[\"none\",1]","21[\"none\",1]","22[\"none\",1]","23[\"none\",1]",)x"
        R"x("24[\"echo\",2]"])x");
}

TEST_CASE("L9 a server that answers the third time: once for the caller, in order") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    seen("flaky");
    sio::ManagerOptions options = quick(way);
    options.retries = 1000;  // as long as a server may stand still
    options.ack_timeout = 40ms;
    Manager manager = stage.manager(options);
    ClientSocket& socket = manager.socket();
    std::string order;
    for (const char* key : {"a", "b", "c"})
      socket.emit("flaky", key, key[0] == 'b' ? 2 : 0,
                  [&](std::error_code why, std::string got) { order += got + words(why) + " "; });
    REQUIRE(stage.until([&] { return order.size() >= 18; }));
    CHECK(order == "anone bnone cnone ");
    std::string arrived;
    for (const Json& key : seen("flaky")) arrived += key.get<std::string>();
    arrived.erase(std::unique(arrived.begin(), arrived.end()), arrived.end());
    CHECK(arrived == "abc");
  }
}

TEST_CASE("L9 an event of the connect handler goes once, and volatile ones go past the queue") {
  Stage stage;
  seen("wire");
  sio::ManagerOptions options = quick(websocket(), "/raw");
  options.retries = 3;
  options.ack_timeout = 30s;
  Manager manager = stage.manager(options);
  ClientSocket& socket = manager.socket();
  bool answered = false;
  socket.on("connect",
            [&] { socket.emit("echo", 1, [&](std::error_code, int) { answered = true; }); });
  REQUIRE(stage.until([&] { return answered; }));
  REQUIRE(stage.until([&] { return manager.engine()->writable(); }));
  socket.volatile_().emit("v");
  CHECK(sio::dump(stage.wire(3)) == R"x(["0","20[\"echo\",1]","2[\"v\"]"])x");
}

TEST_CASE("L9 the queue waits while the server is away, and its head is sent again") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    sio::ManagerOptions options = quick(way);
    options.retries = 5;
    options.ack_timeout = 30s;
    Manager manager = stage.manager(options);
    ClientSocket& socket = manager.socket();
    REQUIRE(stage.connected(socket));
    std::vector<int> answers;
    socket.emit("late", 50, 0, [&](std::error_code, int n) { answers.push_back(n); });
    for (int i = 1; i < 4; ++i)
      socket.emit("echo", i, [&](std::error_code, int n) { answers.push_back(n); });
    {
      const Outage outage;
      REQUIRE(stage.until([&] { return !socket.connected(); }));
      CHECK(answers.empty());
    }
    CHECK(stage.until([&] { return answers == std::vector<int>{0, 1, 2, 3}; }));
  }
}
