// tests/ws/handshake_test.cpp - rfc6455-4.2: which requests open a WebSocket, and with what answer.
#include "ws/handshake.h"

#include <vector>

#include "http/request_parser.h"
#include "tests/catch.h"
#include "tests/support/splits.h"

using namespace strata;

namespace {

// A request that is right, with one line changed: `drop` is left out, `add` comes behind.
struct Row {
  const char* what;
  int status;  // 101: it opens
  const char* drop;
  const char* add;
};

const Row rows[] = {
    {"as the document has it", 101, "", ""},
    // the request line: rfc6455-4.1, 1
    {"POST", 405, "GET ", "POST /chat HTTP/1.1"},
    {"HEAD", 405, "GET ", "HEAD /chat HTTP/1.1"},
    {"OPTIONS", 405, "GET ", "OPTIONS /chat HTTP/1.1"},
    {"get", 405, "GET ", "get /chat HTTP/1.1"},
    {"HTTP/1.0", 400, "GET ", "GET /chat HTTP/1.0"},
    {"an absolute target", 101, "GET ", "GET http://server.example.com/chat HTTP/1.1"},
    // Upgrade: rfc6455-4.2.1, 3
    {"no Upgrade", 426, "Upgrade:", ""},
    {"Upgrade in capitals", 101, "Upgrade:", "UPGRADE: WEBSOCKET"},
    {"Upgrade in a list", 101, "Upgrade:", "Upgrade: h2c, websocket"},
    {"Upgrade in two lines", 101, "Upgrade:", "Upgrade: h2c\r\nUpgrade: websocket"},
    {"trailing blanks", 101, "Upgrade:", "Upgrade: websocket \t"},
    {"another protocol", 426, "Upgrade:", "Upgrade: h2c"},
    {"nearly websocket", 426, "Upgrade:", "Upgrade: websockets"},
    {"websocket in a word", 426, "Upgrade:", "Upgrade: x-websocket"},
    {"an empty Upgrade", 426, "Upgrade:", "Upgrade:"},
    // Connection: rfc6455-4.2.1, 4
    {"no Connection", 400, "Connection:", ""},
    {"Connection in capitals", 101, "Connection:", "CONNECTION: UPGRADE"},
    {"Connection in a list", 101, "Connection:", "Connection: keep-alive, Upgrade"},
    {"Connection in two lines", 101,
     "Connection:", "Connection: keep-alive\r\nConnection: Upgrade"},
    {"Connection without it", 400, "Connection:", "Connection: keep-alive"},
    {"nearly upgrade", 400, "Connection:", "Connection: upgrades"},
    // Host: rfc6455-4.2.1, 2
    {"no Host", 400, "Host:", ""},
    {"two Hosts", 400, "", "Host: server.example.com"},
    {"an empty Host", 400, "Host:", "Host:"},
    // the key: rfc6455-4.2.1, 5
    {"no key", 400, "Sec-WebSocket-Key:", ""},
    {"an empty key", 400, "Sec-WebSocket-Key:", "Sec-WebSocket-Key:"},
    {"two keys", 400, "", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="},
    {"a key of 15 bytes", 400, "Sec-WebSocket-Key:", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAA"},
    {"a key of 17 bytes", 400, "Sec-WebSocket-Key:", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAAA="},
    {"a key of 18 bytes", 400, "Sec-WebSocket-Key:", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAAAA"},
    {"a key that is no Base64", 400,
     "Sec-WebSocket-Key:", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j!Q=="},
    {"a key in URL letters", 400,
     "Sec-WebSocket-Key:", "Sec-WebSocket-Key: __hlIHNhbXBsZSBub25jZQ=="},
    {"a key without padding", 400,
     "Sec-WebSocket-Key:", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ"},
    {"two keys in a line", 400,
     "Sec-WebSocket-Key:", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ=="},
    {"blanks around the key", 101,
     "Sec-WebSocket-Key:", "Sec-WebSocket-Key: \t dGhlIHNhbXBsZSBub25jZQ== \t"},
    // the version: rfc6455-4.2.1, 6 and -4.4
    {"no version", 426, "Sec-WebSocket-Version:", ""},
    {"version 8", 426, "Sec-WebSocket-Version:", "Sec-WebSocket-Version: 8"},
    {"version 14", 426, "Sec-WebSocket-Version:", "Sec-WebSocket-Version: 14"},
    {"version 013", 426, "Sec-WebSocket-Version:", "Sec-WebSocket-Version: 013"},
    {"version +13", 426, "Sec-WebSocket-Version:", "Sec-WebSocket-Version: +13"},
    {"version 13.0", 426, "Sec-WebSocket-Version:", "Sec-WebSocket-Version: 13.0"},
    {"a list of versions", 426, "Sec-WebSocket-Version:", "Sec-WebSocket-Version: 13, 8"},
    {"an empty version", 426, "Sec-WebSocket-Version:", "Sec-WebSocket-Version:"},
    {"two versions", 426, "", "Sec-WebSocket-Version: 13"},
    // a body: facts of the protocol, not of HTTP
    {"a declared body", 400, "", "Content-Length: 3"},
    {"a body in chunks", 400, "", "Transfer-Encoding: chunked"},
    {"a body of nothing", 101, "", "Content-Length: 0"},
    // extensions: rfc6455-9.1; well-formed ones are declined
    {"permessage-deflate", 101, "", "Sec-WebSocket-Extensions: permessage-deflate"},
    {"parameters", 101, "",
     "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits; server_max_window_bits "
     "= 08, x"},
    {"a quoted parameter", 101, "", "Sec-WebSocket-Extensions: a; b=\"c\""},
    {"an escape in quotes", 101, "", "Sec-WebSocket-Extensions: a; b=\"c\\d\""},
    {"empty elements", 101, "", "Sec-WebSocket-Extensions: , a,, b ,"},
    {"extensions in two lines", 101, "",
     "Sec-WebSocket-Extensions: a\r\nSec-WebSocket-Extensions: b; c=1"},
    {"unknown names", 101, "", "Sec-WebSocket-Extensions: constructor; __proto__=1"},
    {"an empty list", 400, "", "Sec-WebSocket-Extensions:"},
    {"only commas", 400, "", "Sec-WebSocket-Extensions: , ,"},
    {"no parameter behind ;", 400, "", "Sec-WebSocket-Extensions: a;"},
    {"no value behind =", 400, "", "Sec-WebSocket-Extensions: a; b="},
    {"two values", 400, "", "Sec-WebSocket-Extensions: a; b=1=2"},
    {"no name", 400, "", "Sec-WebSocket-Extensions: ; a"},
    {"two names", 400, "", "Sec-WebSocket-Extensions: a b"},
    {"an open quote", 400, "", "Sec-WebSocket-Extensions: a; b=\"c"},
    {"an escape at the end", 400, "", "Sec-WebSocket-Extensions: a; b=\"c\\"},
    {"no token in quotes", 400, "", "Sec-WebSocket-Extensions: a; b=\"c d\""},
    {"nothing in quotes", 400, "", "Sec-WebSocket-Extensions: a; b=\"\""},
    {"a wrong second line", 400, "",
     "Sec-WebSocket-Extensions: a\r\nSec-WebSocket-Extensions: b; c=@"},
    // subprotocols
    {"a subprotocol", 101, "", "Sec-WebSocket-Protocol: chat"},
    {"subprotocols", 101, "", "Sec-WebSocket-Protocol: chat, superchat ,x"},
    {"an empty subprotocol", 400, "", "Sec-WebSocket-Protocol:"},
    {"no token", 400, "", "Sec-WebSocket-Protocol: chat, super chat"},
    {"a slash in it", 400, "", "Sec-WebSocket-Protocol: a/b"},
};

// A request line, or a field line without its end, starts with one of these.
const char* const lines[] = {
    "GET /chat HTTP/1.1",
    "Host: server.example.com",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
};

// Views into `text`: split here and not by http::RequestParser, which refuses some rows itself.
struct Head {
  std::string text;
  std::vector<http::Field> fields;
  http::RequestHead request;
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

void fill(Head& head, const Row& row) {
  std::string first, rest;
  for (const char* line : lines) {
    if (*row.drop != '\0' && std::string_view(line).starts_with(row.drop)) continue;
    (first.empty() && std::string_view(line).starts_with("GET") ? first : rest)
        .append(line)
        .append("\r\n");
  }
  (first.empty() ? first : rest).append(row.add).append(*row.add == '\0' ? "" : "\r\n");
  head.text = first + rest;
  std::string_view left = head.text;
  const auto take_line = [&left] {
    const std::size_t end = left.find("\r\n");
    const std::string_view line = left.substr(0, end);
    left.remove_prefix(end + 2);
    return line;
  };
  const std::string_view start = take_line();
  head.request.method = start.substr(0, start.find(' '));
  head.request.minor_version = start.back() - '0';
  while (!left.empty()) {
    const std::string_view line = take_line();
    const std::size_t colon = line.find(':');
    head.fields.push_back({line.substr(0, colon), trimmed(line.substr(colon + 1))});
  }
  head.request.fields = head.fields;
}

}  // namespace

TEST_CASE("a request opens a WebSocket or is refused with its status",
          "[ws][codec][rfc6455-4.2.1][rfc6455-4.4][rfc6455-9.1]") {
  for (const Row& row : rows) {
    CAPTURE(row.what);
    Head head;
    fill(head, row);
    const auto refusal = ws::check_upgrade(head.request);
    REQUIRE((refusal ? refusal->status : 101) == row.status);
    if (!refusal) continue;
    CHECK_FALSE(refusal->why.empty());
    const auto fields = ws::refusal_fields(refusal->status);
    if (row.status == 426) {
      REQUIRE(fields.size() == 3);
      CHECK(fields[0].name == "Connection");  // rfc9110-7.8
      CHECK(fields[0].value == "Upgrade");
      CHECK(fields[1].name == "Upgrade");
      CHECK(fields[1].value == "websocket");
      CHECK(fields[2].name == "Sec-WebSocket-Version");
      CHECK(fields[2].value == "13");
    } else if (row.status == 405) {
      REQUIRE(fields.size() == 1);
      CHECK(fields[0].value == "GET");
    } else {
      CHECK(fields.empty());
    }
  }
}

TEST_CASE("the answer proves that the key was read", "[ws][codec][rfc6455-1.3][rfc6455-4.2.2]") {
  CHECK(ws::accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  Head head;
  fill(head, rows[0]);
  net::SendQueue out;
  ws::append_upgrade(head.request, {}, out);
  CHECK(out.take_text() ==
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
  ws::append_upgrade(head.request, {"chat", "Set-Cookie: a=b\r\n"}, out);
  CHECK(out.take_text() ==
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: chat\r\n"
        "Set-Cookie: a=b\r\n\r\n");
}

TEST_CASE("the client's first choice among our subprotocols is taken",
          "[ws][codec][rfc6455-4.1][rfc6455-4.2.2]") {
  const auto chosen = [](const char* line, std::vector<std::string> ours) {
    Head head;
    fill(head, Row{"", 0, "", line});
    return std::string(ws::choose_subprotocol(head.request, ours));
  };
  CHECK(chosen("Sec-WebSocket-Protocol: a, b", {"b", "a"}) == "a");
  CHECK(chosen("Sec-WebSocket-Protocol: x ,\tb", {"b", "a"}) == "b");
  CHECK(chosen("Sec-WebSocket-Protocol: x\r\nSec-WebSocket-Protocol: a", {"b", "a"}) == "a");
  CHECK(chosen("Sec-WebSocket-Protocol: A", {"a"}).empty());  // compared as they stand
  CHECK(chosen("Sec-WebSocket-Protocol: a", {}).empty());
  CHECK(chosen("", {"a"}).empty());
}

TEST_CASE("an Origin passes by its host and port, or by the list", "[ws][codec][rfc6455-10.2]") {
  const std::vector<std::string> list = {"https://app.example", "http://localhost:5173"};
  const std::vector<std::string> any = {"*"};
  struct OriginRow {
    const char* origin;
    const char* host;
    bool own, listed;
  };
  const OriginRow origins[] = {
      {"", "a.example", true, true},
      {"http://a.example", "a.example", true, true},
      {"http://A.EXAMPLE", "a.example", true, true},
      {"https://a.example", "a.example", true, true},
      {"http://a.example", "a.example:80", true, true},
      {"http://a.example:80", "a.example", true, true},
      {"https://a.example", "a.example:443", true, true},
      {"https://a.example", "a.example:80", false, false},
      {"http://a.example:8080", "a.example:8080", true, true},
      {"http://a.example:8080", "a.example", false, false},
      {"http://a.example", "a.example:8080", false, false},
      {"http://b.example", "a.example", false, false},
      {"http://a.example.b", "a.example", false, false},
      {"http://xa.example", "a.example", false, false},
      {"http://[::1]:80", "[::1]", true, true},
      {"http://[::1]", "[::1]:80", true, true},
      {"http://[::1]", "[::2]", false, false},
      {"https://app.example", "a.example", false, true},
      {"HTTPS://APP.EXAMPLE", "a.example", false, true},
      {"http://app.example", "a.example", false, false},
      {"https://app.example.evil", "a.example", false, false},
      {"http://localhost:5173", "a.example", false, true},
      {"http://localhost:5174", "a.example", false, false},
      {"null", "a.example", false, false},
      {"a.example", "a.example", false, false},
      {"://a.example", "b.example", false, false},
      {"http://", "", false, false},
      {"garbage", "garbage", false, false},
  };
  for (const OriginRow& row : origins) {
    CAPTURE(row.origin, row.host);
    CHECK(ws::origin_allowed(row.origin, row.host) == row.own);
    CHECK(ws::origin_allowed(row.origin, row.host, list) == row.listed);
    CHECK(ws::origin_allowed(row.origin, row.host, any));
  }
}
