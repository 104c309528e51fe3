// tests/http/body_limit_test.cpp - 413 before the data, by path and by route.
#include "http/middleware/body_limit.h"

#include <charconv>

#include "tests/http/server_fixture.h"

using namespace strata;
using namespace strata::test;

TEST_CASE("content over its limit is refused before it comes",
          "[http][body_limit][rfc9110-15.5.14][rfc9110-10.1.1]") {
  http::ServerOptions options = quick_options();
  options.limits.max_body = 100;
  Fixture server(options);
  int called = 0;
  const auto take = [&](http::Request& req, http::Response& res) {
    ++called;
    res.send(std::to_string(req.body().size()));
  };
  server.app.use("/small", http::body_limit(10));
  server.app.post("/small/a", take);
  server.app.post("/small/large", http::body_limit(1000), take);
  server.app.post("/large", http::body_limit(1000), take);
  server.app.post("/else", take);
  struct Row {
    const char* target;
    std::size_t most;
  };
  for (const Row& row :
       {Row{"/small/a", 10}, {"/small/large", 1000}, {"/large", 1000}, {"/else", 100}}) {
    INFO(row.target);
    const std::string post = "POST " + std::string(row.target) + " HTTP/1.1\r\nHost: x\r\n";
    const auto length = [&](std::size_t bytes) {
      return post + "Content-Length: " + std::to_string(bytes) + "\r\n";
    };
    called = 0;
    CHECK(server.ask(length(row.most) + "\r\n" + std::string(row.most, 'x')).body ==
          std::to_string(row.most));
    CHECK(called == 1);
    CHECK(server.ask(length(row.most + 1) + "\r\n").status == 413);  // nothing of it was sent
    CHECK(server.ask(length(row.most + 1) + "Expect: 100-continue\r\n\r\n").status == 413);
    char size[16];
    const auto end = std::to_chars(size, size + sizeof size, row.most + 1, 16);
    const std::string chunk(size, end.ptr);
    CHECK(server.ask(post + "Transfer-Encoding: chunked\r\n\r\n" + chunk + "\r\n").status == 413);
    CHECK(called == 1);
  }
}
