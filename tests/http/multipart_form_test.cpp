// tests/http/multipart_form_test.cpp - forms of requests: kept, streamed, refused, given up.
#include "http/middleware/multipart_form.h"

#include "tests/http/stream_fixture.h"

using namespace strata;
using namespace strata::http;
using namespace strata::test;

namespace {

std::string part(std::string_view disposition, std::string_view data) {
  return "--X\r\nContent-Disposition: form-data; " + std::string(disposition) + "\r\n\r\n" +
         std::string(data) + "\r\n";
}

std::string post(std::string_view target, std::string_view content, bool chunked = false,
                 std::string_view type = "multipart/form-data; boundary=X") {
  std::string text = "POST " + std::string(target) + " HTTP/1.1\r\nHost: x\r\nContent-Type: ";
  text.append(type).append("\r\n");
  if (!chunked) {
    return text + "Content-Length: " + std::to_string(content.size()) + "\r\n\r\n" +
           std::string(content);
  }
  text += "Transfer-Encoding: chunked\r\n\r\n";
  for (; !content.empty(); content.remove_prefix(std::min<std::size_t>(7, content.size()))) {
    const std::string_view piece = content.substr(0, 7);
    text += std::to_string(piece.size()) + "\r\n" + std::string(piece) + "\r\n";
  }
  return text + "0\r\n\r\n";
}

// "a=1;u[x.txt]=3:abc;"
void tell(Request& req, Response& res) {
  const MultipartForm* const form = form_of(req);
  if (form == nullptr) return res.send("no form");
  std::string story;
  for (const auto& [name, value] : form->fields) story += name + "=" + value + ";";
  for (const auto& file : form->files) {
    story += file.part.name + "[" + *file.part.filename + "]=" + std::to_string(file.bytes) + ":" +
             file.content + ";";
  }
  res.send(story);
}

// Files that were taken; one that was not told of its end leaves no trace.
struct Taken {
  std::vector<std::string> files;
  int begun = 0, destroyed = 0;
  FileTaker take(const Part& part) {
    ++begun;
    struct Half {
      Taken& all;
      std::string text;
      ~Half() { ++all.destroyed; }
    };
    auto half = std::make_shared<Half>(Half{*this, *part.filename + ":"});
    destroyed = 0;
    return [half](net::Bytes piece, bool last) {
      half->text += net::as_text(piece);
      if (last) half->all.files.push_back(half->text);
    };
  }
};

struct Site {
  Site() {
    const auto on_file = [this](Request&, const Part& file) {
      return file.name == "drop" ? FileTaker() : taken.take(file);
    };
    server.app.post("/kept", multipart_form(), tell);
    server.app.post("/taken", stream_body.up_to(1 << 20), multipart_form({.on_file = on_file}),
                    tell);
    server.app.post("/taken-whole", multipart_form({.on_file = on_file}), tell);
    server.app.post("/kept-stream", stream_body, multipart_form(), tell);
    MultipartOptions small;
    small.max_memory = 20;
    small.max_files = 2;
    small.max_file = 15;
    server.app.post("/small", stream_body, multipart_form(small), tell);
    small.on_file = on_file;
    server.app.post("/small-taken", stream_body, multipart_form(small), tell);
  }
  Taken taken;
  Fixture server;
};

const std::string both = part("name=a", "1") + part("name=\"u\"; filename=\"x.txt\"", "abc") +
                         part("name=a", "2") + "--X--\r\n";

}  // namespace

TEST_CASE("a form is the same kept or taken, whole or in pieces",
          "[http][multipart][rfc7578-4.2]") {
  Site site;
  for (const bool chunked : {false, true}) {
    CHECK(site.server.ask(post("/kept", both, chunked)).body == "a=1;a=2;u[x.txt]=3:abc;");
    CHECK(site.server.ask(post("/kept-stream", both, chunked)).body == "a=1;a=2;u[x.txt]=3:abc;");
    for (const char* const target : {"/taken", "/taken-whole"}) {
      site.taken.files.clear();
      CHECK(site.server.ask(post(target, both, chunked)).body == "a=1;a=2;u[x.txt]=3:;");
      CHECK(site.taken.files == std::vector<std::string>{"x.txt:abc"});
    }
  }
  CHECK(site.server.ask(post("/kept", "a=1", false, "application/x-www-form-urlencoded")).body ==
        "no form");
  CHECK(site.server.ask(post("/kept", "--X--")).body == "");
  const int begun = site.taken.begun;
  CHECK(site.server.ask(post("/taken", part("name=drop; filename=y", "abc") + "--X--")).body ==
        "drop[y]=3:;");
  CHECK(site.taken.begun == begun);
}

TEST_CASE("a form that comes byte by byte is read as it comes", "[http][multipart]") {
  Site site;
  Peer peer = site.server.dial();
  const std::string text = post("/taken", both);
  for (const char c : text) {
    peer.send(std::string_view(&c, 1));
    site.server.loop.settle();
  }
  std::string wire = peer.take();
  CHECK(take_response(wire).body == "a=1;a=2;u[x.txt]=3:;");
  CHECK(site.taken.files == std::vector<std::string>{"x.txt:abc"});
}

TEST_CASE("a form that is none, or too large, is refused with its status", "[http][multipart]") {
  Site site;
  struct Row {
    const char* what;
    const char* target;
    std::string content;
    int status;
    const char* body;
  };
  const std::string end = "--X--\r\n";
  const std::string file = part("name=u; filename=x", "abc");
  const Row rows[] = {
      {"cut short", "/kept", part("name=a", "1"), 400, "the content ends before its last boundary"},
      {"cut short, in pieces", "/kept-stream", part("name=a", "1"), 400,
       "the content ends before its last boundary"},
      {"a bad name", "/taken", part("name=\"a", "1") + end, 400,
       "Content-Disposition of a part is malformed"},
      {"nothing", "/taken", "", 400, "the content ends before its last boundary"},
      {"fields over the memory", "/small", part("name=a", "0123456789") + end, 413,
       "the form is too large"},
      {"fields within it", "/small", part("name=a", "012345678") + end, 200, "a=012345678;"},
      {"a file over the memory", "/small", part("name=a; filename=b", "012345678") + end, 413,
       "the form is too large"},
      {"a file taken: no memory", "/small-taken",
       part("name=a; filename=b", "0123456789abcde") + end, 200, "a[b]=15:;"},
      {"a large file", "/small-taken", part("name=a; filename=b", "0123456789abcdef") + end, 413,
       "a file is too large"},
      {"many files", "/small-taken",
       "--X\r\nContent-Disposition: form-data; name=a; filename=b\r\nContent-Type: a\r\n\r\n\r\n"
       "--X\r\nContent-Disposition: form-data; name=a; filename=b\r\nContent-Type: a\r\n\r\n\r\n"
       "--X\r\nContent-Disposition: form-data; name=a; filename=b\r\nContent-Type: a\r\n\r\n\r\n" +
           end,
       413, "too many files"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    const Seen seen = site.server.ask(post(row.target, row.content));
    CHECK(seen.status == row.status);
    CHECK(seen.body == row.body);
  }
  for (const char* const type : {"multipart/form-data", "multipart/form-data; boundary=\"a \"",
                                 "multipart/form-data; boundary=X; boundary=X"}) {
    CHECK(site.server.ask(post("/kept", file + end, false, type)).status == 400);
    CHECK(site.server.ask(post("/taken", file + end, false, type)).status == 400);
  }
  const char* const coded = "multipart/form-data; boundary=X\r\nContent-Encoding: gzip";
  CHECK(site.server.ask(post("/kept", file + end, false, coded)).status == 415);
}

TEST_CASE("a file that is not whole is given up without its end", "[http][multipart]") {
  Site site;
  Peer gone = site.server.dial();
  const std::string half = post("/taken", part("name=u; filename=x", std::string(50, 'x')));
  gone.send(std::string_view(half).substr(0, half.size() - 20));
  site.server.loop.settle();
  CHECK(site.taken.begun == 1);
  CHECK(site.taken.destroyed == 0);
  gone.reset();
  site.server.loop.settle();
  CHECK(site.taken.destroyed == 1);
  // Refused in the middle of it.
  CHECK(site.server.ask(post("/taken", part("name=u; filename=y", "abc\r\n--Xno"))).status == 400);
  CHECK(site.taken.begun == 2);
  CHECK(site.taken.destroyed == 1);
  CHECK(site.taken.files == std::vector<std::string>{"y:abc"});  // that part had come to its end
}

TEST_CASE("a large upload passes through without being kept", "[http][multipart]") {
  Site site;
  std::uint64_t bytes = 0, largest = 0;
  bool ended = false;
  MultipartOptions options;
  options.on_file = [&](Request&, const Part&) -> FileTaker {
    return [&](net::Bytes piece, bool last) {
      bytes += piece.size();
      largest = std::max<std::uint64_t>(largest, piece.size());
      ended = ended || last;
    };
  };
  site.server.app.post("/huge", stream_body.up_to(1u << 30), multipart_form(options), tell);
  const std::string piece = body_text(1 << 16);
  std::string before = part("name=u; filename=big", "");
  before.resize(before.size() - 2);
  const std::uint64_t total = 64 * piece.size();
  const std::string after = "\r\n--X--\r\n";
  Peer peer = site.server.dial();
  peer.send(
      "POST /huge HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=X\r\n"
      "Content-Length: " +
      std::to_string(before.size() + total + after.size()) + "\r\n\r\n" + before);
  for (int i = 0; i < 64; ++i) {
    peer.send(piece);
    site.server.loop.settle();
  }
  CHECK_FALSE(ended);
  peer.send(after);
  site.server.loop.settle();
  std::string wire = peer.take();
  CHECK(take_response(wire).body == "u[big]=" + std::to_string(total) + ":;");
  CHECK(bytes == total);
  CHECK(ended);
  CHECK(largest <= 64 * 1024);
}
