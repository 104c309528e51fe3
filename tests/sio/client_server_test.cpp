// Our client and our server on one loop: both transports, recovery, retries through losses; and
// what an emit costs.
#include "sio/server.h"

#include "net/event_loop.h"
#include "tests/catch.h"
#include "tests/sio/client_rig.h"
#include "tests/support/allocations.h"

using namespace strata;
using namespace strata::sio;
using test::Notes;

namespace {

Options recovering() {
  Options options;
  options.connection_state_recovery.emplace();
  return options;
}

struct Both {
  explicit Both(ManagerOptions options = {}, Options server = {})
      : io(std::make_unique<Server>(loop, server)) {
    io->on_connection([this](Socket& socket) {
      sockets.push_back(socket.ref());
      socket.on("echo", [&socket](const Args& args, Ack ack) {
        if (!ack(args)) socket.emit("echo", args);
      });
      socket.on("count", [this](int x, Ack ack) {
        counted += std::to_string(x) + " ";
        ack(x);
      });
      socket.on("bye", [&socket] { socket.disconnect(); });
    });
    io->of("/admin").use([](Socket& socket, const Next& next) {
      if (socket.handshake().auth().value("token", "") == "sesame") return next();
      next(Refusal("who are you", {{"code", 401}}));
    });
    REQUIRE_FALSE(io->listen(80));
    options.randomization_factor = 0;
    manager = std::make_unique<Manager>(loop, "http://127.0.0.1", std::move(options));
    notes.watch(*manager);
    notes.watch(manager->socket());
    loop.settle();
  }
  ClientSocket& socket() { return manager->socket(); }
  std::string heard() {
    loop.settle();
    return notes.take();
  }
  void cut() {  // the server loses everybody, without a word
    io->engine().close();
  }

  test::VirtualLoop loop;
  std::unique_ptr<Server> io;
  std::vector<SocketRef> sockets;
  std::string counted;
  Notes notes;
  std::unique_ptr<Manager> manager;
};

}  // namespace

TEST_CASE("over either transport events, answers and attachments go both ways",
          "[sio][client][L2][L8]") {
  const std::vector<std::vector<eio::Transport>> ways = {
      {eio::Transport::polling},
      {eio::Transport::websocket},
      {eio::Transport::polling, eio::Transport::websocket}};
  for (const auto& transports : ways) {
    INFO(transports.size() << " " << static_cast<int>(transports[0]));
    Both both({.transports = transports});
    CHECK(both.heard() == "open connect");
    CHECK(both.manager->engine()->transport() == transports.back());
    ClientSocket& socket = both.socket();
    std::string got;
    socket.on("echo", [&](const std::string& text, Bytes bytes, const Json& json) {
      got += text + std::string(net::as_text(bytes)) + dump(json);
    });
    socket.emit("echo", "h\xc3\xa9", std::vector<std::uint8_t>{'a', 'b'}, Json{{"k", {1, 2}}});
    both.loop.settle();
    CHECK(got ==
          "h\xc3\xa9"
          "ab{\"k\":[1,2]}");
    socket.emit("echo", 5,
                [&](std::error_code why, int x) { got = why ? "?" : std::to_string(x); });
    both.loop.settle();
    CHECK(got == "5");
    socket.on("ask", [](int x, Ack ack) { ack(x * 2); });
    REQUIRE(both.sockets.size() == 1);
    both.sockets[0].emit("ask", 21, [&](int x) { got = std::to_string(x); });
    both.loop.settle();
    CHECK(got == "42");
    both.sockets[0].disconnect();
    both.loop.settle();
    CHECK(both.heard() == "close:forced close disconnect:io server disconnect");
  }
}

TEST_CASE("a middleware's refusal, its data, and the way in with another auth",
          "[sio][client][L12][L5]") {
  Both both;
  ClientSocket& admin = both.manager->socket("/admin");
  both.notes.watch(admin);
  both.heard();
  CHECK_FALSE(admin.active());
  admin.auth = {{"token", "sesame"}};
  admin.on("connect_error", [](const Failure&) { FAIL("refused again"); });
  admin.connect();
  CHECK(both.heard() == "/admin.connect");
  CHECK(admin.connected());
  ClientSocket& none = both.manager->socket("/none");
  both.notes.watch(none);
  CHECK(both.heard() == "/none.connect_error:Invalid namespace");
}

TEST_CASE("a recovered session misses nothing and hears nothing twice", "[sio][client][L10]") {
  Both both({}, recovering());
  ClientSocket& socket = both.socket();
  std::string got;
  socket.on("n", [&](int n) { got += std::to_string(n) + " "; });
  for (int n = 1; n <= 3; ++n) both.io->emit("n", n);
  both.loop.settle();
  CHECK(got == "1 2 3 ");
  const std::string id = socket.id();
  both.heard();
  both.cut();
  CHECK(both.heard().starts_with("close:transport close disconnect:transport close"));
  for (int n = 4; n <= 6; ++n) both.io->emit("n", n);
  both.loop.advance(1s);
  CHECK(both.heard() == "attempt:1 open reconnect:1 connect(recovered)");
  CHECK(got == "1 2 3 4 5 6 ");
  CHECK((socket.recovered() && socket.id() == id));
  both.io->emit("n", 7);
  both.loop.settle();
  CHECK(got == "1 2 3 4 5 6 7 ");
}

TEST_CASE("with retries every event arrives, in order, whatever the connection does",
          "[sio][client][L9]") {
  Both both({.retries = 5, .ack_timeout = 2s});
  ClientSocket& socket = both.socket();
  std::string acknowledged;
  for (int n = 1; n <= 6; ++n) {
    socket.emit("count", n, [&](std::error_code why, int x) {
      acknowledged += (why ? "?" : std::to_string(x)) + " ";
    });
    if (n % 2 == 0) both.cut();
    both.loop.advance(n % 2 == 0 ? 1500ms : 0ms);
  }
  both.loop.advance(60s);
  CHECK(acknowledged == "1 2 3 4 5 6 ");
  std::string once;
  for (std::size_t at = 0; at < both.counted.size(); at += 2)  // at least once, and none overtakes
    if (once.empty() || both.counted[at] != once.back()) once += both.counted[at];
  CHECK(once == "123456");
}

TEST_CASE("a server that restarts finds its clients again", "[sio][client][L3]") {
  Both both;
  both.heard();
  both.io.reset();
  CHECK(both.heard().starts_with("close:transport close disconnect:transport close"));
  both.loop.advance(5s);
  CHECK_FALSE(both.socket().connected());
  both.io = std::make_unique<Server>(both.loop);
  REQUIRE_FALSE(both.io->listen(80));
  both.loop.advance(5s);
  CHECK(both.heard().ends_with("open reconnect:3 connect"));
}

TEST_CASE("over WebSocket neither an emit nor an event allocates, once it is warm",
          "[sio][client][L11]") {
  net::EventLoop loop;
  Server io(loop);
  io.on_connection([](Socket& socket) {
    socket.on("echo", [&socket](const Args& args) { socket.emit("echo", args); });
  });
  REQUIRE_FALSE(io.listen(net::Address::loopback(0)));
  Manager manager(loop, "http://127.0.0.1:" + std::to_string(io.address().port()), test::plain());
  ClientSocket& socket = manager.socket();
  int left = 0;
  const auto emit = [&socket] {
    socket.emit("echo", 1.5, -2, std::string_view("a text that fits into no small string at all"));
  };
  socket.on("echo", [&](double x, int y, std::string_view text) {
    if (x != 1.5 || y != -2 || text.size() != 44) return;
    if (--left > 0) return emit();
    loop.stop();
  });
  socket.on("connect", [&] { emit(); });
  const auto run = [&](int times) {
    left = times;
    if (socket.connected()) emit();
    REQUIRE_FALSE(loop.run());
    REQUIRE(left == 0);
  };
  run(100);
  const std::size_t before = test::allocations();
  run(1000);
  CHECK(test::allocations() - before == 0);
}
