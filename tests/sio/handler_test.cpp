// Typed handlers: what each parameter takes, what it refuses and with which words, who hears of it.
#include <limits>
#include <map>

#include "sio/socket.h"
#include "tests/catch.h"
#include "tests/sio/fake_session.h"

using namespace strata;
using namespace strata::sio;
using test::FakeSession;
using test::Stage;

namespace {

struct Point {
  int x = 0;
  int y = 0;
};
void from_json(const Json& json, Point& point) {
  json.at("x").get_to(point.x);
  json.at("y").get_to(point.y);
}

enum class Colour { red, green };

// One socket whose `error` events are kept.
struct Scene : Stage {
  Scene() {
    root.on_connection([this](Socket& made) {
      socket = &made;
      made.on("error", [this](const Error& error) { errors.push_back(error); });
    });
    client.join();
  }
  void event(std::string_view args) {
    client.say("2[\"e\"" + std::string(args.empty() ? "" : ",") + std::string(args) + "]");
  }
  std::string last_found() const { return errors.empty() ? "" : errors.back().found; }
  Socket* socket = nullptr;
  std::vector<Error> errors;
  FakeSession client{hub};
};

// Does a parameter of type T take `argument`? If not, `expected` and `found` are checked.
template <class T>
void takes(std::string_view argument, bool yes, std::string_view expected = {}) {
  Scene scene;
  int called = 0;
  scene.socket->on("e", [&](T) { ++called; });
  scene.event(argument);
  INFO(argument);
  CHECK(called == (yes ? 1 : 0));
  REQUIRE(scene.errors.size() == (yes ? 0u : 1u));
  if (yes) return;
  const Error& error = scene.errors[0];
  CHECK(error.event == "e");
  CHECK(error.position == 0u);
  CHECK(error.expected == expected);
  CHECK_FALSE(error.found.empty());
}

}  // namespace

TEST_CASE("integers are whole and in range, and nothing else is an integer", "[sio][handlers]") {
  const char* const int8 = "integer from -128 to 127";
  for (const char* yes : {"0", "-128", "127", "1.0", "1e2", "-0"}) takes<std::int8_t>(yes, true);
  for (const char* no :
       {"128", "-129", "1.5", "1e3", "true", "\"1\"", "null", "[1]", "{}", "1e400", ""})
    takes<std::int8_t>(no, false, int8);
  takes<unsigned>("4294967295", true);
  takes<unsigned>("-1", false, "integer from 0 to 4294967295");
  takes<unsigned>("4294967296", false, "integer from 0 to 4294967295");
  takes<std::int64_t>("9223372036854775807", true);
  takes<std::int64_t>("9223372036854775808", false,
                      "integer from -9223372036854775808 to 9223372036854775807");
  takes<std::uint64_t>("18446744073709551615", true);
  takes<std::uint64_t>("18446744073709551616", false, "integer from 0 to 18446744073709551615");
}

TEST_CASE("the other scalars take their own kind only", "[sio][handlers]") {
  for (const char* yes : {"true", "false"}) takes<bool>(yes, true);
  for (const char* no : {"0", "1", "\"true\"", "null", ""}) takes<bool>(no, false, "boolean");
  for (const char* yes : {"0", "1.5", "-1e300"}) takes<double>(yes, true);
  for (const char* no : {"true", "\"1.5\"", "null", "1e400", ""})
    takes<double>(no, false, "number");
  takes<float>("1e38", true);
  takes<float>("1e39", false, "number");
  for (const char* yes : {"\"\"", "\"a\\n\""}) takes<std::string>(yes, true);
  for (const char* no : {"1", "true", "null", "[]", "{}", ""})
    takes<std::string>(no, false, "string");
  takes<std::string_view>("\"a\"", true);
  takes<std::string_view>("1", false, "string");
  for (const char* no : {"\"a\"", "[1,2]", "{}", "{\"_placeholder\":true,\"num\":0}", ""}) {
    takes<Bytes>(no, false, "attachment");
    takes<std::vector<std::uint8_t>>(no, false, "attachment");
    takes<std::vector<std::byte>>(no, false, "attachment");
  }
}

TEST_CASE("trees, own types and containers are decoded with the same care", "[sio][handlers]") {
  for (const char* yes : {"1", "null", "[1]", "{\"a\":1}"}) takes<const Json&>(yes, true);
  takes<const Json&>("", false, "value that its from_json takes");
  takes<const Point&>("{\"x\":1,\"y\":2}", true);
  takes<Point>("{\"x\":1}", false, "value that its from_json takes");
  takes<Point>("5", false, "value that its from_json takes");
  takes<Colour>("1", true);
  takes<std::vector<int>>("[1,2.0]", true);
  takes<std::vector<int>>("[1,2.5]", false, "array of integer from -2147483648 to 2147483647");
  takes<std::vector<int>>("[true]", false, "array of integer from -2147483648 to 2147483647");
  takes<std::vector<bool>>("[true]", true);
  takes<std::vector<std::optional<int>>>("[1,null]", true);
  takes<std::map<std::string, double>>("{\"a\":1}", true);
  takes<std::map<std::string, double>>("{\"a\":\"1\"}", false, "object of number");
  takes<RawJson>("[1]", true);
}

TEST_CASE("S10 values arrive as they were sent", "[sio][handlers]") {
  Scene scene;
  std::string seen;
  scene.socket->on("e", [&](int x, double d, std::string s, std::string_view v, bool b,
                            const Json& j, const Point& p, std::vector<int> l) {
    seen = std::to_string(x) + " " + std::to_string(d) + " " + s + " " + std::string(v) + " " +
           (b ? "yes" : "no") + " " + dump(j) + " " + std::to_string(p.x + p.y) + " " +
           std::to_string(l.size());
  });
  scene.event(R"(-7,0.5,"\u00e9","plain",true,{"b":1,"a":[]},{"x":1,"y":2},[1,2,3],"extra")");
  CHECK(seen == "-7 0.500000 \xc3\xa9 plain yes {\"a\":[],\"b\":1} 3 3");
  CHECK(scene.errors.empty());  // extra arguments are ignored
}

TEST_CASE("S10 attachments reach every type of bytes", "[sio][handlers][sio5-binary]") {
  Scene scene;
  std::string seen;
  scene.socket->on(
      "e", [&](Bytes a, std::vector<std::uint8_t> b, std::vector<std::byte> c, const Json& d) {
        seen = std::string(net::as_text(a)) + std::to_string(b.size()) + std::to_string(c.size()) +
               (d.is_binary() ? "bin" : "?");
      });
  const std::string p = "{\"_placeholder\":true,\"num\":";
  scene.client.say("54-[\"e\"," + p + "0}," + p + "1}," + p + "2}," + p + "3}]");
  for (const char* bytes : {"abc", "12", "", "x"}) scene.client.say_binary(bytes);
  CHECK(seen == "abc20bin");
  scene.socket->on("s", [&](std::string) { seen = "text"; });
  scene.client.say("51-[\"s\"," + p + "0}]");
  scene.client.say_binary("abc");
  CHECK(seen == "abc20bin");
  CHECK(scene.last_found() == "attachment");  // bytes are no text
}

TEST_CASE("trailing optionals may be null or missing", "[sio][handlers]") {
  Scene scene;
  std::string seen;
  scene.socket->on("e", [&](int x, std::optional<int> y, std::optional<std::string_view> z) {
    seen = std::to_string(x) + (y ? std::to_string(*y) : "-") + (z ? std::string(*z) : "-");
  });
  const std::pair<const char*, const char*> rows[] = {{"1", "1--"},
                                                      {"1,2", "12-"},
                                                      {"1,null", "1--"},
                                                      {"1,null,\"z\"", "1-z"},
                                                      {"1,2,null", "12-"}};
  for (const auto& [args, expected] : rows) {
    seen.clear();
    scene.event(args);
    CHECK(seen == expected);
  }
  seen.clear();
  scene.event("1,\"2\"");  // there, but wrong
  CHECK(seen.empty());
  REQUIRE(scene.errors.size() == 1);
  CHECK(scene.errors[0].position == 1u);
  CHECK(scene.errors[0].message ==
        "argument 1: expected integer from -2147483648 to 2147483647, found string");
  scene.event("");
  CHECK(scene.last_found() == "nothing");
}

TEST_CASE("a mismatch stops one handler, not the others", "[sio][handlers]") {
  Scene scene;
  std::string seen;
  scene.socket->on("e", [&](int) { seen += "i"; });
  scene.socket->on("e", [&](std::string) { seen += "s"; });
  scene.socket->on("e", [&] { seen += "0"; });
  scene.socket->on("e", [&](const Args& args) { seen += std::to_string(args.size()); });
  scene.event("\"x\"");
  CHECK(seen == "s01");
  CHECK(scene.errors.size() == 1);
  CHECK(scene.errors[0].found == "string");
  scene.event("300.5");
  CHECK(scene.last_found() == "number 300.5");
}

TEST_CASE("Args are decoded on demand and say what does not fit", "[sio][handlers]") {
  Scene scene;
  bool threw = false;
  scene.socket->on("e", [&](const Args& args) {
    CHECK(args.get<int>(0) == 1);
    CHECK(args.get<std::string>(1) == "two");
    CHECK(args.get<std::optional<int>>(2) == std::nullopt);
    CHECK(args.get<std::optional<int>>(9) == std::nullopt);
    CHECK(args.raw(1).text() == "\"two\"");
    CHECK(args.raw(9).missing());
    try {
      static_cast<void>(args.get<bool>(0));
    } catch (const MismatchError& error) {
      threw = error.why().expected == "boolean" && error.why().found == "number 1";
    }
    static_cast<void>(args.get<int>(1));  // leaves the handler: an error event
  });
  scene.event("1,\"two\",null");
  CHECK(threw);
  REQUIRE(scene.errors.size() == 1);
  CHECK(scene.errors[0].message ==
        "argument 1: expected integer from -2147483648 to 2147483647, found string");
}

TEST_CASE("S25 what a handler throws becomes an error event, and the socket lives on",
          "[sio][handlers]") {
  Scene scene;
  int calls = 0;
  scene.socket->on("e", [&] {
    ++calls;
    throw std::runtime_error("boom");
  });
  scene.socket->on("f", [] { throw 5; });
  scene.event("");
  scene.client.say("2[\"f\"]");
  scene.event("");
  CHECK(calls == 2);
  REQUIRE(scene.errors.size() == 3);
  CHECK(scene.errors[0].message == "boom");
  CHECK(scene.errors[0].event == "e");
  CHECK(scene.errors[1].message == "a handler threw no std::exception");
  CHECK(scene.socket->connected());
}

TEST_CASE("S25 an error that nobody hears goes to the log and never throws", "[sio][handlers]") {
  Stage stage;
  stage.root.on_connection([](Socket& socket) {
    socket.on("e", [](int) {});
    socket.on("boom", [] { throw std::runtime_error("boom"); });
  });
  FakeSession client(stage.hub);
  client.join();
  client.say("2[\"error\"]");  // a remote name like any other
  client.say("2[\"error\",{\"message\":\"fake\"}]");
  client.say("2[\"constructor\"]");
  client.say("2[\"__proto__\"]");
  CHECK(stage.log.empty());
  client.say("2[\"e\",\"x\"]");
  CHECK(stage.logged("expected integer from -2147483648 to 2147483647, found string (event e)"));
  client.say("2[\"boom\"]");
  CHECK(stage.logged("boom (event boom)"));
  CHECK(client.open());
}

TEST_CASE("a peer's own event `error` may be a sentence or an object", "[sio][handlers]") {
  Scene scene;
  scene.client.say("2[\"error\",\"handle me please\"]");
  scene.client.say("2[\"error\",{\"message\":\"mine\",\"event\":\"e\"}]");
  REQUIRE(scene.errors.size() == 2);
  CHECK(scene.errors[0].message == "handle me please");
  CHECK(scene.errors[0].event.empty());
  CHECK(scene.errors[1].message == "mine");
  CHECK(scene.errors[1].event == "e");
}

TEST_CASE("an error handler that throws, or does not fit, ends in the log", "[sio][handlers]") {
  Stage stage;
  stage.root.on_connection([](Socket& socket) {
    socket.on("error", [](int) {});
    socket.on("error", [](const Error&) { throw std::runtime_error("again"); });
    socket.on("e", [] { throw std::runtime_error("first"); });
  });
  FakeSession client(stage.hub);
  client.join();
  client.say("2[\"e\"]");
  CHECK(stage.logged("again (event error)"));
  CHECK(stage.logged("expected integer"));
  client.say("2[\"error\",1]");  // from outside: one handler takes it, the other does not
  CHECK(client.open());
}

TEST_CASE("functions of every kind are handlers", "[sio][handlers]") {
  Scene scene;
  static int sum = 0;
  sum = 0;
  struct Functor {
    void operator()(int x) const noexcept { sum += x; }
  };
  int own = 0;
  scene.socket->on(
      "e", +[](int x) { sum += x; });
  scene.socket->on("e", std::function<void(int)>([](int x) { sum += x; }));
  scene.socket->on("e", Functor{});
  scene.socket->on("e", [own](int x) mutable { sum += x + own++; });
  scene.socket->on("e", [](Socket& socket, int x) { sum += socket.connected() ? x : 0; });
  scene.socket->on("e", [p = std::make_unique<int>(1)](int x) { sum += x * *p; });  // move-only
  scene.event("1");
  scene.event("1");
  CHECK(sum == 13);
}

TEST_CASE("handlers come and go as in Node, but a removed one is not called", "[sio][handlers]") {
  Scene scene;
  std::string seen;
  ListenerId second = 0;
  scene.socket->on("e", [&] {
    seen += "a";
    scene.socket->off(second);
    scene.socket->on("e", [&] { seen += "late"; });
  });
  second = scene.socket->on("e", [&] { seen += "b"; });
  scene.socket->once("e", [&] {
    seen += "c";
    if (seen.size() < 10) scene.event("");
  });
  scene.socket->prepend("e", [&] { seen += "p"; });
  CHECK(scene.socket->listener_count("e") == 4);
  scene.event("");
  CHECK(seen == "pacpalate");
  CHECK(scene.socket->off("e") == 4);
  CHECK(scene.socket->listener_count("e") == 0);
  CHECK_FALSE(scene.socket->off(second));
  scene.event("");
  CHECK(seen == "pacpalate");
}

TEST_CASE("S20 S21 catch-alls and middlewares of a socket see events first", "[sio][handlers]") {
  Scene scene;
  std::string seen;
  const auto any = scene.socket->on_any([&](std::string_view event, const Args& args) {
    seen += "any:" + std::string(event) + std::to_string(args.size()) + " ";
  });
  scene.socket->prepend_any([&](std::string_view, const Args&) { seen += "first "; });
  scene.socket->use([&](std::string_view event, const Args&, const SocketNext& next) {
    seen += "use ";
    if (event == "bad") return next("refused");
    if (event != "lost") next();
  });
  scene.socket->on("e", [&] { seen += "e "; });
  scene.socket->on("bad", [&] { seen += "no "; });
  scene.event("1");
  CHECK(seen == "first any:e1 use e ");
  seen.clear();
  scene.client.say("2[\"bad\"]");
  scene.client.say("2[\"lost\"]");
  CHECK(seen == "first any:bad0 use first any:lost0 use ");
  REQUIRE(scene.errors.size() == 1);
  CHECK(scene.errors[0].message == "refused");
  CHECK(scene.socket->off_any(any));
  scene.socket->off_any();
  seen.clear();
  scene.event("");
  CHECK(seen == "use e ");
}
