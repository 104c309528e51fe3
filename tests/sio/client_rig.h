// tests/sio/client_rig.h - a Socket.IO client on a virtual loop, what it hears written down; and a
// server that a test plays by hand, over WebSocket, in Socket.IO packets.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "sio/lookup.h"
#include "tests/http/client_fixture.h"
#include "tests/sio/eio_client_rig.h"

namespace strata::test {

// Takes the frames of a client off `bytes`, as text: what a Socket.IO packet is as it stands, other
// Engine.IO packets as "<3>", binary as "b:...", a close frame as "<close>"; a blank between them.
inline std::string take_client_packets(std::string& bytes) {
  std::string all;
  const auto byte = [&bytes](std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); };
  while (bytes.size() >= 2) {
    std::size_t head = 2;
    std::size_t size = byte(1) & 127;
    const std::size_t more = size == 127 ? 8 : size == 126 ? 2 : 0;
    if (bytes.size() < head + more + 4) break;
    if (more != 0) size = 0;
    for (std::size_t i = 0; i < more; ++i) size = size << 8 | byte(head + i);
    head += more + 4;
    if (bytes.size() < head + size) break;
    std::string text = bytes.substr(head, size);
    for (std::size_t i = 0; i < size; ++i)
      text[i] = static_cast<char>(text[i] ^ bytes[head - 4 + i % 4]);
    const int opcode = byte(0) & 15;
    bytes.erase(0, head + size);
    if (!all.empty()) all += ' ';
    if (opcode == 8) {
      all += "<close>";
    } else if (opcode == 2) {
      all += "b:" + text;
    } else {
      all += text.starts_with('4') ? text.substr(1) : "<" + text + ">";
    }
  }
  return all;
}

// The server's side: one connection after the other.
struct ScriptedSio {
  ScriptedSio() : server(loop, net::Address::loopback(80)) {}

  // Answers the newest connection's handshake and opens the session.
  void open(std::string_view timing = "\"pingInterval\":25000,\"pingTimeout\":20000") {
    accept();
    frame("0{\"sid\":\"abc\",\"upgrades\":[]," + std::string(timing) + ",\"maxPayload\":100000}");
  }
  void accept() {
    loop.settle();
    const std::string asked = peer().take();
    const std::string name = "Sec-WebSocket-Key: ";
    const std::size_t at = asked.find(name);
    REQUIRE(at != asked.npos);
    request = asked.substr(0, asked.find("\r\n"));
    peer().send(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
        ws::accept_key(asked.substr(at + name.size(), 24)) + "\r\n" + fields + "\r\n");
    loop.settle();
  }
  Served& peer() {
    REQUIRE_FALSE(server.peers.empty());
    return *server.peers.back();
  }
  std::size_t connections() const { return server.peers.size(); }
  void frame(std::string_view text, int opcode = 1) {
    peer().send(server_frame(text, opcode));
    loop.settle();
  }
  void say(std::string_view packet) { frame("4" + std::string(packet)); }
  void say_binary(std::string_view bytes) { frame(bytes, 2); }
  std::string said() {  // by the newest connection, since the last call
    loop.settle();
    unread += peer().take();
    return take_client_packets(unread);
  }
  void let_in(std::string_view nsp = "/", std::string_view sid = "S1") {
    say("0" + (nsp == "/" ? std::string() : std::string(nsp) + ",") + "{\"sid\":\"" +
        std::string(sid) + "\"}");
  }
  void lose() {  // the server ends TCP
    peer().reset();
    unread.clear();
    loop.settle();
  }

  VirtualLoop loop;
  Scripted server;
  std::string fields;   // more of them, for the answer to the handshake
  std::string request;  // line of the last connection's
  std::string unread;
};

// What a test is given unless it says otherwise: WebSocket only, no chance in the delays.
inline sio::ManagerOptions plain(sio::ManagerOptions options = {}) {
  options.transports = {sio::eio::Transport::websocket};
  options.per_message_deflate.reset();
  options.randomization_factor = 0;
  return options;
}

struct Notes {
  void note(const std::string& what) {
    log += log.empty() ? what : " " + what;
    if (then) then(what);
  }
  std::string take() { return std::exchange(log, {}); }

  void watch(sio::Manager& manager) {
    manager.on("open", [this] { note("open"); });
    manager.on("ping", [this] { note("ping"); });
    manager.on("error", [this](const sio::Failure& e) { note("error:" + e.message); });
    manager.on("close", [this](const std::string& reason) { note("close:" + reason); });
    manager.on("reconnect_attempt", [this](int n) { note("attempt:" + std::to_string(n)); });
    manager.on("reconnect", [this](int n) { note("reconnect:" + std::to_string(n)); });
    manager.on("reconnect_error",
               [this](const sio::Failure& e) { note("reconnect_error:" + e.message); });
    manager.on("reconnect_failed", [this] { note("reconnect_failed"); });
    manager.on_log([this](std::string_view line) { note("log:" + std::string(line)); });
  }
  void watch(sio::ClientSocket& socket) {
    const std::string at = socket.nsp() == "/" ? "" : socket.nsp() + ".";
    socket.on("connect", [this, at, &socket] {
      note(at + "connect" + (socket.recovered() ? "(recovered)" : ""));
    });
    socket.on("connect_error", [this, at](const sio::Failure& e) {
      note(at + "connect_error:" + e.message + (e.data ? sio::dump(*e.data) : ""));
    });
    socket.on("disconnect",
              [this, at](const std::string& reason) { note(at + "disconnect:" + reason); });
    socket.on("error", [this, at](const sio::Error& e) { note(at + "error:" + e.message); });
    socket.on("overflow", [this, at](const std::string& event, int events) {
      note(at + "overflow:" + event + "," + std::to_string(events));
    });
  }
  std::string log;
  std::function<void(const std::string& what)> then;  // inside each callback
};

// A Manager that faces a ScriptedSio.
struct ClientRig : ScriptedSio {
  explicit ClientRig(sio::ManagerOptions options = {}, std::string_view url = "http://127.0.0.1")
      : manager(std::make_unique<sio::Manager>(loop, url, plain(std::move(options)))) {
    notes.watch(*manager);
  }
  sio::ClientSocket& socket(std::string_view nsp = "/") {
    const bool first = !manager->has_socket(nsp);
    sio::ClientSocket& found = manager->socket(nsp);
    if (first) notes.watch(found);
    return found;
  }
  // The one socket of "/", connected, what was said until then forgotten.
  sio::ClientSocket& connected() {
    sio::ClientSocket& it = socket();
    open();
    let_in();
    REQUIRE(it.connected());
    said();
    notes.take();
    return it;
  }
  std::string heard() {
    loop.settle();
    return notes.take();
  }
  Notes notes;
  std::unique_ptr<sio::Manager> manager;
};

}  // namespace strata::test
