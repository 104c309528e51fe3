// tests/sio/readme_test.cpp - the snippets of sio/README.md, compiled and run. Each block of C++
// there stands here too, letter by letter but for blanks.
#include "tests/catch.h"

#include <iostream>
#include <regex>
#include <thread>

#include "sio/memory_adapter.h"
#include "sio/remote_socket.h"
#include "sio/server.h"
#include "tests/sio/fake_session.h"
#include "tests/sio/readme.h"

using namespace strata;

namespace {

int slow(int n) { return n; }

struct Message {
  std::string text;
};
void to_json(sio::Json& json, const Message& m) { json = {{"text", m.text}}; }
void from_json(const sio::Json& json, Message& m) { json.at("text").get_to(m.text); }

using Chat = sio::Event<"chat", std::string, Message>;

void first_server() {
  using namespace strata;  // sio::, http::, and 5s for a duration

  sio::Server io(3000);
  io.on_connection([&io](sio::Socket& socket) {
    socket.on("hello", [&io](const std::string& name) { io.emit("joined", name); });
  });
  if (const std::error_code error = io.run()) std::cerr << error.message() << '\n';
}

void hear(sio::Server& io) {
  io.on_connection([](sio::Socket& socket) {
    socket.on("add", [](int a, int b, sio::Ack ack) { ack(a + b); });
    socket.on("say", [&socket](const std::string& text, std::optional<int> times) {
      socket.emit("said", text, times.value_or(1));
    });
    socket.once("name", [&socket](const std::string& name) { socket.data()["name"] = name; });
    socket.on("relay", [&socket](const sio::Args& all) { socket.broadcast().emit("relay", all); });
  });
}

void speak(sio::Socket& socket) {
  socket.emit("hello");
  socket.emit("values", 1, 2.5, true, nullptr, "text");
  socket.emit("user", {{"name", "spot"}, {"age", 3}});            // braces are JSON
  socket.emit("picture", std::vector<std::uint8_t>{0x89, 0x50});  // bytes are an attachment
  socket.send("an event called message");
  socket.timeout(5s).emit("sum", 40, 2, [](std::error_code late, int answer) {
    std::cout << (late ? late.message() : std::to_string(answer)) << '\n';
  });
}

void rooms(sio::Server& io) {
  io.on_connection([](sio::Socket& socket) {
    socket.on("enter", [&socket](const std::string& room) {
      socket.join(room);
      socket.to(room).emit("entered", socket.id());  // the others in it
    });
  });
}

void many(sio::Server& io) {
  io.to("news").emit("headline", "rain");                      // everybody in it
  io.to({"a", "b"}).except("muted").emit("both", 1);           // each socket once
  const auto team = io.in("red").volatile_().compress(false);  // a value: keep it
  team.emit("position", 1, 2);  // not to those who would have to wait for it
  io.timeout(2s).emit("vote", [](std::error_code late, const sio::Json& answers) {
    std::cout << answers.size() << (late ? " in time\n" : ", all of them\n");
  });
}

void let_in(sio::Server& io) {
  io.use([](sio::Socket& socket, const sio::Next& next) {
    const sio::Json& auth = socket.handshake().auth();
    if (auth.value("token", "") != "secret")
      return next(sio::Refusal("who are you", {{"code", 401}}));
    next();  // now or later, from any thread
  });
}

void namespaces(sio::Server& io) {
  io.of("/admin").on_connection([](sio::Socket& socket) {
    socket.nsp().emit("arrived", socket.id());  // to all in /admin
  });
  io.of(std::regex("^/room-\\d+$")).on_connection([](sio::Socket& socket) {
    socket.emit("you are in", socket.nsp().name());
  });
  io.of([](std::string_view name, const sio::Json& auth, sio::NamespaceNext next) {
    next(name.starts_with("/user-") && auth.contains("token"));  // now or later, from any thread
  });
}

void declared(sio::Socket& socket) {
  socket.on<Chat>([&socket](const std::string& from, const Message& message) {
    socket.broadcast().emit<Chat>(from, message);  // another type or count does not compile
  });
}

void watch(sio::Socket& socket) {
  socket.use([](std::string_view event, const sio::Args& args, const sio::SocketNext& next) {
    if (event == "upload" && args.empty()) return next("nothing to upload");
    next();  // now or later, from any thread
  });
  socket.on_any([](std::string_view event, const sio::Args&) { std::clog << event << '\n'; });
}

void leave(sio::Server& io) {
  io.on_connection([](sio::Socket& socket) {
    socket.on_disconnecting([&socket](const std::string& reason) {  // its rooms are still there
      for (const std::string& room : socket.rooms()) socket.to(room).emit("left", reason);
    });
    socket.on("bye", [&socket] { socket.disconnect(); });  // (true): the whole connection
  });
}

void errors(sio::Server& io) {
  io.on_connection([](sio::Socket& socket) {
    socket.on_error(
        [](const sio::Error& error) { std::clog << error.event << ": " << error.message << '\n'; });
  });
  io.on_log([](std::string_view line) { std::clog << line << '\n'; });
}

void find_others(sio::Server& io) {
  io.in("news").fetch_sockets([](std::error_code, const std::vector<sio::RemoteSocket>& found) {
    for (const sio::RemoteSocket& socket : found) {
      if (socket.rooms().size() < 3) socket.join("quiet");
      socket.timeout(1s).emit("still there?", [](std::error_code, const sio::Json&) {});
    }
  });
  io.in("quiet").sockets_leave("news");
  io.in("banned").disconnect_sockets(true);
}

sio::Options recovery() {
  sio::Options options;
  options.connection_state_recovery = sio::RecoveryOptions{.max_disconnection_duration = 60s};
  return options;
}

void recovers(sio::Server& io) {
  io.on_connection([](sio::Socket& socket) {
    if (!socket.recovered()) socket.join("news");  // else it is in there again, and heard all
  });
}

class Relay final : public sio::MemoryAdapter {
 public:
  Relay(sio::Namespace& nsp, std::vector<Relay*>& all) : MemoryAdapter(nsp), all_(all) {
    all_.push_back(this);
  }
  void close() override { std::erase(all_, this); }
  void server_count(std::function<void(std::size_t)> done) override { done(all_.size()); }
  void broadcast(const sio::EventPacket& packet, const sio::Target& target,
                 const sio::SendFlags& flags) override {
    MemoryAdapter::broadcast(packet, target, flags);  // to the sockets of this server
    if (flags.local) return;
    sio::Selection who = target.who;  // names only, so it could travel
    if (target.sender != nullptr) who.except.emplace_back(target.sender->id());
    for (Relay* const other : all_)
      if (other != this) other->MemoryAdapter::broadcast(packet, {who, nullptr}, flags);
  }

 private:
  std::vector<Relay*>& all_;
};

sio::Options relayed(std::vector<Relay*>& all) {
  sio::Options options;
  options.adapter = [&all](sio::Namespace& nsp) { return std::make_unique<Relay>(nsp, all); };
  return options;
}

void between_servers(sio::Server& io) {
  io.on_server_side_emit("count", [&io](const sio::Args&, const sio::ServerAnswer& answer) {
    answer(io.clients_count());
  });
  io.server_side_emit("count", [](std::error_code, const sio::Json& counts) {
    std::cout << counts.size() << " other servers\n";
  });
}

void attach(net::Loop& loop) {
  http::Server app(loop);
  app.get("/", [](http::Request&, http::Response& res) { res.send("Hello"); });
  sio::Server io(app);  // on /socket.io/
  sio::Options options;
  options.engine.path = "/games";
  sio::Server games(app, options);  // as many as there are paths
  app.listen(3000);                 // then app.run()
}

void threads(sio::Server& io) {
  io.on_connection([](sio::Socket& socket) {
    socket.on("work", [ref = socket.ref()](int n, sio::Ack ack) {
      std::thread([ref, n, ack] {
        ref.emit("progress", 50);
        ack(slow(n));
      }).detach();
    });
  });
  io.post([&io] { io.disconnect_sockets(); });  // the rest of the API, from any thread
}

sio::Options tuned() {
  sio::Options options;
  options.engine.ping_interval = 300ms;
  options.engine.ping_timeout = 200ms;
  options.engine.origins = {"http://localhost:8080"};
  options.connect_timeout = 1000ms;
  return options;
}

}  // namespace

TEST_CASE("each snippet of the README is here, and so compiles", "[sio][readme]") {
  CHECK(test::check_snippets("sio/README.md", "tests/sio/readme_test.cpp") >= 15);
}

TEST_CASE("the snippets of the README do what they say", "[sio][readme]") {
  const test::Quiet quiet;
  test::VirtualLoop loop;
  sio::Server io(loop, recovery());
  for (const auto snippet : {hear, rooms, namespaces, leave, errors, recovers, between_servers})
    snippet(io);
  io.on_connection(declared);
  io.on_connection(watch);
  io.on_log([](std::string_view) {});
  sio::Hub& hub = io.of("/").hub();
  test::FakeSession spot(hub), other(hub);
  spot.join();
  other.join();
  spot.say("21[\"add\",40,2]");
  CHECK(spot.take() == "31[42]");
  spot.say("2[\"say\",\"hi\"]");
  CHECK(spot.take().starts_with("2[\"said\",\"hi\",1,"));
  spot.say("2[\"chat\",\"spot\",{\"text\":\"hi\"}]");
  CHECK(other.take().starts_with("2[\"chat\",\"spot\",{\"text\":\"hi\"},"));
  spot.say("2[\"relay\",1.50]");
  CHECK(other.take().starts_with("2[\"relay\",1.50,"));
  spot.say("2[\"enter\",\"kitchen\"]");
  CHECK(other.sent.empty());
  CHECK(io.in("kitchen").sockets().size() == 1);
  CHECK(io.in("news").sockets().size() == 2);
  many(io);
  CHECK(other.take().starts_with("2[\"headline\",\"rain\","));
  find_others(io);
  loop.settle();
  CHECK(io.in("quiet").sockets().size() == 1);  // who was in two rooms
  spot.say("0/room-7,");
  CHECK(spot.sent.back().starts_with("2/room-7,[\"you are in\",\"/room-7\","));
  spot.say("0/user-1,{\"token\":1}");
  CHECK(spot.sent.back().starts_with("0/user-1,"));
  spot.say("2[\"bye\"]");
  CHECK(spot.sent.back() == "1");
  CHECK(io.in("kitchen").sockets().empty());
  let_in(io);
  spot.sent.clear();
  spot.say("0");
  CHECK(spot.take() == "4{\"message\":\"who are you\",\"data\":{\"code\":401}}");
  attach(loop);
  static_cast<void>(first_server);  // these would wait, or start threads
  static_cast<void>(threads);
}

// What was said, as the README writes it: its ids in place of those that were made.
class Transcript {
 public:
  void says(test::FakeSession& client, std::string text) {
    text_ += "->  4" + text + "\n";
    client.say(filled(std::move(text), false));
    while (!client.sent.empty()) hears(client.take());
  }
  void hears(std::string text) {
    if (sid_.empty()) {
      sid_ = text.substr(9, 20);
      pid_ = text.substr(38, 20);
    }
    text_ += "<-  4" + filled(std::move(text), true) + "\n";
  }
  void note(std::string_view text) { text_ += text; }
  const std::string& text() const { return text_; }

 private:
  std::string filled(std::string text, bool to_readme) const {
    const std::pair<std::string, std::string> ids[] = {{sid_, "3K_WfoNDuF7Slf1e66uT"},
                                                       {pid_, "m7Hq0ZcUVx-2LtYpQJ9d"}};
    for (const auto& [made, written] : ids) {
      const std::string& from = to_readme ? made : written;
      if (const std::size_t at = text.find(from); !from.empty() && at != std::string::npos)
        text.replace(at, 20, to_readme ? written : made);
    }
    return text;
  }
  std::string text_, sid_, pid_;
};

TEST_CASE("the README's recovery is on the wire", "[sio][readme][recovery]") {
  test::VirtualLoop loop;
  sio::Server io(loop, recovery());
  Transcript transcript;
  {
    test::FakeSession client(io.of("/").hub());
    transcript.says(client, "0");
    io.emit("headline", "rain");
    transcript.hears(client.take());
  }
  transcript.note("        the cable is cut, and meanwhile: io.emit(\"headline\", \"wind\")\n");
  io.emit("headline", "wind");
  test::FakeSession again(io.of("/").hub());
  transcript.says(again, R"(0{"pid":"m7Hq0ZcUVx-2LtYpQJ9d","offset":"1"})");
  INFO(transcript.text());
  CHECK(test::text_of("sio/README.md").find("```\n" + transcript.text() + "```") !=
        std::string::npos);
}

TEST_CASE("the README's adapter joins two servers", "[sio][readme]") {
  test::VirtualLoop loop;
  std::vector<Relay*> all;
  sio::Server one(loop, relayed(all)), two(loop, relayed(all));
  test::FakeSession here(one.of("/").hub()), there(two.of("/").hub());
  here.join();
  there.join();
  one.emit("hello");
  CHECK(here.take() == "2[\"hello\"]");
  CHECK(there.take() == "2[\"hello\"]");
  one.local().emit("hello");
  CHECK(there.sent.empty());
  one.sockets()[0]->broadcast().emit("others");
  CHECK(here.sent.size() == 1);
  CHECK(there.take() == "2[\"others\"]");
}

TEST_CASE("what the README says a socket sends", "[sio][readme]") {
  test::VirtualLoop loop;
  sio::Server io(loop, tuned());
  io.on_connection(speak);
  test::FakeSession client(io.of("/").hub());
  client.say("0");
  REQUIRE(client.sent.size() == 8);
  CHECK(client.sent[1] == "2[\"hello\"]");
  CHECK(client.sent[2] == "2[\"values\",1,2.5,true,null,\"text\"]");
  CHECK(client.sent[3] == "2[\"user\",{\"age\":3,\"name\":\"spot\"}]");
  CHECK(client.sent[4] == "51-[\"picture\",{\"_placeholder\":true,\"num\":0}]");
  CHECK(client.sent[6] == "2[\"message\",\"an event called message\"]");
  CHECK(client.sent[7] == "20[\"sum\",40,2]");
}
