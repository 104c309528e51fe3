// tests/interop/connect_proxy.h - an HTTP proxy that makes tunnels for who knows the password.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "http/base64.h"
#include "net/loop.h"

namespace strata::rows {

// Only CONNECT, and to 127.0.0.1, on the loop of the test; shorter than which it lives.
class ConnectProxy {
 public:
  ConnectProxy(net::Loop& loop, std::string_view user_and_password)
      : loop_(loop),
        wanted_("Proxy-Authorization: Basic " +
                http::encode_base64(net::as_bytes(user_and_password)) + "\r\n") {
    auto listening = loop.listen(net::Address::loopback(0), {}, [this](auto connection) {
      tunnels_.push_back(std::make_unique<Tunnel>(*this, std::move(connection)));
    });
    listener_ = std::move(*listening);
  }
  std::uint16_t port() const { return listener_->address().port(); }
  int made() const { return made_; }

 private:
  struct Tunnel;
  // What comes at one end leaves at the other.
  struct End final : net::Receiver {
    explicit End(Tunnel& of) : tunnel(of) {}
    std::size_t receive(net::MutableBytes bytes) override { return tunnel.take(*this, bytes); }
    void ended() override { tunnel.close(); }
    void closed(std::error_code) override { tunnel.close(); }
    Tunnel& tunnel;
    std::unique_ptr<net::Connection> connection;
  };
  struct Tunnel {
    Tunnel(ConnectProxy& p, std::unique_ptr<net::Connection> connection) : proxy(p) {
      client.connection = std::move(connection);
      client.connection->set_receiver(client);
    }
    std::size_t take(End& from, net::MutableBytes bytes) {
      const End& to = &from == &client ? server : client;
      if (to.connection == nullptr) return read_head(net::as_text(bytes));
      to.connection->out().append(net::Bytes(bytes));
      return bytes.size();
    }
    // A head comes whole, or is offered again.
    std::size_t read_head(std::string_view text) {
      const std::size_t end = text.find("\r\n\r\n");
      if (end == text.npos || dial != nullptr) return 0;
      const std::string_view head = text.substr(0, end + 2);
      if (!head.starts_with("CONNECT ") || head.find(proxy.wanted_) == head.npos) {
        client.connection->out().append(
            "HTTP/1.1 407 Proxy Authentication Required\r\n"
            "Content-Length: 0\r\n\r\n");
        close();
        return end + 4;
      }
      const std::string_view target = head.substr(8, head.find(' ', 8) - 8);
      const int port = std::atoi(std::string(target.substr(target.rfind(':') + 1)).c_str());
      const std::vector to{net::Address::loopback(static_cast<std::uint16_t>(port))};
      dial = proxy.loop_.connect(to, {}, [this](auto result) {
        if (!result) return close();
        server.connection = std::move(*result);
        server.connection->set_receiver(server);
        client.connection->out().append("HTTP/1.1 200 OK\r\n\r\n");
        ++proxy.made_;
      });
      return end + 4;
    }
    void close() {
      if (client.connection) client.connection->close();
      if (server.connection) server.connection->close();
    }
    ConnectProxy& proxy;
    End client{*this};
    End server{*this};
    std::unique_ptr<net::Connecting> dial;
  };

  net::Loop& loop_;
  std::string wanted_;
  int made_ = 0;
  std::vector<std::unique_ptr<Tunnel>> tunnels_;
  std::unique_ptr<net::Listener> listener_;
};

}  // namespace strata::rows
