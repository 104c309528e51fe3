// tests/http/stream_fixture.h - what tests of answers in pieces share: chunks taken apart, bodies
// that show a lost or doubled byte.
#pragma once
#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "http/server.h"
#include "tests/catch.h"
#include "tests/http/server_fixture.h"

namespace strata::test {

// `bytes` bytes, each of which says where it is.
inline std::string body_text(std::size_t bytes) {
  std::string text(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
  return text;
}

struct Unchunked {
  std::string content;
  std::string trailers;
  bool whole = false;
};

// Takes a chunked body off the front of `wire`; not whole if the last chunk has not come.
inline Unchunked take_chunks(std::string& wire) {
  Unchunked body;
  std::size_t at = 0;
  while (true) {
    const std::size_t line = wire.find("\r\n", at);
    if (line == std::string::npos) return body;
    std::size_t bytes = 0;
    const auto read = std::from_chars(wire.data() + at, wire.data() + line, bytes, 16);
    REQUIRE(read.ptr == wire.data() + line);
    at = line + 2;
    if (bytes == 0) break;
    if (wire.size() < at + bytes + 2) {
      body.content += wire.substr(at, bytes);
      return body;
    }
    body.content += wire.substr(at, bytes);
    REQUIRE(wire.substr(at + bytes, 2) == "\r\n");
    at += bytes + 2;
  }
  if (wire.substr(at, 2) != "\r\n") {  // trailers, and then the empty line
    const std::size_t end = wire.find("\r\n\r\n", at);
    if (end == std::string::npos) return body;
    body.trailers = wire.substr(at, end + 2 - at);
    at = end + 2;
  }
  wire.erase(0, at + 2);
  body.whole = true;
  return body;
}

// Doubles what comes, keeping back the last byte until it must not: no filter may lose a byte.
class Doubling final : public http::ContentFilter {
 public:
  void filter(std::string_view piece, bool last, std::string& out) override {
    kept_ += piece;
    const std::size_t ready = last || piece.empty() ? kept_.size() : kept_.size() - 1;
    for (const char c : std::string_view(kept_).substr(0, ready)) out += {c, c};
    kept_.erase(0, ready);
    if (last) out += "!";
  }

 private:
  std::string kept_;
};

inline std::string doubled(std::string_view text) {
  std::string out;
  for (const char c : text) out += {c, c};
  return out + "!";
}

inline std::string request(std::string_view target, std::string_view fields = "",
                           std::string_view method = "GET", std::string_view version = "1.1") {
  std::string text(method);
  text += " " + std::string(target) + " HTTP/" + std::string(version) + "\r\nHost: x\r\n";
  return text + std::string(fields) + "\r\n";
}

}  // namespace strata::test
