// The URL of io(): server, namespace, query and identity; and what is none.
#include "sio/client/destination.h"

#include "tests/catch.h"

using namespace strata;
using sio::parse_destination;

namespace {

std::string text(std::string_view url) {
  const auto found = parse_destination(url);
  if (!found) return "refused: " + std::string(found.error());
  std::string all = found->server + " " + found->nsp + " " + found->identity;
  for (const auto& [name, value] : found->query) all += " " + name + "=" + value;
  return all;
}

}  // namespace

TEST_CASE("a URL is a server, a namespace, a query and an identity", "[sio][client][codec][L17]") {
  struct Row {
    const char* url;
    const char* parts;  // server, namespace, identity, query
  };
  const Row rows[] = {
      {"http://h", "http://h / http://h:80"},
      {"http://h/", "http://h / http://h:80"},
      {"http://h:80", "http://h:80 / http://h:80"},
      {"https://h", "https://h / https://h:443"},
      {"ws://h", "http://h / http://h:80"},
      {"wss://h", "https://h / https://h:443"},
      {"localhost:3000", "https://localhost:3000 / https://localhost:3000"},
      {"//localhost:3000", "https://localhost:3000 / https://localhost:3000"},
      {"http://h/woot", "http://h /woot http://h:80"},
      {"http://h/a/b/", "http://h /a/b/ http://h:80"},
      {"http://h:3000/chat?a=b&c=d%20e#top", "http://h:3000 /chat http://h:3000 a=b c=d e"},
      {"http://h?a=b", "http://h / http://h:80 a=b"},
      {"http://h/#x", "http://h / http://h:80"},
      {"http://H.Example/", "http://H.Example / http://h.example:80"},
      {"http://[::1]", "http://[::1] / http://[::1]:80"},
      {"http://[::1]:3000/ns", "http://[::1]:3000 /ns http://[::1]:3000"},
      {"http://me:secret@h:81/ns", "http://me:secret@h:81 /ns http://h:81"},
      {"http://unix:/run/app.sock", "http://unix:/run/app.sock: / http://unix:/run/app.sock"},
      {"http://unix:/run/app.sock:/ns?a=1",
       "http://unix:/run/app.sock: /ns http://unix:/run/app.sock a=1"},
      {"http://h/\xc3\xa9", "http://h /\xc3\xa9 http://h:80"},
  };
  for (const Row& row : rows) {
    INFO(row.url);
    CHECK(text(row.url) == row.parts);
  }
  CHECK(parse_destination("h", "http")->server == "http://h");
}

TEST_CASE("what is no URL of ours is refused with a sentence", "[sio][client][codec][L17]") {
  struct Row {
    std::string url;
    const char* why;
  };
  const Row rows[] = {
      {"ftp://h", "the scheme is none of http, https, ws and wss"},
      {"http://h/a,b", "a namespace has no comma"},
      {"http://h/" + std::string(255, 'x'), "a namespace has at most 255 bytes"},
      {"http://h/\xff", "a namespace is UTF-8"},
  };
  for (const Row& row : rows) {
    INFO(row.url);
    CHECK(text(row.url) == std::string("refused: ") + row.why);
  }
  for (const char* url :
       {"", "http://", "http://h:99999", "http://[::1", "http://a b",
        "http://unix:", "http://h:0x50", "http:///ns", "https://?", "//", "unix:"}) {
    INFO(url);
    CHECK(text(url).starts_with("refused: "));
  }
  CHECK(sio::refuse_namespace("chat") == "a namespace begins with '/'");
  CHECK(sio::refuse_namespace("/" + std::string(254, 'x')).empty());
}
