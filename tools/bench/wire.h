// tools/bench/wire.h - the cases of echo_path and the bytes they send, written by hand so that the
// load generator shares no code with what it measures.
#pragma once
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

// polling: a POST of the messages, then the GET that brings their answers. handshake: what is
// counted is sessions that open.
enum class Kind { http, websocket, socket_io, polling, handshake };

struct Case {
  std::string name;
  Kind kind;
  int connections;
  int pipeline;
  std::string request;  // one message as a client sends it
  std::string answer;   // and as the server answers it
  std::string peer;     // the npm peer's name and the script that runs it
  std::string script;
};

// One frame of text, rfc6455-5.2; a client's is masked.
inline std::string frame(std::string_view payload, bool masked) {
  std::string out(1, '\x81');
  const int mask_bit = masked ? 0x80 : 0;
  if (payload.size() < 126) {
    out += char(mask_bit | int(payload.size()));
  } else if (payload.size() < 65536) {
    out += char(mask_bit | 126);
    out += char(payload.size() >> 8);
    out += char(payload.size());
  } else {
    out += char(mask_bit | 127);
    for (int shift = 56; shift >= 0; shift -= 8)
      out += char(std::uint64_t(payload.size()) >> shift);
  }
  if (!masked) return out.append(payload);
  const char key[4] = {0x12, 0x34, 0x56, 0x78};
  out.append(key, 4);
  for (std::size_t i = 0; i < payload.size(); ++i) out += char(payload[i] ^ key[i % 4]);
  return out;
}

inline std::vector<Case> cases() {
  const auto ws = [](int connections, int pipeline, std::size_t bytes, const char* size) {
    const std::string payload(bytes, 'x');
    return Case{"WebSocket echo " + std::to_string(connections) + " x P" +
                    std::to_string(pipeline) + " " + size,
                Kind::websocket,
                connections,
                pipeline,
                frame(payload, true),
                frame(payload, false),
                "ws",
                "tools/bench/ws_peer.js"};
  };
  const auto sio = [](int connections, int pipeline, std::size_t bytes, const char* size) {
    const std::string payload = "42[\"echo\",\"" + std::string(bytes, 'x') + "\"]";
    return Case{"Socket.IO echo " + std::to_string(connections) + " x P" +
                    std::to_string(pipeline) + " " + size,
                Kind::socket_io,
                connections,
                pipeline,
                frame(payload, true),
                frame(payload, false),
                "socket.io",
                "tools/bench/socketio_peer.js"};
  };
  const auto ack = [](int connections, int pipeline) {
    const std::string payload(20, 'x');
    return Case{"Socket.IO ack " + std::to_string(connections) + " x P" + std::to_string(pipeline),
                Kind::socket_io,
                connections,
                pipeline,
                frame("427[\"echo\",\"" + payload + "\"]", true),
                frame("437[\"" + payload + "\"]", false),
                "socket.io",
                "tools/bench/socketio_peer.js"};
  };
  const auto other = [](const char* name, Kind kind, int connections, int pipeline) {
    const std::string event = "42[\"echo\",\"" + std::string(20, 'x') + "\"]";
    return Case{name,  kind,  connections, pipeline,
                event, event, "socket.io", "tools/bench/socketio_peer.js"};
  };
  const auto http = [](int connections, int pipeline) {
    return Case{"HTTP GET " + std::to_string(connections) + " x P" + std::to_string(pipeline),
                Kind::http,
                connections,
                pipeline,
                "GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n",
                "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
                "Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nHello",
                "node http",
                "tools/bench/http_peer.js"};
  };
  return {ws(64, 1, 20, "20 B"),
          ws(64, 16, 20, "20 B"),
          ws(64, 4, 1024, "1 KiB"),
          ws(16, 4, 65536, "64 KiB"),
          http(64, 1),
          http(64, 16),
          sio(64, 1, 20, "20 B"),
          sio(64, 16, 20, "20 B"),
          sio(64, 4, 1024, "1 KiB"),
          ack(64, 16),
          other("Socket.IO polling 64 x P1", Kind::polling, 64, 1),
          other("Socket.IO polling 64 x P16", Kind::polling, 64, 16),
          other("Socket.IO handshake", Kind::handshake, 1000, 1)};
}

// `host` is one of this machine, 127.0.0.1 to 127.255.255.254.
inline int connect_to(int port, std::uint32_t host = INADDR_LOOPBACK) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(std::uint16_t(port));
  at.sin_addr.s_addr = htonl(host);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0) {
    ::close(fd);
    return -1;
  }
  const int one = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return fd;
}

// A port that nobody listens on, for a peer that cannot choose one itself.
inline int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t bytes = sizeof at;
  ::bind(fd, reinterpret_cast<sockaddr*>(&at), bytes);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &bytes);
  ::close(fd);
  return ntohs(at.sin_port);
}

// True once somebody accepts on `port`; gives up after two seconds.
inline bool answers(int port) {
  for (int i = 0; port != 0 && i < 200; ++i) {
    const int fd = connect_to(port);
    if (fd >= 0) ::close(fd);
    if (fd >= 0) return true;
    ::usleep(10'000);
  }
  return false;
}

// Reads until `end` has come; false when the connection ended before.
inline bool read_until(int fd, std::string_view end) {
  std::string got;
  char c = 0;
  while (::recv(fd, &c, 1, 0) == 1) {
    got += c;
    if (got.size() >= end.size() && std::string_view(got).substr(got.size() - end.size()) == end)
      return true;
  }
  return false;
}

inline bool send_all(int fd, std::string_view text) {
  return ::send(fd, text.data(), text.size(), MSG_NOSIGNAL) == ssize_t(text.size());
}

inline std::string upgrade_request(const std::string& path) {
  return "GET " + path +
         " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
}

inline const char* const engine_path = "/socket.io/?EIO=4&transport=websocket";

// Everything before the first counted message.
inline bool open_session(int fd, const Case& what, const char* websocket_path = "/") {
  if (fd < 0) return false;
  if (what.kind == Kind::http) return true;
  const std::string path = what.kind == Kind::websocket ? websocket_path : engine_path;
  if (!send_all(fd, upgrade_request(path)) || !read_until(fd, "\r\n\r\n")) return false;
  if (what.kind == Kind::websocket) return true;
  return read_until(fd, "}") && send_all(fd, frame("40", true)) && read_until(fd, "}");
}

// One response, head and body; empty when the connection ended before.
inline std::string read_response(int fd) {
  std::string got;
  char c = 0;
  std::size_t whole = std::string::npos;
  while (got.size() < whole && ::recv(fd, &c, 1, 0) == 1) {
    got += c;
    if (whole != std::string::npos || !got.ends_with("\r\n\r\n")) continue;
    std::size_t at = got.find("ontent-Length: ");
    if (at == std::string::npos) at = got.find("ontent-length: ");
    if (at == std::string::npos) return {};
    whole = got.size() + std::size_t(std::atol(got.c_str() + at + 15));
  }
  return got.size() == whole ? got : std::string();
}

// What one client sends, and how many bytes it then waits for.
struct Step {
  std::string send;
  std::size_t expected;
};

inline std::string poll_request(const std::string& sid) {
  return "GET /socket.io/?EIO=4&transport=polling" + (sid.empty() ? "" : "&sid=" + sid) +
         " HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n";
}

inline std::string post_request(const std::string& sid, const std::string& body) {
  return "POST /socket.io/?EIO=4&transport=polling&sid=" + sid +
         " HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain;charset=UTF-8\r\n"
         "Content-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

// A session on polling, and its cycle; empty where it did not open.
inline std::vector<Step> open_polling(int fd, const Case& what) {
  const auto ask = [fd](const std::string& request) {
    return send_all(fd, request) ? read_response(fd) : std::string();
  };
  const std::string hello = ask(poll_request({}));
  const std::size_t at = hello.find("\"sid\":\"");
  if (at == std::string::npos) return {};
  const std::string sid = hello.substr(at + 7, hello.find('"', at + 7) - at - 7);
  if (ask(post_request(sid, "40")).empty() || ask(poll_request(sid)).empty()) return {};
  std::string body = what.request;
  for (int i = 1; i < what.pipeline; ++i) body += '\x1e' + what.request;
  const std::string post = post_request(sid, body), poll = poll_request(sid);
  const std::string answer = ask(post), answers = ask(poll);
  if (!answer.ends_with("ok") || !answers.ends_with(body)) return {};
  return {{post, answer.size()}, {poll, answers.size()}};
}

// The bytes with which this server answers the case's request.
inline std::string first_answer(int port, const Case& what) {
  const int fd = connect_to(port);
  if (fd < 0 || !send_all(fd, what.request)) return what.answer;
  std::string got;
  char c = 0;
  while (got.find("\r\n\r\nHello") == std::string::npos && ::recv(fd, &c, 1, 0) == 1) got += c;
  ::close(fd);
  return got;
}

}  // namespace bench
