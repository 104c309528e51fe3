// tests/http/static_files_test.cpp - what is served below a folder, and what is not.
#include "http/middleware/static_files.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "http/compression.h"
#include "http/server.h"
#include "tests/catch.h"
#include "tests/http/server_fixture.h"

using namespace strata;
using namespace strata::test;
namespace fs = std::filesystem;

namespace {

struct Site {
  Site() : top(::mkdtemp(path)) {
    fs::create_directories(top / "public/sub");
    fs::create_directories(top / "public/bare");
    fs::create_directories(top / "public/.hidden");
    write("secret.txt", "secret");
    write("public/index.html", "<h1>");
    write("public/a.css", "a{}");
    write("public/sp ace.txt", "space");
    write("public/back\\slash", "backslash");
    write("public/.env", "password");
    write("public/.hidden/x", "password");
    write("public/sub/index.html", "sub");
    write("public/page.html", "page");
    write("public/digits", "0123456789");
    fs::create_symlink("../secret.txt", top / "public/leak");
    fs::create_symlink("..", top / "public/up");
    fs::create_symlink(top / "secret.txt", top / "public/absolute");
    fs::create_symlink("a.css", top / "public/inner");
    fs::create_symlink("loop", top / "public/loop");
    fs::create_symlink("/dev/zero", top / "public/zero");
    REQUIRE(::mknod((top / "public/socket").c_str(), S_IFSOCK | 0600, 0) == 0);
    REQUIRE(::mkfifo((top / "public/pipe").c_str(), 0600) == 0);
    server.app.use("/s", http::static_files(root()));
  }
  ~Site() { fs::remove_all(top); }
  std::string root() const { return (top / "public").string(); }
  void write(const char* name, const std::string& text) const { std::ofstream(top / name) << text; }
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
      {"/s/back%5Cslash", 200, "backslash"},
      {"/s//a.css", 404, "Not Found"},
      {"/s%2fa.css", 404, "Not Found"},
      {"/s/sub%2findex.html", 404, "Not Found"},
      {"/s/inner", 200, "a{}"},
      {"/s/", 200, "<h1>"},
      {"/s/sub/", 200, "sub"},
      {"/s/sub", 301, "Moved Permanently. Redirecting to /s/sub/"},
      {"/s/sub?a=1", 301, "Moved Permanently. Redirecting to /s/sub/?a=1"},
      {"/s", 301, "Moved Permanently. Redirecting to /s/"},
      {"/s?b=//c", 301, "Moved Permanently. Redirecting to /s/?b=//c"},
      {"/s/bare", 404, "Not Found"},
      {"/s/bare/", 404, "Not Found"},
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
      {"/s/..%5csecret.txt", 404, "Not Found"},
      {"/s/leak", 404, "Not Found"},
      {"/s/up/secret.txt", 404, "Not Found"},
      {"/s/absolute", 404, "Not Found"},
      {"/s/loop", 404, "Not Found"},
      {"/s/zero", 404, "Not Found"},
      {"/s/socket", 404, "Not Found"},
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
  CHECK(site.server.get("/s/" + std::string(300, 'x')).status == 404);  // ENAMETOOLONG
  std::string deep = "/s";
  for (int i = 0; i < 3000; ++i) deep += "/a";
  CHECK(site.server.get(deep).status == 404);
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
  CHECK(site.server.get("/s/digits", range, "HEAD").status == 200);
  const Seen behind = site.server.get("/s/digits", "Range: bytes=10-\r\n");
  for (const char* const name : {"ETag", "Last-Modified", "Cache-Control", "Accept-Ranges"})
    CHECK(behind.field(name) == "(none)");
}

TEST_CASE("each option does what it says", "[http][static][rfc8246-2]") {
  Site site;
  auto& app = site.server.app;
  const auto at = [&](const char* prefix, http::StaticOptions options) {
    app.use(prefix, http::static_files(site.root(), std::move(options)));
  };
  at("/allow", {.dotfiles = http::Dotfiles::allow});
  at("/deny", {.dotfiles = http::Dotfiles::deny});
  at("/links", {.follow_links = true});
  at("/ends", {.extensions = {"txt", "html"}});
  at("/final", {.fallthrough = false});
  at("/no-index", {.index = ""});
  at("/other", {.index = "page.html", .redirect = false});
  at("/aged", {.max_age = 1h});
  at("/for-ever", {.max_age = 365 * 24h, .immutable = true});
  at("/exact", {.cache_control = "no-store", .max_age = 1h});
  at("/fields", {.set_headers = [](http::Response& res, std::string_view name) {
       res.set("X-Name", name).type("text/x-mine");
     }});
  struct Row {
    const char* target;
    int status;
    const char* body;  // null: not looked at
  };
  const Row rows[] = {
      {"/allow/.env", 200, "password"},
      {"/allow/.hidden/x", 200, "password"},
      {"/allow/../secret.txt", 403, nullptr},
      {"/allow/./a.css", 200, "a{}"},
      {"/deny/.env", 403, "Forbidden"},
      {"/deny/.hidden/x", 403, "Forbidden"},
      {"/deny/.none", 403, "Forbidden"},
      {"/links/leak", 200, "secret"},
      {"/links/absolute", 200, "secret"},
      {"/links/up/secret.txt", 200, "secret"},
      {"/links/pipe", 404, nullptr},
      {"/links/zero", 404, nullptr},  // a device
      {"/links/socket", 404, nullptr},
      {"/links/loop", 404, nullptr},
      {"/ends/page", 200, "page"},
      {"/ends/page/", 404, nullptr},
      {"/ends/sub", 301, nullptr},
      {"/ends/none", 404, nullptr},
      {"/final/a.css", 200, "a{}"},
      {"/final/none", 404, "Not Found"},
      {"/final/.env", 404, "Not Found"},
      {"/final/bare/", 404, "Not Found"},
      {"/no-index/", 404, nullptr},
      {"/no-index/sub", 404, nullptr},
      {"/no-index/index.html", 200, "<h1>"},
      {"/other/", 200, "page"},
      {"/other", 404, nullptr},
  };
  for (const Row& row : rows) {
    INFO(row.target);
    const Seen seen = site.server.get(row.target);
    CHECK(seen.status == row.status);
    if (row.body != nullptr) CHECK(seen.body == row.body);
  }
  const Seen post = site.server.get("/final/a.css", "Content-Length: 0\r\n", "POST");
  CHECK(post.status == 405);
  CHECK(post.field("Allow") == "GET, HEAD");
  CHECK(site.server.get("/s/a.css").field("Cache-Control") == "(none)");
  CHECK(site.server.get("/aged/a.css").field("Cache-Control") == "public, max-age=3600");
  CHECK(site.server.get("/for-ever/a.css").field("Cache-Control") ==
        "public, max-age=31536000, immutable");
  CHECK(site.server.get("/exact/a.css").field("Cache-Control") == "no-store");
  CHECK(site.server.get("/fields/sub/").field("X-Name") == "sub/index.html");
  CHECK(site.server.get("/fields/a.css").field("Content-Type") == "text/x-mine; charset=utf-8");
}

TEST_CASE("a compressed copy goes to those who take it", "[http][static][rfc9110-8.4]") {
  Site site;
  const std::string text(2000, 'x');
  site.write("public/b.css", text);
  site.write("public/b.css.gz", http::gzip(net::as_bytes(text)));
  site.write("public/pic.png", "png");
  site.write("public/pic.png.gz", "not looked at");
  site.write("public/sub/index.html.gz", http::gzip(net::as_bytes("sub")));
  site.write("public/old.css", text);
  site.write("public/old.css.gz", http::gzip(net::as_bytes("older")));
  const auto now = fs::last_write_time(site.top / "public/old.css");
  fs::last_write_time(site.top / "public/old.css.gz", now - 1s);
  site.server.app.use("/plain", http::static_files(site.root(), {.precompressed = false}));
  const std::string gzips = "Accept-Encoding: gzip\r\n";

  const Seen packed = site.server.get("/s/b.css", gzips);
  CHECK(packed.field("Content-Encoding") == "gzip");
  CHECK(packed.field("Content-Type") == "text/css; charset=utf-8");
  CHECK(packed.field("Vary") == "Accept-Encoding");
  CHECK(*http::gunzip(net::as_bytes(packed.body), 9999) == text);
  const Seen whole = site.server.get("/s/b.css");
  CHECK(whole.body == text);
  CHECK(whole.field("Vary") == "Accept-Encoding");
  CHECK(whole.field("Content-Encoding") == "(none)");
  CHECK(whole.field("ETag") != packed.field("ETag"));
  const std::string tag = "If-None-Match: " + packed.field("ETag") + "\r\n";
  CHECK(site.server.get("/s/b.css", gzips + tag).status == 304);
  CHECK(site.server.get("/s/b.css", tag).status == 200);
  const Seen part = site.server.get("/s/b.css", gzips + "Range: bytes=0-2\r\n");
  CHECK(part.status == 206);  // of what is sent: the compressed one
  CHECK(part.field("Content-Encoding") == "gzip");
  CHECK(part.body == packed.body.substr(0, 3));
  const Seen behind = site.server.get("/s/b.css", gzips + "Range: bytes=99999-\r\n");
  CHECK(behind.status == 416);
  CHECK(behind.body == "Range Not Satisfiable");
  CHECK(behind.field("Content-Encoding") == "(none)");
  CHECK(site.server.get("/s/b.css", gzips, "HEAD").field("Content-Length") ==
        std::to_string(packed.body.size()));
  CHECK(site.server.get("/s/sub/", gzips).field("Content-Encoding") == "gzip");
  CHECK(site.server.get("/s/b.css.gz").field("Content-Type") == "application/gzip");
  for (const char* const target : {"/s/pic.png", "/s/a.css", "/s/old.css", "/plain/b.css"}) {
    INFO(target);
    const Seen seen = site.server.get(target, gzips);
    CHECK(seen.field("Content-Encoding") == "(none)");
    CHECK(seen.field("Vary") == "(none)");
  }
  CHECK(site.server.get("/s/b.css", "Accept-Encoding: gzip;q=0\r\n").body == text);
}

TEST_CASE("conditions are asked in their order, also for files", "[http][static][rfc9110-13.2.2]") {
  Site site;
  const std::string then = site.server.get("/s/digits").field("Last-Modified");
  const std::string tag = site.server.get("/s/digits").field("ETag");
  const std::string before = "Sun, 06 Nov 1994 08:49:37 GMT",
                    after = "Fri, 01 Jan 2100 00:00:00 GMT";
  struct Row {
    std::string fields;
    int status;
  };
  const Row rows[] = {
      {"If-Match: *\r\n", 200},
      {"If-Match: \"x\"\r\n", 412},
      {"If-Match: " + tag + "\r\n", 412},  // ours is weak: rfc9110-13.1.1 wants a strong one
      {"If-Unmodified-Since: " + then + "\r\n", 200},
      {"If-Unmodified-Since: " + before + "\r\n", 412},
      {"If-Match: *\r\nIf-Unmodified-Since: " + before + "\r\n", 200},
      {"If-Match: \"x\"\r\nIf-None-Match: " + tag + "\r\n", 412},
      {"If-Unmodified-Since: " + after + "\r\nIf-None-Match: " + tag + "\r\n", 304},
      {"If-None-Match: \"x\"\r\nIf-Modified-Since: " + then + "\r\n", 200},
      {"If-None-Match: *\r\n", 304},
      {"If-Modified-Since: " + before + "\r\n", 200},
      {"If-Modified-Since: " + after + "\r\n", 304},
      {"If-Modified-Since: tomorrow\r\n", 200},
      {"If-None-Match: " + tag + "\r\nRange: bytes=0-1\r\n", 304},
      {"If-Unmodified-Since: " + before + "\r\nRange: bytes=0-1\r\n", 412},
      {"If-Match: *\r\nRange: bytes=0-1\r\n", 206},
  };
  for (const Row& row : rows) {
    INFO(row.fields);
    const Seen seen = site.server.get("/s/digits", row.fields);
    CHECK(seen.status == row.status);
    if (row.status == 304) CHECK(seen.field("ETag") == tag);
  }
}

TEST_CASE("where openat2 is missing no link is followed, and all else is as before",
          "[http][static]") {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    // openat2 answers ENOSYS from here on, as before Linux 5.6.
    sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog filter{4, code};
    int wrong = 100;
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
        ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0) {
      wrong = 0;
      Site site;
      const auto expect = [&](const char* target, int status, const char* body) {
        const Seen seen = site.server.get(target);
        if (seen.status != status || seen.body != body) ++wrong;
      };
      expect("/s/a.css", 200, "a{}");
      expect("/s/sub/", 200, "sub");
      expect("/s/sub/index.html", 200, "sub");
      expect("/s/inner", 404, "Not Found");
      expect("/s/leak", 404, "Not Found");
      expect("/s/up/secret.txt", 404, "Not Found");
      expect("/s/pipe", 404, "Not Found");
      expect("/s/none/x", 404, "Not Found");
    }
    ::_exit(wrong);
  }
  int how = 0;
  REQUIRE(::waitpid(child, &how, 0) == child);
  REQUIRE(WIFEXITED(how));
  if (WEXITSTATUS(how) == 100) {
    WARN("seccomp is not to be had here: the way without openat2 was not tried");
  } else {
    CHECK(WEXITSTATUS(how) == 0);
  }
}
