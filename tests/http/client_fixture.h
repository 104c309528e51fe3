// tests/http/client_fixture.h - a client on a virtual loop, and servers that a test plays by hand.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/client.h"
#include "tests/catch.h"
#include "tests/support/virtual_loop.h"

namespace strata::test {

// One connection as the server sees it: raw bytes, no protocol.
struct Served : net::Receiver {
  std::unique_ptr<net::Connection> connection;
  std::string got;  // what came, until take()
  bool fin = false;
  bool gone = false;
  std::error_code why;

  void send(std::string_view text) { connection->out().append(text); }
  void finish() { connection->out().finish(); }  // FIN
  void reset() { connection->abort(); }
  std::string take() { return std::exchange(got, {}); }

  std::size_t receive(net::MutableBytes in) override {
    got += net::as_text(in);
    return in.size();
  }
  void ended() override { fin = true; }
  void closed(std::error_code with) override {
    gone = true;
    why = with;
  }
};

// A listener whose connections stay until the test ends.
struct Scripted {
  Scripted(net::Loop& loop, const net::Address& address) {
    auto listening = loop.listen(address, {}, [this](std::unique_ptr<net::Connection> connection) {
      peers.push_back(std::make_unique<Served>());
      peers.back()->connection = std::move(connection);
      peers.back()->connection->set_receiver(*peers.back());
    });
    REQUIRE(listening.has_value());
    listener = std::move(*listening);
  }
  Served& at(std::size_t index) {
    REQUIRE(index < peers.size());
    return *peers[index];
  }
  std::vector<std::unique_ptr<Served>> peers;
  std::unique_ptr<net::Listener> listener;
};

// Writes down how a request ended.
struct Outcome {
  int calls = 0;
  http::ClientResponse response;
  http::ClientFailure failure;
  bool ok = false;
  http::OnResponse callback() {
    return [this](http::Result<http::ClientResponse> result) {
      ++calls;
      ok = result.has_value();
      if (ok)
        response = std::move(*result);
      else
        failure = result.error();
    };
  }
};

// And how a streamed one did: "i103 h200 d5 e" or "... f".
struct Stream {
  std::string calls;
  std::string body;
  http::ResponseInfo info;
  http::HeaderList trailers;
  http::ClientFailure failure;
  int ends = 0;
  std::function<void()> on_head, on_data, on_end;
  http::ResponseHandlers handlers() {
    http::ResponseHandlers h;
    h.on_informational = [this](const http::ResponseInfo& head) {
      calls += "i" + std::to_string(head.status) + " ";
    };
    h.on_head = [this](const http::ResponseInfo& head) {
      calls += "h" + std::to_string(head.status) + " ";
      info = head;
      if (on_head) on_head();
    };
    h.on_data = [this](net::Bytes bytes) {
      calls += "d" + std::to_string(bytes.size()) + " ";
      body += net::as_text(bytes);
      if (on_data) on_data();
    };
    h.on_end = [this](http::Result<http::HeaderList> end) {
      ++ends;
      calls += end ? "e" : "f";
      if (end)
        trailers = std::move(*end);
      else
        failure = end.error();
      if (on_end) on_end();
    };
    return h;
  }
};

inline http::ClientRequest asked(std::string_view method, std::string_view url,
                                 std::string_view body = {}) {
  http::ClientRequest request;
  request.method = method;
  request.url = url;
  request.body = body;
  return request;
}

// The client's options without what is only noise in an expected request.
inline http::ClientOptions plain_options() {
  http::ClientOptions options;
  options.decompress = false;
  options.user_agent.clear();
  return options;
}

inline constexpr std::string_view ok_hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

// A client, and a scripted server on port 80 of its virtual loop.
struct ClientFixture {
  explicit ClientFixture(http::ClientOptions options = plain_options())
      : server(loop, net::Address::loopback(80)),
        client(std::make_unique<http::Client>(loop, std::move(options))) {}
  Served& peer(std::size_t index = 0) { return server.at(index); }
  // A request to `path`, sent; its answer is the test's.
  http::ClientCall ask(Outcome& outcome, std::string_view path = "/") {
    const auto call = client->get("http://127.0.0.1" + std::string(path), outcome.callback());
    loop.settle();
    return call;
  }

  VirtualLoop loop;
  Scripted server;
  std::unique_ptr<http::Client> client;
};

}  // namespace strata::test
