// tools/wscat/listen.cpp - the server: what is typed goes to all, what comes is shown.
#include <algorithm>
#include <memory>
#include <vector>

#include "http/server.h"
#include "net/timer.h"
#include "tools/flags.h"
#include "tools/stop_signals.h"
#include "tools/wscat/ends.h"
#include "tools/wscat/input.h"
#include "tools/wscat/screen.h"
#include "ws/route.h"

namespace strata::wscat {
namespace {

// A client; its connection's `user`.
struct Client {
  Client(Screen& screen, unsigned n) : number(n), frames(screen, n) {}
  unsigned number;
  FramePrinter frames;
};

std::optional<net::Address> read_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  std::string_view host = colon == text.npos ? "127.0.0.1" : text.substr(0, colon);
  std::uint16_t port = 0;
  if (!tools::read_number(colon == text.npos ? text : text.substr(colon + 1), port))
    return std::nullopt;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return net::Address::parse(host, port);
}

class Listen {
 public:
  Listen(net::EventLoop& loop, Settings& settings)
      : loop_(loop),
        settings_(settings),
        screen_(settings),
        app_(loop),
        endpoint_(options()),
        input_(
            loop, settings, screen_, [this](const Command& command) { typed(command); },
            [this] { input_ended(); }),
        end_(loop, [this] { stop(ws::CloseCode::normal); }) {
    app_.use([this](http::Request& request, http::Response& response) {
      endpoint_.serve(request, response);
    });
  }

  int run() {
    const tools::StopSignals signals(loop_, [this] { stop(ws::CloseCode::going_away); });
    const auto address = read_address(settings_.listen);
    if (!address) {
      screen_.problem("--listen wants a port, or a numeric address and a port");
      return bad_usage;
    }
    if (const std::error_code error = app_.listen(*address)) {
      screen_.problem(address->to_string() + ": " + error.message());
      return not_opened;
    }
    screen_.note("listening on ws://" + app_.address().to_string());
    if (const std::error_code error = loop_.run()) screen_.problem(error.message());
    if (screen_.broken()) return no_input_output;
    return code_ == closed_in_order && !input_.understood() ? no_input_output : code_;
  }

 private:
  ws::RouteOptions options() {
    ws::RouteOptions options;
    options.on_open = [this](ws::Connection& to, const http::Request& request) {
      opened(to, request);
    };
    options.on_message = [this](ws::Connection& from, const ws::Message& message) {
      show(from, message);
    };
    options.on_ping = [this](ws::Connection& from, net::Bytes payload) {
      screen_.note(name(from) + " ping" + quoted(payload));
    };
    options.on_pong = [this](ws::Connection& from, net::Bytes payload) {
      screen_.note(name(from) + " pong" + quoted(payload));
    };
    options.on_drain = [this](ws::Connection&) { flow(); };
    options.on_close = [this](ws::Connection& gone, ws::CloseCode code, std::string_view reason) {
      closed(gone, code, reason);
    };
    options.limits = settings_.client.limits;
    options.subprotocols = settings_.client.subprotocols;
    if (settings_.compress) options.compression = ws::CompressionOptions{.threshold = 0};
    options.origins = settings_.origins;
    return options;
  }

  static Client& client_of(ws::Connection& connection) {
    return *static_cast<Client*>(connection.user);
  }
  static std::string name(ws::Connection& of) { return '#' + std::to_string(client_of(of).number); }

  void opened(ws::Connection& to, const http::Request& request) {
    clients_.push_back(std::make_unique<Client>(screen_, ++last_number_));
    to.user = clients_.back().get();
    screen_.note(name(to) + " open: " + to.below().peer().to_string() + ' ' +
                 printable(net::as_bytes(request.target()), false));
    if (settings_.verbose) {
      std::string head;
      for (const http::Field& field : request.headers())
        head += std::string(field.name) + ": " + std::string(field.value) + '\n';
      screen_.head(head);
    }
    if (settings_.once) app_.close();
    if (settings_.frames) to.watch(&client_of(to).frames);
    for (const Given& given : settings_.messages) {
      if (given.text) {
        to.send_text(given.payload);
      } else {
        to.send_binary(net::as_bytes(given.payload));
      }
    }
    flow();
  }

  // Stdin is read while somebody is there and everybody keeps up.
  void flow() {
    if (!settings_.input || input_.ended()) return;
    bool room = endpoint_.connection_count() != 0;
    endpoint_.for_each([&room](ws::Connection& each) {
      room = room && each.buffered_bytes() <= each.below().options().high_water;
    });
    if (!room) return input_.pause();
    input_.read();
  }

  void typed(const Command& command) {
    switch (command.kind) {
      case Command::text:
        if (command.frames == 1) {
          endpoint_.broadcast_text(command.bytes);
        } else {
          endpoint_.for_each([&](ws::Connection& each) { send_message(each, command); });
        }
        flow();
        break;
      case Command::binary:
        endpoint_.broadcast_binary(net::as_bytes(command.bytes));
        flow();
        break;
      case Command::ping:
        endpoint_.for_each([&](ws::Connection& each) { each.ping(net::as_bytes(command.bytes)); });
        break;
      case Command::pong:
        endpoint_.for_each([&](ws::Connection& each) { each.pong(net::as_bytes(command.bytes)); });
        break;
      case Command::close:
        endpoint_.close(command.code, command.bytes);
        break;
      default:  // what asks for help, or is no command, never comes here
        break;
    }
  }

  // The clients stay until they go, unless --wait tells otherwise.
  void input_ended() {
    if (settings_.wait && *settings_.wait != net::Duration::max()) end_.start(*settings_.wait);
  }

  void show(ws::Connection& from, const ws::Message& message) {
    screen_.message(message, client_of(from).number);
    if (settings_.echo) {
      if (message.text) {
        from.send_text(message.view());
      } else {
        from.send_binary(message.payload);
      }
    }
    if (screen_.broken()) stop(ws::CloseCode::going_away);
  }

  void closed(ws::Connection& gone, ws::CloseCode code, std::string_view reason) {
    const std::string who = name(gone);
    if (gone.failed()) {
      screen_.problem(who + " protocol error: " + std::string(reason));
    } else if (code == ws::CloseCode::abnormal) {
      screen_.problem(who + " broken: " + std::string(reason));
    } else {
      screen_.note(who + " closed: " + in_words(code, reason));
    }
    if (gone.failed() || code == ws::CloseCode::abnormal) last_code_ = broken;
    std::erase_if(clients_, [&gone](const auto& each) { return each.get() == gone.user; });
    gone.user = nullptr;
    if (settings_.once || stopping_) return end_if_idle();
    flow();
  }

  void stop(ws::CloseCode code) {
    stopping_ = true;
    input_.pause();
    end_.stop();
    app_.close();
    endpoint_.close(code);
    end_if_idle();
  }

  void end_if_idle() {
    if (!clients_.empty()) return;
    if (settings_.once) code_ = last_code_;
    loop_.stop();
  }

  net::EventLoop& loop_;
  Settings& settings_;
  Screen screen_;
  http::Server app_;
  std::vector<std::unique_ptr<Client>> clients_;
  ws::Endpoint endpoint_;  // its connections know the clients
  Input input_;
  net::Timer end_;
  unsigned last_number_ = 0;
  int code_ = closed_in_order;
  int last_code_ = closed_in_order;  // for --once
  bool stopping_ = false;
};

}  // namespace

int listen(net::EventLoop& loop, Settings& settings) { return Listen(loop, settings).run(); }

}  // namespace strata::wscat
