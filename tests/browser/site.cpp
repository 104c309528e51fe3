// tests/browser/site.cpp - a server for a browser to try: files, compression, events, content in
// pieces both ways, forms, cookies, redirects, other origins, WebSockets. Prints where it listens.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "http/event_stream.h"
#include "http/middleware/compression_filter.h"
#include "http/middleware/cors.h"
#include "http/middleware/multipart_form.h"
#include "http/middleware/static_files.h"
#include "http/server.h"
#include "net/event_loop.h"
#include "tools/stop_signals.h"
#include "ws/route.h"

using namespace strata;
using http::Request;
using http::Response;

namespace {

void add_answers(http::Server& app) {
  app.get("/", [](Request&, Response& res) { res.send("<!doctype html><title>site</title>"); });
  app.get("/long", [](Request&, Response& res) {
    std::string text;
    for (int i = 0; i < 20'000; ++i) text += "line " + std::to_string(i) + "\n";
    res.type("text/plain").send(std::move(text));
  });
  app.get("/cookie", [](Request& req, Response& res) {
    const std::string had(req.cookie("seen").value_or("none"));
    res.cookie("seen", "yes", {.http_only = true, .same_site = "Lax"}).send(had);
  });
  app.get("/moved", [](Request&, Response& res) { res.redirect(303, "/arrived?by=redirect"); });
  app.get("/arrived", [](Request& req, Response& res) { res.send(*req.query("by")); });
  app.on("DELETE", "/thing", [](Request&, Response& res) { res.status(204).end(); });
  app.get("/error", [](Request&, Response&) { throw http::HttpError(418, "a <teapot>"); });
}

// A piece goes out when the page asks for it by another request: what arrived came in pieces.
void add_pieces(http::Server& app) {
  static http::Reply open;
  app.get("/pieces", [](Request&, Response& res) {
    res.type("text/plain").write("first");
    open = res.defer();
  });
  app.post("/pieces", [](Request& req, Response& res) {
    if (req.body().empty()) {
      open.end();
    } else {
      open.write(std::string(req.body()));
    }
    res.status(204).end();
  });
  app.post("/count", http::stream_body.up_to(1 << 30), [](Request& req, Response& res) {
    const auto bytes = std::make_shared<std::size_t>(0);
    req.on_data([bytes](net::Bytes piece) { *bytes += piece.size(); });
    req.on_end([bytes, reply = res.defer()]() mutable { reply.send(std::to_string(*bytes)); });
  });
}

void add_events(http::Server& app) {
  app.get("/events", [](Request&, Response& res) {
    http::EventStream events(res, {});
    const int from = events.last_event_id().empty() ? 0 : std::stoi(events.last_event_id());
    for (int i = from + 1; i <= from + 3; ++i) {
      const std::string id = std::to_string(i);
      events.send(http::ServerEvent{.data = "number\n" + id, .event = "count", .id = id});
    }
    events.close();  // the browser comes back, with the last id
  });
}

void add_forms(http::Server& app) {
  app.post("/form", http::multipart_form(), [](Request& req, Response& res) {
    const http::MultipartForm* const form = http::form_of(req);
    if (form == nullptr || form->files.empty()) throw http::HttpError(400, "a form with a file");
    const auto& file = form->files.front();
    res.send(std::string(form->field("title").value_or("")) + ", " + *file.part.filename + ", " +
             std::to_string(file.content.size()));
  });
}

// /socket/NAME: an echo, compressed in the ways that NAME says. "close CODE REASON" closes; the
// page may ask at /closed how its last WebSocket ended, and at /pongs how many pings it answered.
void add_sockets(http::Server& app) {
  static std::string closed = "nothing";
  static int pongs = 0;
  ws::RouteOptions plain;
  plain.subprotocols = {"other", "echo"};
  plain.limits.max_message = 16 * 1024 * 1024;
  plain.limits.max_send_queue = 64 * 1024 * 1024;
  plain.on_message = [](ws::Connection& from, const ws::Message& message) {
    const std::string_view text = message.view();
    if (!message.text) {
      from.send_binary(message.payload);
    } else if (text.starts_with("close ")) {
      from.close(ws::CloseCode(std::stoi(std::string(text.substr(6, 4)))), text.substr(11));
    } else {
      from.send_text(text);
    }
  };
  plain.on_close = [](ws::Connection&, ws::CloseCode code, std::string_view reason) {
    closed = std::to_string(int(code)) + " " + std::string(reason);
  };
  ws::RouteOptions compressed = plain;
  compressed.compression.emplace();
  ws::RouteOptions forgetful = compressed;
  forgetful.compression->wanted = {.server_no_context_takeover = true,
                                   .client_no_context_takeover = true,
                                   .server_max_window_bits = 10,
                                   .client_max_window_bits = 9};
  ws::RouteOptions pinged = plain;
  pinged.limits.ping_interval = 10ms;
  pinged.on_pong = [](ws::Connection&, net::Bytes) { ++pongs; };
  ws::RouteOptions small = compressed;
  small.limits.max_message = 1000;
  ws::route(app, "/socket/plain", std::move(plain));
  ws::route(app, "/socket/compressed", std::move(compressed));
  ws::route(app, "/socket/forgetful", std::move(forgetful));
  ws::route(app, "/socket/pinged", std::move(pinged));
  ws::route(app, "/socket/small", std::move(small));
  app.get("/closed", [](Request&, Response& res) { res.send(closed); });
  app.get("/pongs", [](Request&, Response& res) { res.send(std::to_string(pongs)); });
}

}  // namespace

int main(int argc, char** argv) {
  const std::string files = argc > 1 ? argv[1] : "tools/chat/public";
  net::EventLoop loop;
  http::Server app(loop);
  app.use(http::compression());
  app.use("/shared", http::cors({.origin = true, .credentials = true}));
  app.all("/shared",
          [](Request& req, Response& res) { res.send("for " + std::string(req.method())); });
  app.all("/private", [](Request&, Response& res) { res.send("not for other origins"); });
  add_answers(app);
  add_pieces(app);
  add_events(app);
  add_forms(app);
  add_sockets(app);
  app.use("/files", http::static_files(files, {.max_age = net::Duration(0)}));
  if (const auto failed = app.listen(net::Address::loopback(0))) {
    std::fprintf(stderr, "site: %s\n", failed.message().c_str());
    return 1;
  }
  std::printf("listening on http://%s\n", app.address().to_string().c_str());
  std::fflush(stdout);
  const tools::StopSignals signals(loop, [&] { app.drain([&loop] { loop.stop(); }); });
  return loop.run() ? 1 : 0;
}
