// tests/sio/fault_test.cpp - the whole stack over real sockets while a system call or an allocation
// fails: the first of a session, then the second, and so on until the session no longer reaches it.
// Whatever fails, the process lives, another client's session goes on, the next connection is
// served, and when the server goes no descriptor is left.
#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <string>

#include "http/server.h"
#include "net/event_loop.h"
#include "sio/server.h"
#include "tests/catch.h"
#include "tests/sio/eio_rig.h"
#include "tests/support/allocations.h"
#include "tests/support/faults.h"

using namespace strata;
using namespace strata::test;

namespace {

int open_descriptors() {
  int count = 0;
  DIR* const folder = ::opendir("/proc/self/fd");
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  return count;
}

struct Stack {
  Stack() : app(loop), io(app) {
    loop.set_log([](std::string_view) {});  // faults are told there
    io.on_log([](std::string_view) {});
    app.on_log([](std::string_view) {});
    app.get("/big", [this](http::Request&, http::Response& res) { res.send(big); });
    app.get("/file", [](http::Request&, http::Response& res) { res.send_file("/bin/sh"); });
    app.post("/echo", [](http::Request& req, http::Response& res) { res.send(req.body()); });
    io.on_connection([](sio::Socket& socket) {
      socket.on("join", [&socket] { socket.join("room"); });
      socket.on("echo", [&socket](const sio::Args& args) { socket.emit("echo", args); });
      socket.on("all", [&socket](const std::string& text) { socket.to("room").emit("all", text); });
    });
    REQUIRE_FALSE(
        app.listen(*net::Address::unix_path("@strata-faults-" + std::to_string(::getpid()))));
  }
  void turn(bool armed) {
    std::unique_ptr<Armed> arm;
    if (armed) arm = std::make_unique<Armed>();
    loop.poll_once(net::Duration(0));
  }
  std::string big = std::string(300'000, 'b');
  net::EventLoop loop;
  http::Server app;
  sio::Server io;
};

// A client without any of our code; its own calls are never counted.
class Raw {
 public:
  Raw(Stack& stack, bool armed)
      : stack_(stack), armed_(armed), fd_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    const net::Address to = stack.app.address();
    REQUIRE(::connect(fd_, to.raw(), to.raw_bytes()) == 0);
  }
  ~Raw() { ::close(fd_); }
  Raw(const Raw&) = delete;
  // Sends, and turns the server until `answer` has come; false where it does not.
  bool ask(std::string_view text, std::string_view answer) {
    got.clear();
    (void)!::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
    return turn_until([&] { return got.find(answer) != std::string::npos; }, 30);
  }
  bool ask_all(std::string_view text, std::size_t bytes) {
    got.clear();
    (void)!::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
    return turn_until([&] { return got.size() >= bytes; }, 300);
  }
  template <class Done>
  bool turn_until(Done done, int idle_turns_max) {
    for (int idle = 0; idle < idle_turns_max; ++idle) {
      stack_.turn(armed_);
      char room[65536];
      const ssize_t bytes = ::recv(fd_, room, sizeof room, MSG_DONTWAIT);
      if (bytes == 0 || (bytes < 0 && errno != EAGAIN)) return done();
      if (bytes > 0) got.append(room, static_cast<std::size_t>(bytes));
      if (bytes > 0) idle = 0;
      if (done()) return true;
    }
    return false;
  }
  std::string got;

 private:
  Stack& stack_;
  bool armed_;
  int fd_;
};

const std::string crlf = "\r\n";
std::string request(const std::string& line, const std::string& fields = "",
                    const std::string& body = "") {
  return line + " HTTP/1.1\r\nHost: x\r\n" + fields +
         (body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + crlf) + crlf +
         body;
}
std::string upgrade_request() {
  return request("GET /socket.io/?EIO=4&transport=websocket",
                 "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n");
}

bool open_socket(Raw& client) {
  return client.ask(upgrade_request(), "maxPayload") &&
         client.ask(client_frame("40"), "40{\"sid\"");
}

bool plain_session(Stack& stack) {
  Raw client(stack, true);
  return client.ask_all(request("GET /big"), 300'000) &&
         client.ask(request("POST /echo", "", "hello, world"), "hello, world") &&
         client.ask(
             request("POST /echo", "Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n0\r\n\r\n",
             "abc") &&
         client.ask_all(request("GET /file"), 50'000) && client.ask(request("GET /none"), "404");
}

bool websocket_session(Stack& stack) {
  Raw client(stack, true), other(stack, true);
  if (!open_socket(client) || !open_socket(other)) return false;
  if (!other.ask(client_frame("42[\"join\"]") + client_frame("42[\"echo\"]"), "echo")) return false;
  return client.ask(client_frame("42[\"echo\",{\"a\":[1,2,\"x\"]}]"), "{\"a\":[1,2,\"x\"]}]") &&
         client.ask(client_frame("451-[\"echo\",{\"_placeholder\":true,\"num\":0}]") +
                        client_frame("octets", 2),
                    "octets") &&
         client.ask(client_frame("42[\"echo\",\"" + std::string(100'000, 'x') + "\"]"), "xx\"]") &&
         client.ask(client_frame("42[\"all\",\"to all\"]") + client_frame("42[\"echo\"]"),
                    "[\"echo\"]") &&
         other.ask("", "to all") && client.ask(client_frame("\x03\xE8", 8), "\x03\xE8");
}

bool polling_session(Stack& stack) {
  const std::string path = " /socket.io/?EIO=4&transport=polling";
  Raw client(stack, true);
  if (!client.ask(request("GET" + path), "maxPayload")) return false;
  const std::size_t at = client.got.find("\"sid\":\"");
  const std::string sid = "&sid=" + client.got.substr(at + 7, 24);
  return client.ask(request("POST" + path + sid, "", "40"), "ok") &&
         client.ask(request("GET" + path + sid), "40{\"sid\"") &&
         client.ask(request("POST" + path + sid, "", "42[\"echo\",1]"), "ok") &&
         client.ask(request("GET" + path + sid), "42[\"echo\",1]") &&
         client.ask(request("POST" + path + sid, "", "1"), "ok");
}

// Plays all sessions on a fresh server, with a bystander. True if nothing was lost.
bool play(Stack& stack) {
  Raw bystander(stack, false);
  REQUIRE(open_socket(bystander));
  const bool plain = plain_session(stack);
  const bool websocket = websocket_session(stack);
  const bool polling = polling_session(stack);
  CHECK(bystander.ask(client_frame("42[\"echo\",\"still here\"]"), "[\"echo\",\"still here\"]"));
  // After a failed accept the listener rests 100 ms.
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  bool served = false;
  while (!served && std::chrono::steady_clock::now() < limit) {
    Raw fresh(stack, false);
    served = fresh.ask(request("GET /well"), "404 Not Found");
    if (!served) stack.loop.poll_once(20ms);
  }
  CHECK(served);
  return plain && websocket && polling;
}

}  // namespace

TEST_CASE("sessions without a fault are whole", "[sio][faults]") {
  const int before = open_descriptors();
  {
    Stack stack;
    CHECK(play(stack));
  }
  CHECK(open_descriptors() == before);
}

TEST_CASE("any system call may fail: the others notice nothing", "[sio][faults]") {
  struct Row {
    const char* what;
    Call call;
    int error;
    bool harmless;  // the session itself notices nothing either
  };
  const Row rows[] = {
      {"no descriptors of ours", Call::accept, EMFILE, false},
      {"no descriptors at all", Call::accept, ENFILE, false},
      {"no buffers", Call::accept, ENOBUFS, false},
      {"the client has gone already", Call::accept, ECONNABORTED, true},
      {"a signal, accepting", Call::accept, EINTR, true},
      {"reset, receiving", Call::receive, ECONNRESET, false},
      {"no memory, receiving", Call::receive, ENOMEM, false},
      {"a signal, receiving", Call::receive, EINTR, true},
      {"nothing there after all", Call::receive, EAGAIN, true},
      {"one byte", Call::receive, 0, true},
      {"reset, sending", Call::send, ECONNRESET, false},
      {"a broken pipe", Call::send, EPIPE, false},
      {"no buffers, sending", Call::send, ENOBUFS, false},
      {"a signal, sending", Call::send, EINTR, true},
      {"a full socket", Call::send, EAGAIN, true},
      {"one byte sent", Call::send, 0, true},
      {"a file that cannot be read", Call::send_file, EIO, false},
      {"a full socket, sending a file", Call::send_file, EAGAIN, true},
      {"one byte of a file", Call::send_file, 0, true},
      {"no splice", Call::send_file, EINVAL, true},
      {"no memory for epoll", Call::watch, ENOMEM, false},
      {"too many watches", Call::watch, ENOSPC, false},
  };
  const int before = open_descriptors();
  for (const Row& row : rows) {
    std::size_t nth = 0;
    bool reached = true;
    while (reached && nth < 500) {
      INFO(row.what << ", call " << nth + 1);
      Stack stack;
      const PlantedFault fault({row.call, row.error, ++nth});
      const bool whole = play(stack);
      reached = fault.happened();
      if (row.harmless || !reached) CHECK(whole);
    }
    INFO(row.what);
    CHECK(nth > 1);   // it was there to fail
    CHECK(!reached);  // and in the end the session passes untouched
  }
  CHECK(open_descriptors() == before);
}

TEST_CASE("any allocation may fail: the others notice nothing", "[sio][faults]") {
  const int before = open_descriptors();
  for (const std::size_t more : {std::size_t{0}, std::size_t{3}}) {
    bool reached = true;
    for (std::size_t nth = 1; reached; nth += nth < 300 ? 1 : 7) {
      INFO("allocation " << nth << " and " << more << " behind it");
      {
        Stack stack;
        const FailedAllocation fault(nth, more);
        const bool whole = play(stack);
        reached = fault.happened();
        if (!reached) CHECK(whole);
      }
      REQUIRE(open_descriptors() == before);
      REQUIRE(nth < 20'000);
    }
  }
  CHECK(open_descriptors() == before);
}
