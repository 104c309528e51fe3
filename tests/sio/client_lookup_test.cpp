// io(): which URLs share a Manager.
#include "sio/lookup.h"

#include "tests/catch.h"
#include "tests/sio/client_rig.h"

using namespace strata;
using namespace strata::sio;

namespace {

ManagerOptions idle(ManagerOptions options = {}) {
  options.auto_connect = false;
  return options;
}

}  // namespace

TEST_CASE("one server, one Manager: but for a second socket of a namespace, and where told so",
          "[sio][client][L1]") {
  struct Row {
    const char* what;
    const char* first;
    const char* second;
    ManagerOptions options;  // of the second
    bool shared;
  };
  ManagerOptions elsewhere;
  elsewhere.path = "/other";
  const Row rows[] = {
      {"two namespaces", "http://h", "http://h/foo", {}, true},
      {"the port of the scheme", "http://h", "http://h:80/foo", {}, true},
      {"ws is http", "http://h", "ws://h/foo", {}, true},
      {"the host in capitals", "http://h", "http://H/foo", {}, true},
      {"IPv6", "http://[::1]/a", "http://[::1]:80/b", {}, true},
      {"a query", "http://h", "http://h/foo?a=b", {}, true},
      {"the same namespace", "http://h/foo", "http://h/foo", {}, false},
      {"the same namespace, unnamed", "http://h", "http://h/", {}, false},
      {"another port", "http://h", "http://h:81/foo", {}, false},
      {"another scheme", "http://h", "https://h/foo", {}, false},
      {"another host", "http://h", "http://i/foo", {}, false},
      {"another path", "http://h", "http://h/foo", elsewhere, false},
      {"force_new", "http://h", "http://h/foo", {.force_new = true}, false},
      {"no multiplex", "http://h", "http://h/foo", {.multiplex = false}, false},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    test::VirtualLoop loop;
    Lookup io(loop);
    ClientSocket& first = io(row.first, idle());
    ClientSocket& second = io(row.second, idle(row.options));
    CHECK((&first.io() == &second.io()) == row.shared);
    CHECK(io.manager_count() == (row.shared ? 1 : 2));
    CHECK(&first != &second);
  }
}

TEST_CASE("the path of the URL is the namespace, its options are the socket's",
          "[sio][client][L1][L5]") {
  test::ScriptedSio server;
  Lookup io(server.loop);
  ManagerOptions options = test::plain({.auth = {{"token", 1}}});
  ClientSocket& chat = io("http://127.0.0.1/chat?a=b", options);
  CHECK(chat.nsp() == "/chat");
  options.auth = {{"token", 2}};
  ClientSocket& news = io("http://127.0.0.1/news", options);
  CHECK(&chat.io() == &news.io());
  server.open();
  CHECK(server.request.starts_with("GET /socket.io/?a=b&EIO=4&transport=websocket"));
  CHECK(server.said() == R"(0/chat,{"token":1} 0/news,{"token":2})");
}

TEST_CASE("two connections to one namespace are two connections", "[sio][client][L1]") {
  test::ScriptedSio server;
  Lookup io(server.loop);
  io("http://127.0.0.1", test::plain());
  io("http://127.0.0.1", test::plain());
  server.loop.settle();
  CHECK(server.connections() == 2);
  io("http://127.0.0.1/foo", test::plain());  // joins the first
  server.loop.settle();
  CHECK(server.connections() == 2);
}

TEST_CASE("a URL that is none is a connect_error of a socket of its own",
          "[sio][client][L1][L17]") {
  test::VirtualLoop loop;
  Lookup io(loop);
  std::string why;
  io("http://h/a,b").on("connect_error", [&](const Failure& failure) {
    why = failure.message + failure.context;
  });
  loop.settle();
  CHECK(why == "invalid URLa namespace has no comma");
  CHECK(io.manager_count() == 1);
}

TEST_CASE("a namespace has one socket, however it is named", "[sio][client][L15]") {
  test::ClientRig rig({.auto_connect = false});
  ClientSocket& chat = rig.manager->socket("chat");
  CHECK(&rig.manager->socket("/chat") == &chat);
  CHECK((rig.manager->has_socket("chat") && rig.manager->has_socket("/chat")));
  CHECK_FALSE(rig.manager->has_socket(""));
  CHECK(&rig.manager->socket("") == &rig.manager->socket("/"));
  CHECK_THROWS_AS(rig.manager->socket("a,b"), std::invalid_argument);
}
