// tests/net/connection_flow_test.cpp - sending: batching, backpressure, files, deadlines.
#include <signal.h>
#include <sys/mman.h>

#include <string>

#include "tests/net/loopback.h"

using namespace strata;
using namespace strata::net;
using strata::test::Loopback;
using strata::test::Raw;
using strata::test::Recorder;

namespace {

// A file in memory with that many bytes.
Fd file_of(std::size_t bytes) {
  Fd fd(::memfd_create("strata-test", MFD_CLOEXEC));
  std::string text(bytes, ' ');
  for (std::size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>('a' + i % 26);
  REQUIRE(::write(fd.get(), text.data(), bytes) == static_cast<ssize_t>(bytes));
  return fd;
}

std::string part_of_file(std::size_t offset, std::size_t bytes) {
  std::string text(bytes, ' ');
  for (std::size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>('a' + (offset + i) % 26);
  return text;
}

int pending_sigpipe() {
  sigset_t pending;
  sigpending(&pending);
  return sigismember(&pending, SIGPIPE);
}

}  // namespace

TEST_CASE("what others append leaves at the end of the turn, together", "[net]") {
  Loopback here;
  auto [client, peer] = here.pair();
  here.loop.post([p = peer] {
    for (int i = 0; i < 100; ++i) p->connection->out().append("0123456789");
  });
  here.loop.poll_once(1s);
  // One recv sees all of it, though nobody turned the loop again: it came as one piece.
  char room[4096];
  CHECK(::recv(client.fd(), room, sizeof room, 0) == 1000);
}

TEST_CASE("64 MiB pass a slow reader, and no more than the marks is ever queued", "[net]") {
  Loopback here;
  auto [client, peer] = here.pair(64 * 1024);
  constexpr std::size_t total = 64 * 1024 * 1024;
  const std::string piece = part_of_file(0, 26 * 1000);
  std::size_t appended = 0, highest = 0, memory = 0;
  const auto fill = [&, p = peer] {
    SendQueue& out = p->connection->out();
    while (appended < total && out.size() <= p->connection->options().high_water) {
      out.append(std::string_view(piece));
      appended += piece.size();
    }
    highest = std::max(highest, out.size());
    memory = std::max(memory, here.loop.pool().taken_bytes());
  };
  peer->on_drained = fill;
  fill();
  std::size_t read = 0;
  bool right = true;
  char room[65536];
  REQUIRE(here.until([&, &c = client] {
    for (int i = 0; i < 8; ++i) {
      const ssize_t got = ::recv(c.fd(), room, sizeof room, 0);
      if (got <= 0) break;
      for (ssize_t k = 0; k < got; k += 511)
        right =
            right && room[k] == static_cast<char>('a' + (read + static_cast<std::size_t>(k)) % 26);
      read += static_cast<std::size_t>(got);
    }
    return read >= total;
  }));
  CHECK(right);
  CHECK(read == appended);
  CHECK(highest <= 64 * 1024 + piece.size());
  CHECK(memory <= 256 * 1024);
  CHECK(here.loop.pool().taken_bytes() == 0);
}

TEST_CASE("above the high mark a server stops reading, and goes on below the low one", "[net]") {
  Loopback here;
  auto [client, peer] = here.pair(4096);
  peer->on_receive = [p = peer](MutableBytes in) {
    p->got += as_text(in);
    // Far beyond what any socket buffer takes.
    if (p->got == "x") p->connection->out().append(std::string(16 << 20, 'y'));
    return in.size();
  };
  client.send("x");
  REQUIRE(here.until([p = peer] { return p->got == "x"; }));
  client.send("unread");
  for (int i = 0; i < 5; ++i) here.loop.poll_once();
  CHECK(peer->got == "x");
  CHECK(peer->calls == "r1 ");
  REQUIRE(here.until([p = peer, &c = client] {
    c.read();
    c.got.clear();
    return p->got == "xunread";
  }));
  CHECK(peer->calls == "r1 d r6 ");
}

TEST_CASE("two clients' ends that both fill up still read each other", "[net]") {
  ListenOptions options;
  options.connection.reads_above_high_water = true;
  Loopback here(options);
  Recorder client;
  ConnectOptions connect_options;
  connect_options.connection.reads_above_high_water = true;
  const Address to[] = {here.address()};
  const auto connecting =
      here.loop.connect(to, connect_options, [&](auto made) { client.take(std::move(*made)); });
  REQUIRE(here.until([&] { return client.connection != nullptr && here.peers.size() == 1; }));
  const std::string large(24 << 20, 'z');
  client.connection->out().append(std::string_view(large));
  here.peers[0]->connection->out().append(std::string_view(large));
  CHECK(here.until([&] {
    return client.got.size() == large.size() && here.peers[0]->got.size() == large.size();
  }));
}

TEST_CASE("a writer without progress times out, one with progress does not", "[net]") {
  ListenOptions options;
  options.connection.write_timeout = 400ms;
  bool outlived = false;
  // Once is enough: where this process stands still, there is no progress.
  for (int tries = 0; tries < 20 && !outlived; ++tries) {
    Loopback here(options);
    auto [client, peer] = here.pair(64 * 1024);
    peer->connection->out().append(std::string(16 << 20, 'y'));
    const TimePoint begin = here.loop.now();
    // Reads slowly for longer than the time-out, so that the socket hardly ever turns writable.
    while (here.loop.now() < begin + 1000ms && !peer->closed_called()) {
      char room[16 * 1024];  // a window is told again by half of the buffer: no finer progress
      [[maybe_unused]] const ssize_t got = ::recv(client.fd(), room, sizeof room, 0);
      here.loop.poll_once(10ms);
    }
    outlived = !peer->closed_called();
    REQUIRE(here.until([p = peer] { return p->closed_called(); }));
    CHECK(peer->why == std::errc::timed_out);
    while (!client.read()) client.got.clear();
    CHECK(client.reset_seen);
  }
  CHECK(outlived);
}

TEST_CASE("a file goes between texts, in order, and its descriptor is closed", "[net]") {
  for (const std::size_t bytes : {1u, 1000u, 65536u, 5u << 20}) {
    INFO(bytes);
    Loopback here;
    auto [client, peer] = here.pair();
    const int before = test::open_descriptors();
    Fd file = file_of(bytes + 20);
    SendQueue& out = peer->connection->out();
    out.append("head ");
    out.append_file({std::move(file), 7, bytes});
    out.append(" tail");
    out.finish();
    CHECK(out.size() == 10);
    CHECK(here.until([&c = client] { return c.read(); }));
    CHECK(client.got == "head " + part_of_file(7, bytes) + " tail");
    CHECK(test::open_descriptors() == before);
  }
}

TEST_CASE("a large file leaves the others their turn", "[net]") {
  Loopback here;
  here.prepare = [](Recorder& peer) { peer.echoes = true; };
  auto [greedy, peer] = here.pair();
  auto [other, second] = here.pair();
  Fd file = file_of(32 << 20);
  peer->connection->out().append_file({std::move(file), 0, 32 << 20});
  int echoes = 0;
  other.send("ping");
  REQUIRE(here.until([&, &g = greedy, &o = other] {
    g.read();
    if (!o.read() && o.got == "ping") {
      o.got.clear();
      o.send("ping");
      ++echoes;
    }
    return g.got.size() == (32u << 20);
  }));
  CHECK(echoes > 3);
  CHECK(greedy.got == part_of_file(0, 32 << 20));
}

TEST_CASE("a peer that resets in the middle of a file raises no SIGPIPE", "[net]") {
  struct sigaction was {};
  sigaction(SIGPIPE, nullptr, &was);
  REQUIRE(was.sa_handler == SIG_DFL);  // a raised one would end this process
  Loopback here;
  auto [client, peer] = here.pair(4096);
  Fd file = file_of(8 << 20);
  const int number = file.release();
  // Twice: the first failure may be the reset, the second call then finds a closed pipe.
  std::size_t sent = 0;
  SendQueue queue;
  queue.append_file({Fd(::dup(number)), 0, 8 << 20});
  peer->connection->out().append_file({Fd(number), 0, 8 << 20});
  here.loop.poll_once();
  client.reset();
  REQUIRE(here.until([p = peer] { return p->closed_called(); }));
  CHECK(peer->why);
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
  ::close(ends[1]);
  const Fd alone(ends[0]);
  CHECK(send_from(alone.get(), queue, here.loop.receive_room(), sent) == Sent::failed);
  CHECK(errno == EPIPE);
  CHECK(pending_sigpipe() == 0);
}

TEST_CASE("a SIGPIPE that the host has pending stays pending", "[net]") {
  sigset_t pipe, before;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, &before);
  pthread_kill(pthread_self(), SIGPIPE);
  REQUIRE(pending_sigpipe() == 1);
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
  ::close(ends[1]);
  const Fd alone(ends[0]);
  SendQueue queue;
  queue.append_file({file_of(100), 0, 100});
  std::size_t sent = 0;
  CHECK(send_from(alone.get(), queue, {}, sent) == Sent::failed);
  CHECK(pending_sigpipe() == 1);
  const timespec now{};
  sigtimedwait(&pipe, nullptr, &now);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST_CASE("a file that sendfile cannot read goes through memory", "[net]") {
  Loopback here;
  auto [client, peer] = here.pair();
  // procfs files have no splice on many kernels; either way the bytes must be the file's.
  const Fd reference(::open("/proc/self/maps", O_RDONLY | O_CLOEXEC));
  REQUIRE(reference);
  char wanted[512];
  REQUIRE(::pread(reference.get(), wanted, sizeof wanted, 0) == sizeof wanted);
  Fd file(::open("/proc/self/maps", O_RDONLY | O_CLOEXEC));
  peer->connection->out().append_file({std::move(file), 0, sizeof wanted});
  peer->connection->out().finish();
  CHECK(here.until([&c = client] { return c.read(); }));
  CHECK(client.got.size() == sizeof wanted);
}
