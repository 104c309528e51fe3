// tools/sio/session.cpp - events both ways, and when it is enough.
#include "tools/sio/session.h"

#include "sio/client/destination.h"
#include "tools/command_line.h"
#include "tools/stop_signals.h"

namespace strata::tools {
namespace {

constexpr std::size_t line_max = 16 * 1024 * 1024;
constexpr std::size_t waiting_max = 1024 * 1024;  // bytes; above it no input is read
constexpr std::size_t waiting_events_max = 1000;
constexpr std::size_t unanswered_max = 30'000;  // as above; a socket awaits twice as many
constexpr net::Duration goodbye_max = 5s;

// Stops the loop as soon as `gone()`, at the latest after `limit`. Looked at every 10 ms: this is
// the end of a program, nothing waits for it.
void stop_when(net::EventLoop& loop, std::function<bool()> gone, net::Duration limit) {
  if (gone() || limit <= net::Duration::zero()) return loop.stop();
  loop.after(10ms, [&loop, gone = std::move(gone), limit]() mutable {
    stop_when(loop, std::move(gone), limit - 10ms);
  });
}

sio::ManagerOptions options_of(const Settings& s) {
  sio::ManagerOptions options;
  if (s.auth) options.auth = *s.auth;
  options.extra_headers = s.headers;
  if (const auto where = sio::parse_destination(s.url)) options.query = where->query;
  options.query.insert(options.query.end(), s.query.begin(), s.query.end());
  if (!s.transports.empty()) options.transports = s.transports;
  options.path = s.path;
  options.proxy = s.proxy;
  options.with_credentials = s.credentials;
  options.reconnection = s.reconnect;
  options.timeout = s.timeout;
  options.auto_connect = false;
  return options;
}

std::string namespace_of(const Settings& s) {
  if (!s.nsp.empty()) return s.nsp;
  const auto where = sio::parse_destination(s.url);
  return where ? where->nsp : "/";
}

std::string in_words(const sio::Failure& why) {
  std::string text = why.message;
  if (why.status != 0) text += " (status " + std::to_string(why.status) + ")";
  if (!why.context.empty()) text += ": " + why.context;
  if (why.data) text += ", " + sio::dump(*why.data);
  return text;
}

}  // namespace

Session::Session(net::EventLoop& loop, Settings& settings)
    : loop_(loop),
      settings_(settings),
      screen_(settings.quiet),
      input_(
          loop, line_max, [this](std::string_view line) { typed(line); },
          [this](bool whole) { input_ended(whole); }),
      end_(loop, [this] { out_of_time(); }),
      replay_next_(loop, [this] { replay_ ? replay() : read_on(); }),
      input_over_(!settings.input) {}

int Session::run() {
  const StopSignals signals(loop_, [this] { leave(); });
  if (!settings_.record.empty()) {
    record_.reset(std::fopen(settings_.record.c_str(), "wb"));
    const std::string head = head_line(settings_.url, namespace_of(settings_));
    if (!record_ || std::fputs(head.c_str(), record_.get()) < 0) {
      screen_.problem("'" + settings_.record + "' cannot be written");
      return no_input_output;
    }
  }
  if (settings_.replay)
    replay_.emplace(std::move(*settings_.replay), settings_.pace, settings_.expect);
  manager_ = std::make_unique<sio::Manager>(loop_, settings_.url, options_of(settings_));
  socket_ = &manager_->socket(namespace_of(settings_));
  hear();
  if (!settings_.reconnect) end_.start(settings_.timeout);
  socket_->connect();
  if (const std::error_code error = loop_.run()) screen_.problem(error.message());
  manager_.reset();
  return screen_.broken() ? no_input_output : code_;
}

void Session::hear() {
  socket_->on("connect", [this] { connected(); });
  socket_->on("connect_error", [this](const sio::Failure& why) { refused(why); });
  socket_->on("disconnect", [this](const std::string& reason, std::optional<sio::Failure> details) {
    disconnected(reason, details);
  });
  socket_->on("error", [this](const sio::Error& why) { screen_.problem(why.message); });
  socket_->on("overflow", [this](const std::string& event) {
    screen_.problem("dropped, for too much waits: " + event);
    if (code_ == all_well) code_ = connection_lost;
  });
  socket_->on_any([this](std::string_view event, const sio::Args& args) { came(event, args); });
  manager_->on_log([this](std::string_view line) { screen_.problem(std::string(line)); });
  if (!settings_.verbose) return;
  manager_->on("reconnect_attempt",
               [this](int n) { screen_.note("reconnecting, attempt " + std::to_string(n)); });
  manager_->on("reconnect_error", [this](const sio::Failure& why) { screen_.note(in_words(why)); });
  manager_->on("ping", [this] { screen_.note("ping"); });
}

void Session::connected() {
  const bool websocket = manager_->engine()->transport() == sio::eio::Transport::websocket;
  screen_.note("connected: " + settings_.url + ", namespace " + socket_->nsp() + ", id " +
               socket_->id() + (websocket ? ", websocket" : ", polling") +
               (socket_->recovered() ? ", recovered" : ""));
  if (std::exchange(began_, true)) return;
  end_.stop();
  connected_at_ = loop_.now();
  if (settings_.stay) end_.start(*settings_.stay);
  for (const Spoken& each : settings_.emits) say(each);
  if (replay_) replay();
  if (!input_over_) {
    input_started_ = true;
    input_.start();
  }
  consider();
}

void Session::refused(const sio::Failure& why) {
  if (leaving_) return;
  if (!socket_->active()) {
    screen_.problem("refused: " + in_words(why));
    return leave(tools::refused);
  }
  if (settings_.reconnect) return screen_.note("not connected: " + in_words(why));
  screen_.problem("not connected: " + in_words(why));
  leave(not_connected);
}

void Session::disconnected(std::string_view reason, const std::optional<sio::Failure>& details) {
  std::string sentence = "disconnected: " + std::string(reason);
  if (details && !details->message.empty()) sentence += ", " + in_words(*details);
  if (leaving_ || reason == "io client disconnect") return screen_.note(sentence);
  if (settings_.reconnect && socket_->active()) return screen_.note(sentence);
  screen_.problem(sentence);
  leave(connection_lost);
}

void Session::came(std::string_view event, const sio::Args& args) {
  if (leaving_) return;
  Entry entry{{}, Entry::in, std::string(event), args.to_json(), {}};
  screen_.event("event", event, entry.args, socket_->nsp());
  if (screen_.broken()) return leave(no_input_output);
  ++events_;
  expect(entry);
  record(std::move(entry));
  if (replay_ && !leaving_) replay();
  consider();
}

void Session::answered(const std::string& event, std::uint64_t ask, std::error_code why,
                       const sio::Args& args) {
  --unanswered_;
  if (leaving_) return;
  if (why) {
    screen_.problem("no answer to " + event + ": " + why.message());
    if (code_ == all_well) code_ = no_answer;
    return consider();
  }
  Entry entry{{}, Entry::answer, {}, args.to_json(), ask};
  screen_.event("answer", event, entry.args, socket_->nsp());
  expect(entry);
  record(std::move(entry));
  consider();
}

void Session::say(const Spoken& spoken, std::optional<std::uint64_t> recorded_ask) {
  const auto write = [&](sio::PacketWriter& writer) {
    for (const sio::Json& value : spoken.values) write_value(writer, value);
  };
  if (sio::is_reserved(spoken.event)) {
    screen_.problem("\"" + spoken.event + "\" is a reserved event name");
    if (code_ == all_well) code_ = no_input_output;
    return;
  }
  Entry entry{{}, Entry::out, spoken.event, spoken.values, {}};
  if (!spoken.ask) {
    socket_->emit_values(spoken.event, sio::Values(write), nullptr);
  } else {
    entry.ask = recorded_ask.value_or(asks_++);
    const auto hear = [this, event = spoken.event, ask = *entry.ask](std::error_code why,
                                                                     const sio::Args& args) {
      answered(event, ask, why, args);
    };
    const std::uint64_t awaited = ++unanswered_;
    const bool sent =
        socket_->timeout(settings_.timeout)
            .emit_values(spoken.event, sio::Values(write), sio::ClientSocket::on_answer(hear));
    if (!sent && unanswered_ == awaited) {  // `error` has told why nobody will answer
      --unanswered_;
      if (code_ == all_well) code_ = no_answer;
    }
  }
  record(std::move(entry));
}

void Session::typed(std::string_view line) {
  const Command command = read_line(line, read_file);
  switch (command.kind) {
    case Command::emit:
      say(command.spoken);
      break;
    case Command::connect:
      socket_->connect();
      break;
    case Command::disconnect:
      socket_->disconnect();
      break;
    case Command::quit:
      return leave();
    case Command::help:
      std::fputs(command_help, stderr);
      break;
    case Command::nothing:
      break;
    case Command::wrong:
      screen_.problem(command.why);
      if (code_ == all_well) code_ = no_input_output;
      break;
  }
  const auto* const engine = manager_->engine();
  if (leaving_ || (socket_->waiting() < waiting_events_max && unanswered_ < unanswered_max &&
                   engine != nullptr && engine->queued() < waiting_max))
    return;
  input_.pause();
  replay_next_.start(5ms);
}

void Session::read_on() {
  const auto* const engine = manager_->engine();
  if (leaving_ || input_.ended()) return;
  if (socket_->waiting() == 0 && unanswered_ < unanswered_max && engine != nullptr &&
      engine->queued() < waiting_max)
    return input_.resume();
  replay_next_.start(5ms);
}

void Session::input_ended(bool whole) {
  if (!whole) {
    screen_.problem("a line of more than 16 MiB");
    if (code_ == all_well) code_ = no_input_output;
  }
  input_over_ = true;
  consider();
}

void Session::replay() {
  const net::Duration now = loop_.now() - connected_at_;
  while (const Entry* const next = replay_->take(now)) {
    const auto& values = next->args.get_ref<const sio::Json::array_t&>();
    say({next->event, values, next->ask.has_value()}, next->ask);
  }
  if (const auto at = replay_->next_at()) replay_next_.start(*at > now ? *at - now : 0ns);
  consider();
}

void Session::expect(const Entry& came) {
  if (!replay_ || leaving_) return;
  const auto why = replay_->heard(came);
  if (!why) return;
  screen_.problem(*why);
  leave(not_as_expected);
}

void Session::record(Entry entry) {
  if (!record_ || leaving_) return;
  entry.at = loop_.now() - connected_at_;
  const std::string line = entry_line(entry);
  if (std::fputs(line.c_str(), record_.get()) >= 0 && std::fflush(record_.get()) == 0) return;
  screen_.problem("'" + settings_.record + "' cannot be written");
  leave(no_input_output);
}

bool Session::all_said() const {
  return began_ && input_over_ && unanswered_ == 0 && (!replay_ || replay_->all_sent());
}

void Session::consider() {
  if (leaving_) return;
  if (settings_.count && events_ >= *settings_.count) return leave();
  if (settings_.count || settings_.stay || !all_said()) return;
  if (!replay_ || replay_->all_heard()) return leave();
  if (!end_.running()) end_.start(settings_.timeout);
}

void Session::out_of_time() {
  if (!began_) {
    screen_.problem("not connected in time");
    return leave(not_connected);
  }
  if (replay_ && !replay_->all_heard()) {
    screen_.problem(replay_->missing());
    return leave(not_as_expected);
  }
  if (settings_.count && events_ < *settings_.count) {
    screen_.problem(std::to_string(events_) + " events came, and not " +
                    std::to_string(*settings_.count));
    return leave(not_as_expected);
  }
  leave();
}

// The rest of what was said leaves first.
void Session::leave(ExitCode code) {
  if (code_ == all_well) code_ = code;
  if (std::exchange(leaving_, true)) return;
  end_.stop();
  replay_next_.stop();
  if (input_started_ && !input_.ended()) input_.pause();
  loop_.post([this] {
    socket_->disconnect();
    manager_->close();
    const auto gone = [this] {
      const auto* const engine = manager_->engine();
      return engine == nullptr || engine->state() == sio::eio::Client::State::closed;
    };
    stop_when(loop_, gone, goodbye_max);
  });
}

}  // namespace strata::tools
