// tests/http/compression_filter_test.cpp - which responses are compressed, and that they inflate.
#include "http/middleware/compression_filter.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/http/stream_fixture.h"

using namespace strata;
using namespace strata::http;
using namespace strata::test;

namespace {

const std::string gzips = "Accept-Encoding: gzip, deflate, br\r\n";

std::string inflated(const std::string& packed) {
  const auto text = gunzip(net::as_bytes(packed), 1 << 24);
  return text ? *text : "(" + std::string(sentence_of(text.error())) + ")";
}

struct Site {
  explicit Site(CompressionOptions options = {}) {
    server.app.use(compression(std::move(options)));
    server.app.get("/text/:bytes", [](Request& req, Response& res) {
      res.type("text/plain").send(body_text(std::stoul(std::string(*req.param("bytes")))));
    });
  }
  Fixture server;
};

}  // namespace

TEST_CASE("texts, and what is as good as text, are compressible", "[http][compression]") {
  for (const char* const type :
       {"text/plain", "text/html; charset=utf-8", "TEXT/CSS", "application/json", "image/svg+xml",
        "application/problem+json;x=y", "application/wasm", "text/event-stream", "font/ttf"}) {
    INFO(type);
    CHECK(is_compressible(type));
  }
  for (const char* const type :
       {"", "image/png", "application/zip", "application/octet-stream", "video/mp4", "font/woff2",
        "multipart/form-data", "+json", "application/jsonx", "xtext/plain"}) {
    INFO(type);
    CHECK_FALSE(is_compressible(type));
  }
}

TEST_CASE("a response is compressed where it may be and is worth it",
          "[http][compression][rfc9110-12.5.3][rfc9110-8.8.1][rfc9111-5.2.2.6]") {
  Site site;
  const std::string text = body_text(5000);
  const auto with = [&](const char* path, std::string name, std::string value) {
    site.server.app.get(
        path, [=](Request&, Response& res) { res.type("text/plain").set(name, value).send(text); });
  };
  with("/png", "Content-Type", "image/png");
  with("/brotli", "Content-Encoding", "br");
  with("/untouchable", "Cache-Control", "public, no-transform");
  with("/vary", "Vary", "Origin");
  with("/strong", "ETag", "\"strong\"");
  with("/weak", "ETag", "W/\"weak\"");
  with("/ranges", "Accept-Ranges", "bytes");
  with("/part", "Content-Range", "bytes 0-4999/9000");
  site.server.app.get(
      "/206", [=](Request&, Response& res) { res.status(206).type("text/plain").send(text); });
  site.server.app.get(
      "/error", [=](Request&, Response& res) { res.status(500).type("text/plain").send(text); });
  site.server.app.get("/no-content", [](Request&, Response& res) { res.status(204).end(); });
  site.server.app.get("/untyped", [=](Request&, Response& res) { res.end(text); });
  struct Row {
    const char* target;
    const char* accept;
    bool packed;
    const char* vary;
  };
  const char* const vary = "Accept-Encoding";
  const Row rows[] = {
      {"/text/5000", "gzip", true, vary},
      {"/text/5000", "gzip, deflate, br", true, vary},
      {"/text/5000", "br;q=1, gzip;q=0.5, identity;q=0.2", true, vary},
      {"/text/5000", "*", true, vary},
      {"/text/5000", "x-gzip", true, vary},
      {"/text/5000", "gzip;q=0", false, vary},
      {"/text/5000", "gzip;q=0.1, identity;q=0.5", false, vary},
      {"/text/5000", "br", false, vary},
      {"/text/5000", "identity", false, vary},
      {"/text/5000", "", false, vary},
      {"/text/5000", nullptr, false, vary},
      {"/text/1024", "gzip", true, vary},
      {"/text/1023", "gzip", false, vary},
      {"/text/0", "gzip", false, vary},
      {"/png", "gzip", false, "(none)"},
      {"/brotli", "gzip", false, vary},
      {"/untouchable", "gzip", false, "(none)"},
      {"/vary", "gzip", true, "Origin, Accept-Encoding"},
      {"/strong", "gzip", true, vary},
      {"/weak", "gzip", true, vary},
      {"/ranges", "gzip", true, vary},
      {"/part", "gzip", false, vary},
      {"/206", "gzip", false, vary},
      {"/error", "gzip", true, vary},
      {"/no-content", "gzip", false, "(none)"},
      {"/untyped", "gzip", false, "(none)"},
      {"/none", "gzip", false, vary},  // a short 404
  };
  for (const Row& row : rows) {
    INFO(row.target << " to " << (row.accept == nullptr ? "nothing" : row.accept));
    std::string fields;
    if (row.accept != nullptr) fields = "Accept-Encoding: " + std::string(row.accept) + "\r\n";
    const Seen seen = site.server.get(row.target, fields);
    CHECK((seen.field("Content-Encoding") == "gzip") == row.packed);
    CHECK(seen.field("Vary") == row.vary);
    CHECK(seen.field("Content-Length") ==
          (seen.status == 204 ? "(none)" : std::to_string(seen.body.size())));
    if (row.packed) {
      CHECK(inflated(seen.body) == text.substr(0, inflated(seen.body).size()));
      CHECK(seen.body.size() < 4000);
    }
    const Seen to_head = site.server.get(row.target, fields, "HEAD");
    CHECK(to_head.body == "");
    for (const char* const name : {"Content-Encoding", "Content-Length", "Vary", "ETag"}) {
      INFO(name);
      CHECK(to_head.field(name) == seen.field(name));
    }
  }
  CHECK(inflated(site.server.get("/text/5000", gzips).body) == text);
  CHECK(site.server.get("/strong", gzips).field("ETag") == "W/\"strong\"");
  CHECK(site.server.get("/strong").field("ETag") == "\"strong\"");
  CHECK(site.server.get("/weak", gzips).field("ETag") == "W/\"weak\"");
  CHECK(site.server.get("/ranges", gzips).field("Accept-Ranges") == "(none)");
  const Seen fresh = site.server.get("/strong", gzips + "If-None-Match: W/\"strong\"\r\n");
  CHECK(fresh.status == 304);
  CHECK(fresh.field("ETag") == "W/\"strong\"");
  CHECK(fresh.field("Vary") == vary);
  CHECK(fresh.field("Content-Encoding") == "(none)");
  // Two lines are one list.
  CHECK(site.server.get("/text/5000", "Accept-Encoding: br\r\nAccept-Encoding: gzip\r\n")
            .field("Content-Encoding") == "gzip");
}

TEST_CASE("content in pieces is compressed and each piece arrives", "[http][compression][sse]") {
  Site site;
  Reply reply;
  site.server.app.get("/events", [&](Request&, Response& res) {
    res.type("text/event-stream").flush_headers();
    reply = res.defer();
  });
  Peer peer = site.server.dial();
  peer.send(request("/events", gzips));
  site.server.loop.settle();
  std::string wire = peer.take();
  const std::size_t end = wire.find("\r\n\r\n");
  REQUIRE(end != std::string::npos);
  CHECK(wire.find("Content-Encoding: gzip\r\n") < end);
  CHECK(wire.find("Transfer-Encoding: chunked\r\n") < end);
  wire.erase(0, end + 4);
  Gunzip reader(1 << 20);
  std::string seen;
  const auto read_on = [&] {
    std::string packed = take_chunks(wire).content;
    wire.clear();
    net::Bytes in = net::as_bytes(packed);
    std::uint8_t room[512];
    const std::size_t got = reader.read(in, room);
    CHECK(in.empty());
    seen.assign(reinterpret_cast<const char*>(room), got);
    return seen;
  };
  for (const char* const event : {"data: 1\n\n", "data: 2\n\n", "data: the third\n\n"}) {
    reply.response()->write(event);
    site.server.loop.settle();
    wire = peer.take();
    CHECK(read_on() == event);
  }
  reply.end();
  site.server.loop.settle();
  wire += peer.take();
  read_on();
  CHECK(reader.finish());
}

TEST_CASE("coalesced pieces wait for a flush, and none is lost", "[http][compression]") {
  Site site({.coalesce = true});
  Reply reply;
  site.server.app.get("/pieces", [&](Request&, Response& res) {
    res.type("text/plain").write("first ");
    reply = res.defer();
  });
  Peer peer = site.server.dial();
  peer.send(request("/pieces", gzips));
  site.server.loop.settle();
  std::string wire = peer.take();
  wire.erase(0, wire.find("\r\n\r\n") + 4);
  const std::size_t before = wire.size();
  reply.response()->write("second ");
  site.server.loop.settle();
  wire += peer.take();
  CHECK(wire.size() == before);
  reply.response()->flush_headers();
  site.server.loop.settle();
  wire += peer.take();
  const std::size_t flushed = wire.size();
  CHECK(flushed > before + 10);
  reply.response()->flush_headers();  // nothing new: not a byte
  site.server.loop.settle();
  CHECK(peer.take() == "");
  reply.response()->end("third");
  site.server.loop.settle();
  wire += peer.take();
  const Unchunked body = take_chunks(wire);
  CHECK(body.whole);
  CHECK(inflated(body.content) == "first second third");
}

TEST_CASE("large content and files go through in pieces", "[http][compression]") {
  Site site;
  char path[] = "/tmp/strata-compress-XXXXXX";
  const std::filesystem::path top = ::mkdtemp(path);
  const std::string text = body_text(1'000'000);
  std::ofstream(top / "large.txt") << text;
  site.server.app.get(
      "/file", [&](Request&, Response& res) { res.send_file((top / "large.txt").string()); });
  for (const char* const target : {"/text/1000000", "/file"}) {
    INFO(target);
    Peer peer = site.server.dial();
    peer.send(request(target, gzips));
    site.server.loop.settle();
    std::string wire = peer.take();
    const std::size_t end = wire.find("\r\n\r\n");
    REQUIRE(wire.find("Content-Encoding: gzip\r\n") < end);
    CHECK(wire.find("Accept-Ranges") > end);
    wire.erase(0, end + 4);
    const Unchunked body = take_chunks(wire);
    CHECK(body.whole);
    CHECK(inflated(body.content) == text);
  }
  const Seen part = site.server.get("/file", gzips + "Range: bytes=10-19\r\n");
  CHECK(part.status == 206);
  CHECK(part.body == text.substr(10, 10));
  CHECK(part.field("Content-Encoding") == "(none)");
  std::filesystem::remove_all(top);
}

TEST_CASE("no more states than allowed are held; who gets none is answered plainly",
          "[http][compression]") {
  Site site({.states = {.gzip = {}, .states_max = 2, .idle_max = 1}});
  std::vector<Reply> replies;
  site.server.app.get("/held", [&](Request&, Response& res) {
    res.type("text/plain").write("begun");
    replies.push_back(res.defer());
  });
  std::vector<Peer> peers;
  const auto packed = [&](Peer& peer) {
    site.server.loop.settle();
    return peer.take().find("Content-Encoding: gzip") != std::string::npos;
  };
  for (int i = 0; i < 3; ++i) {
    peers.push_back(site.server.dial());
    peers.back().send(request("/held", gzips));
    CHECK(packed(peers.back()) == (i < 2));
  }
  CHECK(site.server.get("/text/5000", gzips).field("Content-Encoding") == "(none)");
  peers[0].reset();  // a client that goes away gives its state back
  site.server.loop.settle();
  for (int i = 0; i < 5; ++i) {
    CHECK(site.server.get("/text/5000", gzips).field("Content-Encoding") == "gzip");
  }
  replies[1].end();
  site.server.loop.settle();
  replies.clear();
}
