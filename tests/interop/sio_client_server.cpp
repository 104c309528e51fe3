// tests/interop/sio_client_server.cpp - the server of sio_client_rows_*.cpp on our sio::Server.
// What it does and obeys: sio_client_server.js.
#include <sys/socket.h>

#include <cstdio>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "http/server.h"
#include "net/event_loop.h"
#include "sio/server.h"

using namespace strata;
using sio::Ack;
using sio::Json;

namespace {

std::map<std::string, Json> noted;
void note(const std::string& topic, Json value) { noted[topic].push_back(std::move(value)); }

template <class Pairs>
Json object_of(const Pairs& pairs) {
  Json out = Json::object();
  for (const auto& [name, value] : pairs) out[name] = value;
  return out;
}

void tell(sio::Socket& socket) {
  socket.on("info", [&socket](const Ack& ack) {
    ack(Json{{"id", socket.id()},
             {"nsp", socket.nsp().name()},
             {"conn", socket.conn().id()},
             {"transport", socket.conn().transport()},
             {"auth", socket.handshake().auth()},
             {"query", object_of(socket.handshake().query())},
             {"headers", object_of(socket.handshake().headers())},
             {"recovered", socket.recovered()}});
  });
  socket.on("bye", [&socket](bool close) { socket.disconnect(close); });
  socket.on("close-engine", [&socket] { socket.conn().close(); });
  socket.on("bad", [&socket] { socket.conn().send_text("bad"); });
  socket.on_disconnect([name = socket.nsp().name()](const std::string& why) {
    note("disconnect", {{"nsp", name}, {"why", why}});
  });
}

void speak(net::Loop& loop, sio::Socket& socket) {
  socket.on("echo", [&socket](const sio::Args& args, const Ack& ack) {
    if (ack) {
      ack(args);
    } else {
      socket.emit("echo", args);
    }
  });
  socket.on("never", [] {});
  const auto held = std::make_shared<std::vector<std::function<void()>>>();
  socket.on("hold", [held](const Json& value, const Ack& ack) {
    held->push_back([ack, value] { ack(value); });
  });
  socket.on("release", [held] {
    for (const auto& answer : std::exchange(*held, {})) answer();
  });
  socket.on("late", [&loop](int ms, const Json& value, const Ack& ack) {
    loop.after(std::chrono::milliseconds(ms), [ack, value] { ack(value); });
  });
  socket.on("flaky", [](const std::string& key, int fails, const Ack& ack) {
    note("flaky", key);
    int times = 0;
    for (const Json& one : noted["flaky"]) times += one == key ? 1 : 0;
    if (times > fails) ack(key);
  });
  socket.on("note", [](const Json& value, const Ack& ack) {
    note("note", value);
    ack();
  });
  socket.on("ask", [&socket](const Json& value) {
    socket.emit("question", value,
                [&socket](const sio::Args& answers) { socket.emit("answered", answers); });
  });
  socket.on("burst", [&socket](int times) {
    for (int i = 0; i < times; ++i) socket.emit("burst", i);
  });
  tell(socket);
}

void fill(sio::Server& io) {
  net::Loop& loop = io.loop();
  for (const char* name : {"/", "/foo", "/abc", "/asd", "/hello", "/slow", "/no", "/token"})
    io.of(name).on_connection([&loop, name = std::string(name)](sio::Socket& socket) {
      note("connection", name);
      speak(loop, socket);
      if (name != "/hello") return;
      for (int i = 0; i < 10; ++i) socket.emit("first", i);
    });
  io.of("/slow").use([&loop](sio::Socket&, const sio::Next& next) {
    loop.after(net::Duration(200ms), [next] { next(); });
  });
  io.of("/no").use([](sio::Socket&, const sio::Next& next) {
    note("refused", "/no");
    next(sio::Refusal("Auth failed (namespace)", {{"a", "b"}, {"c", 3}}));
  });
  io.of("/token").use([](sio::Socket& socket, const sio::Next& next) {
    if (socket.handshake().auth().value("token", "") == "abc") return next();
    next("no token");
  });
}

// "0/nsp,{...}" is answered "0/nsp,{"sid":...}", "2/nsp,7["echo",...]" "3/nsp,7[...]".
class Raw final : public sio::eio::Handler {
 public:
  void on_open(sio::eio::Socket&) override {}
  void on_binary(sio::eio::Socket&, net::Bytes bytes) override {
    note("wire", "<" + std::to_string(bytes.size()) + " octets>");
  }
  void on_close(sio::eio::Socket&, std::string_view, std::string_view) override {}
  void on_text(sio::eio::Socket& from, std::string_view data) override {
    const std::string text(data);
    note("wire", text);
    std::size_t at = 1;
    std::string nsp;
    if (text.substr(1, 1) == "/") {
      at = text.find(',') + 1;
      nsp = text.substr(1, at - 1);
    }
    if (text[0] == '0') {
      if (nsp == "/early,")
        for (const char* i : {"1", "2"})
          from.send_text("2" + nsp + "[\"early\"," + std::string(i) + "]");
      from.send_text("0" + nsp + R"({"sid":"sid-of-)" + nsp + "\"}");
    }
    const std::size_t body = text.find_first_not_of("0123456789", at);
    if (text[0] != '2' || body == at || text.compare(body, 8, "[\"echo\",") != 0) return;
    from.send_text("3" + nsp + text.substr(at, body - at) + "[" + text.substr(body + 8));
  }
};

class Version2 final : public sio::eio::Handler {
  void on_open(sio::eio::Socket& socket) override { socket.send_text("0"); }
  void on_text(sio::eio::Socket&, std::string_view) override {}
  void on_binary(sio::eio::Socket&, net::Bytes) override {}
  void on_close(sio::eio::Socket&, std::string_view, std::string_view) override {}
};

sio::eio::Options engine_at(const std::string& path) {
  sio::eio::Options options;
  options.path = path;
  return options;
}

// All that "down" ends.
class World {
 public:
  explicit World(net::Loop& loop) : app_(loop) {
    add("/socket.io", [](sio::Options&) {});
    add("/beat", [](sio::Options& options) {
      options.engine.ping_interval = 100ms;
      options.engine.ping_timeout = 2500ms;
    });
    add("/small", [](sio::Options& options) { options.engine.max_payload = 1000; });
    add("/recover", [](sio::Options& options) { options.connection_state_recovery.emplace(); });
    add("/cookie", [](sio::Options& options) { options.engine.cookie.emplace(); });
    add("/polling", [](sio::Options& options) { options.engine.websocket = false; });
    add("/websocket", [](sio::Options& options) { options.engine.polling = false; });
    add("/deflate", [](sio::Options& options) { options.engine.per_message_deflate.emplace(); });
    add("/deny", [](sio::Options& options) {
      options.engine.allow_request = [](const http::Request&) { return "denied"; };
    });
    add("/late", [&loop](sio::Options& options) {
      options.engine.allow_request_later = [&loop](const http::Request&, const auto& done) {
        loop.after(net::Duration(2500ms), [done] { done(std::nullopt); });
      };
    });
  }
  std::error_code listen(std::uint16_t port) {
    return app_.listen(net::Address::parse("127.0.0.1", port).value());
  }
  std::uint16_t port() const { return app_.address().port(); }
  void emit(const std::string& path, const std::string& event, const Json& value) {
    ios_.at(path)->emit(event, value);
  }

 private:
  template <class Set>
  void add(const std::string& path, const Set& set) {
    sio::Options options;
    options.engine.path = path;
    set(options);
    auto& io = ios_[path] = std::make_unique<sio::Server>(app_, options);
    fill(*io);
  }
  http::Server app_;
  std::map<std::string, std::unique_ptr<sio::Server>> ios_;
  Raw raw_;
  Version2 version2_;
  sio::eio::Server raw_engine_{app_, engine_at("/raw"), raw_};
  sio::eio::Server old_engine_{app_, engine_at("/v2"), version2_};
};

// A FIN on every connection that this process has, whoever owns it.
void cut_all() {
  for (int fd = 3; fd < 1024; ++fd) {
    sockaddr_storage peer;
    socklen_t size = sizeof peer;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0)
      ::shutdown(fd, SHUT_RDWR);
  }
}

class Commands {
 public:
  explicit Commands(net::Loop& loop) : loop_(loop) {}
  bool up(std::uint16_t port) {
    world_ = std::make_unique<World>(loop_);
    if (const auto error = world_->listen(port)) {
      std::fprintf(stderr, "%s\n", error.message().c_str());
      return false;
    }
    port_ = world_->port();
    return true;
  }
  std::uint16_t port() const { return port_; }
  std::string obey(const std::string& line) {
    std::istringstream words(line);
    std::string command, first, second;
    words >> command >> first >> second;
    if (command == "down") {
      world_.reset();
      noted.clear();
    } else if (command == "up") {
      if (!up(port_)) std::exit(1);
    } else if (command == "cut") {
      cut_all();
    } else if (command == "emit") {
      std::string json;
      std::getline(words, json);
      world_->emit(first, second, *sio::parse_json(json));
      return "emitted";
    } else {
      const Json all = noted[first].is_null() ? Json::array() : noted[first];
      noted.erase(first);
      return sio::dump(all);
    }
    return command;
  }

 private:
  net::Loop& loop_;
  std::unique_ptr<World> world_;
  std::uint16_t port_ = 0;
};

void say(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

}  // namespace

int main() {
  net::EventLoop loop;
  Commands commands(loop);
  if (!commands.up(0)) return 1;
  say("listening on http://127.0.0.1:" + std::to_string(commands.port()));
  std::thread reader([&] {
    for (std::string line; std::getline(std::cin, line);)
      loop.post([&, line] {
        const std::string answer = commands.obey(line);
        if (answer != "cut") return say(answer);
        // A turn lies between: sessions have heard of the end before anything is emitted.
        loop.after(1ms, [&loop] { loop.after(1ms, [] { say("cut"); }); });
      });
    loop.stop();
  });
  const auto error = loop.run();
  reader.join();
  return error ? 1 : 0;
}
