// tests/sio/hostile_test.cpp - every row of hostile_rows.h and hostile_member_rows.h gets its
// answer, in memory and over TCP; others go on, and nothing of the row is left. And what strangers
// can make us hold is no more than sio/README.md says.
#include <algorithm>

#include "tests/sio/hostile_member_rows.h"
#include "tests/sio/hostile_world.h"
#include "tests/support/allocations.h"

using namespace strata;
using namespace strata::test;

namespace {

// What nobody can know beforehand becomes a star.
std::string starred(std::string text) {
  for (const std::string key : {"\"sid\":\"", "\"pid\":\""}) {
    const std::size_t at = text.find(key);
    if (at == std::string::npos || !text.starts_with('0')) continue;
    const std::size_t from = at + key.size();
    text.replace(from, text.find('"', from) - from, "*");
  }
  return text;
}

std::string between(const std::string& text, std::string_view open, std::string_view close) {
  const std::size_t at = text.find(open);
  if (at == std::string::npos) return {};
  const std::size_t from = at + open.size();
  return text.substr(from, text.find(close, from) - from);
}

// Its heard messages so far, up to 120 bytes of each, so that a failure can be read.
Texts since(const Player& player, std::size_t first) {
  Texts all;
  for (std::size_t i = first; i < player.heard().size(); ++i)
    all.push_back(starred(player.heard()[i]));
  return all;
}

// An honest client: says something, and hears it.
void goes_on(World& world, Player& player) {
  const std::size_t before = player.heard().size();
  player.say("2[\"echo\",\"still here\"]");
  world.wait([&] { return player.heard().size() > before; });
  REQUIRE(player.heard().size() == before + 1);
  CHECK(player.heard().back().starts_with("2[\"echo\",\"still here\""));
}

void join(World& world, Player& player) {
  player.say("0");
  world.wait([&] { return !player.heard().empty(); });
  REQUIRE(player.heard().size() == 1);
}

void say_all(World& world, Player& player, const Texts& said) {
  for (const std::string& packet : said) {
    if (packet == "...") {
      world.let_time_pass(player);
    } else {
      player.say(packet);
    }
  }
}

// Plays a row against a server on which an honest client is, and another one comes after.
void play(World& world, const HostileRow& row, bool member, Player& honest) {
  const std::unique_ptr<Player> hostile = world.player();
  if (member) join(world, *hostile);
  say_all(world, *hostile, row.said);
  const std::size_t before = member ? 1 : 0;
  world.wait([&] {
    return hostile->heard().size() >= before + row.heard.size() &&
           hostile->ended() == !row.end.empty();
  });
  goes_on(world, honest);
  const std::unique_ptr<Player> newcomer = world.player();
  join(world, *newcomer);
  goes_on(world, *newcomer);
  CHECK(since(*hostile, before) == row.heard);
  CHECK(hostile->ended() == !row.end.empty());
}

void nobody_is_left(World& world) {
  const auto gone = [&](const char* name) { return world.hub().find(name) == nullptr; };
  const auto dynamic = {"/room-0", "/room-1", "/room-7", "/room-8", "/think-1", "/nowhere"};
  world.wait([&] {
    return world.hub().client_count() == 0 && std::all_of(dynamic.begin(), dynamic.end(), gone);
  });
  CHECK(world.hub().client_count() == 0);
  for (const char* name : {"/", "/b", "/admin", "/slow"}) {
    CHECK(world.hub().find(name)->size() == 0);
    CHECK(world.hub().find(name)->idle());
  }
  for (const char* name : dynamic) CHECK(gone(name));
}

// What the application heard: `error` events, or where there was nobody to raise one the log.
void check_error(const MemoryWorld& world, const HostileRow& row) {
  if (row.error.empty()) {
    CHECK(world.app.errors.empty());
    return;
  }
  for (const std::string& error : world.app.errors) {
    CHECK(error.size() < 300);  // nobody's megabyte is repeated
    if (error.find(row.error) != std::string::npos) return;
  }
  INFO(row.error);
  CHECK(world.stage.logged(row.error));
}

void in_memory(const HostileRow& row, bool member) {
  INFO(row.what);
  MemoryWorld world;
  std::size_t held = 0;
  for (const bool again : {false, true}) {
    {
      const std::unique_ptr<Player> honest = world.player();
      join(world, *honest);
      if (again) {  // ids of answers grow, and nothing else is different
        const std::unique_ptr<Player> hostile = world.player();
        if (member) join(world, *hostile);
        say_all(world, *hostile, row.said);
        goes_on(world, *honest);
        const std::unique_ptr<Player> newcomer = world.player();
        join(world, *newcomer);
      } else {
        play(world, row, member, *honest);
        check_error(world, row);
      }
    }
    nobody_is_left(world);
    world.app.forget();
    world.stage.log = {};
    world.stage.loop.settle();
    if (again) CHECK(allocated_bytes() == held);  // no session, no timer, no name
    held = allocated_bytes();
  }
}

void over_tcp(const HostileRow& row, bool member) {
  INFO(row.what);
  const bool waits = !row.said.empty() && row.said.back() == "...";
  TcpWorld world(false, waits ? net::Duration(50ms) : net::Duration(45s));
  {
    const std::unique_ptr<Player> honest = world.player();
    join(world, *honest);
    play(world, row, member, *honest);
  }
  nobody_is_left(world);
}

std::string filled(std::string text, const char* name, const std::string& value) {
  for (std::size_t at; (at = text.find(name)) != std::string::npos;)
    text.replace(at, std::string_view(name).size(), value);
  return text;
}

// Somebody who came, heard something, and can tell who it is.
struct Known {
  std::unique_ptr<Player> player;
  std::string sid, pid, offset;
};
Known known(World& world) {
  Known who{world.player(), {}, {}, {}};
  join(world, *who.player);
  goes_on(world, *who.player);
  who.sid = between(who.player->heard()[0], "\"sid\":\"", "\"");
  who.pid = between(who.player->heard()[0], "\"pid\":\"", "\"");
  who.offset = between(who.player->heard()[1], "\"still here\",\"", "\"");
  REQUIRE_FALSE(who.pid.empty());
  REQUIRE_FALSE(who.offset.empty());
  return who;
}

void play_ghost(World& world, HostileRow row) {
  INFO(row.what);
  const Known other = known(world);
  Known left = known(world);
  Known victim = known(world);
  left.player->say("1");
  world.wait([&] { return world.hub().of("/").size() == 2; });
  left.player.reset();
  victim.player.reset();
  world.wait([&] { return world.hub().client_count() == 1; });
  std::string& said = row.said[0];
  said = filled(said, "PID", victim.pid);
  said = filled(said, "OFFSET", victim.offset);
  said = filled(said, "OTHER", other.pid);
  said = filled(said, "LEFT", left.pid);
  play(world, row, false, *other.player);
  // The victim itself is not kept out by any of it, and only once is it that.
  const std::string back = "0{\"pid\":\"" + victim.pid + "\",\"offset\":\"" + victim.offset + "\"}";
  for (const bool first : {true, false}) {
    const std::unique_ptr<Player> again = world.player();
    again->say(back);
    world.wait([&] { return !again->heard().empty(); });
    REQUIRE(again->heard().size() == 1);
    CHECK((between(again->heard()[0], "\"sid\":\"", "\"") == victim.sid) == first);
    again->say("1");
    world.wait([&] { return world.hub().of("/").size() == 1; });
  }
}

}  // namespace

TEST_CASE("what strangers say gets its answer, in memory", "[sio][hostile][sio5-connect]") {
  for (const HostileRow& row : strangers) in_memory(row, false);
}

TEST_CASE("what members say gets its answer, in memory",
          "[sio][hostile][sio5-grammar][sio5-binary]") {
  for (const HostileRow& row : members) in_memory(row, true);
}

TEST_CASE("what strangers say gets its answer, over TCP", "[sio][hostile][tcp]") {
  for (const HostileRow& row : strangers) over_tcp(row, false);
}

TEST_CASE("what members say gets its answer, over TCP", "[sio][hostile][tcp]") {
  for (const HostileRow& row : members) over_tcp(row, true);
}

TEST_CASE("who pretends to have been here begins anew", "[sio][hostile][recovery]") {
  for (const HostileRow& row : ghosts) {
    MemoryWorld memory(true);
    play_ghost(memory, row);
    TcpWorld tcp(true, 45s);
    play_ghost(tcp, row);
  }
}

TEST_CASE("there are at least 120 hostile rows", "[sio][hostile]") {
  CHECK(strangers.size() + members.size() + ghosts.size() >= 120);
}

TEST_CASE("a name that two clients ask for is entered once by each", "[sio][hostile]") {
  MemoryWorld world;
  FakeSession slow(world.hub()), quick(world.hub());
  slow.say("0/think-1,");
  quick.say("0/think-1,");
  world.app.asked[1](true);
  CHECK(quick.take().starts_with("0/think-1,"));
  slow.say("0/think-1,");  // it is there now, but this one has been asked for already
  CHECK(slow.closed_with == order);
  world.app.asked[0](true);
  CHECK(world.hub().find("/think-1")->size() == 1);
}

// The formula of sio/README.md, "What strangers can make us hold".
TEST_CASE("what a connection holds before it is let in is bounded", "[sio][hostile][limits]") {
  constexpr std::size_t share = 12'500;  // of max_payload, for each of 8 namespaces
  const auto filling = [&](const std::string& part) {
    return "{\"a\":[" + many((share - 9) / (part.size() + 1) - 1, part + ",") + part + "]}";
  };
  const std::string auths[] = {filling("[]"),
                               filling("{}"),
                               filling("0"),
                               filling("\"\""),
                               filling("{\"a\":0}"),
                               filling("[[]]"),
                               filling("\"" + many(16, "x") + "\""),
                               "{\"a\":\"" + many(share - 10, "x") + "\"}"};
  constexpr std::size_t fixed = 4096;     // of a connection
  constexpr std::size_t per_name = 2048;  // of a namespace that it waits for
  constexpr std::size_t per_byte = 32;    // of auth
  for (const char* name : {"/slow-", "/think-"}) {
    for (const std::string& auth : auths) {
      sio::HubOptions options = hostile_options(false);
      options.packet.max_payload = 8 * share;
      Stage stage(options);
      HostileApp app(stage.hub);
      for (int i = 0; i < 8; ++i)
        stage.hub.of("/slow-" + std::to_string(i)).use([&](sio::Socket&, const sio::Next& next) {
          app.thinking.push_back(next);
        });
      app.thinking.reserve(16);
      app.asked.reserve(16);
      const auto flood = [&] {
        FakeSession hostile(stage.hub);
        const std::size_t before = allocated_bytes();
        for (int i = 0; i < 9; ++i) hostile.say("0" + (name + std::to_string(i)) + "," + auth);
        const std::size_t held = allocated_bytes() - before;
        hostile.sent = {};
        return held;
      };
      flood();  // buffers that all share have their size now
      app.forget();
      stage.loop.settle();
      const std::size_t before = allocated_bytes();
      const std::size_t held = flood();
      app.forget();
      stage.loop.settle();
      CHECK(allocated_bytes() == before);
      INFO(name << auth.substr(0, 20) << ": " << held);
      CHECK(held <= fixed + 8 * per_name + 8 * share * per_byte);
    }
  }
}

TEST_CASE("attachments and events of strangers are not held at all", "[sio][hostile][limits]") {
  MemoryWorld world;
  for (const char* first : {"", "0/slow,", "0/think-1,", "0/nowhere,"}) {
    for (const bool warm : {true, false}) {
      FakeSession hostile(world.hub());
      if (*first != '\0') hostile.say(first);
      world.stage.log = {};
      const std::size_t before = allocated_bytes();
      hostile.say("51-[\"echo\",\"" + many(900'000, "x") + "\"," + attached("0") + "]");
      CHECK(hostile.closed_with == order);
      world.app.forget();
      world.stage.log = {};
      world.stage.loop.settle();
      if (!warm) CHECK(allocated_bytes() <= before);
    }
  }
}

TEST_CASE("what a member announces and does not send is held once", "[sio][hostile][limits]") {
  MemoryWorld world;
  for (const bool warm : {true, false}) {
    FakeSession hostile(world.hub());
    hostile.join();
    const std::size_t before = allocated_bytes();
    hostile.say("52-[" + std::string("\"echo\"") + many(200'000, ",0") + "]");
    hostile.say_binary(std::string(500'000, 'x'));
    // The text, the attachment, and a view of 16 bytes for each element: two bytes of text at
    // least.
    if (!warm) CHECK(allocated_bytes() - before <= 400'000 + 500'000 + 200'001 * 16 + 4096);
  }
}
