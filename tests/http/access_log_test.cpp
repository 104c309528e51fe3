// tests/http/access_log_test.cpp - lines of the access log, which no client can break.
#include "http/middleware/access_log.h"

#include <stdexcept>

#include "http/middleware/basic_auth.h"
#include "http/middleware/request_id.h"
#include "tests/http/stream_fixture.h"

using namespace strata;
using namespace strata::http;
using namespace strata::test;

namespace {

constexpr std::int64_t then = 971186136'123456;  // 10 October 2000, 13:55:36

AccessRecord example() {
  AccessRecord record;
  record.unix_us = then;
  record.duration_us = 1500;
  record.ip = "127.0.0.1";
  record.user = "frank";
  record.method = "GET";
  record.target = "/apache_pb.gif";
  record.minor_version = 0;
  record.status = 200;
  record.bytes = 2326;
  record.host = "a.example";
  record.referrer = "http://www.example.com/start.html";
  record.user_agent = "Mozilla/4.08 [en] (Win98; I ;Nav)";
  record.request_id = "r-1";
  return record;
}

std::string common(const AccessRecord& record) {
  std::string line;
  append_common(record, line);
  return line;
}
std::string combined(const AccessRecord& record) {
  std::string line;
  append_combined(record, line);
  return line;
}
std::string json(const AccessRecord& record) {
  std::string line;
  append_json(record, line);
  return line;
}

}  // namespace

TEST_CASE("the three forms of a line", "[http][codec][access_log]") {
  // The first two are those of Apache's documentation.
  CHECK(common(example()) ==
        "127.0.0.1 - frank [10/Oct/2000:13:55:36 +0000] \"GET /apache_pb.gif HTTP/1.0\" 200 2326");
  CHECK(combined(example()) ==
        "127.0.0.1 - frank [10/Oct/2000:13:55:36 +0000] \"GET /apache_pb.gif HTTP/1.0\" 200 2326 "
        "\"http://www.example.com/start.html\" \"Mozilla/4.08 [en] (Win98; I ;Nav)\"");
  CHECK(json(example()) ==
        "{\"time\":\"2000-10-10T13:55:36.123Z\",\"ip\":\"127.0.0.1\",\"user\":\"frank\","
        "\"method\":\"GET\",\"target\":\"/apache_pb.gif\",\"version\":\"1.0\",\"status\":200,"
        "\"bytes\":2326,\"duration_us\":1500,\"host\":\"a.example\","
        "\"referrer\":\"http://www.example.com/start.html\","
        "\"user_agent\":\"Mozilla/4.08 [en] (Win98; I ;Nav)\",\"request_id\":\"r-1\"}");
  AccessRecord bare;
  bare.unix_us = -1;
  bare.aborted = true;
  CHECK(combined(bare) == "- - - [31/Dec/1969:23:59:59 +0000] \"  HTTP/1.1\" - - \"-\" \"-\"");
  CHECK(json(bare) ==
        "{\"time\":\"1969-12-31T23:59:59.999Z\",\"version\":\"1.1\",\"bytes\":0,\"duration_us\":0,"
        "\"aborted\":true}");
}

TEST_CASE("nothing that a client sends ends a line, a quote or a field",
          "[http][codec][access_log][injection]") {
  struct Row {
    std::string sent;
    const char* plain;
    const char* in_json;
  };
  const Row rows[] = {
      {"a\" 200 0 \"", "a\\x22 200 0 \\x22", "a\\u0022 200 0 \\u0022"},
      {"a\r\n127.0.0.1 - root", "a\\x0d\\x0a127.0.0.1 - root", "a\\u000d\\u000a127.0.0.1 - root"},
      {"\\\" \\", "\\x5c\\x22 \\x5c", "\\u005c\\u0022 \\u005c"},
      {std::string("\0\x1b[31m\x7f", 7), "\\x00\\x1b[31m\\x7f", "\\u0000\\u001b[31m\\u007f"},
      {"\xC3\xA9\xFF", "\\xc3\\xa9\\xff", "\\u00c3\\u00a9\\u00ff"},
      {"\xE2\x80\xA8\t", "\\xe2\\x80\\xa8\\x09", "\\u00e2\\u0080\\u00a8\\u0009"},
      {"</script>,'", "</script>,'", "</script>,'"},
  };
  for (const Row& row : rows) {
    INFO(row.plain);
    AccessRecord record;
    record.user_agent = record.referrer = record.target = record.method = row.sent;
    const std::string text = row.plain;
    CHECK(combined(record) == "- - - [01/Jan/1970:00:00:00 +0000] \"" + text + " " + text +
                                  " HTTP/1.1\" - - \"" + text + "\" \"" + text + "\"");
    const std::string line = json(record);
    CHECK(line.find("\"user_agent\":\"" + std::string(row.in_json) + "\"") != std::string::npos);
    for (const char c : line + combined(record)) CHECK((c >= 0x20 && c < 0x7F));
  }
  AccessRecord record;
  record.user = "a [b] c";  // a blank would begin another field
  record.ip = "/run/a b";
  CHECK(common(record).substr(0, 35) == "/run/a\\x20b - a\\x20[b]\\x20c [01/Jan");
}

TEST_CASE("the log says what was answered, when it was", "[http][access_log]") {
  Fixture server;
  std::int64_t now = then;
  std::vector<std::string> lines;
  const auto sink = [&](std::string_view line) { lines.emplace_back(line); };
  AccessLogOptions options;
  options.format = AccessLogFormat::json;
  options.now = [&now] { return now; };
  options.skip = [](const Request& req, const Response&) { return req.path() == "/health"; };
  server.app.use(access_log(sink, options));
  server.app.use("/in", basic_auth({.users = {{"ann", "pw"}}}));
  RequestIdOptions ids;
  ids.random = [](std::span<std::uint8_t> bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i);
  };
  server.app.use("/in", request_id(ids));
  server.app.get("/in", [](Request&, Response& res) { res.send("hello"); });
  server.app.get("/health", [](Request&, Response& res) { res.send("ok"); });
  Reply later;
  server.app.get("/later", [&](Request&, Response& res) { later = res.defer(); });
  server.app.get("/pieces", [&](Request&, Response& res) {
    res.write("12345");
    later = res.defer();
  });

  CHECK(server.get("/in", "Authorization: Basic YW5uOnB3\r\nUser-Agent: t\r\n").body == "hello");
  REQUIRE(lines.size() == 1);
  CHECK(lines[0] ==
        "{\"time\":\"2000-10-10T13:55:36.123Z\",\"ip\":\"127.0.0.1\",\"user\":\"ann\","
        "\"method\":\"GET\",\"target\":\"/in\",\"version\":\"1.1\",\"status\":200,\"bytes\":5,"
        "\"duration_us\":0,\"host\":\"x\",\"user_agent\":\"t\","
        "\"request_id\":\"000102030405060708090a0b0c0d0e0f\"}");
  CHECK(server.get("/none").status == 404);
  REQUIRE(lines.size() == 2);
  CHECK(lines[1].find("\"status\":404,\"bytes\":9,") != std::string::npos);
  server.get("/health");
  CHECK(lines.size() == 2);
  server.get("/in", "Authorization: Basic YW5uOnB3\r\n", "HEAD");
  REQUIRE(lines.size() == 3);
  CHECK(lines[2].find("\"bytes\":0,") != std::string::npos);

  Peer slow = server.dial();
  slow.send(request("/later"));
  server.loop.settle();
  CHECK(lines.size() == 3);
  now += 2500;
  later.send("x");
  server.loop.settle();
  REQUIRE(lines.size() == 4);
  CHECK(lines[3].find("\"duration_us\":2500") != std::string::npos);

  slow.send(request("/later"));
  server.loop.settle();
  now -= 1'000'000;  // the clock was set back
  slow.reset();
  server.loop.settle();
  REQUIRE(lines.size() == 5);
  CHECK(lines[4].find("\"status\":499,\"bytes\":0,\"duration_us\":0,") != std::string::npos);
  CHECK(lines[4].find("\"aborted\":true") != std::string::npos);

  Peer cut = server.dial();
  cut.send(request("/pieces"));
  server.loop.settle();
  cut.reset();
  server.loop.settle();
  REQUIRE(lines.size() == 6);
  CHECK(lines[5].find("\"status\":200,\"bytes\":5,") != std::string::npos);
  CHECK(lines[5].find("\"aborted\":true") != std::string::npos);
}

TEST_CASE("common and combined are asked for by name; a sink that throws is told of",
          "[http][access_log]") {
  Fixture server;
  std::string line;
  AccessLogOptions options;
  options.now = [] { return then; };
  options.format = AccessLogFormat::common;
  server.app.use("/c", access_log([&](std::string_view text) { line = text; }, options));
  options.format = AccessLogFormat::combined;
  server.app.use("/d", access_log([&](std::string_view text) { line = text; }, options));
  server.app.use("/e", access_log([](std::string_view) { throw std::runtime_error("full"); }));
  server.get("/c");
  CHECK(line == "127.0.0.1 - - [10/Oct/2000:13:55:36 +0000] \"GET /c HTTP/1.1\" 404 9");
  server.get("/d?a=%22", "Referer: \"\r\nUser-Agent: a\"b\r\n");
  CHECK(line ==
        "127.0.0.1 - - [10/Oct/2000:13:55:36 +0000] \"GET /d?a=%22 HTTP/1.1\" 404 9 \"\\x22\" "
        "\"a\\x22b\"");
  CHECK(server.get("/e").status == 404);
  REQUIRE(server.log.size() == 1);
  CHECK(server.log[0].find("full") != std::string::npos);
}
