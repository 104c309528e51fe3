// tests/http/client_proxy_test.cpp - through a proxy that the test plays: absolute form, tunnels,
// and the seam where TLS goes.
#include "http/client.h"
#include "tests/http/client_fixture.h"

using namespace strata;
using namespace strata::test;
using http::ClientError;

namespace {

http::ClientOptions through_proxy(bool tunnel) {
  http::ClientOptions options = plain_options();
  options.proxy = "http://Aladdin:open%20sesame@127.0.0.1:80";
  options.proxy_tunnel = tunnel;
  return options;
}

const char credentials[] = "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n";
const char established[] = "HTTP/1.1 200 Connection established\r\n\r\n";

bool has(std::string_view wire, std::string_view what) { return wire.find(what) != wire.npos; }

}  // namespace

TEST_CASE("http through a proxy: absolute form, one connection for all hosts",
          "[http][client][rfc9112-3.2.2][rfc9110-7.3.2]") {
  ClientFixture f(through_proxy(false));
  for (const char* host : {"a.example", "b.example:8080"}) {
    Outcome outcome;
    const std::string url = "http://" + std::string(host) + "/x?y";
    f.client->get(url, outcome.callback());
    f.loop.settle();
    const std::string wire = f.peer().take();
    CHECK(wire.starts_with("GET " + url + " HTTP/1.1\r\nHost: " + host + "\r\n"));
    CHECK(has(wire, credentials));
    f.peer().send(ok_hello);
    f.loop.settle();
    CHECK(outcome.response.body == "hello");
  }
  CHECK(f.server.peers.size() == 1);
}

TEST_CASE("credentials of the proxy stay with the proxy", "[http][client][rfc9110-11.7.2]") {
  auto options = through_proxy(false);
  options.no_proxy = {"127.0.0.1:81"};
  ClientFixture f(options);
  Scripted direct(f.loop, net::Address::loopback(81));
  Outcome outcome;
  f.client->get("http://127.0.0.1:81/x", outcome.callback());
  f.loop.settle();
  CHECK(f.server.peers.empty());
  const std::string wire = direct.at(0).take();
  CHECK(wire.starts_with("GET /x HTTP/1.1\r\n"));
  CHECK_FALSE(has(wire, "Proxy-Authorization"));
}

TEST_CASE("a tunnel: CONNECT, then the request inside it", "[http][client][rfc9110-9.3.6]") {
  for (const std::size_t chunk : {SIZE_MAX, std::size_t{1}}) {
    ClientFixture f(through_proxy(true));
    f.loop.chunk = chunk;
    for (int i = 0; i < 2; ++i) {
      Outcome outcome;
      f.client->get("http://a.example/x", outcome.callback());
      f.loop.settle();
      if (i == 0) {
        CHECK(f.peer().take() == "CONNECT a.example:80 HTTP/1.1\r\nHost: a.example:80\r\n" +
                                     std::string(credentials) + "\r\n");
        f.peer().send(established);
        f.loop.settle();
      }
      const std::string wire = f.peer().take();
      CHECK(wire.starts_with("GET /x HTTP/1.1\r\nHost: a.example\r\n"));
      CHECK_FALSE(has(wire, "Proxy-"));
      f.peer().send(ok_hello);
      f.loop.settle();
      CHECK(outcome.response.body == "hello");
    }
    // Another host has a tunnel of its own.
    Outcome other;
    f.client->get("http://b.example/", other.callback());
    f.loop.settle();
    CHECK(f.peer(1).take().starts_with("CONNECT b.example:80 "));
  }
}

TEST_CASE("a proxy that makes no tunnel", "[http][client][rfc9110-9.3.6]") {
  struct Row {
    const char* what;
    std::string answer;
    bool fin;
    ClientError error;
  };
  const Row rows[] = {
      {"407", "HTTP/1.1 407 P\r\nProxy-Authenticate: Basic\r\nContent-Length: 5\r\n\r\nlogin",
       false, ClientError::proxy_denied},
      {"403", "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", false, ClientError::proxy_refused},
      {"302 is no tunnel either", "HTTP/1.1 302 R\r\nLocation: http://evil.example/\r\n\r\n", false,
       ClientError::proxy_refused},
      {"it closes", "", true, ClientError::proxy_refused},
      {"it closes in its head", "HTTP/1.1 200", true, ClientError::proxy_refused},
      {"garbage", "SSH-2.0-x\r\n", false, ClientError::malformed},
      {"bytes of the server before it was asked", std::string(established) + "220 hello", false,
       ClientError::unsolicited_response},
      {"a head without end", std::string("HTTP/1.1 200 OK\r\nA: ") + std::string(20000, 'a'), false,
       ClientError::head_too_large},
      {"silence", "", false, ClientError::connect_timeout},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    ClientFixture f(through_proxy(true));
    Outcome outcome;
    f.client->get("http://a.example/", outcome.callback());
    f.loop.settle();
    f.peer().send(row.answer);
    if (row.fin) f.peer().finish();
    f.loop.settle();
    if (row.error == ClientError::connect_timeout) {
      CHECK(outcome.calls == 0);
      f.loop.advance(10s);
    }
    CHECK(outcome.calls == 1);
    CHECK(outcome.failure.error == row.error);
    CHECK(outcome.failure.may_retry);  // the server behind it heard nothing
    CHECK((f.peer().fin || f.peer().gone));
    CHECK(f.client->connection_count() == 0);
    CHECK_FALSE(has(f.peer().take(), "GET"));
  }
}

TEST_CASE("1xx before the tunnel is let through", "[http][client][rfc9110-15.2]") {
  ClientFixture f(through_proxy(true));
  Outcome outcome;
  f.client->get("http://a.example/", outcome.callback());
  f.loop.settle();
  f.peer().take();
  f.peer().send("HTTP/1.1 102 P\r\n\r\n");
  f.peer().send(established);
  f.loop.settle();
  CHECK(f.peer().take().starts_with("GET / "));
}

TEST_CASE("cancelled, dropped or destroyed while the tunnel is dug", "[http][client]") {
  for (int how = 0; how < 3; ++how) {
    for (const char* sent : {"", "HTTP/1.1 2"}) {
      ClientFixture f(through_proxy(true));
      Outcome outcome;
      auto call = f.client->get("http://a.example/", outcome.callback());
      f.loop.settle();
      f.peer().send(sent);
      f.loop.settle();
      if (how == 0) call.cancel();
      if (how == 1) call.drop();
      if (how == 2) f.client.reset();
      f.loop.settle();
      CHECK(outcome.calls == (how == 0 ? 1 : 0));
      CHECK((f.peer().fin || f.peer().gone));
    }
  }
}

TEST_CASE("a proxy that is none is told at the first request", "[http][client]") {
  http::ClientOptions options = plain_options();
  options.proxy = "ftp://proxy.example";
  ClientFixture f(options);
  Outcome outcome;
  f.ask(outcome);
  CHECK(outcome.failure.error == ClientError::invalid_proxy);
}

// --- the seam of TLS
// ------------------------------------------------------------------------------

namespace {

// A Connection around a Connection: turns every byte over, as a cipher would. What TLS has to do,
// without the handshake.
class Reversed final : public net::Connection, private net::Receiver {
 public:
  explicit Reversed(std::unique_ptr<net::Connection> inner)
      : net::Connection(nullptr), inner_(std::move(inner)) {
    out_.set_hook(
        [](void* self) {
          auto& me = *static_cast<Reversed*>(self);
          me.loop().defer([&me] { me.flush(); });
        },
        this);
    inner_->set_receiver(*this);
  }
  void set_receiver(net::Receiver& top) override { top_ = &top; }
  void pause() override { inner_->pause(); }
  void resume() override { inner_->resume(); }
  bool paused() const override { return inner_->paused(); }
  void abort() override { inner_->abort(); }
  void close() override { inner_->close(); }
  net::Detached detach() override { return inner_->detach(); }
  net::Address peer() const override { return inner_->peer(); }
  net::Address local() const override { return inner_->local(); }
  net::Loop& loop() override { return inner_->loop(); }
  const net::ConnectionOptions& options() const override { return inner_->options(); }

 private:
  void flush() {
    std::string text = out_.take_text();
    for (char& c : text) c = static_cast<char>(~c);
    inner_->out().append(std::move(text));
  }
  std::size_t receive(net::MutableBytes in) override {
    for (std::uint8_t& byte : in) byte = static_cast<std::uint8_t>(~byte);
    return top_->receive(in);  // all of it, in this test
  }
  void drained() override { top_->drained(); }
  void ended() override { top_->ended(); }
  void closed(std::error_code why) override { top_->closed(why); }
  std::unique_ptr<net::Connection> inner_;
  net::Receiver* top_ = nullptr;
};

std::string reversed(std::string text) {
  for (char& c : text) c = static_cast<char>(~c);
  return text;
}

}  // namespace

TEST_CASE("https goes over what `secure` makes, through a tunnel, too", "[http][client]") {
  for (const bool proxied : {false, true}) {
    http::ClientOptions options = proxied ? through_proxy(false) : plain_options();
    std::string host;
    options.secure = [&host](std::unique_ptr<net::Connection> plain, std::string_view to) {
      host = to;
      return std::make_unique<Reversed>(std::move(plain));
    };
    ClientFixture f(options);
    for (int i = 0; i < 2; ++i) {
      Outcome outcome;
      f.client->get("https://127.0.0.1:80/x", outcome.callback());
      f.loop.settle();
      if (proxied && i == 0) {
        CHECK(f.peer().take().starts_with("CONNECT 127.0.0.1:80 "));
        f.peer().send(established);
        f.loop.settle();
      }
      CHECK(reversed(f.peer().take()).starts_with("GET /x HTTP/1.1\r\nHost: 127.0.0.1:80\r\n"));
      f.peer().send(reversed(std::string(ok_hello)));
      f.loop.settle();
      CHECK(outcome.response.body == "hello");
      CHECK(host == "127.0.0.1");
    }
    CHECK(f.server.peers.size() == 1);
    // http to the same place does not share what is secure.
    Outcome plain;
    f.client->get("http://127.0.0.1:80/", plain.callback());
    f.loop.settle();
    CHECK(f.server.peers.size() == 2);
  }
}

TEST_CASE("what cannot be made secure is not used", "[http][client]") {
  http::ClientOptions options = plain_options();
  options.secure = [](std::unique_ptr<net::Connection>, std::string_view) { return nullptr; };
  ClientFixture f(options);
  Outcome outcome;
  f.client->get("https://127.0.0.1:80/", outcome.callback());
  f.loop.settle();
  CHECK(outcome.failure.error == ClientError::insecure);
  CHECK(f.peer().take().empty());
}
