// tests/sio/eio_client_rig.h - an Engine.IO client on a virtual loop, its callbacks written down;
// and who it talks to: our own server, or one that a test plays by hand.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "sio/eio/client.h"
#include "tests/http/client_fixture.h"
#include "tests/sio/eio_rig.h"
#include "ws/handshake.h"

namespace strata::test {

namespace eio = sio::eio;

// Notes "open", "text:hi", "error:xhr poll error", "close:transport close" ..., "|" behind each.
struct LoggedClient {
  LoggedClient(net::Loop& loop, eio::ClientOptions options)
      : client(std::make_unique<eio::Client>(loop, logged(std::move(options)))) {}

  eio::ClientOptions logged(eio::ClientOptions options) {
    if (options.url.empty()) options.url = "http://127.0.0.1";
    options.on_open = [this](eio::Client&) { note("open"); };
    options.on_text = [this](eio::Client&, std::string_view text) {
      note("text:" + std::string(text.substr(0, 40)));
    };
    options.on_binary = [this](eio::Client&, net::Bytes bytes) {
      note("binary:" +
           std::string(net::as_text(bytes.first(std::min<std::size_t>(40, bytes.size())))));
    };
    options.on_ping = [this](eio::Client&) { note("ping"); };
    options.on_upgrading = [this](eio::Client&, eio::Transport) { note("upgrading"); };
    options.on_upgrade = [this](eio::Client&, eio::Transport) { note("upgrade"); };
    options.on_upgrade_error = [this](eio::Client&, const eio::TransportError& error) {
      note("upgrade_error:" + error.message + ":" + error.context);
    };
    options.on_error = [this](eio::Client&, const eio::TransportError& error) {
      last = error;
      note("error:" + error.message);
    };
    options.on_close = [this](eio::Client&, std::string_view reason,
                              const eio::TransportError& error) {
      last = error;
      note("close:" + std::string(reason));
    };
    if (watches) {
      options.on_packet = [this](eio::Client&, const eio::Packet& packet) {
        note(std::string("<") + eio::digit(packet.type) + std::string(packet.data.substr(0, 9)));
      };
      options.on_packet_create = [this](eio::Client&, const eio::Packet& packet) {
        note(std::string(">") + eio::digit(packet.type) + std::string(packet.data.substr(0, 9)));
      };
      options.on_flush = [this](eio::Client&) { note("flush"); };
      options.on_drain = [this](eio::Client&) { note("drain"); };
    }
    return options;
  }
  void note(const std::string& what) {
    log += what + "|";
    if (then) then(what);
  }
  std::string take() { return std::exchange(log, {}); }

  bool watches = false;
  std::string log;
  eio::TransportError last;
  std::function<void(const std::string& what)> then;  // inside each callback
  std::unique_ptr<eio::Client> client;
};

// With our own server on the same loop, which sends every message back.
struct EchoRig : Rig {
  explicit EchoRig(eio::ClientOptions options = {}, eio::Options server = {})
      : Rig(std::move(server)), side(loop, std::move(options)) {}
  eio::Client& client() { return *side.client; }
  std::string take() {
    loop.settle();
    return side.take();
  }
  LoggedClient side;
};

// With a server that the test plays: each connection is a peer, in the order of connecting.
struct ScriptRig {
  explicit ScriptRig(eio::ClientOptions options = {})
      : server(loop, net::Address::loopback(80)), side(loop, std::move(options)) {
    side.client->open();
    loop.settle();
  }
  eio::Client& client() { return *side.client; }
  Served& peer(std::size_t index = 0) { return server.at(index); }
  // Answers the request of that peer with a body of polling, and forgets the request.
  void answer(std::string_view body, std::size_t index = 0, std::string_view status = "200 OK") {
    peer(index).take();
    say("HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) +
            "\r\n\r\n" + std::string(body),
        index);
  }
  void say(std::string_view bytes, std::size_t index = 0) {
    peer(index).send(bytes);
    loop.settle();
  }
  // The 101 to what that peer asked for.
  void accept(std::size_t index, std::string_view behind = {}) {
    const std::string asked = peer(index).take();
    const std::string name = "Sec-WebSocket-Key: ";
    const std::size_t at = asked.find(name);
    REQUIRE(at != asked.npos);
    say("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
            ws::accept_key(asked.substr(at + name.size(), 24)) + "\r\n\r\n" + std::string(behind),
        index);
  }
  // Opens over polling: the GET that waits is peer 0's.
  void opened(std::string_view upgrades = "[]") {
    answer("0{\"sid\":\"abc\",\"upgrades\":" + std::string(upgrades) +
           ",\"pingInterval\":25000,\"pingTimeout\":20000,\"maxPayload\":100}");
  }
  std::string body(std::size_t index) {  // of the request that came last
    const std::string got = peer(index).take();
    const std::size_t at = got.find("\r\n\r\n");
    return at == got.npos ? "none" : got.substr(at + 4);
  }
  std::string take() {
    loop.settle();
    return side.take();
  }

  VirtualLoop loop;
  Scripted server;
  LoggedClient side;
};

// An unmasked frame, as a server sends it.
inline std::string server_frame(std::string_view payload, int opcode = 1) {
  std::string frame(1, static_cast<char>(0x80 | opcode));
  if (payload.size() < 126) {
    frame += static_cast<char>(payload.size());
  } else {
    frame += "\x7e";
    frame += static_cast<char>(payload.size() >> 8);
    frame += static_cast<char>(payload.size() & 255);
  }
  return frame + std::string(payload);
}

// --- WebSockets -------------------------------------------------------------------------------

inline const std::string open_packet =
    R"(0{"sid":"abc","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":100})";

// No timestamps: so a request is the same each time.
inline eio::ClientOptions polling_only() {
  eio::ClientOptions options;
  options.transports = {eio::Transport::polling};
  options.timestamp_requests = false;
  return options;
}

inline eio::ClientOptions websocket_only() {
  eio::ClientOptions options;
  options.transports = {eio::Transport::websocket};
  options.per_message_deflate.reset();
  return options;
}

inline eio::ClientOptions both() {
  eio::ClientOptions options;
  options.timestamp_requests = false;
  options.per_message_deflate.reset();
  return options;
}

// The frames of a client, unmasked, as take_frames() of a server's.
inline std::vector<std::string> frames(Served& peer) {
  std::string bytes = peer.take(), plain;
  while (bytes.size() >= 6) {
    const auto at = [&bytes](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    REQUIRE((at(1) & 0x80) != 0);  // rfc6455-5.1
    std::size_t size = at(1) & 0x7F, head = 2;
    if (size == 126) size = at(2) * 256u + at(3), head = 4;
    const std::string key = bytes.substr(head, 4);
    std::string payload = bytes.substr(head + 4, size);
    for (std::size_t i = 0; i < payload.size(); ++i) {
      payload[i] = static_cast<char>(payload[i] ^ key[i % 4]);
    }
    plain += bytes[0];
    plain += static_cast<char>(bytes[1] & 0x7F);
    if (head == 4) plain += bytes.substr(2, 2);
    plain += payload;
    bytes.erase(0, head + 4 + size);
  }
  return take_frames(plain);
}

using Frames = std::vector<std::string>;

}  // namespace strata::test
