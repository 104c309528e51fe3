// tests/sio/fake_session.h - Engine.IO sessions that a test holds in its hand, and a hub on them.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sio/hub.h"
#include "tests/support/virtual_loop.h"

namespace strata::test {

// What was sent stands in `sent`: text as it is, binary as "b:" and its bytes.
class FakeSession final : public sio::eio::Socket {
 public:
  explicit FakeSession(sio::eio::Handler& top) : top_(top) { top_.on_open(*this); }
  ~FakeSession() override { end("transport close"); }

  // --- the client's side ---
  void say(std::string_view text) {
    const std::vector<char> exact(text.begin(), text.end());  // a read behind its end faults
    if (open_) top_.on_text(*this, {exact.data(), exact.size()});
  }
  void say_binary(std::string_view bytes) {
    const std::vector<char> exact(bytes.begin(), bytes.end());
    if (open_) top_.on_binary(*this, net::as_bytes({exact.data(), exact.size()}));
  }
  void end(std::string_view reason, std::string_view detail = {}) {
    if (!std::exchange(open_, false)) return;
    closed_with = reason;
    top_.on_close(*this, reason, detail);
  }
  std::string take() {  // the next that was sent; empty if nothing was
    if (sent.empty()) return {};
    std::string text = sent.front();
    sent.erase(sent.begin());
    return text;
  }
  // Joins a namespace and answers the id that was given.
  std::string join(std::string_view nsp = "/") {
    sent.clear();
    say(nsp == "/" ? std::string("0") : "0" + std::string(nsp) + ",");
    const std::string answer = take();
    const std::size_t at = answer.find("\"sid\":\"");
    return at == std::string::npos ? std::string() : answer.substr(at + 7, 20);
  }

  // --- eio::Socket ---
  std::string_view id() const override { return "AAAAAAAAAAAAAAAAAAAAAAAA"; }
  std::string_view transport() const override { return "websocket"; }
  const sio::eio::Handshake& handshake() const override { return first; }
  bool open() const override { return open_; }
  bool writable() const override { return writes; }
  std::size_t buffered_bytes() const override { return 0; }
  bool send_text(std::string_view text, sio::eio::SendOptions how) override {
    uncompressed += how.compress ? 0 : 1;
    sent.emplace_back(text);
    return true;
  }
  bool send_binary(net::Bytes bytes, sio::eio::SendOptions how) override {
    uncompressed += how.compress ? 0 : 1;
    sent.push_back("b:" + std::string(net::as_text(bytes)));
    return true;
  }
  bool send(sio::eio::SharedMessage& message, sio::eio::SendOptions how) override {
    ++shared;
    return message.is_binary() ? send_binary(message.content(), how)
                               : send_text(net::as_text(message.content()), how);
  }
  void close(std::string_view reason, bool) override { end(reason); }

  std::vector<std::string> sent;
  std::string closed_with;
  std::size_t shared = 0;
  std::size_t uncompressed = 0;  // of those sent
  bool writes = true;
  sio::eio::Handshake first;

 private:
  sio::eio::Handler& top_;
  bool open_ = true;
};

// A hub on a virtual loop, its log, and its root namespace.
struct Stage {
  explicit Stage(sio::HubOptions options = {}) : hub(loop, options), root(hub.of("/")) {
    hub.on_log([this](std::string_view line) { log.emplace_back(line); });
  }
  bool logged(std::string_view part) const {
    for (const std::string& line : log)
      if (line.find(part) != std::string::npos) return true;
    return false;
  }
  VirtualLoop loop;
  std::vector<std::string> log;
  sio::Hub hub;
  sio::Namespace& root;
};

}  // namespace strata::test
