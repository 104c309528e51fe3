// Dynamic namespaces: rules for names, children, and their end.
#include "sio/namespace.h"

#include <regex>
#include <thread>

#include "sio/hub.h"
#include "sio/remote_socket.h"
#include "sio/socket.h"
#include "tests/catch.h"
#include "tests/sio/fake_session.h"

using namespace strata;
using namespace strata::sio;
using test::FakeSession;
using test::Stage;

namespace {

bool let_in(FakeSession& session, const std::string& nsp, const std::string& auth = "") {
  session.sent.clear();
  session.say("0" + nsp + "," + auth);
  return session.take().starts_with("0" + nsp + ",{\"sid\"");
}

HubOptions cleaning() {
  HubOptions options;
  options.cleanup_empty_child_namespaces = true;
  return options;
}

}  // namespace

TEST_CASE("S5 a regular expression opens the names that it matches", "[sio][namespace]") {
  Stage stage;
  std::string connected;
  Namespace& rooms = stage.hub.parents().add(std::regex("^/room-\\d+$"));
  rooms.on_connection([&](Socket& socket) { connected += socket.nsp().name() + " "; });
  FakeSession a(stage.hub), b(stage.hub);
  CHECK(let_in(a, "/room-1"));
  CHECK(let_in(b, "/room-1"));
  CHECK(let_in(a, "/room-22"));
  CHECK_FALSE(let_in(a, "/room-x"));
  CHECK_FALSE(let_in(a, "/room-1x"));
  CHECK_FALSE(let_in(a, rooms.name()));  // the parent itself is nobody's
  CHECK(connected == "/room-1 /room-1 /room-22 ");
  CHECK(stage.hub.of("/room-1").size() == 2);
  CHECK(stage.hub.of("/room-1").parent() == &rooms);
  CHECK(a.open());
}

TEST_CASE("S5 a function decides at once or later, on any thread, and parents are asked in order",
          "[sio][namespace]") {
  Stage stage;
  std::string asked;
  std::vector<NamespaceNext> held;
  stage.hub.parents().add([&](std::string_view name, const Json& auth, NamespaceNext next) {
    asked += "first:" + std::string(name) + dump(auth) + " ";
    next(name == "/yes");
    next(true);  // only the first word counts
  });
  stage.hub.parents().add([&](std::string_view name, const Json&, NamespaceNext next) {
    asked += "second:" + std::string(name) + " ";
    if (name == "/throws") throw std::runtime_error("no");
    held.push_back(std::move(next));
  });
  stage.hub.parents().add(std::regex("^/third"));
  FakeSession a(stage.hub);
  CHECK(let_in(a, "/yes", "{\"token\":1}"));
  CHECK(asked == "first:/yes{\"token\":1} ");
  CHECK_FALSE(let_in(a, "/later"));
  CHECK(a.sent.empty());  // nothing is said yet
  held[0](true);
  CHECK(a.take().starts_with("0/later,{\"sid\""));
  CHECK_FALSE(let_in(a, "/third-1"));
  held[1](false);
  CHECK(a.take().starts_with("0/third-1,"));
  CHECK_FALSE(let_in(a, "/nobody"));
  std::thread([&] { held[2](false); }).join();
  stage.loop.settle();
  CHECK(a.take() == "4/nobody,{\"message\":\"Invalid namespace\"}");
  a.say("0/throws,");
  CHECK(a.take() == "4/throws,{\"message\":\"Invalid namespace\"}");
  CHECK(stage.logged("rule of a dynamic namespace threw"));
}

TEST_CASE("S5 two clients that ask for one name meet in one namespace", "[sio][namespace]") {
  Stage stage;
  std::vector<NamespaceNext> held;
  Namespace& parent = stage.hub.parents().add(
      [&](std::string_view, const Json&, NamespaceNext next) { held.push_back(std::move(next)); });
  int made = 0;
  stage.hub.on_new_namespace([&](Namespace& nsp) { made += nsp.name() == "/x"; });
  FakeSession a(stage.hub), b(stage.hub), gone(stage.hub);
  let_in(a, "/x");
  let_in(b, "/x");
  let_in(gone, "/x");
  REQUIRE(held.size() == 3);
  gone.end("transport close");
  for (const NamespaceNext& next : held) next(true);
  CHECK(made == 1);
  CHECK(stage.hub.of("/x").size() == 2);
  CHECK(stage.hub.of("/x").parent() == &parent);
}

TEST_CASE("S5 while a parent thinks a client may not speak, or ask again", "[sio][namespace]") {
  for (const char* next_word : {"2/x,[\"e\"]", "0/x,", "1/x,"}) {
    INFO(next_word);
    Stage stage;
    std::vector<NamespaceNext> held;
    stage.hub.parents().add([&](std::string_view, const Json&, NamespaceNext next) {
      held.push_back(std::move(next));
    });
    FakeSession a(stage.hub);
    let_in(a, "/x");
    a.say(next_word);
    CHECK(a.closed_with == "forced server close");
    held[0](true);  // nobody is there any more
    CHECK(stage.hub.of("/x").size() == 0);
  }
}

TEST_CASE("S5 names that a parent thinks about count as namespaces of the connection",
          "[sio][namespace]") {
  HubOptions options;
  options.max_namespaces = 2;
  Stage stage(options);
  stage.hub.parents().add([](std::string_view, const Json&, NamespaceNext) {});
  FakeSession a(stage.hub);
  CHECK_FALSE(let_in(a, "/1"));
  CHECK_FALSE(let_in(a, "/2"));
  a.say("0/3,");
  CHECK(a.take() == "4/3,{\"message\":\"Too many namespaces\"}");
}

TEST_CASE("S5 a child has what its parent had when it began", "[sio][namespace]") {
  Stage stage;
  std::string seen;
  Namespace& parent = stage.hub.parents().add(std::regex("^/dyn"));
  parent.use([&](Socket&, const Next& next) {
    seen += "use ";
    next();
  });
  parent.on_connection([&](Socket&) { seen += "connection "; });
  Namespace& named = stage.hub.of("/dyn-static");  // made by us: the parent's child all the same
  CHECK(named.parent() == &parent);
  parent.on_connection([&](Socket&) { seen += "late "; });
  named.on_connection([&](Socket&) { seen += "own "; });
  FakeSession a(stage.hub);
  CHECK(let_in(a, "/dyn-static"));
  CHECK(seen == "use connection own ");
  seen.clear();
  CHECK(let_in(a, "/dyn-2"));
  CHECK(seen == "use connection late ");
}

TEST_CASE("S30 what is sent to a parent reaches all children, by rooms too", "[sio][namespace]") {
  Stage stage;
  Namespace& parent = stage.hub.parents().add(std::regex("^/dyn"));
  FakeSession a(stage.hub), b(stage.hub), c(stage.hub);
  CHECK(let_in(a, "/dyn-a"));
  CHECK(let_in(b, "/dyn-b"));
  c.join();
  stage.hub.of("/dyn-b").sockets()[0]->join("room");
  for (FakeSession* session : {&a, &b, &c}) session->sent.clear();
  parent.emit("e", 1);
  CHECK(a.take() == "2/dyn-a,[\"e\",1]");
  CHECK(b.take() == "2/dyn-b,[\"e\",1]");
  CHECK(c.take().empty());
  parent.to("room").emit("e", std::vector<std::uint8_t>{7});
  CHECK(a.take().empty());
  CHECK(b.take() == "51-/dyn-b,[\"e\",{\"_placeholder\":true,\"num\":0}]");
  CHECK(b.take() == "b:\x07");
  CHECK(parent.in("room").sockets().size() == 1);
  parent.sockets_join("other");
  CHECK(stage.hub.of("/dyn-a").adapter().size_of("other") == 1);
  std::error_code answer;
  parent.fetch_sockets([&](std::error_code error, const auto&) { answer = error; });
  stage.loop.settle();
  CHECK(answer == std::errc::operation_not_supported);
  parent.disconnect_sockets();
  CHECK(stage.hub.of("/dyn-b").size() == 0);
  CHECK(c.open());
}

TEST_CASE("S6 an empty child is removed where that is asked for, and made again",
          "[sio][namespace]") {
  Stage stage(cleaning());
  stage.hub.parents().add(std::regex("^/dyn"));
  stage.hub.of("/static");
  FakeSession a(stage.hub), b(stage.hub);
  const auto there = [&](const char* name) {
    stage.loop.settle();
    return stage.hub.find(name) != nullptr;
  };
  CHECK(let_in(a, "/dyn-1"));
  CHECK(let_in(b, "/dyn-1"));
  CHECK(let_in(b, "/static"));
  a.say("1/dyn-1,");
  CHECK(there("/dyn-1"));
  SECTION("its last socket leaves") { b.say("1/dyn-1,"); }
  SECTION("its last socket is thrown out") { stage.hub.of("/dyn-1").disconnect_sockets(); }
  SECTION("its last connection ends") { b.end("transport close"); }
  CHECK_FALSE(there("/dyn-1"));
  CHECK(let_in(a, "/dyn-1"));
  CHECK(there("/dyn-1"));
  if (b.open()) b.say("1/static,");
  CHECK(there("/static"));  // never a static one
}

TEST_CASE("S6 a child whose only socket was refused is removed", "[sio][namespace]") {
  Stage stage(cleaning());
  stage.hub.parents().add(std::regex("^/dyn")).use([](Socket&, const Next& next) { next("no"); });
  FakeSession a(stage.hub);
  CHECK_FALSE(let_in(a, "/dyn-1"));
  stage.loop.settle();
  CHECK(stage.hub.find("/dyn-1") == nullptr);
}

TEST_CASE("S6 a child stays while a socket waits for its middleware, or an answer is awaited",
          "[sio][namespace]") {
  Stage stage(cleaning());
  std::vector<Next> held;
  Namespace& parent = stage.hub.parents().add(std::regex("^/dyn"));
  parent.use([&](Socket& socket, const Next& next) {
    if (dump(socket.handshake().auth()) == "{\"wait\":true}") return held.push_back(next);
    next();
  });
  FakeSession a(stage.hub), b(stage.hub);
  CHECK(let_in(a, "/dyn-1"));
  CHECK_FALSE(let_in(b, "/dyn-1", "{\"wait\":true}"));
  a.say("1/dyn-1,");
  stage.loop.settle();
  REQUIRE(stage.hub.find("/dyn-1") != nullptr);
  held[0]();
  CHECK(stage.hub.of("/dyn-1").size() == 1);
  bool done = false;
  stage.hub.of("/dyn-1").timeout(1s).emit("q", [&](std::error_code, const Json&) { done = true; });
  b.say("1/dyn-1,");
  stage.loop.settle();
  stage.loop.advance(1s);
  CHECK(done);
}

TEST_CASE("S5 a new namespace is told of, but for the first", "[sio][namespace]") {
  Stage stage;
  std::string names;
  stage.hub.on_new_namespace([&](Namespace& nsp) { names += nsp.name() + " "; });
  stage.hub.on_new_namespace([](Namespace&) { throw std::runtime_error("no"); });
  stage.hub.of("/a");
  stage.hub.of("a");
  stage.hub.of("b");
  stage.hub.of("");
  stage.hub.of("/");
  CHECK(names == "/a /b ");
  CHECK(stage.logged("new_namespace threw"));
}
