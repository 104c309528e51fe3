// An Engine.IO session, our client and our server on one virtual loop, cut behind every byte of it:
// both ends hear of it once, nothing is doubled, order is kept, and nothing is left.
#include <algorithm>
#include <optional>

#include "http/server.h"
#include "sio/eio/client.h"
#include "sio/eio/server.h"
#include "tests/sio/chaos_world.h"

using namespace strata;
using namespace strata::test;
using sio::eio::Transport;

namespace {

const std::vector<std::string> messages = {"one", "two \xE2\x82\xAC", std::string(300, 'x'),
                                           "octets:\x01\x02\x03", "last"};

// Sends back what it hears.
struct Echo final : sio::eio::Handler {
  void on_open(sio::eio::Socket&) override { ++opened; }
  void on_text(sio::eio::Socket& socket, std::string_view text) override {
    heard.emplace_back(text);
    socket.send_text(text);
  }
  void on_binary(sio::eio::Socket& socket, net::Bytes bytes) override {
    heard.push_back("octets:" + std::string(net::as_text(bytes)));
    socket.send_binary(bytes);
  }
  void on_close(sio::eio::Socket&, std::string_view reason, std::string_view) override {
    reasons.emplace_back(reason);
  }
  int opened = 0;
  std::vector<std::string> heard, reasons;
};

struct Story {
  bool upgraded = false;
  std::vector<std::string> heard, log;
};

// Opens, sends all, and closes when all is back.
struct Session : World {
  Session(const Route& route, const Strike& strike)
      : World(strike), app(loop), engine(app, {}, echo) {
    REQUIRE_FALSE(app.listen(net::Address::loopback(80)));
    sio::eio::ClientOptions options;
    options.url = "http://127.0.0.1:80/engine.io";
    options.transports = route.transports;
    options.on_open = [this](sio::eio::Client& c) {
      story.log.push_back("open");
      for (const std::string& text : messages) {
        if (text.starts_with("octets:"))
          c.send(net::as_bytes(std::string_view(text).substr(7)));
        else
          c.send(text);
      }
    };
    options.on_text = [this](sio::eio::Client&, std::string_view text) { hear(std::string(text)); };
    options.on_binary = [this](sio::eio::Client&, net::Bytes bytes) {
      hear("octets:" + std::string(net::as_text(bytes)));
    };
    options.on_upgrade = [this](sio::eio::Client&, Transport) {
      story.upgraded = true;
      finish();
    };
    options.on_upgrade_error = [this](sio::eio::Client&, const sio::eio::TransportError&) {
      story.upgraded = true;  // it will not be
      finish();
    };
    options.on_error = [this](sio::eio::Client&, const sio::eio::TransportError& error) {
      story.log.push_back("error " + error.message);
    };
    options.on_close = [this](sio::eio::Client&, std::string_view why,
                              const sio::eio::TransportError&) {
      story.log.push_back("close " + std::string(why));
    };
    story.upgraded = route.transports.size() == 1;
    client.emplace(loop, std::move(options));
    client->open();
    loop.advance(std::chrono::minutes(3));
  }
  void hear(std::string text) {
    story.heard.push_back(std::move(text));
    finish();
  }
  void finish() {
    if (story.heard.size() == messages.size() && story.upgraded) client->close();
  }

  Story story;
  Echo echo;
  http::Server app;
  sio::eio::Server engine;
  std::optional<sio::eio::Client> client;
};

// What holds wherever it was struck.
void check(Session& session) {
  const Story& story = session.story;
  const std::string log = joined(story.log);
  CAPTURE(log, joined(session.echo.reasons), story.heard.size(), session.echo.heard.size());
  const auto count = [&story](std::string_view word) {
    return std::count_if(story.log.begin(), story.log.end(),
                         [&](const std::string& one) { return one.starts_with(word); });
  };
  CHECK(in_order(story.heard, messages));
  CHECK(in_order(session.echo.heard, messages));
  CHECK(count("open") <= 1);
  CHECK(count("close") == count("open"));  // once, if it was open
  if (count("open") == 0) CHECK(count("error") == 1);
  CHECK(session.client->state() == sio::eio::Client::State::closed);
  CHECK(session.echo.reasons.size() == static_cast<std::size_t>(session.echo.opened));
  CHECK(session.engine.clients_count() == 0);
  CHECK(session.engine.leaving_count() == 0);
  CHECK(session.loop.connection_count() == 0);
  if (log == "open close forced close") {
    CHECK(story.heard == messages);
    CHECK(session.echo.heard == messages);
  }
}

Carried run(const Route& route, const Strike& strike) {
  INFO(route.name << ": " << strike.words());
  Session session(route, strike);
  check(session);
  if (strike.blow == Blow::none) CHECK(joined(session.story.log) == "open close forced close");
  return session.carried();
}

}  // namespace

TEST_CASE("C9 C10 an Engine.IO session that is cut behind any byte ends once, and leaves nothing",
          "[sio][chaos][codec]") {
  for (const Route& route : routes())
    each_strike(Blow::fin, [&route](const Strike& strike) { return run(route, strike); });
}

TEST_CASE("C10 an Engine.IO session that is reset behind any byte ends once, and leaves nothing",
          "[sio][chaos][codec]") {
  for (const Route& route : routes())
    each_strike(Blow::reset, [&route](const Strike& strike) { return run(route, strike); });
}

TEST_CASE("C11 an Engine.IO session that falls silent behind any byte ends by its heartbeat",
          "[sio][chaos][codec]") {
  for (const Route& route : routes())
    each_strike(Blow::hole, [&route](const Strike& strike) { return run(route, strike); });
}
