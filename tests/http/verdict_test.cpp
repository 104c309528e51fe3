// tests/http/verdict_test.cpp - the whole table of verdicts, each row sent to a real server through
// a real socket, cut at every place. Client and server are stepped in one thread, so that a cut is
// a cut: write, turn the loop, write the rest. A sample goes over TCP.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>
#include <string>
#include <vector>

#include "http/request_parser.h"
#include "http/server.h"
#include "net/event_loop.h"
#include "tests/catch.h"
#include "tests/http/body_rows.h"
#include "tests/http/server_fixture.h"
#include "tests/http/smuggling_rows.h"
#include "tests/support/turn_until.h"

using namespace strata;
using namespace strata::test;

namespace {

// The content that an accepted head asks for: enough to make its message whole.
std::string content_for(const std::string& head) {
  std::string bytes = head;
  const http::Limits limits;
  http::RequestParser parser(limits);
  net::MutableBytes in(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size());
  const auto parsed = parser.next(in);
  REQUIRE(parsed.ready());
  if (parsed->body.kind == http::BodyLength::Kind::chunked) return "0\r\n\r\n";
  return parsed->body.bytes > 64 ? "" : std::string(parsed->body.bytes, 'x');
}

std::vector<MessageRow> verdicts() {
  std::vector<MessageRow> all;
  for (const auto& rows : {request_line_rows(), field_rows(), framing_rows()}) {
    for (const HeadRow& row : rows) {
      MessageRow message{row.what, row.wire, row.status == 0 ? 200 : row.status, "", row.section};
      if (row.status == 0) message.content = content_for(row.wire);
      if (row.status == 0) message.wire += message.content;
      if (message.content == "0\r\n\r\n") message.content = "";
      if (row.wire.find("99999999") != std::string::npos) message.status = 413;  // as the body is
      all.push_back(message);
    }
  }
  for (const BodyRow& row : chunked_rows())
    all.push_back({row.what, post_chunked(row.wire), row.status == 0 ? 200 : row.status,
                   row.status == 0 ? row.content : "", row.section});
  for (const auto& rows :
       {framing_conflict_rows(), look_alike_rows(), chunk_trick_rows(), request_line_trick_rows()})
    all.insert(all.end(), rows.begin(), rows.end());
  return all;
}

// A client without any of our code.
class Client {
 public:
  explicit Client(const net::Address& to) : fd_(::socket(to.family(), SOCK_STREAM, 0)) {
    REQUIRE(::connect(fd_, to.raw(), to.raw_bytes()) == 0);
  }
  ~Client() { ::close(fd_); }
  Client(const Client&) = delete;
  void send(std::string_view text) const {
    // A refusal may come, and its connection end, before the rest was written.
    (void)!::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
  }
  bool ended() {  // reads what has come; true at the end of the stream
    char room[16384];
    while (true) {
      const ssize_t got = ::recv(fd_, room, sizeof room, MSG_DONTWAIT);
      if (got <= 0) return got == 0 || errno == ECONNRESET;
      wire.append(room, static_cast<std::size_t>(got));
    }
  }
  std::string wire;

 private:
  int fd_;
};

// Answers any request with its content, in the loop that the test turns.
struct Rig {
  explicit Rig(const net::Address& at) : app(loop) {
    REQUIRE_FALSE(app.listen(at));
    app.use([this](http::Request& req, http::Response& res, const http::Next&) {
      ++handled;
      if (req.path() == "/smuggled") ++smuggled;
      res.set("X-Method", req.method()).send(req.body());
    });
  }
  void turn() {
    for (int i = 0; i < 3; ++i) loop.poll_once(net::Duration(0));
  }
  bool still_serves() {
    Client client(app.address());
    client.send("GET /well HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    return turn_until(loop, [&] { return client.ended(); }) &&
           take_response(client.wire).status == 200;
  }
  net::EventLoop loop;
  http::Server app;
  int handled = 0;
  int smuggled = 0;
};

void drop_continue(std::string& wire) {
  const std::string interim = "HTTP/1.1 100 Continue\r\n\r\n";
  if (wire.rfind(interim, 0) == 0) wire.erase(0, interim.size());
}

// True if `row`, cut at `cuts`, gets its verdict and nothing else; what differs is told.
bool gets_its_verdict(Rig& rig, const MessageRow& row, const std::vector<std::size_t>& cuts) {
  rig.handled = rig.smuggled = 0;
  Client client(rig.app.address());
  std::size_t from = 0;
  for (const std::size_t cut : cuts) {
    client.send(std::string_view(row.wire).substr(from, cut - from));
    rig.turn();
    from = cut;
  }
  const bool accepted = row.status == 200;
  // Behind an accepted message it is the next request; behind a refused one nothing is parsed.
  const std::string next = accepted ? "GET /next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                                    : "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
  client.send(row.wire.substr(from) + next);
  if (!turn_until(rig.loop, [&] { return client.ended(); })) return false;
  drop_continue(client.wire);
  const Seen seen = take_response(client.wire);
  if (seen.status != row.status || rig.smuggled != 0) return false;
  if (!accepted) return client.wire.empty() && rig.handled == 0 && rig.still_serves();
  return seen.body == row.content && rig.still_serves();
}

void check_at(Rig& rig, const MessageRow& row, const std::vector<std::size_t>& cuts) {
  if (gets_its_verdict(rig, row, cuts)) return;
  std::string places;
  for (const std::size_t cut : cuts) places += " " + std::to_string(cut);
  FAIL_CHECK(row.what << " (" << row.section << "), not " << row.status << ", cut at" << places);
}

}  // namespace

TEST_CASE("every verdict holds through a socket, wherever the bytes are cut",
          "[http][rfc9112-6.3][rfc9112-11.2]") {
  const std::vector<MessageRow> rows = verdicts();
  CHECK(rows.size() >= 250);
  Rig rig(*net::Address::unix_path("@strata-verdicts-" + std::to_string(::getpid())));
  for (const MessageRow& row : rows) {
    check_at(rig, row, {});
    // A long row is long by repetition: of its middle a sample of places.
    const std::size_t size = row.wire.size();
    const bool is_long = size > 1024;
    for (std::size_t at = 1; at < size; ++at) {
      const bool edge = at < 192 || size - at < 64;
      if (!is_long || edge || at % (size / 64) == 0) check_at(rig, row, {at});
    }
  }
  CHECK(turn_until(rig.loop, [&] { return rig.app.connection_count() == 0; }));
}

TEST_CASE("verdicts hold over TCP, byte by byte and cut at random", "[http][tcp][rfc9112-11.2]") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  Rig rig(net::Address::loopback(0));
  for (const MessageRow& row : verdicts()) {
    if (row.wire.size() > 512) continue;
    std::vector<std::size_t> cuts;
    const bool each_byte = random() % 4 == 0;
    for (std::size_t at = 1; at < row.wire.size(); at += each_byte ? 1 : 1 + random() % 24)
      cuts.push_back(at);
    check_at(rig, row, cuts);
  }
}
