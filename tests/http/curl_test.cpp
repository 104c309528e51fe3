// tests/http/curl_test.cpp - curl and Node's fetch against a server with all the middleware that
// ships, over TCP.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "http/middleware/access_log.h"
#include "http/middleware/basic_auth.h"
#include "http/middleware/compression_filter.h"
#include "http/middleware/cors.h"
#include "http/middleware/multipart_form.h"
#include "http/middleware/request_id.h"
#include "http/middleware/static_files.h"
#include "http/server.h"
#include "tests/http/stream_fixture.h"

using namespace strata;
using namespace strata::test;
namespace fs = std::filesystem;

namespace {

struct Ran {
  int code = -1;
  std::string out;
};

Ran shell(const std::string& command) {
  Ran ran;
  std::FILE* const pipe = ::popen((command + " </dev/null 2>&1").c_str(), "r");
  if (pipe == nullptr) return ran;
  std::array<char, 4096> room;
  for (std::size_t got; (got = std::fread(room.data(), 1, room.size(), pipe)) != 0;)
    ran.out.append(room.data(), got);
  ran.code = ::pclose(pipe);
  return ran;
}

bool missing(const char* program) {
  if (shell(std::string("command -v ") + program).code == 0) return false;
  WARN(program << " is not here: left out");
  return true;
}

// Served in a thread of its own until it goes out of scope.
struct Site {
  Site() : top(::mkdtemp(path)) {
    fs::create_directories(top / "public");
    text = body_text(200'000);
    write("public/text.txt", text);
    write("public/packed.css", text);
    write("public/packed.css.gz", http::gzip(net::as_bytes(text)));
    app.use(http::access_log([this](std::string_view line) {
      const std::lock_guard lock(mutex);
      log.emplace_back(line);
    }));
    app.use(http::request_id(), http::compression());
    app.use("/api", http::cors({.origin = {"https://a.example"}, .credentials = true}));
    app.use("/admin", http::basic_auth({.users = {{"ann", "s p:c"}}}));
    app.get("/admin", [](http::Request&, http::Response& res) { res.send("in"); });
    app.get("/api/text",
            [this](http::Request&, http::Response& res) { res.type("text/plain").send(text); });
    app.get("/events", [](http::Request&, http::Response& res) {
      res.type("text/event-stream");
      for (int i = 0; i < 3; ++i) res.write("data: " + std::to_string(i) + "\n\n");
      res.end();
    });
    add_upload();
    app.use("/files", http::static_files((top / "public").string()));
    REQUIRE_FALSE(app.listen(net::Address::loopback(0)));
    url = "http://127.0.0.1:" + std::to_string(app.address().port());
    thread = std::thread([this] { (void)app.run(); });
  }
  ~Site() {
    app.stop();
    thread.join();
    fs::remove_all(top);
  }
  void add_upload() {
    http::MultipartOptions options;
    options.on_file = [this](http::Request&, const http::Part& part) -> http::FileTaker {
      auto file = std::make_shared<std::ofstream>(top / ("up-" + *part.filename));
      return [file](net::Bytes piece, bool last) {
        *file << net::as_text(piece);
        if (last) file->close();
      };
    };
    app.post("/upload", http::stream_body.up_to(100'000'000), http::multipart_form(options),
             [](http::Request& req, http::Response& res) {
               const http::MultipartForm& form = *http::form_of(req);
               std::string story;
               for (const auto& [name, value] : form.fields) story += name + "=" + value + ";";
               for (const auto& file : form.files)
                 story += *file.part.filename + "(" + file.part.content_type + ")";
               res.send(story);
             });
  }
  void write(const char* name, const std::string& content) const {
    std::ofstream(top / name) << content;
  }
  std::string read(const char* name) const {
    std::ifstream file(top / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // curl with these arguments; "URL" is the site.
  Ran curl(std::string arguments) const {
    for (std::size_t at; (at = arguments.find("URL/")) != std::string::npos;)
      arguments.replace(at, 3, url);
    return shell("curl -q -sS -m 20 --noproxy '*' " + arguments);
  }
  std::string last_line() {
    const std::lock_guard lock(mutex);
    return log.empty() ? "" : log.back();
  }

  char path[32] = "/tmp/strata-curl-XXXXXX";
  fs::path top;
  std::string text;
  std::string url;
  std::mutex mutex;
  std::vector<std::string> log;
  http::Server app;
  std::thread thread;
};

}  // namespace

TEST_CASE("curl gets files: compressed, in part, again, resumed", "[http][curl]") {
  if (missing("curl")) return;
  Site site;
  const Ran plain = site.curl("URL/files/text.txt");
  CHECK(plain.code == 0);
  CHECK((plain.out == site.text));
  for (const char* const target : {"URL/files/text.txt", "URL/files/packed.css", "URL/api/text"}) {
    INFO(target);
    CHECK((site.curl("--compressed " + std::string(target)).out == site.text));
    const Ran head = site.curl("--compressed -D - -o /dev/null " + std::string(target));
    CHECK(head.out.find("Content-Encoding: gzip\r\n") != std::string::npos);
    CHECK(head.out.find("Vary: ") != std::string::npos);
    CHECK(head.out.find("X-Request-Id: ") != std::string::npos);
  }
  CHECK(site.curl("--compressed -N URL/events").out == "data: 0\n\ndata: 1\n\ndata: 2\n\n");
  CHECK(site.curl("-r 5-9 URL/files/text.txt").out == site.text.substr(5, 5));
  CHECK(site.curl("-r -7 URL/files/text.txt").out == site.text.substr(site.text.size() - 7));
  CHECK(site.curl("-o /dev/null -w '%{http_code}' -r 999999- URL/files/text.txt").out == "416");
  CHECK(site.curl("-I -o /dev/null -w '%header{content-length}' URL/files/text.txt").out ==
        "200000");

  const std::string tags = (site.top / "tags").string(), file = (site.top / "got").string();
  const std::string again = "-w '%{http_code}' -o " + file + " --etag-save " + tags +
                            " --etag-compare " + tags + " URL/files/text.txt";
  CHECK(site.curl(again).out == "200");
  CHECK(site.curl(again).out == "304");
  CHECK(site.curl("-w '%{http_code}' -o " + file + ".2 -z " + file + " URL/files/text.txt").out ==
        "304");
  site.write("part", site.text.substr(0, 1000));
  const Ran resumed = site.curl("-C - -o " + (site.top / "part").string() + " URL/files/text.txt");
  CHECK(resumed.code == 0);
  CHECK((site.read("part") == site.text));

  CHECK(site.curl("--path-as-is -o /dev/null -w '%{http_code}' URL/files/../got").out == "403");
  CHECK(site.curl("-o /dev/null -w '%{http_code}' URL/files/..%2fgot").out == "403");
  CHECK(site.curl("-L -o /dev/null -w '%{http_code}' URL/files/none").out == "404");
}

TEST_CASE("curl uploads forms", "[http][curl][multipart]") {
  if (missing("curl")) return;
  Site site;
  site.write("a b.txt", "small");
  site.write("large", site.text + std::string("\r\n--------------------------") + site.text);
  const std::string small = (site.top / "a b.txt").string(), large = (site.top / "large").string();
  const Ran sent = site.curl("-F 'title=Hello, \"you\"' -F 'u=@" + small + "' -F 'v=@" + large +
                             ";type=image/png' URL/upload");
  CHECK(sent.out == "title=Hello, \"you\";a b.txt(text/plain)large(image/png)");
  CHECK(site.read("up-a b.txt") == "small");
  CHECK((site.read("up-large") == site.read("large")));
  CHECK(site.curl("-H 'Transfer-Encoding: chunked' -F 'v=@" + large + "' URL/upload").out ==
        "large(application/octet-stream)");
  CHECK(site.curl("-H 'Expect: 100-continue' -F 'a=1' URL/upload").out == "a=1;");
  CHECK(
      site.curl("-F 'a=1' -H 'Content-Type: multipart/form-data; boundary=other' URL/upload").out ==
      "multipart/form-data without a boundary");  // curl adds its own: two are none
}

TEST_CASE("curl logs in, and asks as a browser asks before", "[http][curl]") {
  if (missing("curl")) return;
  Site site;
  CHECK(site.curl("-u 'ann:s p:c' URL/admin").out == "in");
  CHECK(site.last_line().find(" - ann [") != std::string::npos);
  CHECK(site.curl("-o /dev/null -w '%{http_code}' -u 'ann:wrong' URL/admin").out == "401");
  CHECK(site.curl("--anyauth -u 'ann:s p:c' URL/admin").out == "in");  // reads the challenge
  const Ran preflight = site.curl(
      "-D - -X OPTIONS -H 'Origin: https://a.example' -H 'Access-Control-Request-Method: PUT' "
      "-H 'Access-Control-Request-Headers: x-foo' URL/api/text");
  CHECK(preflight.out.find("HTTP/1.1 204 ") == 0);
  CHECK(preflight.out.find("Access-Control-Allow-Origin: https://a.example\r\n") !=
        std::string::npos);
  CHECK(preflight.out.find("Access-Control-Allow-Headers: x-foo\r\n") != std::string::npos);
  CHECK(site.curl("-A 'a\"b' URL/files/none -o /dev/null").code == 0);
  CHECK(site.last_line().find("\"GET /files/none HTTP/1.1\" 404 9 \"-\" \"a\\x22b\"") !=
        std::string::npos);
}

TEST_CASE("Node's fetch inflates, uploads and is let in", "[http][curl][node]") {
  if (missing("node")) return;
  Site site;
  site.write("ask.js", R"(
    const url = process.argv[2];
    const assert = require('assert');
    (async () => {
      for (const target of ['/files/text.txt', '/files/packed.css', '/api/text']) {
        const answer = await fetch(url + target);
        assert.strictEqual(answer.headers.get('content-encoding'), 'gzip');
        assert.strictEqual((await answer.text()).length, 200000);
      }
      const again = await fetch(url + '/files/text.txt', {
        headers: {'If-None-Match': (await fetch(url + '/files/text.txt')).headers.get('etag')}});
      assert.strictEqual(again.status, 304);
      const part = await fetch(url + '/files/text.txt', {headers: {Range: 'bytes=0-9'}});
      assert.strictEqual(part.status, 206);
      assert.strictEqual((await part.arrayBuffer()).byteLength, 10);
      const form = new FormData();
      form.append('na"me', 'value');
      form.append('file', new Blob(['x'.repeat(300000)], {type: 'image/png'}), 'x"y.png');
      const sent = await fetch(url + '/upload', {method: 'POST', body: form});
      assert.strictEqual(await sent.text(), 'na%22me=value;x%22y.png(image/png)');
      const secret = 'Basic ' + Buffer.from('ann:s p:c').toString('base64');
      assert.strictEqual(
        await (await fetch(url + '/admin', {headers: {Authorization: secret}})).text(), 'in');
      let events = '';
      const stream = (await fetch(url + '/events')).body.pipeThrough(new TextDecoderStream());
      for await (const piece of stream) events += piece;
      assert.strictEqual(events, 'data: 0\n\ndata: 1\n\ndata: 2\n\n');
      console.log('all well');
    })().catch((error) => { console.log(error); process.exit(1); });
  )");
  const Ran ran = shell("timeout 60 node " + (site.top / "ask.js").string() + " " + site.url);
  CHECK(ran.out == "all well\n");
  CHECK(ran.code == 0);
  CHECK(site.read(("up-x%22y.png")).size() == 300000);
}
