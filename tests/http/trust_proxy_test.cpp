// tests/http/trust_proxy_test.cpp - what a request says of its client, by whom it is believed.
#include "http/forwarded.h"

#include "tests/http/server_fixture.h"

using namespace strata;
using namespace strata::http;
using namespace strata::test;

namespace {

struct Site {
  explicit Site(TrustProxy trust) : server(options_of(std::move(trust))) {
    server.app.get("/who", [](Request& req, Response& res) {
      std::string text = req.ip() + " " + std::string(req.protocol()) + " " +
                         std::string(req.hostname()) + (req.secure() ? " secure" : "");
      for (const std::string& ip : req.ips()) text += " [" + ip + "]";
      res.send(text + " " + req.peer().host());
    });
  }
  static ServerOptions options_of(TrustProxy trust) {
    ServerOptions options = quick_options();
    options.trust_proxy = std::move(trust);
    return options;
  }
  std::string who(std::string_view fields) { return server.get("/who", fields).body; }
  Fixture server;
};

const std::string told =
    "X-Forwarded-For: 6.6.6.6, 1.1.1.1\r\nX-Forwarded-Proto: https\r\n"
    "X-Forwarded-Host: a.example:8443\r\n";

}  // namespace

TEST_CASE("by default the connection says where a request comes from", "[http][trust_proxy]") {
  Site site{TrustProxy()};
  CHECK(site.who(told + "Forwarded: for=2.2.2.2;proto=https;host=b\r\n") ==
        "127.0.0.1 http x 127.0.0.1");
}

TEST_CASE("a trusted proxy's word counts, and lasts for its request", "[http][trust_proxy]") {
  Site by_hops{TrustProxy::hops(1)};
  CHECK(by_hops.who(told) == "1.1.1.1 https a.example secure [1.1.1.1] 127.0.0.1");
  CHECK(by_hops.who("") == "127.0.0.1 http x 127.0.0.1");
  CHECK(by_hops.who("X-Forwarded-Host: [::1]:80\r\n") == "127.0.0.1 http [::1] 127.0.0.1");
  CHECK(by_hops.who("X-Forwarded-Host: a b\r\nX-Forwarded-Proto: x\r\n") ==
        "127.0.0.1 http x 127.0.0.1");
  Site by_address{TrustProxy::list({"loopback"})};
  CHECK(by_address.who(told) == "1.1.1.1 https a.example secure [1.1.1.1] 127.0.0.1");
  Site by_another{TrustProxy::list({"10.0.0.0/8"})};
  CHECK(by_another.who(told) == "127.0.0.1 http x 127.0.0.1");
  Site all{TrustProxy::all()};
  CHECK(all.who(told) == "6.6.6.6 https a.example secure [6.6.6.6] [1.1.1.1] 127.0.0.1");
  Site other{TrustProxy::hops(1).by(TrustProxy::Fields::forwarded)};
  CHECK(other.who(told) == "127.0.0.1 http x 127.0.0.1");
  CHECK(other.who(told + "Forwarded: for=\"[2001:db8::1]\";proto=https;host=\"b:1\"\r\n") ==
        "2001:db8::1 https b secure [2001:db8::1] 127.0.0.1");

  // One connection, several clients behind it: nothing is left over from the last.
  Peer peer = by_hops.server.dial();
  for (const char* const ip : {"1.1.1.1", "2.2.2.2", "3.3.3.3"}) {
    peer.send("GET /who HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: " + std::string(ip) + "\r\n\r\n");
    by_hops.server.loop.settle();
    std::string wire = peer.take();
    CHECK(take_response(wire).body.substr(0, 8) == std::string(ip) + " ");
  }
}
