// tests/http/upload_fixture.h - routes that take their content in pieces, each in its own way.
#pragma once
#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include "tests/http/stream_fixture.h"

namespace strata::test {

using http::Request;
using http::Response;

inline std::string chunk(std::string_view text) {
  char size[20];
  const auto end = std::to_chars(size, size + sizeof size, text.size(), 16);
  return std::string(size, end.ptr) + "\r\n" + std::string(text) + "\r\n";
}

inline std::string post(std::string_view target, std::size_t bytes, std::string_view fields = "") {
  return request(target, "Content-Length: " + std::to_string(bytes) + "\r\n" + std::string(fields),
                 "POST");
}

// Sends back each piece as it comes, and reads no further while its answer waits to leave.
inline void echo(Request& req, Response& res) {
  req.on_data([&req, &res](net::Bytes piece) {
    if (!res.write(net::as_text(piece))) req.pause();
  });
  res.on_drain([&req] { req.resume(); });
  req.on_end([&res] { res.end(); });
}

struct Upload : Fixture {
  Upload() {
    app.post("/echo", http::stream_body.up_to(100'000'000), echo);
    app.post("/take", http::stream_body.up_to(10), [this](Request& req, Response& res) {
      ++dispatched;
      res.on_abort([this, &res] { aborted.push_back(res.status()); });
      req.on_data([this](net::Bytes piece) { got += net::as_text(piece); });
      req.on_end([this, &req, &res] {
        trailer = std::string(req.trailer("x-sum").value_or("(none)"));
        ++ended;
        res.send("got " + std::to_string(got.size()));
      });
    });
    app.post("/slow", http::stream_body, [this](Request& req, Response& res) {
      ++dispatched;
      request = &req;
      reply = res.defer();
      res.on_abort([this, &res] { aborted.push_back(res.status()); });
    });
    app.get("/", [](Request&, Response& res) { res.send("Hello"); });
  }
  int dispatched = 0;
  int ended = 0;
  std::string got;
  std::string trailer;
  std::vector<int> aborted;
  Request* request = nullptr;
  http::Reply reply;
};

}  // namespace strata::test
