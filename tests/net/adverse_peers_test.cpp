// tests/net/adverse_peers_test.cpp - hostile and unlucky peers, one row each. After every row a
// connection that was open all the time makes a good exchange, and nothing is left behind.
#include <string>

#include "tests/net/adverse.h"

using namespace strata;
using namespace strata::net;
using namespace strata::test;

namespace {

const Row rows[] = {
    {"RST before it is accepted",
     [](Scene& s) {
       Raw(s.address()).reset();
       s.some_turns();
     }},
    {"FIN before it is accepted",
     [](Scene& s) {
       Raw(s.address()).close();
       CHECK(s.until([&] { return s.peers.size() == 2 && s.peers[1]->calls == "e "; }));
     }},
    {"RST behind bytes that nobody read",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       peer->connection->pause();
       client.send("unread");
       s.some_turns();
       client.reset();
       CHECK(s.ended_with(peer, std::errc::connection_reset));
     }},
    {"RST behind bytes in the same turn",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       client.send("last words");
       client.reset();
       CHECK(s.ended_with(peer, std::errc::connection_reset));
     }},
    {"RST while the queue is blocked",
     [](Scene& s) {
       auto [client, peer] = s.pair(4096);
       peer->connection->out().append(std::string(16 << 20, 'y'));
       s.some_turns();
       client.reset();
       CHECK(s.until([p = peer] { return p->closed_called(); }));
       CHECK(peer->why);
     }},
    {"a peer that closes and never reads the answer",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       peer->on_ended = [p = peer] { p->connection->out().append(std::string(1 << 20, 'y')); };
       client.close();
       CHECK(s.until([p = peer] { return p->closed_called(); }));
       CHECK(peer->why);
     }},
    {"a peer that shuts down both ways while we are paused",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       peer->connection->pause();
       ::shutdown(client.fd(), SHUT_RDWR);
       s.some_turns();
       CHECK(peer->calls.empty());
       peer->connection->abort();
       CHECK(s.ended_with(peer, std::errc::connection_aborted));
     }},
    {"urgent data is no data",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       client.send("ab");
       ::send(client.fd(), "!", 1, MSG_OOB | MSG_NOSIGNAL);
       client.send("cd");
       CHECK(s.until([p = peer] { return p->got == "abcd"; }));
     }},
    {"one byte a segment, nothing consumed until the end",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       peer->on_receive = [](MutableBytes in) { return in.size() < 3000 ? 0 : in.size(); };
       for (int i = 0; i < 3000; ++i) {
         client.send("x");
         s.loop.poll_once();
       }
       CHECK(s.until([&] { return s.loop.pool().taken_bytes() == 0; }));
     }},
    {"a storm of connects and resets",
     [](Scene& s) {
       for (int i = 0; i < 300; ++i) {
         Raw client(s.address());
         if (i % 2 == 0) client.send("x");
         i % 3 == 0 ? client.reset() : client.close();
         if (i % 16 == 0) s.loop.poll_once();
       }
       CHECK(s.until([&] { return s.peers.size() >= 200; }));
     }},
    {"a flood that is never consumed, its receiver paused",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       peer->on_receive = [p = peer](MutableBytes) {
         p->connection->pause();
         return std::size_t{0};
       };
       const std::string flood(1 << 20, 'f');
       for (int i = 0; i < 20; ++i) {
         client.send(flood);
         s.loop.poll_once();
       }
       CHECK(s.loop.pool().taken_bytes() <= 2 * 64 * 1024);
     }},
    {"a flood into a lingering close",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       peer->connection->out().append("413");
       peer->connection->close();
       const std::string flood(1 << 16, 'f');
       CHECK(s.until([&, &c = client, p = peer] {
         c.send(flood);
         return p->closed_called();
       }));
     }},
    {"a reader that stops for ever",
     [](Scene& s) {
       auto [client, peer] = s.pair(4096);
       peer->connection->out().append(std::string(16 << 20, 'y'));
       CHECK(s.ended_with(peer, std::errc::timed_out));
     }},
    {"a reader that stops for ever, in the middle of a file",
     [](Scene& s) {
       auto [client, peer] = s.pair(4096);
       peer->connection->out().append_file(file_range(16 << 20, 16 << 20));
       CHECK(s.ended_with(peer, std::errc::timed_out));
     }},
};

}  // namespace

TEST_CASE("whatever a peer does, the others' connections go on", "[net][garbage]") {
  for (const Row& row : rows) run(row);
}
