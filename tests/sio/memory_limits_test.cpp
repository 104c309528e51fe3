// tests/sio/memory_limits_test.cpp - what clients can make a server hold: `auth` before anybody let
// them in, namespaces that they name, events that a middleware keeps.
#include <regex>
#include <string>
#include <vector>

#include "sio/hub.h"
#include "sio/socket.h"
#include "tests/catch.h"
#include "tests/sio/fake_session.h"

using namespace strata;
using namespace strata::sio;
using test::FakeSession;
using test::Stage;

namespace {

const std::string too_much = "{\"message\":\"Too much auth\"}";
const std::string too_many = "{\"message\":\"Too many namespaces\"}";

std::string auth(std::size_t bytes) { return "{\"a\":\"" + std::string(bytes - 8, 'x') + "\"}"; }

HubOptions small() {
  HubOptions options;
  options.packet.max_payload = 10'000;
  options.max_namespaces = 10;
  options.max_strangers_auth = 15'000;
  return options;
}

}  // namespace

TEST_CASE("auth may be as long as a packet, while strangers together keep to their share",
          "[sio][limits][sio5-connect]") {
  Stage stage(small());
  std::vector<Next> held;
  stage.root.use([&](Socket&, const Next& next) { held.push_back(next); });
  FakeSession a(stage.hub), c(stage.hub);
  a.say("0" + auth(9'000));
  CHECK(held.size() == 1);
  {
    FakeSession b(stage.hub);
    b.say("0" + auth(9'000));
    CHECK(b.take() == "4" + too_much);
    CHECK(b.open());
    b.say("0" + auth(1'000));  // so little is never too much
    CHECK(held.size() == 2);
  }
  SECTION("who is let in is no stranger") { held[0](); }
  SECTION("who is refused is gone") { held[0](Refusal("no")); }
  SECTION("who leaves is gone") { a.end("transport close"); }
  c.say("0" + auth(9'000));
  CHECK(held.size() == 3);
  CHECK(c.sent.empty());
}

TEST_CASE("a stranger that a rule thinks about keeps its share for as long as that takes",
          "[sio][limits][sio5-connect]") {
  Stage stage(small());
  std::vector<NamespaceNext> held;
  stage.hub.parents().add(
      [&](std::string_view, const Json&, NamespaceNext next) { held.push_back(std::move(next)); });
  {
    FakeSession a(stage.hub);
    a.say("0/x," + auth(9'000));
  }
  FakeSession b(stage.hub);
  b.say("0/x," + auth(9'000));
  CHECK(b.take() == "4/x," + too_much);  // the question about the first is still there
  SECTION("answered") { held[0](false); }
  SECTION("forgotten") {}
  held.clear();
  b.say("0/x," + auth(9'000));
  REQUIRE(held.size() == 1);
  held[0](true);
  CHECK(b.take().starts_with("0/x,"));
}

TEST_CASE("a connection's namespaces together hold the auth of one packet",
          "[sio][limits][sio5-connect]") {
  Stage stage(small());
  stage.hub.of("/a");
  FakeSession client(stage.hub);
  client.say("0" + auth(9'000));
  CHECK(client.take().starts_with("0{\"sid\""));
  client.say("0/a," + auth(2'000));
  CHECK(client.take() == "4/a," + too_much);
  client.say("1");
  client.say("0/a," + auth(2'000));
  CHECK(client.take().starts_with("0/a,{\"sid\""));
}

TEST_CASE("S5 clients make no more namespaces than there may be", "[sio][limits][namespace]") {
  HubOptions options;
  options.max_child_namespaces = 2;
  options.cleanup_empty_child_namespaces = true;
  Stage stage(options);
  stage.hub.of("/static");
  stage.hub.parents().add(std::regex("^/dyn"));
  FakeSession client(stage.hub);
  const auto enter = [&](const std::string& name) {
    client.say("0" + name + ",");
    return client.take();
  };
  CHECK(enter("/dyn-1").starts_with("0/dyn-1,{\"sid\""));
  CHECK(enter("/dyn-2").starts_with("0/dyn-2,{\"sid\""));
  CHECK(enter("/dyn-3") == "4/dyn-3," + too_many);
  CHECK(stage.logged("max_child_namespaces"));
  CHECK(stage.hub.find("/dyn-3") == nullptr);
  CHECK(enter("/static").starts_with("0/static,{\"sid\""));
  FakeSession other(stage.hub);
  other.say("0/dyn-1,");  // one that is there
  CHECK(other.take().starts_with("0/dyn-1,{\"sid\""));
  client.say("1/dyn-2,");
  stage.loop.settle();
  CHECK(enter("/dyn-3").starts_with("0/dyn-3,{\"sid\""));
}

TEST_CASE("a rule that thinks makes no namespace above the limit", "[sio][limits][namespace]") {
  HubOptions options;
  options.max_child_namespaces = 1;
  Stage stage(options);
  std::vector<NamespaceNext> held;
  stage.hub.parents().add(
      [&](std::string_view, const Json&, NamespaceNext next) { held.push_back(std::move(next)); });
  FakeSession client(stage.hub);
  client.say("0/x,");
  client.say("0/y,");
  REQUIRE(held.size() == 2);
  for (const NamespaceNext& next : held) next(true);
  CHECK(client.take().starts_with("0/x,{\"sid\""));
  CHECK(client.take() == "4/y,{\"message\":\"Invalid namespace\"}");
}

TEST_CASE("events that middlewares keep have a limit of bytes", "[sio][limits]") {
  HubOptions options;
  options.max_kept_events = 3'000;
  Stage stage(options);
  std::vector<SocketNext> held;
  std::string heard, error;
  stage.root.on_connection([&](Socket& socket) {
    socket.use(
        [&](std::string_view, const Args&, const SocketNext& next) { held.push_back(next); });
    socket.on("e", [&](const std::string& text) { heard += text.substr(0, 1); });
    socket.on("error", [&](const Error& e) { error = e.message + " " + e.event; });
  });
  FakeSession client(stage.hub);
  client.join();
  const auto say = [&](char letter) {
    client.say("2[\"e\",\"" + std::string(1'000, letter) + "\"]");
  };
  say('a');
  say('b');
  CHECK(error.empty());
  say('c');
  CHECK(error == "too many events wait for a middleware e");
  CHECK(client.open());
  for (const SocketNext& next : held) next();
  CHECK(heard == "ab");
  held.clear();  // what is dropped is counted no more
  error.clear();
  say('d');
  say('e');
  CHECK(error.empty());
  for (const SocketNext& next : held) next();
  CHECK(heard == "abde");
}
