// tests/net/address_test.cpp - addresses to text and back.
#include "net/address.h"

#include <netinet/in.h>

#include <string>

#include "tests/catch.h"

using namespace strata;
using namespace strata::net;

TEST_CASE("a numeric host is an address, anything else is none",
          "[net][codec][rfc4007-11][rfc4291-2.5.5]") {
  struct Row {
    const char* host;
    const char* text;  // with port 80; null: refused
  };
  const Row rows[] = {
      {"127.0.0.1", "127.0.0.1:80"},
      {"::1", "[::1]:80"},
      {"[::1]", "[::1]:80"},
      {"[2001:db8::7]", "[2001:db8::7]:80"},
      {"::ffff:10.0.0.1", "10.0.0.1:80"},  // a mapped one is shown as what it stands for
      {"0.0.0.0", "0.0.0.0:80"},
      {"fe80::1%1", "[fe80::1%1]:80"},
      {"fe80::1%lo", "[fe80::1%1]:80"},
      {"fe80::1%", nullptr},
      {"fe80::1%nosuchzone", nullptr},
      {"", nullptr},
      {"[]", nullptr},
      {"[127.0.0.1]", nullptr},
      {"[::1", nullptr},
      {"localhost", nullptr},
      {"1", nullptr},
      {"127.1", nullptr},
      {"0x7f.0.0.1", nullptr},
      {"256.0.0.1", nullptr},
      {"1.2.3.4.5", nullptr},
      {" 127.0.0.1", nullptr},
      {"127.0.0.1:80", nullptr},
      {":::1", nullptr},
  };
  for (const Row& row : rows) {
    INFO(row.host);
    const auto address = Address::parse(row.host, 80);
    CHECK(address.has_value() == (row.text != nullptr));
    if (address && row.text != nullptr) CHECK(address->to_string() == row.text);
  }
  CHECK_FALSE(Address::parse(std::string_view("127.0.0.1\0x", 11), 80));
}

TEST_CASE("addresses compare, and change their port alone", "[net][codec]") {
  CHECK(Address().empty());
  CHECK(Address().port() == 0);
  CHECK(Address() == Address());
  CHECK(Address::any(80).with_port(81) == Address::any(81));
  CHECK_FALSE(Address::loopback(80) == Address::loopback(81));
  CHECK_FALSE(Address::loopback(80) == Address::any_ipv4(80));
  CHECK(Address::loopback_ipv6(443).to_string() == "[::1]:443");
  CHECK(Address::any_ipv4(1).host() == "0.0.0.0");
  const Address one = Address::loopback(8080);
  CHECK(Address::from(one.raw(), one.raw_bytes()) == one);
}

TEST_CASE("a Unix path has bounds, an abstract name has its own", "[net][codec]") {
  CHECK(Address::unix_path("/run/x.sock")->to_string() == "unix:/run/x.sock");
  CHECK(Address::unix_path("/run/x.sock")->host() == "/run/x.sock");
  CHECK(Address::unix_path("/run/x.sock")->port() == 0);
  CHECK(Address::unix_path("@name")->host() == "@name");
  CHECK(Address::unix_path("@name")->raw()->sa_data[0] == '\0');
  CHECK_FALSE(Address::unix_path(""));
  CHECK(Address::unix_path(std::string(107, 'p')));
  CHECK_FALSE(Address::unix_path(std::string(108, 'p')));  // no room for the NUL
  CHECK(Address::unix_path('@' + std::string(107, 'p')));
  CHECK_FALSE(Address::unix_path('@' + std::string(108, 'p')));
  CHECK_FALSE(Address::unix_path(std::string_view("/a\0b", 4)));
}

TEST_CASE("resolve answers numeric hosts without asking, and refuses nonsense", "[net]") {
  const auto numeric = resolve("[::1]", 90);
  REQUIRE(numeric);
  CHECK((*numeric)[0] == Address::loopback_ipv6(90));
  const auto local = resolve("localhost", 91);
  REQUIRE(local);
  for (const Address& address : *local) CHECK(address.port() == 91);
  CHECK_FALSE(resolve("", 1));
  const auto wrong = resolve("no such host", 1);
  REQUIRE_FALSE(wrong);
  CHECK_FALSE(wrong.error().message().empty());
}
