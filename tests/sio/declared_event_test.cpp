// Events that are declared: what the compiler does not stop, the wire and the decoder do.
#include "sio/event.h"

#include "sio/socket.h"
#include "tests/catch.h"
#include "tests/sio/fake_session.h"

using namespace strata;
using namespace strata::sio;
using test::FakeSession;
using test::Stage;

namespace {

struct Message {
  std::string text;
};
void to_json(Json& json, const Message& message) { json = {{"text", message.text}}; }
void from_json(const Json& json, Message& message) { json.at("text").get_to(message.text); }

using Chat = Event<"chat", std::string, Message>;
using Ping = Event<"ping">;
using Move = Event<"move", int, double, std::optional<bool>>;
using Picture = Event<"picture", std::vector<std::uint8_t>>;

struct Scene : Stage {
  Scene() {
    root.on_connection([this](Socket& s) { socket = &s; });
    client.join();
    socket->on_error([this](const Error& error) { errors.push_back(error.message); });
  }
  Socket* socket = nullptr;
  std::vector<std::string> errors;
  FakeSession client{hub};
};

}  // namespace

TEST_CASE("S33 a declared event is sent with its name and its values", "[sio][declared]") {
  Scene scene;
  Socket& socket = *scene.socket;
  struct Row {
    std::function<void()> emit;
    const char* wire;
  };
  const Row rows[] = {
      {[&] { socket.emit<Chat>("spot", Message{"hi"}); }, R"(2["chat","spot",{"text":"hi"}])"},
      {[&] { socket.emit<Chat>(std::string_view("s"), Message{""}); },
       R"(2["chat","s",{"text":""}])"},
      {[&] { socket.emit<Ping>(); }, R"(2["ping"])"},
      {[&] { socket.emit<Move>(1, 2, true); }, R"(2["move",1,2,true])"},
      {[&] { socket.emit<Move>('a', 2.5f, std::nullopt); }, R"(2["move",97,2.5,null])"},
      {[&] { scene.root.emit<Ping>(); }, R"(2["ping"])"},
      {[&] { scene.root.to(std::string(socket.id())).emit<Ping>(); }, R"(2["ping"])"},
      {[&] { socket.volatile_().emit<Ping>(); }, R"(2["ping"])"},
      {[&] { socket.ref().emit<Ping>(); }, R"(2["ping"])"},
      {[&] { socket.emit<Picture>(std::vector<std::uint8_t>{7}); },
       R"(51-["picture",{"_placeholder":true,"num":0}])"},
  };
  for (const Row& row : rows) {
    scene.client.sent.clear();
    row.emit();
    CHECK(scene.client.take() == row.wire);
  }
}

TEST_CASE("S33 an acknowledgement of a declared event is heard by a callback", "[sio][declared]") {
  Scene scene;
  scene.client.sent.clear();
  std::string heard;
  scene.socket->emit<Chat>("spot", Message{"hi"}, [&](int n) { heard = std::to_string(n); });
  CHECK(scene.client.take() == R"(20["chat","spot",{"text":"hi"}])");
  scene.client.say("30[7]");
  CHECK(heard == "7");
}

TEST_CASE("S33 handlers take the declared values as they like", "[sio][declared]") {
  Scene scene;
  std::string seen;
  scene.socket->on<Chat>(
      [&](const std::string& from, const Message& m) { seen += from + m.text + " "; });
  scene.socket->on<Chat>([&](std::string_view from, Message m, Ack ack) {
    seen += std::string(from) + m.text + "+ack ";
    ack("ok");
  });
  scene.socket->on<Chat>([&](Socket& socket, const auto&, const auto&) {
    seen += socket.connected() ? "socket " : "";
  });
  scene.socket->on<Chat>([&](Socket&, std::string, Message, const Ack&) { seen += "all "; });
  const ListenerId once = scene.socket->once<Ping>([&] { seen += "ping "; });
  CHECK(once != 0);
  scene.client.say(R"(2["ping"])");
  scene.client.say(R"(2["ping"])");
  scene.client.sent.clear();
  scene.client.say(R"(29["chat","spot",{"text":"hi"}])");
  CHECK(seen == "ping spothi spothi+ack socket all ");
  CHECK(scene.client.take() == R"(39["ok"])");
}

TEST_CASE("S33 what does not fit is answered and reported, and reaches no handler",
          "[sio][declared]") {
  struct Row {
    const char* wire;
    const char* why;
  };
  const Row rows[] = {
      {R"(["chat"])", "argument 0: expected string, found nothing"},
      {R"(["chat",1,{"text":""}])", "argument 0: expected string, found number 1"},
      {R"(["chat","spot",{"text":1}])",
       "argument 1: expected value that its from_json takes, found object"},
      {R"(["move",1.5,2])",
       "argument 0: expected integer from -2147483648 to 2147483647, found number 1.5"},
      {R"(["move",1,2,"yes"])", "argument 2: expected boolean, found string"},
  };
  for (const Row& row : rows) {
    INFO(row.wire);
    Scene scene;
    scene.socket->on<Chat>([](const std::string&, const Message&) { FAIL("it was called"); });
    scene.socket->on<Move>([](int, double, std::optional<bool>) { FAIL("it was called"); });
    scene.client.sent.clear();
    scene.client.say(std::string("2") + row.wire);
    CHECK(scene.client.sent.empty());  // nobody asked
    REQUIRE(scene.errors.size() == 1);
    CHECK(scene.errors[0] == row.why);
    scene.client.say(std::string("25") + row.wire);
    CHECK(scene.client.take() == "35[{\"error\":\"" + std::string(row.why) + "\"}]");
    CHECK(scene.socket->connected());
  }
}
