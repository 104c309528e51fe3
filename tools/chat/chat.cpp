// tools/chat/chat.cpp - the chat: a page, and the server behind it, on one port.
//
//   chat [--host ADDRESS] [--port N] [--page DIR] [--client FILE] [--compress]
//
// Over the wire (public/chat.js is the other half):
//   from the page  join(name) -> ack({ok, error, people, history}) | say(text) | typing(on)
//   to the pages   message({from, name, text, at}) | joined({id, name}) | left({id, name})
//                  typing({id, on})
#include <fmt/core.h>

#include <chrono>
#include <deque>
#include <map>
#include <string>

#include "http/middleware/static_files.h"
#include "http/server.h"
#include "net/event_loop.h"
#include "sio/server.h"
#include "tools/flags.h"
#include "tools/stop_signals.h"

namespace {

using namespace strata;
using sio::Json;

constexpr std::size_t history_max = 50;     // messages a newcomer gets to read
constexpr std::size_t name_bytes_max = 64;  // what the page allows, in UTF-8
constexpr std::size_t text_bytes_max = 8000;

std::int64_t milliseconds_since_1970() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

// Who is here, and what was said.
class Chat {
 public:
  explicit Chat(sio::Server& io) : io_(io) {
    io_.on_connection([this](sio::Socket& socket) { welcome(socket); });
  }

 private:
  void welcome(sio::Socket& socket) {
    socket.on("join", [this, &socket](const std::string& name, const sio::Ack& ack) {
      ack(join(socket, name));
    });
    socket.on("say", [this, &socket](const std::string& text) { say(socket, text); });
    socket.on("typing", [this, &socket](bool on) {
      if (is_here(socket)) socket.broadcast().emit("typing", {{"id", socket.id()}, {"on", on}});
    });
    socket.on_disconnect([this, &socket] { leave(socket); });
  }

  Json join(sio::Socket& socket, const std::string& name) {
    if (name.empty() || name.size() > name_bytes_max)
      return {{"ok", false}, {"error", "A name has 1 to 24 letters."}};
    for (const auto& [id, taken] : names_)
      if (taken == name && id != socket.id())
        return {{"ok", false}, {"error", name + " is here already."}};
    leave(socket);  // under the name it had before, if any
    names_.emplace(socket.id(), name);
    socket.broadcast().emit("joined", {{"id", socket.id()}, {"name", name}});
    Json people = Json::array();
    for (const auto& [id, known] : names_) people.push_back({{"id", id}, {"name", known}});
    return {{"ok", true}, {"people", people}, {"history", history_}};
  }

  void say(const sio::Socket& socket, const std::string& text) {
    if (!is_here(socket) || text.empty() || text.size() > text_bytes_max) return;
    Json message = {{"from", socket.id()},
                    {"name", names_.find(socket.id())->second},
                    {"text", text},
                    {"at", milliseconds_since_1970()}};
    io_.emit("message", message);
    history_.push_back(std::move(message));
    if (history_.size() > history_max) history_.pop_front();
  }

  void leave(const sio::Socket& socket) {
    const auto found = names_.find(socket.id());
    if (found == names_.end()) return;
    io_.emit("left", {{"id", found->first}, {"name", found->second}});
    names_.erase(found);
  }

  bool is_here(const sio::Socket& socket) const { return names_.contains(socket.id()); }

  sio::Server& io_;
  std::map<std::string, std::string, std::less<>> names_;  // by socket id
  std::deque<Json> history_;
};

int serve(const std::string& host, std::uint16_t port, const std::string& page,
          const std::string& client, bool compress) {
  net::EventLoop loop;
  http::Server app(loop);
  sio::Options options;
  if (compress) options.engine.per_message_deflate.emplace();
  sio::Server io(app, options);
  const Chat chat(io);
  app.get("/socket.io.min.js",
          [&client](http::Request&, http::Response& response) { response.send_file(client); });
  app.use(http::static_files(page));

  const auto address = host.empty() ? net::Address::any(port) : net::Address::parse(host, port);
  if (!address) {
    fmt::print(stderr, "--host {} is no address\n", host);
    return 1;
  }
  if (const auto error = host.empty() ? app.listen(port) : app.listen(*address)) {
    fmt::print(stderr, "port {}: {}\n", port, error.message());
    return 1;
  }
  const tools::StopSignals signals(loop, [&] {
    app.drain([&loop] { loop.stop(); });  // held polls are answered, WebSockets get 1001
  });
  fmt::print("listening on http://{}:{}\n", host.empty() ? "localhost" : host,
             app.address().port());
  std::fflush(stdout);
  return loop.run() ? 1 : 0;
}

}  // namespace

int main(int count, char** arguments) {
  std::string host;
  std::uint16_t port = 7890;
  std::string page = "tools/chat/public";
  std::string client = "build/node/chat/node_modules/socket.io-client/dist/socket.io.min.js";
  bool compress = false;
  const tools::Flag flags[] = {
      tools::text("--host", "address to listen on; all of them if not said", host),
      tools::number("--port", "port to listen on, 0: any", port),
      tools::text("--page", "folder of the page", page),
      tools::text("--client", "the stock Socket.IO client for browsers", client),
  };
  const tools::Switch switches[] = {
      {"--compress", "permessage-deflate for those who offer it", &compress}};
  if (!tools::read_flags(count, arguments, flags, switches)) return 2;
  try {
    return serve(host, port, page, client, compress);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}: {}; run this from the top of the tree\n", page, error.what());
    return 1;
  }
}
