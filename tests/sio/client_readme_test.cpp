// tests/sio/client_readme_test.cpp - the snippets of sio/client/README.md, compiled and run. Each
// block of C++ there stands here too, letter by letter but for blanks.
#include "tests/catch.h"

#include <iostream>

#include "sio/await.h"
#include "sio/client.h"
#include "tests/sio/client_server.h"
#include "tests/sio/readme.h"

using namespace strata;

namespace {

std::vector<std::string> shown;

void show(const std::string& text, std::optional<int> page) {
  shown.push_back(text + std::to_string(page.value_or(1)));
}
void keep(sio::Bytes bytes) { shown.push_back("picture " + std::to_string(bytes.size())); }
std::string fresh_token() { return "fresh"; }

void first_client() {
  using namespace strata;

  sio::Client socket("http://localhost:3000");
  socket.on("connect", [&] { socket.emit("hello", "spot"); });
  socket.on("joined", [](const std::string& name) { std::cout << name << " is here\n"; });
  socket.run();
}

void run_here() {
  sio::Client here("http://localhost:3000");
  const std::error_code why = here.run();  // permission_denied: the server refused ...
  static_cast<void>(why);
}

void run_there(net::EventLoop& loop) {
  sio::Client guest(loop, "http://localhost:3000");
  loop.run();
}

void run_apart() {
  sio::Client threaded("http://localhost:3000");
  threaded.start();
  threaded.wait_connected().get();  // or wait_for(5s)
  threaded.emit("hello", "from any thread");
}

void hear(sio::Client& client) {
  client.on("news", [](const std::string& text, std::optional<int> page) { show(text, page); });
  client.on("add", [](int a, int b, sio::Ack ack) { ack(a + b); });
  client.once("picture", [](sio::Bytes bytes) { keep(bytes); });
  client.on_any([](std::string_view event, const sio::Args&) { std::clog << event << '\n'; });
  const sio::ListenerId id = client.on("noise", [] {});
  client.off(id);
}

void speak(sio::Client& client) {
  client.emit("hello");
  client.emit("values", 1, 2.5, true, nullptr, "text");
  client.emit("user", {{"name", "spot"}, {"age", 3}});            // braces are JSON
  client.emit("picture", std::vector<std::uint8_t>{0x89, 0x50});  // bytes are an attachment
  client.volatile_().emit("position", 1, 2);                      // now or never
  client.compress(false).emit("noise", "x");
}

void ask(sio::Client& client) {
  client.timeout(5s).emit("sum", 40, 2, [](std::error_code late, int answer) {
    std::cout << (late ? late.message() : std::to_string(answer)) << '\n';
  });
}

void ask_and_wait(sio::Client& client) {
  auto sum = client.timeout(5s).emit_with_ack<int>("sum", 40, 2);
  if (const auto answer = sum.get()) {
    std::cout << *answer << '\n';
  } else {
    std::cout << answer.error().message() << '\n';
  }
}

void retry() {
  sio::Client careful("http://localhost:3000", {.retries = 3, .ack_timeout = 2s});
  careful.on("connect", [&careful] {
    if (!careful.socket().recovered()) careful.emit("what did I miss");
  });
}

sio::ManagerOptions who() {
  sio::ManagerOptions options;
  options.auth = [] { return sio::Json{{"token", fresh_token()}}; };
  options.extra_headers = {{"X-Client", "spot"}};
  options.with_credentials = true;
  options.proxy = "http://user:password@proxy.example:3128";
  options.no_proxy = {"localhost", ".example.org"};
  options.query = {{"room", "1"}};
  options.transports = {sio::eio::Transport::websocket};
  return options;
}

void namespaces(sio::Client& client) {
  sio::Channel& admin = client.of("/admin", {.auth = {{"token", "sesame"}}});
  admin.on("connect_error", [](const sio::Failure& why) { std::cerr << why.message << '\n'; });
  admin.emit("who");
}

void come_back(sio::Client& client) {
  client.on("disconnect", [](const std::string& reason) { std::clog << reason << '\n'; });
  client.on("connect_error", [](const sio::Failure& why) { std::clog << why.message << '\n'; });
  client.io().on("reconnect", [](int attempts) { std::clog << "after " << attempts << '\n'; });
  client.io().on("reconnect_failed", [] { std::clog << "that was the last attempt\n"; });
}

void leave(sio::Client& client) {
  client.emit("bye");
  client.close().wait_for(5s);
}

sio::Task<int> add(sio::ClientSocket& socket, sio::AbortSignal stop) {
  co_await sio::connected(socket, {.signal = stop, .timeout = 5s});
  const int sum = co_await sio::ask<int>(socket.timeout(2s), "sum", 40, 2);
  socket.emit("said", sum);
  auto [name, age] = co_await sio::next<std::string, int>(socket, "dog", {.signal = stop});
  co_return sum + age;
}

}  // namespace

TEST_CASE("each snippet of the client's README is here, and so compiles", "[sio][readme][client]") {
  CHECK(test::check_snippets("sio/client/README.md", "tests/sio/client_readme_test.cpp") >= 14);
  for (const auto snippet : {first_client, run_here, run_apart, retry})
    static_cast<void>(snippet);  // these would wait for a server on port 3000
  static_cast<void>(run_there);
}

TEST_CASE("the snippets of the client's README do what they say",
          "[sio][threads][readme][client]") {
  std::promise<void> left;
  std::vector<std::string> heard;
  sio::Json auth, headers;
  test::ClientServer server([&](sio::Server& io) {
    io.on_connection([&](sio::Socket& socket) {
      auth = socket.handshake().auth();
      for (const auto& [name, value] : socket.handshake().headers()) headers[name] = value;
      socket.on_any([&](std::string_view event, const sio::Args& args) {
        heard.push_back(std::string(event) + sio::dump(args.to_json()));
      });
      socket.on("sum", [](int a, int b, sio::Ack ack) { ack(a + b); });
      socket.on("said", [&socket](int n) { socket.emit("dog", "spot", n); });
      socket.on("bye", [&left] { left.set_value(); });
      socket.emit("news", "rain");
      socket.emit("news", "snow", 2);
      socket.emit("picture", std::vector<std::uint8_t>{1, 2, 3});
      socket.emit("add", 1, 2, [&](int sum) { heard.push_back("added " + std::to_string(sum)); });
    });
    io.of("/admin");
  });
  const test::Quiet quiet;

  {
    sio::ManagerOptions options = who();
    options.proxy.clear();  // which is not there
    sio::Client client(server.url(), options);
    hear(client);
    come_back(client);
    client.start();
    REQUIRE(client.wait_connected().wait_for(10s) == std::future_status::ready);
    speak(client);
    namespaces(client);
    ask(client);
    ask_and_wait(client);
    leave(client);
    REQUIRE(left.get_future().wait_for(10s) == std::future_status::ready);
  }
  server.with([&](sio::Server&) {
    CHECK(auth == sio::Json{{"token", "fresh"}});
    CHECK(headers["x-client"] == "spot");
    const auto count = [&](const std::string& what) {
      return std::count(heard.begin(), heard.end(), what);
    };
    CHECK(count("values[1,2.5,true,null,\"text\"]") == 1);
    CHECK(count("user[{\"age\":3,\"name\":\"spot\"}]") == 1);
    CHECK(count("picture[null]") == 1);
    CHECK(count("added 3") == 1);
    CHECK(count("sum[40,2]") == 2);
  });
  CHECK(quiet.said() == "42\n42\n");
  CHECK(quiet.logged().find("io client disconnect\n") != std::string::npos);
  REQUIRE(shown.size() == 3);
  CHECK(shown == std::vector<std::string>{"rain1", "snow2", "picture 3"});
}

TEST_CASE("the coroutine of the client's README ends with its sum",
          "[sio][threads][readme][client]") {
  test::ClientServer server([](sio::Server& io) {
    io.on_connection([](sio::Socket& socket) {
      socket.on("sum", [](int a, int b, sio::Ack ack) { ack(a + b); });
      socket.on("said", [&socket](int n) { socket.emit("dog", "spot", n); });
    });
  });
  net::EventLoop loop;
  sio::Manager manager(loop, server.url());
  sio::Task<int> task = add(manager.socket("/"), {});
  while (!task.done()) loop.poll_once(10s);
  CHECK(task.get() == 84);
}
