// tests/http/client_verdict_test.cpp - the whole table of verdicts on responses, each row sent to a
// real client through a real socket, cut at every place. Both sides are stepped in one thread, so
// that a cut is a cut: write, turn the loop, write the rest. A sample goes over TCP.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>
#include <string>
#include <vector>

#include "http/client.h"
#include "net/event_loop.h"
#include "tests/catch.h"
#include "tests/http/client_fixture.h"
#include "tests/http/response_rows.h"
#include "tests/support/turn_until.h"

using namespace strata;
using namespace strata::http;
using namespace strata::response_test;

namespace {

std::vector<ResponseRow> verdicts() {
  std::vector<ResponseRow> all;
  for (const auto& rows : {status_line_rows(), response_field_rows(), response_length_rows(),
                           response_coding_rows(), response_chunk_rows(), interim_rows()})
    for (const ResponseRow& row : rows)
      if (row.method != std::string_view("CONNECT")) all.push_back(row);  // a tunnel's are its own
  return all;
}

// A server without any of our code: one socket that listens, one connection at a time.
class Server {
 public:
  explicit Server(const net::Address& at)
      : listener_(::socket(at.family(), SOCK_STREAM | SOCK_NONBLOCK, 0)) {
    REQUIRE(::bind(listener_, at.raw(), at.raw_bytes()) == 0);
    REQUIRE(::listen(listener_, 16) == 0);
    sockaddr_storage bound{};
    socklen_t bytes = sizeof bound;
    REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&bound), &bytes) == 0);
    port = net::Address::from(reinterpret_cast<sockaddr*>(&bound), bytes).port();
  }
  ~Server() {
    hang_up();
    ::close(listener_);
  }
  Server(const Server&) = delete;
  // True once a whole request head is here, from this connection or from a new one.
  bool asked() {
    for (;;) {
      if (fd_ < 0) fd_ = accept();
      if (fd_ < 0) return false;
      if (!read()) break;
      hang_up();  // the client left this one: the next request comes over another
    }
    if (got_.find("\r\n\r\n") == std::string::npos) return false;
    got_.clear();
    return true;
  }
  void send(std::string_view text) const {
    // The client may have refused the response, and gone, before the rest was written.
    (void)!::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
  }
  void hang_up() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
    got_.clear();
  }
  bool left() { return fd_ < 0 || read(); }
  int port = 0;

 private:
  int accept() const {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
    const int on = 1;  // a piece goes at once; on a Unix socket this does nothing
    if (fd >= 0) (void)::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
  }
  bool read() {  // true at the end of the stream
    char room[4096];
    for (;;) {
      const ssize_t got = ::recv(fd_, room, sizeof room, MSG_DONTWAIT);
      if (got <= 0) return got == 0 || errno == ECONNRESET;
      got_.append(room, static_cast<std::size_t>(got));
    }
  }
  int listener_;
  int fd_ = -1;
  std::string got_;
};

struct Rig {
  explicit Rig(const net::Address& at) : server(at), client(loop, options()) {
    url = at.family() == AF_UNIX ? "unix:" + at.host() + ":/"
                                 : "http://127.0.0.1:" + std::to_string(server.port) + "/";
  }
  static ClientOptions options() {
    ClientOptions options = test::plain_options();
    options.max_body = 1'000'000;
    return options;
  }
  void turn() {
    for (int i = 0; i < 3; ++i) loop.poll_once(net::Duration(0));
  }
  bool still_asks() {
    test::Outcome outcome;
    client.request(test::asked("GET", url), outcome.callback());
    if (!test::turn_until(loop, [&] { return server.asked(); })) return false;
    server.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nwell");
    return test::turn_until(loop, [&] { return outcome.calls != 0; }) &&
           outcome.response.body == "well";
  }
  net::EventLoop loop;
  Server server;
  Client client;
  std::string url;
};

bool gets_its_verdict(Rig& rig, const ResponseRow& row, const std::vector<std::size_t>& cuts) {
  test::Outcome outcome;
  rig.client.request(test::asked(row.method, rig.url), outcome.callback());
  if (!test::turn_until(rig.loop, [&] { return rig.server.asked(); })) return false;
  std::size_t from = 0;
  for (const std::size_t cut : cuts) {
    rig.server.send(std::string_view(row.wire).substr(from, cut - from));
    rig.turn();
    if (outcome.calls != 0) return false;  // a verdict on a part
    from = cut;
  }
  rig.server.send(std::string_view(row.wire).substr(from));
  if (row.ends == Ends::with_connection) {
    rig.turn();
    if (outcome.calls != 0) return false;
    rig.server.hang_up();
  }
  if (!test::turn_until(rig.loop, [&] { return outcome.calls != 0; })) return false;
  if (outcome.calls != 1) return false;
  if (row.fault == ClientError::none)
    return outcome.ok && outcome.response.body == row.content && rig.still_asks();
  // Behind a refused response nothing is read: its connection is closed, and the next is another.
  if (outcome.ok || outcome.failure.error != row.fault || outcome.failure.why.empty()) return false;
  return test::turn_until(rig.loop, [&] { return rig.server.left(); }) && rig.still_asks();
}

void check_at(Rig& rig, const ResponseRow& row, const std::vector<std::size_t>& cuts) {
  if (gets_its_verdict(rig, row, cuts)) return;
  std::string places;
  for (const std::size_t cut : cuts) places += " " + std::to_string(cut);
  FAIL_CHECK(row.what << " (" << row.section << "), cut at" << places);
}

}  // namespace

TEST_CASE("every verdict on a response holds through a socket, wherever the bytes are cut",
          "[http][client][rfc9112-6.3][rfc9112-4]") {
  const std::vector<ResponseRow> rows = verdicts();
  CHECK(rows.size() >= 200);
  Rig rig(*net::Address::unix_path("@strata-responses-" + std::to_string(::getpid())));
  for (const ResponseRow& row : rows) {
    check_at(rig, row, {});
    // Long rows are long by repetition: of those a sample of places.
    const std::size_t step = row.wire.size() > 512 ? row.wire.size() / 16 : 1;
    for (std::size_t at = 1; at < row.wire.size(); at += step) check_at(rig, row, {at});
  }
}

TEST_CASE("verdicts on responses hold over TCP, byte by byte and cut at random",
          "[http][client][tcp][rfc9112-6.3]") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  Rig rig(net::Address::loopback(0));
  for (const ResponseRow& row : verdicts()) {
    if (row.wire.size() > 512) continue;
    std::vector<std::size_t> cuts;
    const bool each_byte = random() % 4 == 0;
    for (std::size_t at = 1; at < row.wire.size(); at += each_byte ? 1 : 1 + random() % 24)
      cuts.push_back(at);
    check_at(rig, row, cuts);
  }
}
