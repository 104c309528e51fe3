// tools/lesson/http_dogs.cpp - an HTTP server with a router; a new dog is told to whoever listens.
//
//   http_dogs [port]         7008 by default, 0 for any; then, elsewhere:
//   curl -v localhost:7008/dogs -d spot
//   curl -v localhost:7008/dogs/1
//
// Watch: a request is a method, a target, fields and a body; a response a status, fields and a
// body. Both are printed here, and curl -v prints them from its side. The handler that takes a dog
// does not know who cares: it emits `new_dog`, and is done.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "events/event_emitter.h"
#include "http/server.h"
#include "net/event_loop.h"
#include "tools/stop_signals.h"

using namespace strata;

namespace {

std::string as_json(std::size_t id, const std::string& name) {  // a name has letters only
  return "{\"id\":" + std::to_string(id) + ",\"name\":\"" + name + "\"}";
}

void print_request(const http::Request& req) {
  const auto text = [](std::string_view part) { return std::string(part); };
  std::printf("> %s %s HTTP/1.%d\n", text(req.method()).c_str(), text(req.target()).c_str(),
              req.minor_version());
  for (const http::Field& field : req.headers())
    std::printf(">   %s: %s\n", text(field.name).c_str(), text(field.value).c_str());
  std::printf(">   body: %zu bytes\n", req.body().size());
}

void answer(http::Response& res, int status, const std::string& json) {
  std::printf("< %d\n<   body: %s\n", status, json.c_str());
  res.status(status).json(json);
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 30 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

}  // namespace

int main(int count, char** arguments) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const auto port = static_cast<std::uint16_t>(count > 1 ? std::atoi(arguments[1]) : 7008);
  net::EventLoop loop;
  http::Server app(loop);
  events::EventEmitter emitter;
  std::vector<std::string> dogs;

  emitter.on("new_dog", [](std::size_t id, std::string_view name) {
    std::printf("* new_dog: number %zu is %.*s\n", id, static_cast<int>(name.size()), name.data());
  });

  app.use([](http::Request& req, http::Response&, const http::Next& next) {
    print_request(req);
    next();
  });
  app.get("/dogs", [&](http::Request&, http::Response& res) {
    std::string all;
    for (std::size_t i = 0; i < dogs.size(); ++i)
      all += (i == 0 ? "" : ",") + as_json(i + 1, dogs[i]);
    answer(res, 200, "[" + all + "]");
  });
  app.get("/dogs/:id", [&](http::Request& req, http::Response& res) {
    const std::size_t id = std::strtoul(std::string(*req.param("id")).c_str(), nullptr, 10);
    if (id == 0 || id > dogs.size()) return answer(res, 404, "{\"error\":\"no such dog\"}");
    answer(res, 200, as_json(id, dogs[id - 1]));
  });
  app.post("/dogs", [&](http::Request& req, http::Response& res) {
    if (!is_name(req.body())) return answer(res, 400, "{\"error\":\"a name is 1 to 30 letters\"}");
    dogs.emplace_back(req.body());
    emitter.emit("new_dog", dogs.size(), dogs.back());
    res.set("Location", "/dogs/" + std::to_string(dogs.size()));
    answer(res, 201, as_json(dogs.size(), dogs.back()));
  });

  if (const std::error_code error = app.listen(port)) {
    std::fprintf(stderr, "http_dogs: port %u: %s\n", port, error.message().c_str());
    return 1;
  }
  // At the first signal what is under way is finished; at the second not even that.
  const auto stop = [&] { loop.stop(); };
  const net::StopSignals signals(
      loop, [&] { app.drain(stop); }, stop);
  std::printf("http_dogs listens on %s\n", app.address().to_string().c_str());
  loop.run();
  std::puts("http_dogs stops");
}
