// tests/net/adverse.h - a scene with one connection that must survive what happens to the others.
#pragma once
#include <sys/mman.h>

#include <string>

#include "tests/net/loopback.h"

namespace strata::test {

struct Scene : Loopback {
  using Loopback::Loopback;
  bool ended_with(Recorder* peer, std::errc why) {
    return until([&] { return peer->closed_called(); }) && peer->why == why;
  }
  void some_turns(int count = 5) {
    for (int i = 0; i < count; ++i) loop.poll_once();
  }
};

struct Row {
  const char* what;
  void (*act)(Scene&);
};

inline net::FileRange file_range(std::size_t real, std::size_t promised) {
  const int fd = ::memfd_create("strata-test", MFD_CLOEXEC);
  REQUIRE(::ftruncate(fd, static_cast<off_t>(real)) == 0);
  return {net::Fd(fd), 0, promised};
}

inline void good_exchange(Scene& scene, Raw& client) {
  client.got.clear();
  client.send("still there?");
  REQUIRE(scene.until([&] { return client.read() || client.got == "still there?"; }));
}

// After the row nothing is left behind: no memory, no descriptor, no event that repeats.
inline void run(const Row& row, const net::Address& at = net::Address::loopback(0)) {
  INFO(row.what << " over " << at.to_string());
  const int before = open_descriptors();
  {
    net::ListenOptions options;
    options.connection.write_timeout = 50ms;
    Scene scene(options, at);
    auto [living, peer] = scene.pair();
    peer->echoes = true;
    good_exchange(scene, living);
    row.act(scene);
    good_exchange(scene, living);
    scene.peers.erase(scene.peers.begin() + 1, scene.peers.end());
    scene.some_turns();
    CHECK(scene.loop.pool().taken_bytes() == 0);
    good_exchange(scene, living);
    pollfd quiet{scene.loop.fd(), POLLIN, 0};
    CHECK(::poll(&quiet, 1, 0) == 0);  // nothing spins
  }
  CHECK(open_descriptors() == before);
}

}  // namespace strata::test
