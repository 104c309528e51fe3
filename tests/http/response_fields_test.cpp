// tests/http/response_fields_test.cpp - the verbs of Express that set fields or choose by Accept.
#include <functional>
#include <string>

#include "http/mime.h"
#include "http/response.h"
#include "http/server.h"
#include "http/url_text.h"
#include "tests/catch.h"
#include "tests/http/server_fixture.h"
#include "tests/support/cuts.h"

using namespace strata;
using namespace strata::test;
using http::Request;
using http::Response;

TEST_CASE("a URL is encoded where it has to be, as npm's encodeurl does", "[http][codec]") {
  struct Row {
    const char* url;
    const char* encoded;
  };
  for (const Row& row :
       {Row{"/x", "/x"},
        Row{"http://u:p@x.org:1/a?b=[c]&d='e'#f", "http://u:p@x.org:1/a?b=[c]&d='e'#f"},
        Row{"/a b", "/a%20b"}, Row{"/%20%zz%", "/%20%25zz%25"}, Row{"/%%41", "/%25%41"},
        Row{"/\r\nX: y", "/%0D%0AX:%20y"}, Row{"/\xC3\xA4\x7F", "/%C3%A4%7F"},
        Row{"\\^|~", "\\^|~"}, Row{"\"<>`{}", "%22%3C%3E%60%7B%7D"}, Row{"", ""}}) {
    INFO(row.url);
    test::ExactBytes exact(row.url);
    CHECK(http::encode_url(net::as_text(exact.view())) == row.encoded);
  }
  CHECK(http::encode_url(std::string_view("a\0b", 3)) == "a%00b");
  CHECK(http::escape_html("<a href=\"x\">'&'</a>") ==
        "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
}

TEST_CASE("a file's name is quoted, and spelled twice where it is no ASCII",
          "[http][codec][rfc6266-4.1][rfc8187-3.2]") {
  struct Row {
    const char* name;
    const char* field;
  };
  for (const Row& row :
       {Row{"", "attachment"}, Row{"plans.pdf", "attachment; filename=plans.pdf"},
        Row{"/tmp/a/plans.pdf", "attachment; filename=plans.pdf"},
        Row{"the plans.pdf", "attachment; filename=\"the plans.pdf\""},
        Row{"a\"b\\c.txt", "attachment; filename=\"a\\\"b\\\\c.txt\""},
        Row{"\xE2\x82\xAC rates.txt",
            "attachment; filename=\"? rates.txt\"; filename*=UTF-8''%E2%82%AC%20rates.txt"},
        Row{"100%25.txt", "attachment; filename=100%25.txt; filename*=UTF-8''100%2525.txt"},
        Row{"100%.txt", "attachment; filename=100%.txt"},
        Row{"a\r\nX: y", "attachment; filename=\"a??X: y\"; filename*=UTF-8''a%0D%0AX%3A%20y"},
        Row{"a'(b)*!.txt", "attachment; filename=\"a'(b)*!.txt\""},
        Row{"\xC3\xA4'(b)*!.txt",
            "attachment; filename=\"?'(b)*!.txt\"; filename*=UTF-8''%C3%A4%27%28b%29%2A!.txt"}}) {
    INFO(row.name);
    test::ExactBytes exact(row.name);
    CHECK(http::content_disposition(net::as_text(exact.view())) == row.field);
  }
}

TEST_CASE("types are named by ending or in full", "[http][codec]") {
  CHECK(http::type_of_ending("html") == "text/html; charset=utf-8");
  CHECK(http::type_of_ending(".PNG") == "image/png");
  CHECK(http::type_of_ending("no-such") == "application/octet-stream");
  CHECK(http::bare_media_type("json") == "application/json");
  CHECK(http::bare_media_type("text/html ; level=1") == "text/html");
  CHECK(http::media_type("a.tar/b") == "application/octet-stream");
  CHECK(http::media_type(".html") == "application/octet-stream");
  for (const char* type : {"text/css", "Application/JSON", "text/"}) {
    INFO(type);
    CHECK(http::lacks_charset(type));
  }
  for (const char* type :
       {"text/css;charset=latin1", "image/png", "text/event-stream", "", "text"}) {
    INFO(type);
    CHECK_FALSE(http::lacks_charset(type));
  }
}

TEST_CASE("a redirect says where in a way that no target can split",
          "[http][response][rfc9110-10.2.2]") {
  const auto redirect = [](const char* to, std::string_view fields = "") {
    return answer_of([=](Request&, Response& res) { res.redirect(to); }, fields);
  };
  const Seen plain = redirect("/x?y=[z]&w=%20");
  CHECK(plain.status == 302);
  CHECK(plain.field("Location") == "/x?y=[z]&w=%20");
  CHECK(plain.body == "Found. Redirecting to /x?y=[z]&w=%20");
  CHECK(plain.field("Vary") == "Accept");
  CHECK(redirect("/x\r\nSet-Cookie: a=b").field("Location") == "/x%0D%0ASet-Cookie:%20a=b");
  CHECK(redirect("back").field("Location") == "back");

  const Seen page = redirect("/<x>?a&b", "Accept: text/html,*/*;q=0.1\r\n");
  CHECK(page.field("Content-Type") == "text/html; charset=utf-8");
  CHECK(page.body ==
        "<!DOCTYPE html><head><title>Found</title></head>"
        "<body><p>Found. Redirecting to /%3Cx%3E?a&amp;b</p></body>");
  const Seen neither = redirect("/x", "Accept: image/png\r\n");
  CHECK(neither.status == 302);
  CHECK(neither.body == "");
  const Seen seen = answer_of([](Request&, Response& res) { res.redirect(308, "/y"); });
  CHECK(seen.status == 308);
  CHECK(seen.body == "Permanent Redirect. Redirecting to /y");
}

TEST_CASE("format calls the maker that the client likes best", "[http][response][rfc9110-12.5.1]") {
  Fixture server;
  server.app.get("/", [](Request& req, Response& res) {
    const auto html = [&] { res.send("<p>"); };
    const auto json = [&] { res.json("{}"); };
    const auto other = [&] { res.send("other"); };
    if (req.query("default")) {
      res.format({{"html", html}, {"default", other}, {"application/json", json}});
    } else {
      res.format({{"html", html}, {"application/json", json}});
    }
  });
  const auto get = [&](const char* accept, const char* target = "/") {
    return server.get(target, "Accept: " + std::string(accept) + "\r\n");
  };
  CHECK(server.get("/").body == "<p>");
  CHECK(server.get("/").field("Content-Type") == "text/html; charset=utf-8");
  CHECK(get("application/json").body == "{}");
  CHECK(get("application/json").field("Content-Type") == "application/json; charset=utf-8");
  CHECK(get("text/html;q=0.5, application/json").body == "{}");
  CHECK(get("image/png").status == 406);
  CHECK(get("image/png").field("Vary") == "Accept");
  CHECK(get("image/png", "/?default").body == "other");
  CHECK(server.get("/", "Accept: image/png\r\nAccept: application/json\r\n").body == "{}");
  CHECK(server.log.empty());
}

TEST_CASE("vary, links, attachment and location set their fields",
          "[http][response][rfc8288-3][rfc9110-12.5.5]") {
  const Seen seen = answer_of([](Request&, Response& res) {
    res.vary("Accept").vary("accept, Origin").vary("").vary("Origin");
    res.links({{"next", "/2"}, {"last", "/9"}}).links({{"prev", "/0"}});
    res.location("/a b");
    res.attachment("r\xC3\xA9sum\xC3\xA9.pdf").send("x");
  });
  CHECK(seen.field("Vary") == "Accept, Origin");
  CHECK(seen.field("Link") == "</2>; rel=\"next\", </9>; rel=\"last\", </0>; rel=\"prev\"");
  CHECK(seen.field("Location") == "/a%20b");
  CHECK(seen.field("Content-Type") == "application/pdf");
  CHECK(seen.field("Content-Disposition") ==
        "attachment; filename=\"r?sum?.pdf\"; filename*=UTF-8''r%C3%A9sum%C3%A9.pdf");
  const Seen star =
      answer_of([](Request&, Response& res) { res.vary("A").vary("*").vary("B").end(); });
  CHECK(star.field("Vary") == "*");
  const Seen sly = answer_of([](Request&, Response& res) {
    res.links({{"next", "/2>\r\nX: y"}}).attachment("a\r\nX: y").vary("A\r\nX: y").end();
  });
  CHECK(sly.head.find("\r\nX: y") == std::string::npos);
}

TEST_CASE("a type that is text says its charset", "[http][response]") {
  const auto type = [](const char* name) {
    return answer_of([=](Request&, Response& res) { res.set("Content-Type", name).send("x"); })
        .field("Content-Type");
  };
  CHECK(type("text/css") == "text/css; charset=utf-8");
  CHECK(type("application/json") == "application/json; charset=utf-8");
  CHECK(type("image/png") == "image/png");
  CHECK(type("text/plain;charset=latin1") == "text/plain;charset=latin1");
}

TEST_CASE("answers without content have no body, and 204 no type",
          "[http][response][rfc9110-15.3.5]") {
  for (const int status : {204, 304}) {
    INFO(status);
    const Seen seen = answer_of([=](Request&, Response& res) { res.status(status).send("x"); });
    CHECK(seen.status == status);
    if (status == 204) CHECK(seen.field("Content-Type") == "(none)");
    CHECK(seen.body == "");
    const Seen bare = answer_of([=](Request&, Response& res) { res.send_status(status); });
    CHECK(bare.body == "");
  }
  const Seen reset = answer_of([](Request&, Response& res) { res.status(205).send("x"); });
  CHECK(reset.field("Content-Length") == "0");
}

TEST_CASE("a copy is fresh by tag or date, unless the client wants none",
          "[http][response][rfc9110-13.2.2][rfc9111-5.2.1.4]") {
  Fixture server;
  server.app.get("/dated", [](Request& req, Response& res) {
    res.set("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT").set("ETag", "\"1\"");
    res.set("X-Fresh", req.fresh() ? "yes" : "no").status(201).send("x");
  });
  const auto get = [&](const std::string& fields) { return server.get("/dated", fields); };
  CHECK(get("").status == 201);
  CHECK(get("If-None-Match: \"1\"\r\n").status == 304);
  CHECK(get("If-None-Match: \"1\"\r\n").field("X-Fresh") == "yes");
  CHECK(get("If-None-Match: \"2\"\r\n").field("X-Fresh") == "no");
  CHECK(get("If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n").status == 304);
  CHECK(get("If-None-Match: \"1\"\r\nCache-Control: max-age=0, no-cache\r\n").status == 201);
}
