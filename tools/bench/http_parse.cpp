// tools/bench/http_parse.cpp - what a request head costs: three that browsers send, and a response
// head written. Allocations are counted after warm-up; they must be none.
#include <cstdio>
#include <string>

#include "http/date.h"
#include "http/request_parser.h"
#include "http/serializer.h"
#include "tools/bench/bench.h"

STRATA_COUNT_ALLOCATIONS();

using namespace strata;

namespace {

const std::string small =
    "GET / HTTP/1.1\r\n"
    "Host: localhost:7890\r\n"
    "User-Agent: curl/7.88.1\r\n"
    "Accept: */*\r\n"
    "\r\n";

std::string typical(const std::string& cookie) {
  return "GET /socket.io/?EIO=4&transport=polling&t=P5Yb2Qe&sid=lv_VI97HAXpY6yYWAAAC HTTP/1.1\r\n"
         "Host: chat.example.org\r\n"
         "Connection: keep-alive\r\n"
         "sec-ch-ua: \"Chromium\";v=\"128\", \"Not;A=Brand\";v=\"24\", \"Google "
         "Chrome\";v=\"128\"\r\n"
         "sec-ch-ua-mobile: ?0\r\n"
         "sec-ch-ua-platform: \"Linux\"\r\n"
         "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/128.0.0.0 Safari/537.36\r\n"
         "Accept: */*\r\n"
         "Sec-Fetch-Site: same-origin\r\n"
         "Sec-Fetch-Mode: cors\r\n"
         "Sec-Fetch-Dest: empty\r\n"
         "Referer: https://chat.example.org/\r\n"
         "Accept-Encoding: gzip, deflate, br, zstd\r\n"
         "Accept-Language: en-GB,en;q=0.9,de;q=0.8\r\n"
         "Cookie: " +
         cookie + "\r\n\r\n";
}

std::string long_cookie() {
  std::string cookie;
  for (int i = 0; cookie.size() < 4096; ++i)
    cookie += "_ga_" + std::to_string(i) + "=GS1.1.1724580000." + std::to_string(i * 7919) + "; ";
  cookie.resize(4096);
  cookie.back() = 'x';
  return cookie;
}

void measure_head(const char* name, std::string wire) {
  const http::Limits limits;
  http::RequestParser parser(limits);
  char line[64];
  std::snprintf(line, sizeof line, "%s, %zu bytes", name, wire.size());
  bench::measure(line, wire.size(), [&] {
    net::MutableBytes in(reinterpret_cast<std::uint8_t*>(wire.data()), wire.size());
    const auto head = parser.next(in);
    if (!head.ready()) std::abort();
    bench::keep(head);
  });
}

}  // namespace

int main() {
  measure_head("parse a small head", small);
  measure_head("parse a browser's head", typical("session=7f3a9c; theme=dark"));
  measure_head("parse a head with 4 KiB of cookies", typical(long_cookie()));

  net::SendQueue out;
  http::DateLine date;
  bench::measure("write a response head and 5 bytes", [&] {
    http::ResponseHead head(out, 200);
    head.field("Content-Type", "text/plain; charset=utf-8");
    head.raw(date.at(1'700'000'000));
    head.content_length(5);
    head.end();
    out.append("Hello");
    out.consume(out.size());
  });
}
