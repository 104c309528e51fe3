// tools/echo.cpp - one server for measurements and conformance suites: it gives back what it gets,
// on every layer.
//   HTTP        GET /  "Hello"    POST /echo  the content    GET /big  32 MiB    /static/...
//               GET /never  no answer
//   WebSocket   / /ws /echo  each message back    /broadcast  each message to all others
//   Engine.IO   /engine.io/  each message back
//   Socket.IO   /socket.io/  namespaces /, /custom and /limits: see serve_socketio
#include <cstdio>
#include <string>

#include "http/middleware/static_files.h"
#include "http/server.h"
#include "net/event_loop.h"
#include "sio/server.h"
#include "tools/flags.h"
#include "tools/stop_signals.h"
#include "ws/route.h"

using namespace strata;

namespace {

struct Settings {
  std::string host = "::";
  std::uint16_t port = 7890;
  std::string static_folder;
  std::string compression = "off";
  std::string http_compression = "on";
  unsigned workers = 1;
  bool quiet_connect = false;
  std::vector<std::string> origins;
  http::ServerOptions http;
  ws::Limits websocket;
  sio::Options socketio;  // its engine's options are those of /engine.io/ too
};

std::vector<tools::Flag> flags(Settings& s) {
  using namespace tools;
  auto& connection = s.http.listen.connection;
  return {
      text("--host", "address to listen on", s.host),
      number("--port", "0: any that is free", s.port),
      text("--static", "folder whose files are below /static/", s.static_folder),
      list("--origin", "an Origin to let in; repeatable; * for all", s.origins),
      text("--compression", "on or off: permessage-deflate", s.compression),
      number("--workers", "loops; 1", s.workers),
      number("--max-target", "bytes", s.http.limits.max_target),
      number("--max-head", "bytes", s.http.limits.max_head),
      number("--max-fields", "field lines of a head", s.http.limits.max_fields),
      number("--max-body", "bytes", s.http.limits.max_body),
      number("--max-message", "bytes of a WebSocket message", s.websocket.max_message),
      number("--high-water", "bytes queued: reading stops", connection.high_water),
      number("--max-send-queue", "bytes queued: a slow consumer", s.websocket.max_send_queue),
      number("--max-connections", "0: 90 % of RLIMIT_NOFILE", s.http.max_connections),
      number("--max-per-address", "0: any number", s.http.max_per_address),
      number("--max-requests", "on one connection; 0: any number", s.http.max_requests),
      milliseconds("--head-timeout", "ms", s.http.head_timeout),
      milliseconds("--body-timeout", "ms, and 1 s per 16 KiB", s.http.body_timeout),
      milliseconds("--idle-timeout", "ms", s.http.idle_timeout),
      milliseconds("--response-timeout", "ms", s.http.response_timeout),
      milliseconds("--write-timeout", "ms without progress", connection.write_timeout),
      milliseconds("--close-timeout", "ms for a WebSocket's close", s.websocket.close_timeout),
      milliseconds("--drain-timeout", "ms", s.http.drain_timeout),
      number("--max-payload", "bytes of an Engine.IO payload", s.socketio.engine.max_payload),
      milliseconds("--ping-interval", "ms", s.socketio.engine.ping_interval),
      milliseconds("--ping-timeout", "ms", s.socketio.engine.ping_timeout),
      milliseconds("--upgrade-timeout", "ms for an upgrade's probe",
                   s.socketio.engine.upgrade_timeout),
      number("--max-handshakes", "bytes of first requests that nobody followed",
             s.socketio.engine.max_handshakes),
      text("--http-compression", "on or off: of polls", s.http_compression),
      milliseconds("--connect-timeout", "ms for the first CONNECT", s.socketio.connect_timeout),
      number("--max-attachments", "of one packet", s.socketio.packet.max_attachments),
      number("--max-depth", "levels of JSON", s.socketio.packet.max_depth),
      number("--max-namespaces", "of a connection", s.socketio.max_namespaces),
      number("--max-rooms", "of a socket", s.socketio.max_rooms),
      number("--max-acks", "pending at a socket", s.socketio.max_acks),
  };
}

void serve_http(http::Server& app, const Settings& settings) {
  app.get("/", [](http::Request& req, http::Response& res, const http::Next& next) {
    // A WebSocket is opened further down; an offer of another protocol may be ignored, rfc9110-7.8.
    if (req.upgrade() && http::has_token(req.header("Upgrade"), "websocket")) return next();
    res.send("Hello");
  });
  app.post("/echo", [](http::Request& req, http::Response& res) {
    res.type("application/octet-stream").send(req.body());
  });
  app.get("/never", [](http::Request&, http::Response& res) { res.defer(); });
  const auto big = std::make_shared<const std::string>(32u << 20, 'x');
  app.get("/big", [big](http::Request&, http::Response& res) { res.send(big); });
  if (!settings.static_folder.empty())
    app.use("/static", http::static_files(settings.static_folder));
}

void serve_websocket(http::Server& app, const Settings& settings) {
  std::optional<ws::CompressionOptions> compression;
  if (settings.compression == "on") compression.emplace();
  const auto options = [&settings, compression](auto on_message) {
    return ws::RouteOptions{.on_message = on_message,
                            .limits = settings.websocket,
                            .subprotocols = {"echo"},
                            .compression = compression,
                            .origins = settings.origins};
  };
  const auto echo = [](ws::Connection& from, ws::Message& message) {
    from.send(std::move(message));
  };
  for (const char* path : {"/", "/ws", "/echo"}) ws::route(app, path, options(echo));
  const auto to_others = [](ws::Connection& from, const ws::Message& message) {
    if (message.text) {
      ws::Endpoint::of(from).broadcast_text(message.view(), &from);
    } else {
      ws::Endpoint::of(from).broadcast_binary(message.payload, &from);
    }
  };
  ws::route(app, "/broadcast", options(to_others));
}

// Every message goes back unchanged, text as text and binary as binary.
struct EngineEcho final : sio::eio::Handler {
  void on_open(sio::eio::Socket&) override {}
  void on_text(sio::eio::Socket& from, std::string_view text) override { from.send_text(text); }
  void on_binary(sio::eio::Socket& from, net::Bytes bytes) override { from.send_binary(bytes); }
  void on_close(sio::eio::Socket&, std::string_view, std::string_view) override {}
};

// What only a server can bring about: `join` a room, `ask` a question that waits for its answer.
// Acknowledged with whether that was done; `trouble` says which limit was in the way.
void serve_limits(sio::Server& io) {
  io.of("/limits").on_connection([](sio::Socket& socket) {
    socket.on_error([&socket](const sio::Error& error) { socket.emit("trouble", error.message); });
    socket.on("join",
              [&socket](const std::string& room, const sio::Ack& ack) { ack(socket.join(room)); });
    socket.on("ask", [&socket](const sio::Ack& ack) {
      ack(socket.emit("question", [](std::error_code) {}));
    });
  });
}

// On connection `auth` with the client's auth. On / also: `echo` comes back, in an acknowledgement
// if one is asked for; `broadcast` goes to all others; `message` comes back as `message-back`;
// `message-with-ack` is acknowledged.
void serve_socketio(sio::Server& io, bool quiet) {
  io.on_connection([quiet](sio::Socket& socket) {
    if (!quiet) socket.emit("auth", socket.handshake().auth());
    socket.on("echo", [&socket](const sio::Args& args, sio::Ack ack) {
      if (ack) {
        ack(args);
      } else {
        socket.emit("echo", args);
      }
    });
    socket.on("broadcast",
              [&socket](const sio::Args& args) { socket.broadcast().emit("broadcast", args); });
    socket.on("message", [&socket](const sio::Args& args) { socket.emit("message-back", args); });
    socket.on("message-with-ack", [](const sio::Args& args, sio::Ack ack) { ack(args); });
  });
  io.of("/custom").on_connection([quiet](sio::Socket& socket) {
    if (!quiet) socket.emit("auth", socket.handshake().auth());
  });
}

int refuse(const char* sentence) {
  std::fprintf(stderr, "echo: %s\n", sentence);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  const tools::Switch switches[] = {
      {"--quiet-connect", "no `auth` event on connection", &settings.quiet_connect}};
  if (!tools::read_flags(argc, argv, flags(settings), switches)) return 2;
  if (settings.workers != 1) return refuse("--workers: one loop is all there is");
  if (settings.compression != "on" && settings.compression != "off") {
    return refuse("--compression is on or off");
  }
  if (settings.http_compression != "on" && settings.http_compression != "off") {
    return refuse("--http-compression is on or off");
  }
  if (settings.compression == "on") settings.socketio.engine.per_message_deflate.emplace();
  if (settings.http_compression == "off") settings.socketio.engine.http_compression.reset();
  settings.socketio.engine.high_water = settings.http.listen.connection.high_water;
  settings.socketio.engine.max_send_queue = settings.websocket.max_send_queue;
  settings.http.max_send_queue = settings.websocket.max_send_queue;
  settings.socketio.engine.origins = settings.origins;
  const auto address = net::Address::parse(settings.host, settings.port);
  if (!address) return refuse("--host wants a numeric address");

  net::EventLoop loop;
  http::Server app(loop, settings.http);
  serve_http(app, settings);
  serve_websocket(app, settings);
  EngineEcho engine_echo;
  sio::eio::Options at_engine = settings.socketio.engine;
  at_engine.path = "/engine.io";
  sio::eio::Server engine(app, at_engine, engine_echo);
  sio::Server io(app, settings.socketio);
  serve_socketio(io, settings.quiet_connect);
  serve_limits(io);
  if (const auto error = app.listen(*address)) {
    std::fprintf(stderr, "%s: %s\n", address->to_string().c_str(), error.message().c_str());
    return 1;
  }
  const std::string shown = settings.host == "::" ? "localhost" : settings.host;
  std::printf("listening on http://%s:%d\n", shown.c_str(), int(app.address().port()));
  std::fflush(stdout);

  const tools::StopSignals signals(loop, [&] { app.drain([&loop] { loop.stop(); }); });
  return loop.run() ? 1 : 0;
}
