// tools/bench/sio_codec.cpp - what a Socket.IO packet costs: checked, decoded, handled, encoded,
// and the whole way from message to message over sessions that keep nothing.
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "bench.h"
#include "net/event_loop.h"
#include "sio/hub.h"
#include "sio/socket.h"

STRATA_COUNT_ALLOCATIONS();

namespace {

using namespace strata;

// Takes what it is sent and forgets it.
class Sink final : public sio::eio::Socket {
 public:
  std::string_view id() const override { return "AAAAAAAAAAAAAAAAAAAAAAAA"; }
  std::string_view transport() const override { return "websocket"; }
  const sio::eio::Handshake& handshake() const override { return first_; }
  bool open() const override { return true; }
  bool writable() const override { return true; }
  std::size_t buffered_bytes() const override { return 0; }
  bool send_text(std::string_view text, sio::eio::SendOptions) override {
    return take(net::as_bytes(text));
  }
  bool send_binary(net::Bytes sent, sio::eio::SendOptions) override { return take(sent); }
  bool send(sio::eio::SharedMessage& message, sio::eio::SendOptions) override {
    return take(message.content());
  }
  void close(std::string_view, bool) override {}
  std::uint64_t taken = 0;

 private:
  bool take(net::Bytes sent) {
    taken += sent.size();
    return true;
  }
  sio::eio::Handshake first_;
};

std::string kilobyte_event() {
  std::string text = "2[\"echo\",{\"list\":[";
  while (text.size() < 1000) text += "{\"id\":12345,\"name\":\"spot\"},";
  return text + "0]}]";
}

void codec(const char* name, std::string_view packet) {
  const sio::PacketLimits limits;
  std::vector<std::string_view> elements;
  sio::Decoder decoder(limits, elements);
  const std::string label(name);
  bench::measure((label + ": check and decode").c_str(), packet.size(),
                 [&] { bench::keep(decoder.on_text(packet).ready()); });
  std::string out;
  bench::measure((label + ": relay").c_str(), packet.size(), [&] {
    const auto answer = decoder.on_text(packet);
    sio::PacketWriter writer(out);
    writer.begin(sio::PacketType::event, "/");
    writer.next().append("\"echo\"");
    sio::write_value(writer, sio::Args(answer->content, 1));
    writer.finish(std::nullopt);
    bench::keep(out);
  });
  bench::measure((label + ": to a tree").c_str(), packet.size(), [&] {
    const auto answer = decoder.on_text(packet);
    bench::keep(sio::Args(answer->content, 1).json(0));
  });
}

void hub_paths(std::string_view large) {
  net::EventLoop loop;
  sio::Hub hub(loop, {});
  hub.of("/").on_connection([](sio::Socket& socket) {
    socket.on("echo", [&socket](const sio::Args& args) { socket.emit("echo", args); });
    socket.on("ack", [](const sio::Args& args, const sio::Ack& ack) { ack(args); });
    socket.on("move", [&socket](int x, int y) { socket.emit("move", x, y); });
    socket.on("all", [&socket](const sio::Args& args) { socket.broadcast().emit("all", args); });
  });
  constexpr std::size_t clients = 100;
  std::vector<Sink> sessions(clients);
  for (Sink& session : sessions) {
    hub.on_open(session);
    hub.on_text(session, "0");
  }
  const auto run = [&](const char* name, std::string_view packet) {
    bench::measure(name, packet.size(), [&] { hub.on_text(sessions[0], packet); });
  };
  run("hub: echo, Args", "2[\"echo\",\"hello\"]");
  run("hub: echo, Args, 1 KiB", large);
  run("hub: echo, (int, int)", "2[\"move\",12,-7]");
  run("hub: ack", "27[\"ack\",\"hello\"]");
  run("hub: broadcast to 99", "2[\"all\",\"hello\"]");
  for (Sink& session : sessions) hub.on_close(session, "transport close", {});
  static_cast<void>(loop.poll_once());
}

}  // namespace

int main() {
  const std::string large = kilobyte_event();
  codec("event, small", "2[\"echo\",\"hello\"]");
  codec("event, 1 KiB", large);
  hub_paths(large);
  return 0;
}
