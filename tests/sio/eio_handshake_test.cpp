// tests/sio/eio_handshake_test.cpp - the first request of a session, packed and read again.
#include <string>
#include <utility>
#include <vector>

#include "sio/eio/handshake.h"
#include "tests/catch.h"

using namespace strata;
using sio::eio::Handshake;
using sio::eio::HandshakeFields;

static std::vector<std::string> listed(const HandshakeFields& fields) {
  std::vector<std::string> list;
  for (const auto& [name, value] : fields)
    list.push_back(std::string(name) + "=" + std::string(value));
  return list;
}

TEST_CASE("a handshake gives what was put into it, in order", "[sio][eio][codec][eio4-handshake]") {
  const Handshake first({.headers = {{"Host", "a.example"}, {"X-Odd", ""}, {"x-odd", "2"}},
                         .query = {{"EIO", "4"}, {"Key", "v"}, {"", "nameless"}},
                         .url = "/engine.io/?EIO=4&Key=v&=nameless",
                         .address = "::1",
                         .issued = 1'795'335'919'000});
  CHECK(first.url() == "/engine.io/?EIO=4&Key=v&=nameless");
  CHECK(first.address() == "::1");
  CHECK(first.issued() == 1'795'335'919'000);
  CHECK(listed(first.headers()) == std::vector<std::string>{"host=a.example", "x-odd=", "x-odd=2"});
  CHECK(listed(first.query()) == std::vector<std::string>{"EIO=4", "Key=v", "=nameless"});
  CHECK(first.headers().size() == 3);
  CHECK(first.query().size() == 3);
  CHECK(first.header("HOST") == "a.example");
  CHECK(first.header("X-ODD").empty());  // the first of two
  CHECK(first.header("hos").empty());
  CHECK(first.header("hosts").empty());
  CHECK(first.query("Key") == "v");
  CHECK(first.query("key").empty());  // names of a query are as they came
  CHECK_FALSE(first.xdomain());
}

TEST_CASE("an empty handshake has nothing to say", "[sio][eio][codec][eio4-handshake]") {
  const Handshake nothing;
  CHECK(nothing.url().empty());
  CHECK(nothing.address().empty());
  CHECK(nothing.headers().empty());
  CHECK(nothing.query().empty());
  CHECK(nothing.header("host").empty());
  CHECK(nothing.issued() == 0);
}

TEST_CASE("texts of every length about a group of seven bits",
          "[sio][eio][codec][eio4-handshake]") {
  for (const std::size_t length :
       {0u, 1u, 126u, 127u, 128u, 129u, 16'383u, 16'384u, 16'385u, 40'000u}) {
    INFO(length);
    const std::string text(length, 'x');
    const Handshake first({.headers = {{text, text}, {"origin", "o"}},
                           .query = {{text, "1"}, {"q", text}},
                           .url = text,
                           .address = text});
    CHECK(first.url() == text);
    CHECK(first.address() == text);
    CHECK(first.header(text) == text);
    CHECK(first.xdomain());
    CHECK(first.query(text) == "1");
    CHECK(first.query("q") == text);
    CHECK(first.bytes() >= 5 * length);
    CHECK(first.bytes() <= 6 * length + 64);
  }
}

TEST_CASE("a handshake that is moved keeps its views", "[sio][eio][codec][eio4-handshake]") {
  Handshake first({.headers = {{"Cookie", "a=1"}}});
  const std::string_view cookie = first.header("cookie");
  const Handshake second = std::move(first);
  CHECK(second.header("cookie").data() == cookie.data());
}
