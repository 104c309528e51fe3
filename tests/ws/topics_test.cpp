// tests/ws/topics_test.cpp - subscriptions against a slow model, and on a server with handlers that
// close, leave and publish while others do.
#include "ws/topics.h"

#include <cstddef>
#include <random>
#include <set>

#include "http/server.h"
#include "tests/catch.h"
#include "tests/support/virtual_loop.h"
#include "tests/ws/frames.h"
#include "ws/route.h"

using namespace strata;
using namespace strata::test;

namespace {

// What for_each names, as a set; a connection is never touched, so any address will do.
std::set<const void*> heard(const ws::Topics& topics, std::string_view topic) {
  std::set<const void*> seen;
  topics.for_each(topic, [&](ws::Connection& one) { REQUIRE(seen.insert(&one).second); });
  return seen;
}

ws::Connection* fake(std::vector<std::max_align_t>& ground, std::size_t i) {
  return reinterpret_cast<ws::Connection*>(&ground[i]);
}

}  // namespace

TEST_CASE("subscribing, leaving and dying in any order agrees with a list", "[ws][codec]") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  constexpr std::size_t people = 12, names = 9, limit = 5;
  std::vector<std::max_align_t> ground(people);
  ws::Topics topics({.max_topics = limit, .max_topic_bytes = 3});
  std::vector<std::unique_ptr<ws::Subscriber>> subscribers(people);
  std::set<std::pair<std::size_t, std::string>> model;
  const auto count = [&](std::size_t who) {
    return std::size_t(std::count_if(model.begin(), model.end(),
                                     [who](const auto& one) { return one.first == who; }));
  };
  for (int step = 0; step < 20'000; ++step) {
    const std::size_t who = random() % people;
    const std::string name = std::string(random() % 5, 't') + std::to_string(random() % names);
    auto& one = subscribers[who];
    if (one == nullptr) one = std::make_unique<ws::Subscriber>(fake(ground, who));
    switch (random() % 8) {
      case 0: {  // dies
        topics.leave(*one);
        one.reset();
        std::erase_if(model, [who](const auto& entry) { return entry.first == who; });
        break;
      }
      case 1:
      case 2:
        CHECK(topics.unsubscribe(*one, name) == (model.erase({who, name}) == 1));
        break;
      default: {
        const bool there = model.count({who, name}) == 1;
        const bool may = there || (count(who) < limit && name.size() <= 3);
        REQUIRE(topics.subscribe(*one, name) == may);
        if (may) model.insert({who, name});
        REQUIRE(topics.subscribed(*one, name) == may);
      }
    }
    std::set<std::string> alive;
    std::map<std::string, std::set<const void*>> expected;
    for (const auto& [number, topic] : model) {
      expected[topic].insert(&ground[number]);
      alive.insert(topic);
    }
    REQUIRE(topics.topic_count() == alive.size());
    REQUIRE(heard(topics, name) == expected[name]);
    REQUIRE(topics.subscriber_count(name) == expected[name].size());
    if (one != nullptr) REQUIRE(one->topic_count() == count(who));
  }
  for (const auto& [number, topic] : model)
    REQUIRE(topics.unsubscribe(*subscribers[number], topic));
  CHECK(topics.topic_count() == 0);
}

TEST_CASE("a name is any bytes, up to a limit, and a connection has only so many", "[ws][codec]") {
  ws::Topics topics({.max_topics = 3, .max_topic_bytes = 4});
  ws::Subscriber one;
  CHECK(topics.subscribe(one, ""));
  CHECK(topics.subscribe(one, std::string_view("a\0b", 3)));
  CHECK_FALSE(topics.subscribed(one, "a"));
  CHECK_FALSE(topics.subscribe(one, "abcde"));
  CHECK(topics.subscribe(one, "abcd"));
  CHECK_FALSE(topics.subscribe(one, "d"));
  CHECK(topics.subscribe(one, "abcd"));
  CHECK(topics.topics_of(one) == std::vector<std::string_view>{"", {"a\0b", 3}, "abcd"});
  CHECK(ws::TopicLimits{}.max_topics == 128);
  CHECK(ws::TopicLimits{}.max_topic_bytes == 256);
}

TEST_CASE("ten thousand leave a topic of ten thousand in a time that grows with them",
          "[ws][codec]") {
  ws::Topics topics;
  std::vector<std::unique_ptr<ws::Subscriber>> crowd;
  for (int i = 0; i < 10'000; ++i) {
    crowd.push_back(std::make_unique<ws::Subscriber>());
    topics.subscribe(*crowd.back(), "all");
  }
  for (auto& one : crowd) topics.leave(*one);  // first come, first gone: the last takes its place
  CHECK(topics.topic_count() == 0);
}

namespace {

const std::string request =
    "GET /hub HTTP/1.1\r\nHost: a.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

// A message is a command: "+t" subscribes, "-t" leaves, "t text" publishes; "x", "k" and "!" end.
struct Hub {
  explicit Hub(ws::TopicLimits limits = {}, ws::Limits of_connection = {}) : app(loop) {
    REQUIRE_FALSE(app.listen(net::Address::loopback(80)));
    endpoint = &ws::route(
        app, "/hub",
        {.on_message = [](ws::Connection& from, const ws::Message& m) { obey(from, m.view()); },
         .on_close =
             [](ws::Connection& gone, ws::CloseCode, std::string_view) {
               CHECK_FALSE(gone.subscribe("t"));
               CHECK_FALSE(gone.unsubscribe("t"));
               CHECK_FALSE(gone.subscribed("t"));
               gone.publish_text("t", "gone");
             },
         .limits = of_connection,
         .topics = limits});
  }
  static void obey(ws::Connection& from, std::string_view said) {
    if (said[0] == '+') from.send_text(from.subscribe(said.substr(1)) ? "ok" : "no");
    if (said[0] == '-') from.send_text(from.unsubscribe(said.substr(1)) ? "ok" : "no");
    if (said[0] == 't') from.send_text(std::to_string(from.publish_text("t", said.substr(1))));
    if (said[0] == 'x') from.close();
    if (said[0] == 'k') from.terminate();
    if (said[0] == '!') throw std::runtime_error("no");
  }
  Peer open() {
    Peer peer = loop.dial(80);
    peer.send(request);
    loop.settle();
    REQUIRE(peer.take().starts_with("HTTP/1.1 101 "));
    return peer;
  }
  std::string say(Peer& peer, std::string_view text) {
    peer.send(from_client(0x81, text));
    loop.settle();
    return peer.take();
  }
  VirtualLoop loop;
  http::Server app;
  ws::Endpoint* endpoint = nullptr;
};

std::string text(std::string_view payload) { return from_server(0x81, payload); }

}  // namespace

TEST_CASE("what is published reaches the subscribed, and not its sender", "[ws]") {
  Hub hub;
  Peer a = hub.open(), b = hub.open(), c = hub.open();
  CHECK(hub.say(a, "+t") == text("ok"));
  CHECK(hub.say(b, "+t") == text("ok"));
  CHECK(hub.say(a, "thello") == text("1"));
  CHECK(b.take() == text("hello"));
  CHECK(hub.say(c, "tfrom outside") == text("2"));
  CHECK(a.take() == text("from outside"));
  CHECK(hub.endpoint->publish_text("t", "all") == 2);
  CHECK(hub.endpoint->publish_text("nobody", "all") == 0);
  hub.loop.settle();
  CHECK(b.take() == text("from outside") + text("all"));
  CHECK(c.take().empty());
  CHECK(hub.say(b, "-t") == text("ok"));
  CHECK(hub.say(b, "-t") == text("no"));
  CHECK(hub.endpoint->topics()->subscriber_count("t") == 1);
  const std::uint8_t bytes[] = {1, 2};
  CHECK(hub.endpoint->publish_binary("t", bytes) == 1);
  hub.loop.settle();
  CHECK(a.take() == text("all") + from_server(0x82, "\x01\x02"));
}

TEST_CASE("one that goes is unsubscribed before anybody hears of it", "[ws]") {
  Hub hub;
  for (const char* end : {"x", "k", "!"}) {
    CAPTURE(end);
    Peer stays = hub.open(), goes = hub.open();
    hub.say(stays, "+t");
    hub.say(goes, "+t");
    hub.say(goes, "+another");
    hub.say(goes, end);
    goes = Peer();
    hub.loop.settle();
    CHECK(stays.take() == text("gone"));
    CHECK(hub.endpoint->topics()->subscriber_count("t") == 1);
    CHECK(hub.endpoint->topics()->topic_count() == 1);
    stays = Peer();
    hub.loop.settle();
    CHECK(hub.endpoint->topics()->topic_count() == 0);
  }
}

TEST_CASE("limits on topics hold on a connection", "[ws]") {
  Hub hub({.max_topics = 2, .max_topic_bytes = 3});
  Peer peer = hub.open();
  CHECK(hub.say(peer, "+one") == text("ok"));
  CHECK(hub.say(peer, "+four") == text("no"));
  CHECK(hub.say(peer, "+two") == text("ok"));
  CHECK(hub.say(peer, "+six") == text("no"));
  CHECK(hub.say(peer, "-one") == text("ok"));
  CHECK(hub.say(peer, "+six") == text("ok"));
}

TEST_CASE("a slow subscriber is left out or closed, as the publisher wants it", "[ws]") {
  ws::Limits limits;
  limits.max_send_queue = 100'000;
  Hub hub({}, limits);
  Peer slow = hub.open();
  hub.say(slow, "+t");
  slow.line().to_client.capacity = 1000;
  const std::string big(80'000, 'b');
  CHECK(hub.endpoint->publish_text("t", big, nullptr, ws::Delivery::volatile_) == 1);
  CHECK(hub.endpoint->publish_text("t", big, nullptr, ws::Delivery::volatile_) == 1);
  CHECK(hub.endpoint->publish_text("t", big, nullptr, ws::Delivery::volatile_) == 0);
  hub.loop.settle();
  CHECK(hub.endpoint->connection_count() == 1);
  CHECK(hub.endpoint->publish_text("t", big) == 0);
  slow.line().to_client.capacity = SIZE_MAX;
  hub.loop.settle();
  CHECK(slow.take().ends_with(from_server(0x88, close_payload(1008, "slow consumer"))));
}

TEST_CASE("any churn of handlers keeps the promises of topics", "[ws]") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  Hub hub;
  std::vector<Peer> peers;
  const char* const words[] = {"+t", "+t", "+u", "-t", "-u", "thello", "tagain", "x", "k", "!"};
  for (int step = 0; step < 2000; ++step) {
    while (peers.size() < 8) peers.push_back(hub.open());
    for (Peer& peer : peers) {  // all in one turn
      std::string wire;
      for (std::size_t i = random() % 4; i > 0; --i) {
        wire += from_client(0x81, words[random() % std::size(words)]);
      }
      peer.send(wire);
      if (random() % 40 == 0) peer.reset();
    }
    hub.loop.settle();
    std::erase_if(peers, [](Peer& peer) { return peer.finished(); });
    hub.loop.settle();
    REQUIRE(hub.endpoint->connection_count() >= peers.size());
    REQUIRE(hub.endpoint->topics()->subscriber_count("t") <= hub.endpoint->connection_count());
  }
  peers.clear();
  hub.loop.advance(10s);
  CHECK(hub.endpoint->connection_count() == 0);
  CHECK(hub.endpoint->topics()->topic_count() == 0);
}
