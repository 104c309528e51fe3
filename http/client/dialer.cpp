// http/client/dialer.cpp - one step after the other; whichever fails ends it.
#include "http/client/dialer.h"

#include <optional>
#include <utility>

#include "http/client/client_core.h"
#include "http/client/client_session.h"

namespace strata::http {

// CONNECT, rfc9110-9.3.6: a request whose 2xx turns the connection into the one behind the proxy.
class Dialer::Tunnel final : public net::Receiver {
 public:
  Tunnel(Dialer& dialer, std::unique_ptr<net::Connection> connection)
      : dialer_(&dialer),
        core_(dialer.core_),
        connection_(std::move(connection)),
        session_(core_.limits, no_timeouts, core_.loop.now(), &core_.field_table) {}

  ClientError start(const Route& route) {
    OutgoingRequest request;
    request.method = "CONNECT";
    request.target = request.host = route.tunnel_to;
    const Field field{"Proxy-Authorization", route.proxy_credentials};
    if (!route.proxy_credentials.empty()) request.fields = {&field, 1};
    const ClientError refused = session_.send(request, connection_->out(), core_.loop.now());
    if (refused == ClientError::none) connection_->set_receiver(*this);
    return refused;
  }
  void forget() { dialer_ = nullptr; }

  std::size_t receive(net::MutableBytes in) override {
    const std::size_t offered = in.size();
    if (dialer_ == nullptr || core_.dead) return offered;
    const ClientCore::Busy busy(core_);
    for (;;) {
      const auto event = session_.next(in, core_.loop.now());
      if (event == ClientSession::Event::none) return offered - in.size();
      if (event == ClientSession::Event::informational) continue;
      if (event == ClientSession::Event::upgraded) {
        // What comes now was sent before anybody asked the server behind: no answer to us.
        if (in.empty())
          dialer_->ready(std::move(connection_));
        else
          fail(ClientError::unsolicited_response, {});
      } else if (event == ClientSession::Event::head) {
        const int status = session_.head().status;
        fail(status == 407 ? ClientError::proxy_denied : ClientError::proxy_refused, {});
      } else {
        fail(session_.fault(), {});
      }
      return offered;
    }
  }
  void ended() override { fail(ClientError::closed_before_response, {}); }
  void closed(std::error_code why) override { fail(ClientError::closed_before_response, why); }

 private:
  void fail(ClientError error, std::error_code why) {
    if (dialer_ == nullptr || core_.dead) return;
    const ClientCore::Busy busy(core_);
    const bool closed = error == ClientError::closed_before_response;
    dialer_->fail(closed ? ClientError::proxy_refused : error, {}, why);
  }

  static constexpr ClientTimeouts no_timeouts{0s, 0s, 0s,
                                              0s, 0s, 0s};  // the dialer has one for all
  Dialer* dialer_;
  ClientCore& core_;
  std::unique_ptr<net::Connection> connection_;
  ClientSession session_;
};

Dialer::Dialer(ClientCore& core, const Route& route, Done done)
    : core_(core), route_(route), done_(std::move(done)), timer_(core.loop, [this] {
        const ClientCore::Busy busy(core_);
        fail(ClientError::connect_timeout);
      }) {
  timer_.start(core.options.connect_timeout);
  resolve();
}

// The tunnel may be on the stack, and its connection with it.
Dialer::~Dialer() {
  if (!tunnel_) return;
  tunnel_->forget();
  core_.loop.defer([ending = std::move(tunnel_)]() mutable { ending.reset(); });
}

void Dialer::resolve() {
  if (!route_.unix_path.empty()) {
    const auto address = net::Address::unix_path(route_.unix_path);
    return connect({address.value_or(net::Address())});
  }
  resolving_ = core_.resolver().resolve(route_.host, route_.port, [this](net::Addresses found) {
    const ClientCore::Busy busy(core_);
    if (!found) return fail(ClientError::unresolved, {}, found.error());
    connect(*found);
  });
}

void Dialer::connect(const std::vector<net::Address>& addresses) {
  net::ConnectOptions options;
  options.timeout = core_.options.connect_timeout;
  options.connection = core_.connection_options;
  connecting_ = core_.loop.connect(
      addresses, options,
      [this](net::Result<std::unique_ptr<net::Connection>, std::error_code> made) {
        const ClientCore::Busy busy(core_);
        if (made) return connected(std::move(*made));
        const bool late = made.error() == std::errc::timed_out;
        fail(late ? ClientError::connect_timeout : ClientError::connect_failed, {}, made.error());
      });
}

void Dialer::connected(std::unique_ptr<net::Connection> connection) {
  if (route_.tunnel_to.empty()) return ready(std::move(connection));
  tunnel_ = std::make_unique<Tunnel>(*this, std::move(connection));
  const ClientError refused = tunnel_->start(route_);
  if (refused != ClientError::none) fail(refused);
}

void Dialer::ready(std::unique_ptr<net::Connection> connection) {
  if (!route_.secure_host.empty()) {
    connection = core_.options.secure(std::move(connection), route_.secure_host);
    if (!connection) return fail(ClientError::insecure);
  }
  finish(std::move(connection));
}

void Dialer::fail(ClientError error, std::string_view why, std::error_code system) {
  finish(ClientFailure{error, why.empty() ? sentence(error) : why, system, true});
}

// `done` may destroy this object: it is called last, from a copy.
void Dialer::finish(Result<std::unique_ptr<net::Connection>> made) {
  timer_.stop();
  const Done done = std::exchange(done_, nullptr);
  if (done && !core_.dead) done(std::move(made));
}

}  // namespace strata::http
