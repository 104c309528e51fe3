// tools/bench/http_parse.cpp - what a head costs: three requests that browsers send, curl's, two
// responses that servers send, and a response head written. Allocations are counted after warm-up;
// they must be none. Beside each head stands llhttp, the parser inside Node, where Debian's
// node-llhttp brought its C source: it gives the same spans (method, target, fields) to a table of
// the same kind.
#include <cstdio>
#include <string>

#include "http/date.h"
#include "http/request_parser.h"
#include "http/response_parser.h"
#include "http/serializer.h"
#include "net/block_pool.h"
#include "tools/bench/bench.h"

#ifdef STRATA_HAS_LLHTTP
#include <llhttp/llhttp.h>
#endif

STRATA_COUNT_ALLOCATIONS();

using namespace strata;

namespace {

// As Chromium 156 sends them (the first to a plain-http origin, where it leaves the sec- fields
// out).
const std::string user_agent =
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/156.0.0.0 Safari/537.36\r\n";

const std::string fetch =
    "GET /x HTTP/1.1\r\n"
    "Host: chat.example.org:8099\r\n"
    "Connection: keep-alive\r\n" +
    user_agent +
    "Accept: */*\r\n"
    "Referer: http://chat.example.org:8099/\r\n"
    "Accept-Encoding: gzip, deflate\r\n"
    "Accept-Language: en-US,en;q=0.9\r\n"
    "\r\n";

std::string navigation(const std::string& cookie) {
  return "GET / HTTP/1.1\r\n"
         "Host: chat.example.org\r\n"
         "Connection: keep-alive\r\n"
         "sec-ch-ua: \"Not:A-Brand\";v=\"8\", \"Chromium\";v=\"156\"\r\n"
         "sec-ch-ua-mobile: ?0\r\n"
         "sec-ch-ua-platform: \"Linux\"\r\n"
         "Upgrade-Insecure-Requests: 1\r\n" +
         user_agent +
         "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/jxl,image/avif,"
         "image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7\r\n"
         "Sec-Fetch-Site: none\r\n"
         "Sec-Fetch-Mode: navigate\r\n"
         "Sec-Fetch-User: ?1\r\n"
         "Sec-Fetch-Dest: document\r\n"
         "Accept-Encoding: gzip, deflate, br, zstd\r\n"
         "Accept-Language: en-US,en;q=0.9\r\n"
         "Cookie: " +
         cookie + "\r\n\r\n";
}

const std::string curl =
    "GET / HTTP/1.1\r\n"
    "Host: localhost:7890\r\n"
    "User-Agent: curl/7.88.1\r\n"
    "Accept: */*\r\n"
    "\r\n";

std::string long_cookie() {
  std::string cookie;
  for (int i = 0; cookie.size() < 4096; ++i)
    cookie += "_ga_" + std::to_string(i) + "=GS1.1.1724580000." + std::to_string(i * 7919) + "; ";
  cookie.resize(4096);
  cookie.back() = 'x';
  return cookie;
}

#ifdef STRATA_HAS_LLHTTP
// llhttp calls back with spans; a span may come in pieces, so each is joined to the one before.
struct Spans {
  llhttp_t parser;
  llhttp_settings_t settings;
  http::Field fields[128];
  std::size_t count = 0;
  std::string_view target;
  bool in_value = false;
};
Spans& of(llhttp_t* parser) { return *static_cast<Spans*>(parser->data); }
void join(std::string_view& span, const char* at, std::size_t bytes) {
  span = span.empty() ? std::string_view(at, bytes)
                      : std::string_view(span.data(), span.size() + bytes);
}
int on_url(llhttp_t* parser, const char* at, std::size_t bytes) {
  join(of(parser).target, at, bytes);
  return 0;
}
int on_name(llhttp_t* parser, const char* at, std::size_t bytes) {
  Spans& spans = of(parser);
  if (spans.in_value || spans.count == 0) spans.fields[spans.count++ % 128] = {};
  spans.in_value = false;
  join(spans.fields[(spans.count - 1) % 128].name, at, bytes);
  return 0;
}
int on_value(llhttp_t* parser, const char* at, std::size_t bytes) {
  Spans& spans = of(parser);
  spans.in_value = true;
  join(spans.fields[(spans.count - 1) % 128].value, at, bytes);
  return 0;
}

bench::Figures measure_llhttp(const char* name, const std::string& wire) {
  static Spans spans;
  llhttp_settings_init(&spans.settings);
  spans.settings.on_url = on_url;
  spans.settings.on_header_field = on_name;
  spans.settings.on_header_value = on_value;
  llhttp_init(&spans.parser, HTTP_REQUEST, &spans.settings);
  spans.parser.data = &spans;
  return bench::measure(name, wire.size(), [&] {
    spans.count = 0;
    spans.target = {};
    if (llhttp_execute(&spans.parser, wire.data(), wire.size()) != HPE_OK) std::abort();
    bench::keep(spans.fields);
  });
}
#endif

const std::string short_response =
    "HTTP/1.1 200 OK\r\n"
    "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
    "Content-Type: text/plain\r\n"
    "Content-Length: 13\r\n"
    "\r\n";
const std::string usual_response =
    "HTTP/1.1 200 OK\r\n"
    "Server: nginx/1.22.1\r\n"
    "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
    "Content-Type: application/json; charset=utf-8\r\n"
    "Transfer-Encoding: chunked\r\n"
    "Connection: keep-alive\r\n"
    "Vary: Accept-Encoding, Origin\r\n"
    "Cache-Control: private, max-age=0, must-revalidate\r\n"
    "ETag: W/\"2f-6Ujd9B7HrZ1n5kZJH8Zk8eVn2mU\"\r\n"
    "Set-Cookie: session=7f3a9c51d2e84b60; Path=/; HttpOnly; Secure; SameSite=Lax\r\n"
    "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Request-Id: 4b1f0c3e-8f0c-4c1c-9b54-0f6f2d6a7a11\r\n"
    "\r\n";

void measure_response(const char* name, std::string wire) {
  const http::Limits limits;
  http::ResponseParser parser(limits);
  char line[64];
  std::snprintf(line, sizeof line, "%s, %zu bytes", name, wire.size());
  bench::measure(line, wire.size(), [&] {
    net::MutableBytes in(reinterpret_cast<std::uint8_t*>(wire.data()), wire.size());
    const auto head = parser.next(in);
    if (!head.ready()) std::abort();
    bench::keep(head);
  });
}

void measure_head(const char* name, std::string wire) {
  const http::Limits limits;
  http::RequestParser parser(limits);
  char line[64];
  std::snprintf(line, sizeof line, "%s, %zu bytes", name, wire.size());
  const bench::Figures ours = bench::measure(line, wire.size(), [&] {
    net::MutableBytes in(reinterpret_cast<std::uint8_t*>(wire.data()), wire.size());
    const auto head = parser.next(in);
    if (!head.ready()) std::abort();
    bench::keep(head);
  });
#ifdef STRATA_HAS_LLHTTP
  const bench::Figures theirs = measure_llhttp("  llhttp, the same bytes", wire);
  std::printf("  ratio to llhttp %.1fx\n", theirs.nanoseconds / ours.nanoseconds);
#else
  (void)ours;
  std::printf("  llhttp skipped: there is no /usr/share/llhttp (Debian: node-llhttp)\n");
#endif
}

}  // namespace

int main() {
  measure_head("parse a browser's fetch", fetch);
  measure_head("parse a browser's navigation", navigation("session=7f3a9c; theme=dark"));
  measure_head("parse one with 4 KiB of cookies", navigation(long_cookie()));
  measure_head("parse curl's head", curl);
  measure_response("parse a short response's head", short_response);
  measure_response("parse a usual response's head", usual_response);

  net::BlockPool pool;
  net::SendQueue out(&pool);
  http::DateLine date;
  bench::measure("write a response head and 5 bytes", [&] {
    http::HeadWriter head(out, 200);
    head.field("Content-Type", "text/plain; charset=utf-8");
    head.raw(date.at(1'700'000'000));
    head.content_length(5);
    head.end();
    out.append("Hello");
    out.consume(out.size());
  });
}
