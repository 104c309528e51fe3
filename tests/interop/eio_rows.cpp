// tests/interop/eio_rows.cpp - Engine.IO servers for eio_rows_*_test.js, several on one HTTP server
// by path. What only a server sees: GET /seen/TOPIC.
//   /engine    its defaults: echoes, and takes orders that begin with '!'
//   /beat      100 ms ping interval, 2.5 s ping timeout
//   /hooks     cookie, CORS, fields, ids, permissions and middleware, as the query asks
//   /polling /websocket /stay /bare/ /initial /cors /deflate   one option each
//   /hasty     2.5 s to upgrade           /small     10 kB
#include <deque>
#include <string>

#include "net/event_loop.h"
#include "sio/eio/server.h"
#include "tests/interop/journal.h"
#include "tools/stop_signals.h"

using namespace strata;
using sio::Json;
using sio::eio::Options;

namespace {

Journal seen;

struct EngineRows final : sio::eio::Handler {
  sio::eio::Server* server = nullptr;
  void on_open(sio::eio::Socket&) override {}
  void on_binary(sio::eio::Socket& from, net::Bytes bytes) override { from.send_binary(bytes); }
  void on_upgrade(sio::eio::Socket& socket) override { seen.add("upgrade", socket.id()); }
  void on_text(sio::eio::Socket& from, std::string_view text) override {
    const std::string big(2000, 'y');
    if (text == "!info") return info(from);
    if (text == "!close") return from.close();
    if (text == "!graceful") {
      for (int i = 0; i < 5; ++i) from.send_text(std::to_string(i));
      return from.close();
    }
    if (text == "!discard") {
      from.send_text("lost");
      return from.close("forced close", true);
    }
    if (text == "!big") return void(from.send_text(big));
    if (text == "!plain") return void(from.send_text(big, {.compress = false}));
    if (text == "!sent") {
      from.send_text("sent");
      return from.when_sent([id = std::string(from.id())] { seen.add("sent", id); });
    }
    from.send_text(text);
  }
  void on_close(sio::eio::Socket& socket, std::string_view why, std::string_view) override {
    seen.add("engine-close", {{"id", socket.id()}, {"why", why}});
  }
  void info(sio::eio::Socket& from) const {
    from.send_text(sio::dump({{"id", from.id()},
                              {"transport", from.transport()},
                              {"upgraded", from.upgraded()},
                              {"protocol", from.protocol()},
                              {"open", from.ready_state() == sio::eio::ReadyState::open},
                              {"address", from.remote_address()},
                              {"url", from.handshake().url()},
                              {"clients", server->clients_count()}}));
  }
};

Options watched(Options options, const std::string& path) {
  using sio::eio::Packet;
  using sio::eio::Socket;
  options.path = path;
  const auto type = [](const Packet& packet) { return static_cast<int>(packet.type); };
  const auto packet = [type](const char* topic) {
    return [type, topic](Socket& socket, const Packet& one) {
      seen.add(topic, {{"id", socket.id()}, {"type", type(one)}});
    };
  };
  options.on_packet = packet("packet");
  options.on_packet_create = packet("packetCreate");
  options.on_flush = [](Socket& socket) { seen.add("flush", socket.id()); };
  options.on_drain = [](Socket& socket) { seen.add("drain", socket.id()); };
  return options;
}

Options plain(const std::string& path) { return watched({}, path); }

Options with(const std::string& path, const std::function<void(Options&)>& change) {
  Options options = plain(path);
  change(options);
  return options;
}

// What the query asks for: ?refuse=why (later: &later=1), ?id=..., ?id=fail, ?ua
Options hooked(net::Loop& loop) {
  Options options = plain("/hooks");
  options.cookie.emplace();
  options.allow_request_later = [&loop](const http::Request& req, auto answer) {
    const std::optional<std::string> why = req.query("refuse");
    if (!req.query("later")) return answer(why);
    loop.after(30ms, [answer, why] { answer(why); });
  };
  options.generate_id_later = [&loop](const http::Request& req, auto answer) {
    static int number = 0;
    std::optional<std::string> id = req.query("id").value_or("number-" + std::to_string(number++));
    if (id == "fail") id.reset();
    if (!req.query("later")) return answer(id);
    loop.after(30ms, [answer, id] { answer(id); });
  };
  options.initial_headers = [](sio::eio::Fields& fields, const http::Request& req) {
    fields.emplace_back("X-Initial", std::string(req.method()));
    fields.emplace_back("Set-Cookie", "one=1");
    fields.emplace_back("Set-Cookie", "two=2");
  };
  options.headers = [](sio::eio::Fields& fields, const http::Request&) {
    fields.emplace_back("X-Every", "yes");
  };
  options.on_connection_error = [](const sio::eio::ConnectionError& error) {
    seen.add("connection_error", {{"code", error.code},
                                  {"message", error.message},
                                  {"name", error.name},
                                  {"context", {error.context.first, error.context.second}},
                                  {"target", error.request.target()}});
  };
  return options;
}

void add_middlewares(sio::eio::Server& engine, net::Loop& loop) {
  engine.use([](http::Request& req, http::Response& res, const http::Next& next) {
    seen.add("middleware", {{"target", req.target()}, {"method", req.method()}});
    res.set("X-First", "1");
    next();
  });
  engine.use([&loop](http::Request& req, http::Response& res, const http::Next& next) {
    const std::string what = req.query("middleware").value_or("");
    if (what == "end") return res.status(401).end("ended");
    if (what == "error") return next(std::runtime_error("no"));
    if (what == "later") return void(loop.after(30ms, [next] { next(); }));
    next();
  });
}

}  // namespace

int main() {
  net::EventLoop loop;
  http::Server app(loop);
  seen.answer(app);
  app.get("/", [](http::Request&, http::Response& res) { res.send("a route of its own"); });

  std::deque<EngineRows> handlers;
  std::deque<sio::eio::Server> engines;
  const auto serve = [&](Options options) -> sio::eio::Server& {
    sio::eio::Server& engine =
        engines.emplace_back(app, std::move(options), handlers.emplace_back());
    handlers.back().server = &engine;
    return engine;
  };
  serve(plain("/engine"));
  add_middlewares(serve(hooked(loop)), loop);
  serve(with("/beat", [](Options& o) {
    o.ping_interval = 100ms;
    o.ping_timeout = 2500ms;
  }));
  serve(with("/hasty", [](Options& o) { o.upgrade_timeout = 2500ms; }));
  serve(with("/small", [](Options& o) { o.max_payload = 10'000; }));
  serve(with("/polling", [](Options& o) { o.websocket = false; }));
  serve(with("/websocket", [](Options& o) { o.polling = false; }));
  serve(with("/stay", [](Options& o) { o.allow_upgrades = false; }));
  serve(with("/bare", [](Options& o) { o.add_trailing_slash = false; }));
  serve(with("/initial",
             [](Options& o) { o.initial_packet = sio::eio::SharedMessage::text("welcome"); }));
  serve(with("/cors", [](Options& o) {
    o.cors = http::CorsOptions{.origin = {"http://a.example"}, .credentials = true};
  }));
  serve(with("/deflate", [](Options& o) { o.per_message_deflate.emplace(); }));
  sio::eio::Server& closing = serve(plain("/closing"));
  app.post("/close", [&closing](http::Request&, http::Response& res) {
    closing.close();
    res.send("closed");
  });

  if (!listen_and_say(app)) return 1;
  const tools::StopSignals signals(loop, [&] { loop.stop(); });
  return loop.run() ? 1 : 0;
}
