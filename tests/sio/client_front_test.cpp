// sio::Client: its three ways to run, from any thread, and every way to end.
#include <atomic>
#include <csignal>

#include "sio/client.h"
#include "tests/catch.h"
#include "tests/sio/client_server.h"

using namespace strata;
using namespace strata::test;

TEST_CASE("a client runs on this thread until it is closed, as the lesson has it",
          "[sio][threads][client]") {
  ClientServer server(set_up);
  std::vector<std::string> heard;
  sio::Client socket(server.url());
  CHECK_FALSE(socket.connected());
  socket.on("connect", [&] {
    heard.push_back("connect");
    CHECK(socket.connected());
    CHECK(socket.id() == socket.socket().id());
    socket.emit("echo", 1, {{"name", "spot"}});
  });
  socket.on("hello", [&](const std::string& name) { heard.push_back("hello " + name); });
  socket.on("echo", [&](sio::ClientSocket& from, int n, const sio::Json& data) {
    CHECK(&from == &socket.socket());
    heard.push_back("echo " + std::to_string(n) + " " + data["name"].get<std::string>());
    socket.close();
  });
  socket.on("disconnect", [&](const std::string& reason) { heard.push_back(reason); });
  CHECK_FALSE(socket.run());
  CHECK(heard ==
        std::vector<std::string>{"connect", "hello spot", "echo 1 spot", "io client disconnect"});
  CHECK_FALSE(socket.connected());
  CHECK(socket.id().empty());
}

TEST_CASE("run() returns where nothing would connect again, and says why",
          "[sio][threads][client]") {
  ClientServer server(set_up);
  {
    sio::Client refused(server.url("/admin"));
    std::string message;
    refused.on("connect_error", [&](const sio::Failure& why) { message = why.message; });
    CHECK(refused.run() == std::errc::permission_denied);
    CHECK(message == "who are you");
  }
  {
    sio::Client ended(server.url());
    ended.on("connect", [&] { ended.emit("leave"); });
    std::string reason;
    ended.on("disconnect", [&](const std::string& why) { reason = why; });
    CHECK_FALSE(ended.run());
    CHECK(reason == "io server disconnect");
  }
  {
    sio::Client wrong("ftp://nowhere");
    CHECK(wrong.run() == std::errc::connection_refused);
  }
  sio::ManagerOptions once = quick();
  once.reconnection = false;
  sio::ManagerOptions thrice = quick();
  thrice.reconnection_attempts = 2;  // and the first
  std::string nobody;
  {
    const ClientServer gone(set_up);
    nobody = gone.url();
  }
  for (const sio::ManagerOptions& options : {once, thrice}) {
    sio::Client lonely(nobody, options);
    int failures = 0;
    lonely.on("connect_error", [&] { ++failures; });
    CHECK(lonely.run() == std::errc::connection_refused);
    CHECK(failures == (options.reconnection ? 3 : 1));
  }
}

TEST_CASE("a client with a thread of its own is used from this one", "[sio][threads][client]") {
  ClientServer server(set_up);
  sio::Client client(server.url(), quick());
  std::promise<std::string> hello;
  client.on("hello", [&](const std::string& name) { hello.set_value(name); });
  REQUIRE_FALSE(client.start());
  CHECK(client.start() == std::errc::operation_in_progress);
  CHECK_FALSE(within(client.wait_connected()));
  CHECK(client.connected());
  CHECK(client.id().size() == 20);
  CHECK(within(hello.get_future()) == "spot");

  SECTION("answers are futures, with types") {
    CHECK(*within(client.emit_with_ack<int>("sum", 40, 2)) == 42);
    CHECK(*within(client.emit_with_ack("sum", 40, 2)) == sio::Json{42});
    const auto pair = within(client.emit_with_ack<std::string, int>("pair"));
    REQUIRE(pair);
    CHECK(*pair == std::tuple<std::string, int>("spot", 3));
    const std::vector<std::uint8_t> octets{1, 2};
    CHECK(*within(client.emit_with_ack<std::string>("kinds", {{"a", 1}}, octets)) ==
          "object octets");
    CHECK(*within(client.emit_with_ack<std::string>("kinds", octets, {{"a", 1}})) ==
          "octets object");
    CHECK(within(client.emit_with_ack<std::string>("sum", 1, 2)).error() == std::errc::bad_message);
    CHECK(within(client.timeout(1ms).emit_with_ack<int>("silent")).error() == std::errc::timed_out);
    CHECK_THROWS_AS(client.emit_with_ack("connect"), std::invalid_argument);
  }
  SECTION("an answer that cannot come any more is an error") {
    auto silent = client.timeout(1h).emit_with_ack<int>("silent");
    CHECK(*within(client.emit_with_ack<int>("sum", 1, 1)) == 2);
    client.disconnect();
    CHECK(within(silent).error() == sio::socket_disconnected());
  }
  SECTION("on the loop's own thread nobody waits") {
    std::promise<std::error_code> asked, waited;
    client.on("echo", [&] {
      asked.set_value(client.emit_with_ack("sum", 1, 2).get().error());
      waited.set_value(client.wait_connected().get());
    });
    client.emit("echo");
    CHECK(within(asked.get_future()) == std::errc::resource_deadlock_would_occur);
    CHECK(within(waited.get_future()) == std::errc::resource_deadlock_would_occur);
  }
  SECTION("braces, bytes and callbacks are serialised here and now") {
    std::promise<std::pair<sio::Json, std::vector<std::uint8_t>>> echoed;
    client.once("echo", [&](const sio::Json& data, const std::vector<std::uint8_t>& bytes) {
      echoed.set_value({data, bytes});
    });
    {
      std::vector<std::uint8_t> bytes = {1, 2, 255};
      const sio::Json dog = {{"name", "spot"}};
      CHECK(client.emit("echo", dog, bytes));
      bytes.assign(3, 0);
    }
    const auto [data, bytes] = within(echoed.get_future());
    CHECK(data == sio::Json{{"name", "spot"}});
    CHECK(bytes == std::vector<std::uint8_t>{1, 2, 255});
    CHECK(client.emit("echo", {{"name", "spot"}}, {1, 2}));
    std::promise<int> answer;
    client.timeout(5s).emit("sum", 1, 2, [&](std::error_code, int sum) { answer.set_value(sum); });
    CHECK(within(answer.get_future()) == 3);
    CHECK_THROWS_AS(client.emit("disconnect"), std::invalid_argument);
  }
  SECTION("handlers are added and removed from here") {
    std::atomic<int> any{0}, first{0};
    std::promise<void> second;
    client.on_any([&](std::string_view, const sio::Args&) { ++any; });
    const sio::ListenerId id = client.on("echo", [&] { ++first; });
    client.off(id);
    client.on("echo", [&] { second.set_value(); });
    client.emit("echo");
    within(second.get_future());
    CHECK(first == 0);
    CHECK(any == 1);
    client.remove_all_listeners();
    client.off_any();
    client.disconnect();
    client.connect();  // connected() still knows, though all handlers are gone
    CHECK_FALSE(within(client.wait_connected()));
    CHECK(client.connected());
    CHECK(any == 1);
  }
  SECTION("other namespaces share the connection") {
    sio::Channel& denied = client.of("/admin");
    CHECK(within(denied.wait_connected()) == std::errc::permission_denied);
    CHECK(&client.of("admin") == &denied);
    CHECK(&client.of("/") == &client);
    sio::Client other(server.url("/admin"), {.auth = {{"token", "sesame"}}});
    REQUIRE_FALSE(other.start());
    CHECK(other.nsp() == "/admin");
    CHECK(*within(other.emit_with_ack<std::string>("who")) == "admin");
    sio::Channel& main = other.of("/", {});
    CHECK(*within(main.emit_with_ack<int>("sum", 1, 2)) == 3);
  }
  SECTION("who asks when nothing tries any more hears why") {
    sio::Channel& denied = client.of("/admin");
    std::string said;  // before the future is ready
    denied.on("connect_error", [&said](const sio::Failure& why) { said = why.message; });
    CHECK(within(denied.wait_connected()) == std::errc::permission_denied);
    CHECK_FALSE(said.empty());
    CHECK(within(denied.wait_connected()) == std::errc::permission_denied);
    denied.disconnect();
    CHECK(within(denied.wait_connected()) == std::errc::operation_canceled);
    within(client.close());
    CHECK(within(client.wait_connected()) == std::errc::operation_canceled);
    client.connect();
    CHECK_FALSE(within(client.wait_connected()));
    sio::Client nowhere("ftp://nowhere");
    REQUIRE_FALSE(nowhere.start());
    for (int i = 0; i < 2; ++i)
      CHECK(within(nowhere.wait_connected()) == std::errc::connection_refused);
  }
  SECTION("a name that no namespace can have is refused where it is named") {
    CHECK_THROWS_AS(client.of("/a,b"), std::invalid_argument);
    CHECK_THROWS_AS(client.of(std::string(300, 'x')), std::invalid_argument);
    CHECK(*within(client.emit_with_ack<int>("sum", 2, 2)) == 4);
  }
  SECTION("off() of an event leaves no more handlers than there were") {
    for (int i = 0; i < 10; ++i) client.off("connect");
    std::promise<std::size_t> count;
    client.on("echo", [&](sio::ClientSocket& socket) {
      count.set_value(socket.listener_count("connect") + socket.listener_count("disconnect"));
    });
    client.emit("echo");
    CHECK(within(count.get_future()) == 2);
  }
  SECTION("auth of a namespace may name another") {
    std::promise<std::string> nsp;
    client.on("echo", [&] {
      client.of("/admin", {.auth = [&] {
                  nsp.set_value(client.of("/other").nsp());
                  return sio::Json{{"token", "sesame"}};
                }});
    });
    client.emit("echo");
    CHECK(within(nsp.get_future()) == "/other");
  }
  SECTION("it comes back") {
    server.restart();
    std::promise<void> again;
    client.once("connect", [&] { again.set_value(); });
    within(again.get_future());
    CHECK(*within(client.emit_with_ack<int>("sum", 2, 2)) == 4);
  }
  SECTION("close() sends what was said before") {
    std::promise<std::string> last;
    server.with([&](sio::Server& io) {
      for (sio::Socket* const socket : io.sockets())
        socket->on("last", [&](const std::string& word) { last.set_value(word); });
    });
    client.emit("last", "words");
    CHECK_FALSE(within(client.close()));
    CHECK(within(last.get_future()) == "words");
    CHECK_FALSE(client.connected());
  }
}

TEST_CASE("more than posted_max on its way to a loop that stands still is refused",
          "[sio][threads][client]") {
  net::EventLoop loop;  // nobody runs it
  sio::Client client(loop, "http://127.0.0.1:1", {.auto_connect = false});
  std::thread([&] {
    const std::string large(sio::Client::posted_max / 4, 'x');
    int taken = 0;
    while (client.emit("large", large)) ++taken;
    CHECK(taken == 4);
    CHECK(within(client.emit_with_ack("large")).error() == std::errc::operation_canceled);
  }).join();
  loop.poll_once();
  CHECK(client.socket().waiting() > 0);
  std::thread([&] { CHECK(client.emit("again")); }).join();
}

TEST_CASE("a thread of ours takes none of the program's signals", "[sio][threads][client]") {
  ClientServer server(set_up);
  sio::Client client(server.url());
  std::promise<bool> blocked;
  client.on("hello", [&] {
    sigset_t mask;
    ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    blocked.set_value(::sigismember(&mask, SIGTERM) == 1);
  });
  client.start();
  CHECK(within(blocked.get_future()));
  sigset_t mask;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
  CHECK(::sigismember(&mask, SIGTERM) == 0);
}
