// The browser's client beside the server: row S2.
#include "sio/client_files.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "sio/server.h"
#include "tests/catch.h"
#include "tests/support/virtual_loop.h"

using namespace strata;
using test::Peer;

namespace {

struct Folder {
  Folder() { REQUIRE(mkdtemp(path) != nullptr); }
  ~Folder() { std::filesystem::remove_all(path); }
  void put(const std::string& name, std::string_view bytes) const {
    std::ofstream(std::string(path) + "/" + name, std::ios::binary) << bytes;
  }
  char path[32] = "/tmp/strata-client-XXXXXX";
};

const std::string bundle = "/*!\n * Socket.IO v4.8.4\n * (c) 2014\n */\n" + std::string(3000, 'x');

std::string get(test::VirtualLoop& loop, const std::string& name, const std::string& fields = {}) {
  Peer peer = loop.dial(80);
  peer.send("GET /socket.io/" + name + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n");
  loop.settle();
  return peer.take();
}
bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("S2 serve_client: what is in the folder, and nothing else of it", "[sio][stack]") {
  Folder folder;
  folder.put("socket.io.js", bundle);
  folder.put("socket.io.js.map", "{}");
  folder.put("secret.js", "no");
  sio::Options options;
  options.serve_client = folder.path;
  test::VirtualLoop loop;
  auto io = std::make_unique<sio::Server>(loop, options);
  REQUIRE_FALSE(io->listen(80));
  const std::string whole = get(loop, "socket.io.js");
  CHECK(whole.substr(0, 17) == "HTTP/1.1 200 OK\r\n");
  CHECK(has(whole, "\r\nETag: \"4.8.4\"\r\n"));
  CHECK(has(whole, "\r\nCache-Control: public, max-age=0\r\n"));
  CHECK(has(whole, "\r\nContent-Type: application/javascript; charset=utf-8\r\n"));
  CHECK(has(whole, "\r\n\r\n" + bundle));
  CHECK(has(get(loop, "socket.io.js.map"), "application/json; charset=utf-8"));
  const std::string packed = get(loop, "socket.io.js", "Accept-Encoding: gzip\r\n");
  CHECK(has(packed, "\r\nContent-Encoding: gzip\r\n"));
  CHECK(packed.size() < 600);
  CHECK(get(loop, "socket.io.js", "Accept-Encoding: gzip\r\n").size() == packed.size());
  for (const char* tag : {"\"4.8.4\"", "W/\"4.8.4\"", "\"1\", \"4.8.4\""})
    CHECK(has(get(loop, "socket.io.js", std::string("If-None-Match: ") + tag + "\r\n"),
              "HTTP/1.1 304 "));
  for (const char* name : {"socket.io.min.js", "socket.io.jsx", "socket.io.js/x"})
    CHECK(has(get(loop, name), "HTTP/1.1 404 "));
  CHECK_FALSE(has(get(loop, "secret.js"), "HTTP/1.1 200 "));
  CHECK(has(get(loop, "?EIO=4&transport=polling"), "HTTP/1.1 200 "));
}

TEST_CASE("S2 serve_client: a folder without a bundle is an error of the program", "[sio]") {
  Folder folder;
  CHECK_THROWS_AS(sio::ClientFiles(folder.path, {}), std::runtime_error);
  folder.put("socket.io.js", "no version in here");
  CHECK_THROWS_AS(sio::ClientFiles(folder.path, {}), std::runtime_error);
  folder.put("socket.io.min.js", bundle);
  CHECK(sio::ClientFiles(folder.path, {}).version() == "4.8.4");
  CHECK_THROWS_AS(sio::ClientFiles("/no/such/folder", {}), std::runtime_error);
}
