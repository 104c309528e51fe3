// tests/http/static_files_test.cpp - what is served below a folder, and what is not.
#include "http/static_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "http/server.h"
#include "http/validators.h"
#include "tests/catch.h"
#include "tests/http/server_fixture.h"

using namespace strata;
using namespace strata::test;
namespace fs = std::filesystem;

namespace {

struct Site {
  Site() : top(::mkdtemp(path)) {
    fs::create_directories(top / "public/sub");
    fs::create_directories(top / "public/.hidden");
    write("secret.txt", "secret");
    write("public/index.html", "<h1>");
    write("public/a.css", "a{}");
    write("public/sp ace.txt", "space");
    write("public/.env", "password");
    write("public/.hidden/x", "password");
    write("public/sub/index.html", "sub");
    write("public/digits", "0123456789");
    fs::create_symlink("../secret.txt", top / "public/leak");
    fs::create_symlink("a.css", top / "public/inner");
    REQUIRE(::mkfifo((top / "public/pipe").c_str(), 0600) == 0);
    server.app.use("/s", http::static_files((top / "public").string()));
  }
  ~Site() { fs::remove_all(top); }
  void write(const char* name, const char* text) const { std::ofstream(top / name) << text; }
  char path[32] = "/tmp/strata-static-XXXXXX";
  fs::path top;
  Fixture server;
};

}  // namespace

TEST_CASE("files below a folder are served, and nothing else", "[http][static]") {
  struct Row {
    const char* target;
    int status;
    const char* body;
  };
  const Row rows[] = {
      {"/s/a.css", 200, "a{}"},
      {"/s/sp%20ace.txt", 200, "space"},
      {"/s//a.css", 200, "a{}"},
      {"/s/inner", 200, "a{}"},
      {"/s/", 200, "<h1>"},
      {"/s/sub/", 200, "sub"},
      {"/s/sub", 301, "Moved Permanently. Redirecting to /s/sub/"},
      {"/s/sub?a=1", 301, "Moved Permanently. Redirecting to /s/sub/?a=1"},
      {"/s/none", 404, "Not Found"},
      {"/s/a.css/", 404, "Not Found"},
      {"/s/a.css/b", 404, "Not Found"},
      {"/s/.env", 404, "Not Found"},
      {"/s/%2eenv", 404, "Not Found"},
      {"/s/.hidden/x", 404, "Not Found"},
      {"/s/../secret.txt", 403, "Forbidden"},
      {"/s/sub/../../secret.txt", 403, "Forbidden"},
      {"/s/%2e%2e/secret.txt", 403, "Forbidden"},
      {"/s/..%2fsecret.txt", 403, "Forbidden"},
      {"/s/leak", 404, "Not Found"},
      {"/s/pipe", 404, "Not Found"},
      {"/s/a%00.css", 400, "Bad Request"},
      {"/s/%zz", 400, "Bad Request"},
      {"/s/etc/passwd", 404, "Not Found"},
      {"/s//etc/passwd", 404, "Not Found"},
  };
  Site site;
  for (const Row& row : rows) {
    INFO(row.target);
    const Seen seen = site.server.get(row.target);
    CHECK(seen.status == row.status);
    CHECK(seen.body == row.body);
  }
  CHECK(site.server.get("/s/a.css", "Content-Length: 0\r\n", "POST").status == 404);
  CHECK_THROWS_AS(http::static_files("/nowhere/at/all"), std::system_error);
}

TEST_CASE("a file is sent whole, in part, or not again",
          "[http][static][rfc9110-14.2][rfc9110-13.1.5]") {
  Site site;
  const Seen whole = site.server.get("/s/digits");
  CHECK(whole.field("Content-Type") == "application/octet-stream");
  CHECK(whole.field("Accept-Ranges") == "bytes");
  const std::string tag = whole.field("ETag");
  const std::string modified = whole.field("Last-Modified");
  CHECK(site.server.get("/s/digits", "If-None-Match: " + tag + "\r\n").status == 304);
  CHECK(site.server.get("/s/digits", "If-Modified-Since: " + modified + "\r\n").status == 304);
  CHECK(site.server
            .get("/s/digits", "If-None-Match: \"x\"\r\nIf-Modified-Since: " + modified + "\r\n")
            .status == 200);
  const Seen to_head = site.server.get("/s/digits", "", "HEAD");
  CHECK(to_head.field("Content-Length") == "10");
  CHECK(to_head.body == "");
  struct Row {
    const char* range;
    int status;
    const char* body;
    const char* content_range;
  };
  const Row rows[] = {
      {"bytes=0-3", 206, "0123", "bytes 0-3/10"},
      {"bytes=7-", 206, "789", "bytes 7-9/10"},
      {"bytes=-2", 206, "89", "bytes 8-9/10"},
      {"bytes=-99", 206, "0123456789", "bytes 0-9/10"},
      {"bytes=9-99", 206, "9", "bytes 9-9/10"},
      {"bytes=10-", 416, "Range Not Satisfiable", "bytes */10"},
      {"bytes=-0", 416, "Range Not Satisfiable", "bytes */10"},
      {"bytes=5-2", 200, "0123456789", "(none)"},
      {"bytes=0-1,3-4", 200, "0123456789", "(none)"},
      {"bytes=a-b", 200, "0123456789", "(none)"},
      {"bytes=-", 200, "0123456789", "(none)"},
      {"lines=0-1", 200, "0123456789", "(none)"},
      {"bytes=18446744073709551615-", 200, "0123456789", "(none)"},
      {"bytes=0-9999999999999999999", 206, "0123456789", "bytes 0-9/10"},
  };
  for (const Row& row : rows) {
    INFO(row.range);
    const Seen seen = site.server.get("/s/digits", "Range: " + std::string(row.range) + "\r\n");
    CHECK(seen.status == row.status);
    CHECK(seen.body == row.body);
    CHECK(seen.field("Content-Range") == row.content_range);
  }
  const std::string range = "Range: bytes=0-0\r\n";
  CHECK(site.server.get("/s/digits", range + "If-Range: " + modified + "\r\n").status == 206);
  CHECK(site.server.get("/s/digits", range + "If-Range: " + tag + "\r\n").status == 200);
}
