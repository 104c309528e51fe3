// tools/wscat/dial.cpp - the client: one connection, from its handshake to its exit code.
#include <cstdio>
#include <memory>

#include "net/timer.h"
#include "tools/stop_signals.h"
#include "tools/wscat/ends.h"
#include "tools/wscat/input.h"
#include "tools/wscat/screen.h"
#include "ws/client.h"

namespace strata::wscat {
namespace {

// The ping behind the last input: its pong says that all before it was read.
constexpr std::string_view last_ping = "wscat: the end";
constexpr net::Duration quiet_max = 10s;  // without its pong, and without any message

class Dial {
 public:
  Dial(net::EventLoop& loop, Settings& settings)
      : loop_(loop),
        settings_(settings),
        screen_(settings),
        input_(
            loop, settings, screen_, [this](const Command& command) { typed(command); },
            [this] { input_ended(); }),
        end_(loop, [this] { close(ws::CloseCode::normal); }) {}

  int run() {
    const tools::StopSignals signals(loop_, [this] { interrupted(); });
    ws::ClientOptions& options = settings_.client;
    options.limits.max_send_queue = SIZE_MAX;  // input waits for on_drain, however long one is
    if (settings_.compress) options.compression = ws::CompressionOptions{.threshold = 0};
    options.on_open = [this](ws::Connection& to, const ws::Opening& how) { opened(to, how); };
    options.on_message = [this](ws::Connection&, ws::Message& message) { show(message); };
    options.on_ping = [this](ws::Connection&, net::Bytes payload) {
      screen_.note("ping" + quoted(payload));
    };
    options.on_pong = [this](ws::Connection&, net::Bytes payload) { on_pong(payload); };
    options.on_drain = [this](ws::Connection&) { go_on(); };
    options.on_close = [this](ws::Connection& gone, ws::CloseCode code, std::string_view reason) {
      closed(gone, code, reason);
    };
    options.on_error = [this](const ws::ConnectFailure& failure) { failed(failure); };
    client_ = std::make_unique<ws::Client>(loop_, options);
    if (const std::error_code error = loop_.run()) screen_.problem(error.message());
    if (screen_.broken()) return no_input_output;
    return code_ == closed_in_order && !input_.understood() ? no_input_output : code_;
  }

 private:
  void opened(ws::Connection& to, const ws::Opening& how) {
    std::string note = "open: " + std::string(how.url);
    if (!how.subprotocol.empty()) note += ", speaks " + std::string(how.subprotocol);
    if (how.head.find("permessage-deflate") != how.head.npos) note += ", compressed";
    screen_.note(note);
    if (settings_.verbose) screen_.head(how.head);
    if (settings_.frames) to.watch(&frames_);
    go_on();
  }

  // What the command line gave, one after the other; then what is typed.
  void go_on() {
    while (next_ < settings_.messages.size()) {
      const Given& given = settings_.messages[next_++];
      if (!send({given.text ? Command::text : Command::binary, given.payload})) return;
    }
    if (!settings_.input) return input_ended();
    if (!input_.ended()) input_.read();
  }

  // False: there is no room now; on_drain follows.
  bool send(const Command& command) {
    ws::Connection* const to = client_->connection();
    if (to == nullptr) return true;
    return send_message(*to, command) != ws::SendResult::queued;
  }

  void typed(const Command& command) {
    ws::Connection* const to = client_->connection();
    if (to == nullptr) return;
    switch (command.kind) {
      case Command::text:
      case Command::binary:
        if (!send(command)) input_.pause();
        break;
      case Command::ping:
        pinged_at_ = loop_.now();
        to->ping(net::as_bytes(command.bytes));
        break;
      case Command::pong:
        to->pong(net::as_bytes(command.bytes));
        break;
      case Command::close:
        close(command.code, command.bytes);
        break;
      default:  // what asks for help, or is no command, never comes here
        break;
    }
  }

  void input_ended() {
    if (std::exchange(input_over_, true)) return;
    ws::Connection* const to = client_->connection();
    if (to == nullptr || !to->open()) return;
    if (!settings_.wait) {
      to->ping(net::as_bytes(last_ping));
      end_.start(quiet_max);
    } else if (*settings_.wait != net::Duration::max()) {
      end_.start(*settings_.wait);
    }
  }

  void show(const ws::Message& message) {
    screen_.message(message, 0);
    if (screen_.broken()) close(ws::CloseCode::going_away);
    if (input_over_ && !settings_.wait) end_.start(quiet_max);
  }

  void on_pong(net::Bytes payload) {
    if (input_over_ && net::as_text(payload) == last_ping) {
      if (!settings_.wait) close(ws::CloseCode::normal);
      return;
    }
    std::string note = "pong" + quoted(payload);
    if (pinged_at_ != net::TimePoint()) {
      const std::chrono::duration<double, std::milli> took =
          loop_.now() - std::exchange(pinged_at_, {});
      char text[40];
      std::snprintf(text, sizeof text, " after %.2f ms", took.count());
      note += text;
    }
    screen_.note(note);
  }

  void close(ws::CloseCode code, std::string_view reason = {}) {
    end_.stop();
    our_code_ = code;
    client_->close(code, reason);
  }

  void interrupted() { close(ws::CloseCode::normal); }

  void closed(ws::Connection& gone, ws::CloseCode code, std::string_view reason) {
    using enum ws::CloseCode;
    if (gone.failed()) {
      screen_.problem("protocol error: " + std::string(reason));
      code_ = broken;
    } else if (code == abnormal) {
      screen_.problem("broken: " + std::string(reason));
      code_ = broken;
    } else {
      screen_.note("closed: " + in_words(code, reason));
      const bool in_order =
          code == normal || code == going_away || code == none || code == our_code_;
      code_ = in_order ? closed_in_order : closed_otherwise;
    }
    loop_.stop();
  }

  void failed(const ws::ConnectFailure& failure) {
    screen_.problem(failure.to_string());
    if (settings_.verbose) screen_.head(failure.head);
    code_ = failure.error == ws::ConnectError::invalid ? bad_usage : not_opened;
    loop_.stop();
  }

  net::EventLoop& loop_;
  Settings& settings_;
  Screen screen_;
  Input input_;
  FramePrinter frames_{screen_, 0};
  net::Timer end_;  // of what may come behind the input
  std::unique_ptr<ws::Client> client_;
  std::size_t next_ = 0;  // of settings_.messages
  net::TimePoint pinged_at_{};
  ws::CloseCode our_code_ = ws::CloseCode::none;
  int code_ = broken;  // stays so where a second signal ends the loop
  bool input_over_ = false;
};

}  // namespace

int dial(net::EventLoop& loop, Settings& settings) { return Dial(loop, settings).run(); }

}  // namespace strata::wscat
