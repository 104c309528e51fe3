// tests/ws/conformance_handshake_rows.h - heads as a peer writes them, rfc6455-4: requests before
// our server, answers before our client.
#pragma once
#include <string>
#include <vector>

namespace strata::conformance {

// A request that is right but for one line: `drop` begins what is left out, `add` comes instead.
struct RequestRow {
  const char* what;
  const char* section;
  int status;  // 101: it opens
  std::string drop, add;
  std::string line = {};  // that has to be in the answer
};

inline std::vector<RequestRow> request_line_rows() {
  const std::string fetch = "GET ";
  return {
      {"as the document has it", "rfc6455-4.2.2", 101, "", "",
       "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="},
      {"POST", "rfc6455-4.1", 405, fetch, "POST /usual HTTP/1.1", "Allow: GET"},
      {"PUT", "rfc6455-4.1", 405, fetch, "PUT /usual HTTP/1.1", "Allow: GET"},
      {"DELETE", "rfc6455-4.1", 405, fetch, "DELETE /usual HTTP/1.1", "Allow: GET"},
      {"OPTIONS", "rfc6455-4.1", 405, fetch, "OPTIONS /usual HTTP/1.1", "Allow: GET"},
      {"get in small letters", "rfc6455-4.1", 405, fetch, "get /usual HTTP/1.1", "Allow: GET"},
      {"HTTP/1.0", "rfc6455-4.2.1", 400, fetch, "GET /usual HTTP/1.0"},
      {"HTTP/2.0", "rfc6455-4.2.1", 505, fetch, "GET /usual HTTP/2.0"},
      {"HTTP/0.9", "rfc6455-4.2.1", 505, fetch, "GET /usual HTTP/0.9"},
      {"no version", "rfc6455-4.2.1", 400, fetch, "GET /usual"},
      {"an absolute target", "rfc6455-4.2.1", 101, fetch, "GET http://a/usual HTTP/1.1"},
      {"an absolute target of ws", "rfc6455-4.2.1", 400, fetch, "GET ws://a/usual HTTP/1.1"},
      {"a query", "rfc6455-4.2.1", 101, fetch, "GET /usual?a=b&c HTTP/1.1"},
      {"a fragment in the target", "rfc6455-3", 400, fetch, "GET /usual#x HTTP/1.1"},
      {"no such path", "rfc6455-4.2.2", 404, fetch, "GET /nowhere HTTP/1.1"},
      {"an asterisk", "rfc6455-4.2.1", 400, fetch, "GET * HTTP/1.1"},
      {"no Host", "rfc6455-4.2.1", 400, "Host:", ""},
      {"two Hosts", "rfc6455-4.2.1", 400, "", "Host: a"},
      {"an empty Host", "rfc6455-4.2.1", 400, "Host:", "Host:"},
      {"a Host with a port", "rfc6455-4.2.1", 101, "Host:", "Host: a:8080"},
      {"a Host that is none", "rfc6455-4.2.1", 400, "Host:", "Host: a b"},
  };
}

inline std::vector<RequestRow> upgrade_rows() {
  return {
      {"no Upgrade", "rfc6455-4.2.1", 426, "Upgrade:", "", "Upgrade: websocket"},
      {"an empty Upgrade", "rfc6455-4.2.1", 426, "Upgrade:", "Upgrade:"},
      {"another protocol", "rfc6455-4.2.1", 426, "Upgrade:", "Upgrade: h2c"},
      {"websockets", "rfc6455-4.2.1", 426, "Upgrade:", "Upgrade: websockets"},
      {"web socket", "rfc6455-4.2.1", 426, "Upgrade:", "Upgrade: web socket"},
      {"Upgrade in capitals", "rfc6455-4.2.1", 101, "Upgrade:", "UPGRADE: WEBSOCKET"},
      {"Upgrade with blanks around", "rfc6455-4.2.1", 101, "Upgrade:", "Upgrade: \t websocket \t"},
      {"Upgrade in a list", "rfc6455-4.2.1", 101, "Upgrade:", "Upgrade: h2c, WebSocket"},
      {"Upgrade in two lines", "rfc6455-4.2.1", 101,
       "Upgrade:", "Upgrade: h2c\r\nUpgrade: websocket"},
      {"Upgrade on a folded line", "rfc6455-4.2.1", 400, "Upgrade:", "Upgrade:\r\n websocket"},
      {"a blank before the colon", "rfc6455-4.2.1", 400, "Upgrade:", "Upgrade : websocket"},
      {"no Connection", "rfc6455-4.2.1", 400, "Connection:", ""},
      {"Connection without it", "rfc6455-4.2.1", 400, "Connection:", "Connection: keep-alive"},
      {"upgraded", "rfc6455-4.2.1", 400, "Connection:", "Connection: upgraded"},
      {"Connection in capitals", "rfc6455-4.2.1", 101, "Connection:", "CONNECTION: UPGRADE"},
      {"as Firefox has it", "rfc6455-4.2.1", 101, "Connection:", "Connection: keep-alive, Upgrade"},
      {"Connection in two lines", "rfc6455-4.2.1", 101,
       "Connection:", "Connection: keep-alive\r\nConnection: upgrade"},
      {"empty elements in Connection", "rfc6455-4.2.1", 101,
       "Connection:", "Connection: ,, Upgrade ,"},
      {"a declared body", "rfc6455-4.1", 400, "", "Content-Length: 3"},
      {"a body in chunks", "rfc6455-4.1", 400, "", "Transfer-Encoding: chunked"},
      {"a body of nothing", "rfc6455-4.1", 101, "", "Content-Length: 0"},
      {"a foreign Origin", "rfc6455-10.2", 403, "", "Origin: http://evil.example"},
      {"Origin null", "rfc6455-10.2", 403, "", "Origin: null"},
      {"our own Origin", "rfc6455-10.2", 101, "", "Origin: http://a"},
      {"our own Origin, and another", "rfc6455-10.2", 403, "",
       "Origin: http://a\r\nOrigin: http://evil.example"},
      {"our own host at another port", "rfc6455-10.2", 403, "", "Origin: http://a:81"},
      {"a host that begins like ours", "rfc6455-10.2", 403, "", "Origin: http://a.evil.example"},
  };
}

inline std::vector<RequestRow> key_rows() {
  const std::string key = "Sec-WebSocket-Key:";
  const std::string version = "Sec-WebSocket-Version:";
  const std::string ours = "Sec-WebSocket-Version: 13";
  return {
      {"no key", "rfc6455-4.2.1", 400, key, ""},
      {"an empty key", "rfc6455-4.2.1", 400, key, key},
      {"two keys", "rfc6455-4.2.1", 400, "", key + " dGhlIHNhbXBsZSBub25jZQ=="},
      {"two keys in a line", "rfc6455-4.2.1", 400, key,
       key + " dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ=="},
      {"a key of 15 bytes", "rfc6455-4.2.1", 400, key, key + " AAAAAAAAAAAAAAAAAAAA"},
      {"a key of 17 bytes", "rfc6455-4.2.1", 400, key, key + " AAAAAAAAAAAAAAAAAAAAAAA="},
      {"a key of 1000 letters", "rfc6455-4.2.1", 400, key, key + " " + std::string(1000, 'A')},
      {"a key without padding", "rfc6455-4.2.1", 400, key, key + " dGhlIHNhbXBsZSBub25jZQ"},
      {"a key that is no Base64", "rfc6455-4.2.1", 400, key, key + " dGhlIHNhbXBsZSBub25j!Q=="},
      {"a key in quotes", "rfc6455-4.2.1", 400, key, key + " \"dGhlIHNhbXBsZSBub25jZQ==\""},
      {"another key", "rfc6455-4.2.2", 101, key,
       key + " x3JJHMbDL1EzLkh9GBhXDw==", "Sec-WebSocket-Accept: HSmrc0sMlYUkAGmm5OPpG2HaGWk="},
      {"a key of zeros", "rfc6455-4.2.2", 101, key,
       key + " AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Accept: ICX+Yqv66kxgM0FcWaLWlFLwTAI="},
      {"no version", "rfc6455-4.4", 426, version, "", ours},
      {"version 8", "rfc6455-4.4", 426, version, version + " 8", ours},
      {"version 0", "rfc6455-4.4", 426, version, version + " 0", ours},
      {"version 14", "rfc6455-4.4", 426, version, version + " 14", ours},
      {"version 013", "rfc6455-4.4", 426, version, version + " 013", ours},
      {"version +13", "rfc6455-4.4", 426, version, version + " +13", ours},
      {"version 13.0", "rfc6455-4.4", 426, version, version + " 13.0", ours},
      {"version 1 3", "rfc6455-4.4", 426, version, version + " 1 3", ours},
      {"a list of versions", "rfc6455-4.4", 426, version, version + " 13, 8", ours},
      {"two versions", "rfc6455-4.4", 426, "", version + " 13", ours},
      {"an empty version", "rfc6455-4.4", 426, version, version, ours},
      {"a version with blanks around", "rfc6455-4.4", 101, version, version + "\t 13 \t"},
  };
}

inline std::vector<RequestRow> list_rows() {
  const std::string ext = "Sec-WebSocket-Extensions:";
  const std::string sub = "Sec-WebSocket-Protocol:";
  return {
      {"an unknown extension", "rfc6455-9.1", 101, "", ext + " x; a=1; b=\"c\", y"},
      {"extensions in two lines", "rfc6455-9.1", 101, "", ext + " x\r\n" + ext + " y; a"},
      {"empty elements", "rfc6455-9.1", 101, "", ext + " , x,, y ,"},
      {"an escape in quotes", "rfc6455-9.1", 101, "", ext + " x; a=\"b\\c\""},
      {"an empty list", "rfc6455-9.1", 400, "", ext},
      {"only commas", "rfc6455-9.1", 400, "", ext + " ,,"},
      {"no parameter behind ;", "rfc6455-9.1", 400, "", ext + " permessage-deflate;"},
      {"two semicolons", "rfc6455-9.1", 400, "", ext + " x;; a"},
      {"no value behind =", "rfc6455-9.1", 400, "", ext + " x; a="},
      {"two values", "rfc6455-9.1", 400, "", ext + " x; a=1=2"},
      {"a value without a name", "rfc6455-9.1", 400, "", ext + " x; =1"},
      {"a parameter without a name", "rfc6455-9.1", 400, "", ext + " ; a"},
      {"two names", "rfc6455-9.1", 400, "", ext + " x y"},
      {"an open quote", "rfc6455-9.1", 400, "", ext + " x; a=\"b"},
      {"no token in quotes", "rfc6455-9.1", 400, "", ext + " x; a=\"b c\""},
      {"nothing in quotes", "rfc6455-9.1", 400, "", ext + " x; a=\"\""},
      {"letters behind a quote", "rfc6455-9.1", 400, "", ext + " x; a=\"b\"c"},
      {"a name that is no token", "rfc6455-9.1", 400, "", ext + " x@y"},
      {"a value that is no token", "rfc6455-9.1", 400, "", ext + " x; a=b/c"},
      {"a wrong second line", "rfc6455-9.1", 400, "", ext + " x\r\n" + ext + " y;"},
      {"our subprotocol", "rfc6455-4.2.2", 101, "", sub + " echo", "Sec-WebSocket-Protocol: echo"},
      {"ours among others", "rfc6455-4.2.2", 101, "", sub + " chat, echo ,x",
       "Sec-WebSocket-Protocol: echo"},
      {"ours in the second line", "rfc6455-4.2.2", 101, "", sub + " chat\r\n" + sub + " echo",
       "Sec-WebSocket-Protocol: echo"},
      {"none of ours", "rfc6455-4.2.2", 101, "", sub + " chat, Echo"},
      {"an empty subprotocol", "rfc6455-4.2.1", 400, "", sub},
      {"a subprotocol that is no token", "rfc6455-4.2.1", 400, "", sub + " echo, super chat"},
      {"a subprotocol with a slash", "rfc6455-4.2.1", 400, "", sub + " a/b"},
  };
}

// An answer of a server: status line and fields, in which ACCEPT stands for what fits the key.
struct AnswerRow {
  const char* what;
  const char* why;  // a part of what on_error is told; null: it opens
  std::string head;
  const char* section = "rfc6455-4.1";
  const char* opened = ":";  // with this subprotocol, behind the colon
};

inline const std::string switching = "HTTP/1.1 101 Switching Protocols\r\n";
inline const std::string upgrade_line = "Upgrade: websocket\r\n";
inline const std::string connection_line = "Connection: Upgrade\r\n";
inline const std::string accept_lines = "Sec-WebSocket-Accept: ACCEPT\r\n";
inline std::string good_head(const std::string& more = {}) {
  return switching + upgrade_line + connection_line + accept_lines + more;
}

inline std::vector<AnswerRow> answer_head_rows() {
  const std::string rest = upgrade_line + connection_line + accept_lines;
  const char* const no_http = "no HTTP/1.1 answer";
  const char* const no_upgrade = "Upgrade is not websocket";
  const char* const no_connection = "Connection does not name Upgrade";
  const char* const no_accept = "Sec-WebSocket-Accept does not fit the key";
  const char* const no_switch = "the server did not switch protocols";
  const char* const malformed = "malformed field line";
  const std::string tail = connection_line + accept_lines;
  return {
      {"as it should be", nullptr, good_head()},
      {"no reason phrase", nullptr, "HTTP/1.1 101\r\n" + rest},
      {"an empty reason phrase", nullptr, "HTTP/1.1 101 \r\n" + rest},
      {"another reason phrase", nullptr, "HTTP/1.1 101 Web Socket Protocol Handshake\r\n" + rest},
      {"fields in capitals", nullptr,
       switching + "UPGRADE: WEBSOCKET\r\nCONNECTION: UPGRADE\r\n" + accept_lines},
      {"fields in another order", nullptr,
       switching + accept_lines + connection_line + upgrade_line},
      {"further fields", nullptr, good_head("Server: x\r\nSet-Cookie: a=b\r\nX:\r\n")},
      {"Connection with more in it", nullptr,
       switching + upgrade_line + "Connection: keep-alive, Upgrade\r\n" + accept_lines},
      {"blanks around values", nullptr,
       switching + "Upgrade:websocket \t\r\nConnection:\t Upgrade\r\n" + accept_lines},
      {"HTTP/1.0", no_http, "HTTP/1.0 101 Switching Protocols\r\n" + rest},
      {"HTTP/2", no_http, "HTTP/2 101\r\n" + rest},
      {"no HTTP", no_http, "SSH-2.0-OpenSSH_9.2\r\n"},
      {"a status of four digits", no_http, "HTTP/1.1 1010 x\r\n" + rest},
      {"a status of two digits", no_http, "HTTP/1.1 10 x\r\n" + rest},
      {"a frame for an answer", no_http, "\x81\x05Hello\r\n"},
      {"200", no_switch, "HTTP/1.1 200 OK\r\n" + rest},
      {"400", no_switch, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n"},
      {"401", no_switch, "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\n"},
      {"404", no_switch, "HTTP/1.1 404 Not Found\r\n"},
      {"426", no_switch, "HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 13\r\n"},
      {"503", no_switch, "HTTP/1.1 503 Service Unavailable\r\n"},
      {"302", no_switch, "HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1/x\r\n"},
      {"no Upgrade", no_upgrade, switching + tail},
      {"an empty Upgrade", no_upgrade, switching + "Upgrade:\r\n" + tail},
      {"another Upgrade", no_upgrade, switching + "Upgrade: h2c\r\n" + tail},
      {"a list for Upgrade", no_upgrade, switching + "Upgrade: websocket, x\r\n" + tail},
      {"two Upgrades", no_upgrade, good_head(upgrade_line)},
      {"no Connection", no_connection, switching + upgrade_line + accept_lines},
      {"another Connection", no_connection,
       switching + upgrade_line + "Connection: close\r\n" + accept_lines},
      {"no Accept", no_accept, switching + upgrade_line + connection_line},
      {"an empty Accept", no_accept,
       switching + upgrade_line + connection_line + "Sec-WebSocket-Accept:\r\n"},
      {"another key's Accept", no_accept,
       switching + upgrade_line + connection_line +
           "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"},
      {"an Accept in capitals", no_accept,
       switching + upgrade_line + connection_line +
           "Sec-WebSocket-Accept: S3PPLMBITXAQ9KYGZZHZRBK+XOO=\r\n"},
      {"two Accepts", no_accept, good_head(accept_lines)},
      {"a line without a colon", malformed, good_head("X\r\n")},
      {"a folded line", malformed, good_head(" x\r\n")},
      {"a blank before the colon", malformed, good_head("X : y\r\n")},
      {"no field name", malformed, good_head(": y\r\n")},
      {"NUL in a value", malformed, good_head("X: " + std::string(1, '\0') + "\r\n")},
      {"a head of 17 KB", "16 KiB", good_head("X: " + std::string(17000, 'x') + "\r\n")},
  };
}

inline std::vector<AnswerRow> agreement_rows() {
  const std::string sub = "Sec-WebSocket-Protocol: ";
  const std::string ext = "Sec-WebSocket-Extensions: ";
  std::vector<AnswerRow> rows{
      {"a subprotocol", nullptr, good_head(sub + "echo\r\n"), "rfc6455-4.1", ":echo"},
      {"another one that was offered", nullptr, good_head(sub + "chat\r\n"), "rfc6455-4.1",
       ":chat"},
      {"one that was not offered", "subprotocol", good_head(sub + "x\r\n")},
      {"one in capitals", "subprotocol", good_head(sub + "ECHO\r\n")},
      {"two", "subprotocol", good_head(sub + "echo, chat\r\n")},
      {"two in two lines", "subprotocol", good_head(sub + "echo\r\n" + sub + "chat\r\n")},
      {"an empty one", "subprotocol", good_head(sub + "\r\n")},
  };
  static const char* const wrong[] = {
      "x-other",
      "permessage-deflate; unknown",
      "permessage-deflate, permessage-deflate",
      "permessage-deflate, x-other",
      "permessage-deflate;",
      "permessage-deflate; a=",
      "permessage-deflate; client_max_window_bits",
      "permessage-deflate; client_max_window_bits=7",
      "permessage-deflate; client_max_window_bits=16",
      "permessage-deflate; client_max_window_bits=09",
      "permessage-deflate; server_max_window_bits",
      "permessage-deflate; server_max_window_bits=7",
      "permessage-deflate; server_max_window_bits=16",
      "permessage-deflate; server_max_window_bits=9; server_max_window_bits=9",
      "permessage-deflate; server_no_context_takeover=1",
      "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
      "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
      "",
      "permessage-deflate\r\nSec-WebSocket-Extensions: permessage-deflate"};
  for (const char* const one : wrong)
    rows.push_back({one, "(status 101)", good_head(ext + one + "\r\n"), "rfc7692-7.1"});
  return rows;
}

}  // namespace strata::conformance
