// tests/interop/sio_rows.cpp - Socket.IO servers for sio_rows_*_test.js, several on one HTTP server
// by path. What only a server sees: GET /seen/TOPIC.
//   /main      Socket.IO with its defaults, told by events what to do: see `obey`
//   /beat      100 ms ping interval, 2.5 s ping timeout
//   /hasty     2.5 s to join a namespace
//   /small     three attachments
//   /recover   connection state recovery; /recover-short for 100 ms; /recover-ask asks again
//   /dynamic   dynamic namespaces that end with their last socket
//   /deflate   permessage-deflate
//   /client    serves npm's bundle of the client
//   /linked-a, /linked-b   two servers that an adapter joins
// and one on a port of its own, GET /port, which "listen again" closes and opens anew.
#include <cstdio>
#include <regex>
#include <string>

#include "net/event_loop.h"
#include "sio/remote_socket.h"
#include "sio/server.h"
#include "tests/interop/journal.h"
#include "tests/interop/sio_rows_options.h"
#include "tools/stop_signals.h"

using namespace strata;
using namespace strata::test;
using sio::Ack;
using sio::Json;

namespace {

Journal seen;

std::vector<std::string> names(const Json& list) {
  std::vector<std::string> out;
  for (const Json& name : list) out.push_back(name.get<std::string>());
  return out;
}
net::Duration milliseconds(const Json& value) {
  return std::chrono::milliseconds(value.get<int>());
}
std::string words(std::error_code error) { return error ? error.message() : std::string(); }

// {"from": "all", "to": [...], "except": [...], "volatile": true, "compress": false, ...}; without
// `from` the sender is left out.
sio::Broadcast chosen(const sio::Socket& socket, const Json& how) {
  sio::Broadcast whom = how.contains("from") ? sio::Broadcast(socket.nsp()) : socket.broadcast();
  if (how.contains("to")) whom = whom.to(names(how["to"]));
  if (how.contains("in")) whom = whom.in(names(how["in"]));
  if (how.contains("except")) whom = whom.except(names(how["except"]));
  if (how.contains("volatile")) whom = whom.volatile_();
  if (how.contains("local")) whom = whom.local();
  if (how.contains("compress")) whom = whom.compress(how["compress"].get<bool>());
  if (how.contains("timeout")) whom = whom.timeout(milliseconds(how["timeout"]));
  return whom;
}

void speak(sio::Socket& socket) {
  socket.on("echo", [&socket](const sio::Args& args, const Ack& ack) {
    if (ack) {
      ack(args);
    } else {
      socket.emit("echo", args);
    }
  });
  socket.on("broadcast", [&socket](const Json& how, const std::string& event, const Json& value,
                                   const Ack& ack) {
    if (!how.contains("timeout")) {
      chosen(socket, how).emit(event, value);
      return void(ack());
    }
    chosen(socket, how).emit(event, value, [ack](std::error_code late, const Json& answers) {
      ack(words(late), answers);
    });
  });
  socket.on("ask", [&socket](int ms, const Json& value, const Ack& ack) {
    const auto heard = [ack](std::error_code late, std::optional<Json> answer) {
      ack(words(late), answer.value_or(Json()));
    };
    socket.timeout(std::chrono::milliseconds(ms)).emit("question", value, heard);
  });
  socket.on("volatile", [&socket](int times, const Json& value) {
    for (int i = 0; i < times; ++i) socket.volatile_().emit("volatile", i, value);
    socket.emit("volatile-end");
  });
  socket.on("burst", [&socket](int times) {
    for (int i = 0; i < times; ++i) socket.emit("burst", i);
  });
  socket.on("compress", [&socket](bool on, std::size_t bytes) {
    socket.compress(on).emit("text", std::string(bytes, 'x'));
  });
  socket.on("reserved", [&socket](const std::string& event, const Ack& ack) {
    try {
      socket.emit(event, 1);
      ack("");
    } catch (const std::invalid_argument& error) {
      ack(error.what());
    }
  });
}

void keep_rooms(sio::Socket& socket) {
  socket.on("join", [&socket](const Json& rooms, const Ack& ack) {
    ack(socket.join(rooms.is_array() ? sio::RoomNames(names(rooms))
                                     : sio::RoomNames(rooms.get<std::string>())));
  });
  socket.on("leave",
            [&socket](const std::string& room, const Ack& ack) { ack(socket.leave(room)); });
  socket.on("rooms", [&socket](const Ack& ack) { ack(socket.rooms()); });
  socket.on("data", [&socket](const Json& value, const Ack& ack) {
    socket.data() = value;
    ack();
  });
  socket.on("fetch", [&socket](const Json& how, const Ack& ack) {
    chosen(socket, how).fetch_sockets([ack](std::error_code, const auto& found) {
      Json list = Json::array();
      for (const sio::RemoteSocket& one : found)
        list.push_back({{"id", one.id()},
                        {"rooms", one.rooms()},
                        {"data", one.data()},
                        {"url", one.handshake()["url"]}});
      ack(list);
    });
  });
  socket.on("remote", [&socket](const Json& how, const std::string& what, const Ack& ack) {
    chosen(socket, how).fetch_sockets([ack, what](std::error_code, const auto& found) {
      for (const sio::RemoteSocket& one : found) {
        if (what == "join") one.join("remote");
        if (what == "leave") one.leave("remote");
        if (what == "disconnect") one.disconnect();
        if (what == "emit")
          one.emit("question", 1,
                   [ack](std::error_code late, const Json& got) { ack(words(late), got); });
      }
      if (what != "emit") ack();
    });
  });
  socket.on("sockets_join", [&socket](const Json& how, const Json& rooms, const Ack& ack) {
    chosen(socket, how).sockets_join(names(rooms));
    ack();
  });
  socket.on("sockets_leave", [&socket](const Json& how, const Json& rooms, const Ack& ack) {
    chosen(socket, how).sockets_leave(names(rooms));
    ack();
  });
  socket.on("disconnect_sockets", [&socket](const Json& how, bool close) {
    chosen(socket, how).disconnect_sockets(close);
  });
}

void tell(sio::Server& io, sio::Socket& socket) {
  socket.on("handshake", [&socket](const Ack& ack) { ack(socket.handshake()); });
  socket.on("info", [&io, &socket](const Ack& ack) {
    ack(Json{{"id", socket.id()},
             {"connected", socket.connected()},
             {"recovered", socket.recovered()},
             {"nsp", socket.nsp().name()},
             {"conn", socket.conn().id()},
             {"transport", socket.conn().transport()},
             {"upgraded", socket.conn().upgraded()},
             {"clients", io.clients_count()},
             {"size", socket.nsp().size()},
             {"data", socket.data()}});
  });
  socket.on("server_side", [&io](const Ack& ack) {
    io.server_side_emit("hello", 1, [ack](std::error_code error, const Json& answers) {
      ack(words(error), answers);
    });
  });
  socket.on("bye", [&socket](bool close) { socket.disconnect(close); });
  socket.on("close_conn", [&socket] { socket.conn().close(); });
  socket.on("throw", [](int) { throw std::runtime_error("thrown by a handler"); });
  const std::string id(socket.id());
  socket.on_error([id](const sio::Error& error) {
    seen.add("error", {{"id", id}, {"message", error.message}});
  });
  socket.on_disconnecting([id, &socket](const std::string& why) {
    seen.add("disconnecting", {{"id", id}, {"why", why}, {"rooms", socket.rooms()}});
  });
  socket.on_disconnect([id, &socket](const std::string& why) {
    seen.add(
        "disconnect",
        {{"id", id}, {"why", why}, {"rooms", socket.rooms()}, {"joined", socket.join("too late")}});
    std::printf("disconnect %s %s\n", id.c_str(), why.c_str());
    std::fflush(stdout);
  });
}

void obey(sio::Server& io, sio::Namespace& nsp) {
  nsp.on_connection([&io](sio::Socket& socket) {
    speak(socket);
    keep_rooms(socket);
    tell(io, socket);
  });
}

// The events of an adapter, of which the strings are a room and perhaps an id.
void watch(sio::Adapter& adapter) {
  for (const char* event : {"create-room", "delete-room"})
    adapter.on(event, [event](std::string_view room) {
      seen.add("adapter", {{"event", event}, {"room", room}});
    });
  for (const char* event : {"join-room", "leave-room"})
    adapter.on(event, [event](std::string_view room, std::string_view id) {
      seen.add("adapter", {{"event", event}, {"room", room}, {"id", id}});
    });
}

using Typed = sio::Event<"typed", std::string, std::uint8_t>;

void add_listeners(sio::Server& io) {
  io.of("/silent").on_connection([](sio::Socket&) {});  // nobody hears its errors
  io.of("/hello").on_connection([](sio::Socket& socket) {
    for (int i = 0; i < 100; ++i) socket.emit("first", i);
  });
  io.of("/typed").on_connection([](sio::Socket& socket) {
    socket.on<Typed>([](const std::string& name, std::uint8_t n, const Ack& ack) { ack(name, n); });
  });
  io.of("/any").on_connection([](sio::Socket& socket) {
    const std::string id(socket.id());
    const auto note = [id](const char* which) {
      return [id, which](std::string_view event, const sio::Args& args) {
        seen.add("any", {{"id", id}, {"which", which}, {"event", event}, {"args", args.to_json()}});
      };
    };
    const auto second = socket.on_any(note("second"));
    socket.prepend_any(note("first"));
    const auto out = socket.on_any_outgoing(note("outgoing"));
    socket.prepend_any_outgoing(note("outgoing first"));
    socket.on("off", [&socket, second, out](const Ack& ack) {
      ack(socket.off_any(second), socket.off_any_outgoing(out));
    });
    speak(socket);
  });
  io.of("/use").on_connection([&io](sio::Socket& socket) {
    const std::string id(socket.id());
    socket.use([&io](std::string_view event, const sio::Args&, const sio::SocketNext& next) {
      if (event == "blocked") return next("not this one");
      if (event == "later") return void(io.loop().after(net::Duration(20ms), [next] { next(); }));
      next();
    });
    for (const char* event : {"blocked", "later", "open"})
      socket.on(event, [](const sio::Args& args, const Ack& ack) { ack(args); });
    socket.on_error([id](const sio::Error& error) {
      seen.add("error", {{"id", id}, {"message", error.message}});
    });
  });
}

void add_middlewares(sio::Server& io) {
  sio::Namespace& nsp = io.of("/middleware");
  nsp.use([](sio::Socket& socket, const sio::Next& next) {
    socket.data() = Json::array({"first"});
    socket.join("joined in a middleware");
    next();
  });
  nsp.use([&io](sio::Socket& socket, const sio::Next& next) {
    socket.data().push_back("second");
    const Json& auth = socket.handshake().auth();
    const std::string word = auth.value("word", "");
    if (word == "data") return next(sio::Refusal("no", {{"code", 42}}));
    if (word == "later") return void(io.loop().after(20ms, [next] { next("later no"); }));
    if (word != "pass") return next("no");
    next();
  });
  obey(io, nsp);
}

void add_dynamic(sio::Server& io) {
  io.on_new_namespace([](sio::Namespace& nsp) { seen.add("new", nsp.name()); });
  sio::Namespace& numbered = io.of(std::regex("^/dyn-\\d+$"));
  numbered.use([](sio::Socket& socket, const sio::Next& next) {
    if (socket.handshake().auth().value("word", "") == "refuse") return next("refused");
    socket.data() = "through the parent's middleware";
    next();
  });
  obey(io, numbered);
  numbered.on_connection([&numbered](sio::Socket& socket) {
    socket.on("parent", [&numbered](const Json& rooms, const Json& value) {
      numbered.to(names(rooms)).emit("from-parent", value);
    });
    socket.on("parent-fetch", [&numbered](const Ack& ack) {
      numbered.fetch_sockets([ack](std::error_code error, const auto&) { ack(bool(error)); });
    });
  });
  io.of("/dyn-7777");  // named by the server itself, and the parent's for all that
  obey(io, io.of("/static"));
  sio::Namespace& asked =
      io.of([&io](std::string_view name, const Json& auth, const sio::NamespaceNext& next) {
        const bool good = name == "/asked" && auth.value("word", "") == "pass";
        io.loop().after(20ms, [next, good] { next(good); });
      });
  obey(io, asked);
}

// A socket that comes with {"word": "refuse"} is not let in.
void serve_recovery(sio::Server& io) {
  io.use([](sio::Socket& socket, const sio::Next& next) {
    seen.add("asked", socket.handshake().auth());
    if (socket.handshake().auth().value("word", "") == "refuse") return next("refused");
    next();
  });
  obey(io, io.of("/"));
}

// A server that has its HTTP server to itself.
struct Alone {
  explicit Alone(net::Loop& loop) : io(loop) {
    obey(io, io.of("/"));
    io.on_connection([this](sio::Socket& socket) {
      socket.on("listen again", [this] {
        io.post([this] {
          const std::uint16_t port = io.address().port();
          io.close();
          io.http().close();
          if (const auto error = io.listen(port)) std::perror(error.message().c_str());
        });
      });
    });
  }
  sio::Server io;
};

}  // namespace

int main() {
  net::EventLoop loop;
  http::Server app(loop);
  seen.answer(app);
  app.get("/", [](http::Request&, http::Response& res) { res.send("a route of its own"); });

  sio::Server main_io(app, at("/main"));
  obey(main_io, main_io.of("/"));
  obey(main_io, main_io.of("/custom"));
  watch(main_io.of("/custom").adapter());
  add_listeners(main_io);
  add_middlewares(main_io);
  add_dynamic(main_io);
  sio::Options client = at("/client");
  client.serve_client = "build/node/interop/node_modules/socket.io-client/dist";
  client.engine.cors = http::CorsOptions{.origin = {"http://a.example"}};
  sio::Server client_io(app, client);
  sio::Server beat_io(app, beating());
  sio::Server hasty_io(app, hasty());
  sio::Server small_io(app, small());
  for (sio::Server* io : {&beat_io, &hasty_io, &small_io}) obey(*io, io->of("/"));
  sio::Server dynamic_io(app, cleaning());
  add_dynamic(dynamic_io);
  sio::Server deflate_io(app, deflating());
  obey(deflate_io, deflate_io.of("/"));
  sio::Server recover_io(app, recovering("/recover", 120s, true));
  sio::Server short_io(app, recovering("/recover-short", 100ms, true));
  sio::Server ask_io(app, recovering("/recover-ask", 120s, false));
  for (sio::Server* io : {&recover_io, &short_io, &ask_io}) serve_recovery(*io);

  LinkedAdapter::Group group;
  sio::Server first_io(app, joined("/linked-a", group));
  sio::Server second_io(app, joined("/linked-b", group));
  for (sio::Server* io : {&first_io, &second_io}) {
    obey(*io, io->of("/"));
    io->on_server_side_emit("hello", [io](const sio::Args& args, const sio::ServerAnswer& answer) {
      answer({{"got", args.to_json()}, {"clients", io->clients_count()}});
    });
  }
  Alone alone(loop);
  if (alone.io.listen(0)) return 1;
  app.get("/port", [&](http::Request&, http::Response& res) {
    res.send(std::to_string(alone.io.address().port()));
  });

  if (!listen_and_say(app)) return 1;
  const tools::StopSignals signals(loop, [&] { app.drain([&loop] { loop.stop(); }); });
  return loop.run() ? 1 : 0;
}
