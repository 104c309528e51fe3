// tests/http/forwarded_test.cpp - addresses as text, and whose word counts behind proxies.
#include "http/forwarded.h"

#include <stdexcept>

#include "http/parameters.h"
#include "tests/catch.h"

using namespace strata;
using namespace strata::http;

namespace {

std::string read_back(std::string_view text) {
  const auto address = parse_ip(text);
  return address ? address->to_text() : "(none)";
}

std::string client(const TrustProxy& trust, std::string_view peer, std::vector<Field> fields) {
  return read_forwarding(trust, peer, fields).ip;
}

}  // namespace

TEST_CASE("an address is read strictly and written in one form",
          "[http][codec][forwarded][rfc4291-2.2][rfc5952-4]") {
  struct Row {
    const char* text;
    const char* written;
  };
  const Row rows[] = {
      {"127.0.0.1", "127.0.0.1"},
      {"0.0.0.0", "0.0.0.0"},
      {"255.255.255.255", "255.255.255.255"},
      {"::", "::"},
      {"::1", "::1"},
      {"1::", "1::"},
      {"::ffff:1.2.3.4", "1.2.3.4"},
      {"::FFFF:102:304", "1.2.3.4"},
      {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
      {"2001:0db8::0001", "2001:db8::1"},
      {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},  // one zero group is no run
      {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},           // the longer run
      {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},     // the first of equals
      {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
      {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
      {"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
      {"fe80::", "fe80::"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(read_back(row.text) == row.written);
    CHECK(read_back(row.written) == row.written);
  }
  for (const char* const bad : {"",
                                "1",
                                "1.2.3",
                                "1.2.3.4.5",
                                "1.2.3.256",
                                "1.2.3.04",
                                "01.2.3.4",
                                "1.2.3.",
                                ".1.2.3",
                                "1..2.3",
                                "1.2.3.4 ",
                                " 1.2.3.4",
                                "1.2.3.4\n",
                                "0x7f.0.0.1",
                                "2130706433",
                                "1.2.3.-4",
                                "1.2.3.0000",
                                ":",
                                ":::",
                                "::1::",
                                "1:2:3:4:5:6:7",
                                "1:2:3:4:5:6:7:8:9",
                                "1:2:3:4:5:6:7:8::",
                                "::1:2:3:4:5:6:7:8",
                                "12345::",
                                "g::",
                                "1:",
                                ":1",
                                "1:2:",
                                "fe80::1%e",
                                "[::1]",
                                "::1.2.3",
                                "::1.2.3.4.5",
                                "1.2.3.4::",
                                "1:2:3:4:5:6:7:1.2.3.4",
                                "::1 ",
                                "1:2:3:4:5:6:7:8:",
                                "localhost"}) {
    INFO("'" << bad << "'");
    CHECK(read_back(bad) == "(none)");
  }
}

TEST_CASE("a range holds the addresses of its prefix", "[http][codec][forwarded][rfc4632-3.1]") {
  struct Row {
    const char* range;
    const char* address;
    bool inside;
  };
  const Row rows[] = {
      {"10.0.0.0/8", "10.255.255.255", true},
      {"10.0.0.0/8", "11.0.0.0", false},
      {"10.0.0.0/8", "::ffff:10.1.2.3", true},
      {"10.0.0.0/8", "a00::", false},
      {"172.16.0.0/12", "172.31.255.1", true},
      {"172.16.0.0/12", "172.32.0.0", false},
      {"192.0.2.7", "192.0.2.7", true},
      {"192.0.2.7", "192.0.2.6", false},
      {"0.0.0.0/0", "8.8.8.8", true},
      {"0.0.0.0/0", "::1", false},
      {"::/0", "8.8.8.8", true},
      {"fe80::/10", "febf::1", true},
      {"fe80::/10", "fec0::", false},
      {"2001:db8::/33", "2001:db8:7fff::", true},
      {"2001:db8::/33", "2001:db8:8000::", false},
      {"::1/128", "::1", true},
  };
  for (const Row& row : rows) {
    INFO(row.range << " and " << row.address);
    const auto range = parse_ip_range(row.range);
    REQUIRE(range);
    CHECK(range->holds(*parse_ip(row.address)) == row.inside);
  }
  for (const char* const bad : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8", "::/129",
                                "10.0.0.0/-1", "10.0.0.0/8/8", "10/8", "fe80::1/10", "::1/0"}) {
    INFO(bad);
    CHECK_FALSE(parse_ip_range(bad));
  }
}

TEST_CASE("nobody is trusted by default", "[http][codec][forwarded]") {
  const std::vector<Field> fields = {{"X-Forwarded-For", "1.1.1.1"},
                                     {"X-Forwarded-Proto", "https"},
                                     {"X-Forwarded-Host", "evil.example"},
                                     {"Forwarded", "for=2.2.2.2"}};
  const Forwarding got = read_forwarding(TrustProxy(), "127.0.0.1", fields);
  CHECK(got.ip == "127.0.0.1");
  CHECK(got.ips.empty());
  CHECK(got.protocol == "");
  CHECK(got.host == "");
  CHECK_FALSE(TrustProxy::hops(0).enabled());
}

TEST_CASE("the list is read from the right, as far as its writer is trusted",
          "[http][codec][forwarded]") {
  struct Row {
    const char* what;
    TrustProxy trust;
    const char* peer;
    const char* list;
    const char* ip;
  };
  const auto local = TrustProxy::list({"loopback", "10.0.0.0/8"});
  const Row rows[] = {
      {"one hop", TrustProxy::hops(1), "127.0.0.1", "1.1.1.1", "1.1.1.1"},
      {"one hop, a forged member", TrustProxy::hops(1), "127.0.0.1", "6.6.6.6, 1.1.1.1", "1.1.1.1"},
      {"two hops", TrustProxy::hops(2), "127.0.0.1", "6.6.6.6, 1.1.1.1, 10.0.0.1", "1.1.1.1"},
      {"more hops than members", TrustProxy::hops(9), "127.0.0.1", "1.1.1.1", "1.1.1.1"},
      {"all", TrustProxy::all(), "127.0.0.1", "6.6.6.6, 1.1.1.1", "6.6.6.6"},
      {"by address", local, "127.0.0.1", "6.6.6.6, 1.1.1.1, 10.0.0.1", "1.1.1.1"},
      {"a stranger's word", local, "9.9.9.9", "1.1.1.1", "9.9.9.9"},
      {"a list of trusted ones only", local, "127.0.0.1", "10.0.0.2, 10.0.0.1", "10.0.0.2"},
      {"no list", local, "127.0.0.1", "", "127.0.0.1"},
      {"ports", local, "127.0.0.1", "1.1.1.1:4711", "1.1.1.1"},
      {"IPv6, bare", local, "::1", "2001:DB8::1", "2001:db8::1"},
      {"IPv6 and port", local, "::1", "[2001:db8::1]:443", "2001:db8::1"},
      {"a mapped peer", local, "::ffff:127.0.0.1", "1.1.1.1", "1.1.1.1"},
      {"blanks", local, "127.0.0.1", " \t6.6.6.6 ,\t1.1.1.1 ", "1.1.1.1"},
      {"garbage ends the walk", local, "127.0.0.1", "1.1.1.1, <script>, 10.0.0.1", "10.0.0.1"},
      {"garbage alone", local, "127.0.0.1", "unknown", "127.0.0.1"},
      {"an empty member", local, "127.0.0.1", "1.1.1.1, ", "127.0.0.1"},
      {"a name", local, "127.0.0.1", "localhost", "127.0.0.1"},
      {"a zone", local, "127.0.0.1", "fe80::1%eth0", "127.0.0.1"},
      {"a port of six digits", local, "127.0.0.1", "1.1.1.1:123456", "127.0.0.1"},
      {"brackets around IPv4", local, "127.0.0.1", "[1.1.1.1]", "127.0.0.1"},
      {"a Unix socket, by hops", TrustProxy::hops(1), "/run/s", "1.1.1.1", "1.1.1.1"},
      {"a Unix socket, by name", TrustProxy::list({"unix"}), "/run/s", "1.1.1.1", "1.1.1.1"},
      {"a Unix socket, not named", local, "/run/s", "1.1.1.1", "/run/s"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK(client(row.trust, row.peer, {{"x-forwarded-for", row.list}}) == row.ip);
  }
  // Several lines are one list (rfc9110-5.3).
  CHECK(client(TrustProxy::hops(2), "127.0.0.1",
               {{"X-Forwarded-For", "6.6.6.6"}, {"X-Forwarded-For", "1.1.1.1, 10.0.0.1"}}) ==
        "1.1.1.1");
  const std::vector<Field> chain = {{"X-Forwarded-For", "6.6.6.6, 1.1.1.1, 10.0.0.2, 10.0.0.1"}};
  CHECK(read_forwarding(local, "127.0.0.1", chain).ips ==
        std::vector<std::string>{"1.1.1.1", "10.0.0.2", "10.0.0.1"});
  std::string endless;
  for (int i = 0; i < 5000; ++i) endless += "10.0.0.1,";
  endless += "10.0.0.1";
  const std::vector<Field> flood = {{"X-Forwarded-For", endless}};
  CHECK(read_forwarding(local, "127.0.0.1", flood).ips.size() == forwarded_hops_max);
}

TEST_CASE("protocol and host are those that the outermost trusted proxy saw",
          "[http][codec][forwarded]") {
  const auto trust = TrustProxy::list({"127.0.0.1", "10.0.0.0/8"});
  struct Row {
    const char* from;
    const char* protocols;
    const char* hosts;
    const char* protocol;
    const char* host;
  };
  const Row rows[] = {
      {"1.1.1.1", "https", "a.example", "https", "a.example"},
      {"1.1.1.1", "HTTPS", "a.example:8443", "https", "a.example:8443"},
      {"", "https", "a.example", "https", "a.example"},
      {"6.6.6.6, 1.1.1.1", "http, https", "evil.example, a.example", "https", "a.example"},
      {"1.1.1.1, 10.0.0.1", "https, http", "a.example, inner", "https", "a.example"},
      {"1.1.1.1, 10.0.0.1", "https", "a.example", "https", "a.example"},
      {"1.1.1.1", "javascript", "a b", "", ""},
      {"1.1.1.1", "", "", "", ""},
      {"1.1.1.1", "https\"", "a.example/path", "", ""},
      {"1.1.1.1", "ftp", "a@b", "", ""},
  };
  for (const Row& row : rows) {
    INFO(row.from << " | " << row.protocols << " | " << row.hosts);
    std::vector<Field> fields = {{"X-Forwarded-Proto", row.protocols},
                                 {"X-Forwarded-Host", row.hosts}};
    if (*row.from != 0) fields.push_back({"X-Forwarded-For", row.from});
    const Forwarding got = read_forwarding(trust, "127.0.0.1", fields);
    CHECK(got.protocol == row.protocol);
    CHECK(got.host == row.host);
    const Forwarding stranger = read_forwarding(trust, "9.9.9.9", fields);
    CHECK(stranger.protocol == "");
    CHECK(stranger.host == "");
  }
}

TEST_CASE("Forwarded is read member by member", "[http][codec][forwarded][rfc7239-4][rfc7239-6]") {
  struct Row {
    const char* what;
    const char* value;
    const char* ip;
    const char* protocol;
    const char* host;
  };
  const Row rows[] = {
      {"the RFC's first", "for=\"_gazonk\"", "127.0.0.1", "", ""},
      {"the RFC's second", "For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17", "", ""},
      {"the RFC's third", "for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60", "http", ""},
      {"the RFC's fourth", "for=192.0.2.43, for=10.0.0.1", "192.0.2.43", "", ""},
      {"all four", "by=10.0.0.1;for=1.1.1.1;host=a.example;proto=https", "1.1.1.1", "https",
       "a.example"},
      {"a host with its port", "for=1.1.1.1;host=\"a.example:8443\"", "1.1.1.1", "",
       "a.example:8443"},
      {"a forged member", "for=6.6.6.6;proto=http, for=1.1.1.1;proto=https", "1.1.1.1", "https",
       ""},
      {"blanks", " for=6.6.6.6 , for=1.1.1.1 ; proto=https ", "1.1.1.1", "https", ""},
      {"unknown", "for=unknown;proto=https", "127.0.0.1", "https", ""},
      {"IPv6 without brackets", "for=\"2001:db8::1\"", "127.0.0.1", "", ""},
      {"a port", "for=\"1.1.1.1:80\"", "1.1.1.1", "", ""},
      {"an obfuscated port", "for=\"1.1.1.1:_x\"", "127.0.0.1", "", ""},
      {"the same name twice", "for=1.1.1.1;for=2.2.2.2", "127.0.0.1", "", ""},
      {"another parameter", "for=1.1.1.1;secret=x", "1.1.1.1", "", ""},
      {"a quote left open", "for=1.1.1.1;host=\"x", "127.0.0.1", "", ""},
      {"an open quote before a proxy's own", "for=\"x, for=1.1.1.1", "127.0.0.1", "", ""},
      {"no value", "for=", "127.0.0.1", "", ""},
      {"blanks around '='", "for = 1.1.1.1", "127.0.0.1", "", ""},
      {"an empty pair", "for=1.1.1.1;;proto=https", "127.0.0.1", "", ""},
      {"an empty member", "for=1.1.1.1,,for=10.0.0.1", "127.0.0.1", "", ""},
      {"empty", "", "127.0.0.1", "", ""},
      {"a colon unquoted", "for=1.1.1.1:80", "127.0.0.1", "", ""},
      {"a protocol that is none", "for=1.1.1.1;proto=gopher", "1.1.1.1", "", ""},
  };
  const auto trust = TrustProxy::list({"loopback", "10.0.0.0/8"}).by(TrustProxy::Fields::forwarded);
  for (const Row& row : rows) {
    INFO(row.what << ": " << row.value);
    const std::vector<Field> fields = {{"X-Forwarded-For", "7.7.7.7"}, {"Forwarded", row.value}};
    const Forwarding got = read_forwarding(trust, "127.0.0.1", fields);
    CHECK(got.ip == row.ip);
    CHECK(got.protocol == row.protocol);
    CHECK(got.host == row.host);
  }
  // A line of its own is out of the reach of the client's open quote.
  CHECK(client(trust, "127.0.0.1", {{"Forwarded", "for=\"x"}, {"Forwarded", "for=1.1.1.1"}}) ==
        "1.1.1.1");
  // The kind that our proxy does not write is not read.
  CHECK(client(TrustProxy::hops(1), "127.0.0.1", {{"Forwarded", "for=1.1.1.1"}}) == "127.0.0.1");
}

TEST_CASE("a name for a range is known, or refused at once", "[http][codec][forwarded]") {
  const auto names = TrustProxy::list({"loopback", "linklocal", "uniquelocal"});
  for (const char* const peer : {"127.0.0.9", "::1", "169.254.1.1", "fe80::9", "10.1.1.1",
                                 "172.20.0.1", "192.168.1.1", "fd00::1"}) {
    INFO(peer);
    CHECK(client(names, peer, {{"X-Forwarded-For", "1.1.1.1"}}) == "1.1.1.1");
  }
  CHECK(client(names, "8.8.8.8", {{"X-Forwarded-For", "1.1.1.1"}}) == "8.8.8.8");
  for (const char* const bad : {"", "localhost", "10.0.0.1/8", "Loopback", "10.0.0.0/40"}) {
    CHECK_THROWS_AS(TrustProxy::list({bad}), std::invalid_argument);
  }
}

TEST_CASE("a parameter is a token, '=', and a token or a quoted string",
          "[http][codec][rfc9110-5.6.6][rfc9110-5.6.4]") {
  struct Row {
    const char* text;
    const char* value;  // null: refused
    const char* rest;
    Backslash rule;
  };
  const Row rows[] = {
      {"a=b", "b", "", Backslash::any},
      {"a=b; c=d", "b", "; c=d", Backslash::any},
      {"a=\"\"", "", "", Backslash::any},
      {"a=\"x;y,z\" ;", "x;y,z", " ;", Backslash::any},
      {"a=\"\\\"\\\\\\c\"", "\"\\c", "", Backslash::any},
      {"a=\"C:\\new\\\"", nullptr, "", Backslash::any},
      {"a=\"C:\\new\"", "C:\\new", "", Backslash::quote},
      {"a=\"\\\"\\\\\"", "\"\\", "", Backslash::quote},
      {"a=\"\t\xC3\xA9\"", "\t\xC3\xA9", "", Backslash::any},
      {"", nullptr, "", Backslash::any},
      {"a", nullptr, "", Backslash::any},
      {"a=", nullptr, "", Backslash::any},
      {"=b", nullptr, "", Backslash::any},
      {"a =b", nullptr, "", Backslash::any},
      {"a= b", nullptr, "", Backslash::any},
      {"a=\"", nullptr, "", Backslash::any},
      {"a=\"b", nullptr, "", Backslash::any},
      {"a=\"b\\", nullptr, "", Backslash::any},
      {"a=\"b\\\"", nullptr, "", Backslash::any},
      {"a=\"\r\n\"", nullptr, "", Backslash::any},
      {"a=\"\\\n\"", nullptr, "", Backslash::any},
      {"a=;", nullptr, "", Backslash::any},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    std::string_view rest = row.text;
    const auto got = take_parameter(rest, row.rule);
    const bool expected = row.value != nullptr && row.rest != nullptr;
    REQUIRE(got.has_value() == expected);
    CHECK(rest == (expected ? row.rest : row.text));
    if (expected) CHECK(got->value == row.value);
  }
}
