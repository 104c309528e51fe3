// tools/lesson/http_parts.cpp - every method and every status code, both messages part by part.
//
//   http_parts [port]         7009 by default, 0 for any; then, elsewhere:
//   curl -v localhost:7009/echo -X PATCH -d hello         any method
//   curl -v localhost:7009/status/504                     any status
//   curl -v localhost:7009/dogs/1                         ... and where statuses come from:
//   curl -v localhost:7009/dogs -d '{"name":"spot"}' -H 'Content-Type: application/json'
//   curl -v localhost:7009/old -L; curl -v -u me:wrong localhost:7009/secret
//
// Watch: a message is a first line, fields, an empty line and perhaps a body. The first line of a
// request says what is wanted of what; that of a response, how it went: 2xx done, 3xx look
// elsewhere, 4xx your fault, 5xx ours.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "http/json.h"
#include "http/server.h"
#include "net/event_loop.h"
#include "tools/stop_signals.h"

using namespace strata;
using http::Json;
using http::Request;
using http::Response;

namespace {

// What the lesson says of the codes that one meets every day.
const std::map<int, const char*> meanings = {
    {200, "it worked, and here it is"},
    {204, "it worked, and there is nothing to say"},
    {301, "it lives elsewhere now, for good: see Location"},
    {304, "what you have is still good: see ETag"},
    {400, "the request makes no sense"},
    {401, "say who you are: see WWW-Authenticate"},
    {403, "I know who you are, and the answer is no"},
    {404, "there is no such thing"},
    {500, "the server broke"},
    {503, "the server is busy: see Retry-After"},
    {504, "the server that this one asked did not answer in time"},
};

void print_lines(const char* mark, std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t end = lines.find("\r\n");
    std::printf("%s   field   %.*s\n", mark, static_cast<int>(end), lines.data());
    lines.remove_prefix(end + 2);
  }
}

void print_request(const Request& req) {
  const auto print = [](const char* part, std::string_view text) {
    std::printf(">   %-7s %.*s\n", part, static_cast<int>(text.size()), text.data());
  };
  std::puts("> request");
  print("method", req.method());
  print("target", req.target());
  print("version", "HTTP/1." + std::to_string(req.minor_version()));
  for (const http::Field& field : req.headers())
    print("field", std::string(field.name) + ": " + std::string(field.value));
  std::printf(">   body    %zu bytes\n", req.body().size());
}

// The server adds Date, Content-Length and, at the end of a connection, Connection.
void print_response(const Request&, const Response& res, std::uint64_t bytes) {
  const std::string phrase(http::reason_phrase(res.status()));
  std::printf("< response\n<   version HTTP/1.1\n<   status  %d\n<   phrase  %s\n", res.status(),
              phrase.c_str());
  print_lines("<", res.field_lines());
  std::printf("<   body    %llu bytes\n", static_cast<unsigned long long>(bytes));
}

// The fields without which a status would not say all.
void answer_status(Request& req, Response& res) {
  const int code = std::atoi(std::string(*req.param("code")).c_str());
  if (code < 200 || code > 599) throw http::HttpError(400, "a final status is 200 to 599");
  if (code == 401) res.set("WWW-Authenticate", "Basic realm=\"lesson\"");         // rfc9110-11.6.1
  if (code == 405) res.set("Allow", "GET, HEAD");                                 // rfc9110-15.5.6
  if (code == 407) res.set("Proxy-Authenticate", "Basic realm=\"lesson\"");       // rfc9110-11.7.1
  if (code == 416) res.set("Content-Range", "bytes */0");                         // rfc9110-15.5.17
  if (code == 426) res.set("Upgrade", "websocket").set("Connection", "Upgrade");  // rfc9110-7.8
  if (code == 429 || code == 503) res.set("Retry-After", "1");                    // rfc9110-10.2.3
  if (code == 304) res.set("ETag", "\"lesson\"");                                 // rfc9110-15.4.5
  if (code == 201 || (code >= 300 && code < 400 && code != 304)) res.location("/dogs");
  const auto meaning = meanings.find(code);
  const std::string phrase(http::reason_phrase(code));
  res.status(code).type("txt").send(std::to_string(code) + " " + phrase +
                                    (meaning == meanings.end() ? "" : ": ") +
                                    (meaning == meanings.end() ? "" : meaning->second) + "\n");
}

void list_statuses(Request&, Response& res) {
  Json all = Json::object();
  for (int code = 100; code < 600; ++code)
    if (!http::reason_phrase(code).empty()) all[std::to_string(code)] = http::reason_phrase(code);
  res.json(all);
}

// Where the statuses of the table come from, in a life of dogs.
void add_dogs(http::Server& app, std::map<int, std::string>& dogs) {
  const auto find = [&dogs](Request& req) {
    const auto dog = dogs.find(std::atoi(std::string(*req.param("id")).c_str()));
    if (dog == dogs.end()) throw http::HttpError(404, "no such dog");
    return dog;
  };
  app.get("/dogs", [&dogs](Request&, Response& res) {  // 200, or 304 to who has its ETag
    Json all = Json::array();
    for (const auto& [id, name] : dogs) all.push_back({{"id", id}, {"name", name}});
    res.json(all);
  });
  app.get("/dogs/:id", [find](Request& req, Response& res) {  // 200 or 404
    res.json(Json{{"name", find(req)->second}});
  });
  app.post("/dogs", http::json_body(), [&dogs](Request& req, Response& res) {  // 201, 400, 415
    const auto body = req.json();
    if (!body) throw http::HttpError(body.error().status, std::string(body.error().why));
    if (!body->is_object() || !body->contains("name") || !(*body)["name"].is_string())
      throw http::HttpError(400, "a dog has a name");
    const int id = dogs.empty() ? 1 : dogs.rbegin()->first + 1;
    dogs[id] = (*body)["name"].get<std::string>();
    res.location("/dogs/" + std::to_string(id)).status(201).json(*body);
  });
  app.del("/dogs/:id", [&dogs, find](Request& req, Response& res) {  // 204 or 404
    dogs.erase(find(req));
    res.status(204).end();
  });
  app.get("/old", [](Request&, Response& res) { res.redirect(301, "/dogs"); });
  app.get("/secret", [](Request& req, Response& res) {  // 401, 403 or 200
    const std::string_view who = req.header("Authorization");
    if (who.empty()) return res.set("WWW-Authenticate", "Basic realm=\"dogs\"").send_status(401);
    if (who != "Basic bWU6c2VjcmV0") return res.send_status(403);  // me:secret
    res.send("the bone is below the tree\n");
  });
  app.get("/crash", [](Request&, Response&) { throw std::runtime_error("a handler broke"); });
  app.get("/busy", [](Request&, Response& res) { res.set("Retry-After", "1").send_status(503); });
  app.get("/far", [&app](Request&, Response& res) {  // asks a server that does not answer
    app.loop().after(50ms, [reply = res.defer()]() mutable { reply.send_status(504); });
  });
}

}  // namespace

int main(int count, char** arguments) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const auto port = static_cast<std::uint16_t>(count > 1 ? std::atoi(arguments[1]) : 7009);
  net::EventLoop loop;
  http::ServerOptions options;
  options.router.method_not_allowed = true;
  http::Server app(loop, options);
  std::map<int, std::string> dogs = {{1, "spot"}};

  app.use([](Request& req, Response& res, const http::Next& next) {
    print_request(req);
    res.on_finish(print_response);
    next();
  });
  app.all("/echo", [](Request& req, Response& res) {
    res.set("X-Method", req.method()).type("txt").send(req.body());
  });
  app.get("/status", list_statuses);
  app.all("/status/:code", answer_status);
  add_dogs(app, dogs);

  if (const std::error_code error = app.listen(port)) {
    std::fprintf(stderr, "http_parts: port %u: %s\n", port, error.message().c_str());
    return 1;
  }
  const auto stop = [&] { loop.stop(); };
  const net::StopSignals signals(
      loop, [&] { app.drain(stop); }, stop);
  std::printf("http_parts listens on %s\n", app.address().to_string().c_str());
  loop.run();
  std::puts("http_parts stops");
}
