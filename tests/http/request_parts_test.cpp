// tests/http/request_parts_test.cpp - what a handler may ask a request, by Express' names.
#include <functional>
#include <string>

#include "http/json.h"
#include "http/request.h"
#include "http/server.h"
#include "tests/catch.h"
#include "tests/http/server_fixture.h"

using namespace strata;
using namespace strata::test;
using http::Request;
using http::Response;

namespace {

// What `tell` says of a request with these fields.
std::string told(std::function<std::string(Request&)> tell, std::string_view fields = "",
                 std::string_view target = "/", std::string_view method = "GET",
                 std::string_view body = "") {
  Fixture server;
  server.app.use([&](Request& req, Response& res) { res.send(tell(req)); });
  return server
      .ask(std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: a.b.x.org:80\r\n" +
           std::string(fields) + "\r\n" + std::string(body))
      .body;
}

std::string text(std::optional<std::string_view> value) {
  return value ? std::string(*value) : "(none)";
}

std::string yes(bool value) { return value ? "yes" : "no"; }

}  // namespace

TEST_CASE("a request's URL is told whole and in parts", "[http][request]") {
  Fixture server;
  http::Router inner;
  inner.get("/c/:d", [](Request& req, Response& res) {
    std::string all = std::string(req.original_url()) + " " + std::string(req.base_url()) + " " +
                      req.url() + " " + std::string(req.path());
    for (const auto& [name, value] : req.params())
      all += " " + std::string(name) + "=" + std::string(value);
    res.send(all);
  });
  server.app.use("/a/:b", inner);
  CHECK(server.get("/a/1/c/2?q=%20").body == "/a/1/c/2?q=%20 /a/1 /c/2?q=%20 /c/2 d=2");
}

TEST_CASE("queries are found first, all, and whole", "[http][request]") {
  const auto tell = [](Request& req) {
    std::string all = req.query("y").value_or("(none)") + "|";
    for (const std::string& each : req.query_all("y")) all += each + ",";
    all += "|";
    for (const auto& [name, value] : req.query()) all += name + "=" + value + ";";
    return all;
  };
  CHECK(told(tell, "", "/?y=2&y=3&z[a]=1&%79=4") == "2|2,3,4,|y=2;y=3;z[a]=1;y=4;");
  CHECK(told(tell, "", "/") == "(none)||");
}

TEST_CASE("fields are found by name, and lines of one name are one list",
          "[http][request][rfc9110-5.3]") {
  const auto tell = [](Request& req) {
    return std::string(req.get("referrer")) + "|" + std::string(req.get("X-A")) + "|" +
           req.header_list("x-a") + "|" + req.header_list("none");
  };
  CHECK(told(tell, "Referer: /r\r\nX-A: 1\r\nx-a: 2\r\n") == "/r|1|1, 2|");
}

TEST_CASE("cookies are decoded", "[http][request][rfc6265-5.4]") {
  const auto tell = [](Request& req) {
    std::string all = req.cookie("b").value_or("(none)") + "|";
    for (const auto& [name, value] : req.cookies()) all += name + "=" + value + ";";
    return all;
  };
  CHECK(told(tell, "Cookie: a=1; b=x%20y; b=2\r\n") == "x y|a=1;b=x y;");
  CHECK(told(tell) == "(none)|");
}

TEST_CASE("the type of content is asked as in Express", "[http][request][rfc9110-8.3]") {
  struct Row {
    const char* type;
    const char* asked;
    bool is;
  };
  for (const Row& row :
       {Row{"application/json", "json", true},
        Row{"Application/JSON; charset=utf-8", "application/json", true},
        Row{"application/json", "html", false}, Row{"application/problem+json", "+json", true},
        Row{"application/json", "+json", false}, Row{"application/problem+json", "json", false},
        Row{"text/html", "text/*", true}, Row{"text/html", "*/*", true},
        Row{"text/html", "*/html", true}, Row{"multipart/form-data; boundary=x", "multipart", true},
        Row{"application/x-www-form-urlencoded", "urlencoded", true},
        Row{"not a type", "*/*", false}, Row{"text/html", "", false},
        Row{"text/html", "not/a/type", false}}) {
    INFO(row.type << " is " << row.asked);
    const auto tell = [&](Request& req) { return yes(req.is(row.asked)); };
    const std::string type = "Content-Type: " + std::string(row.type) + "\r\n";
    CHECK(told(tell, type + "Content-Length: 1\r\n", "/", "POST", "x") == yes(row.is));
    CHECK(told(tell, type) == "no");  // there is no content
  }
}

TEST_CASE("a client's wishes choose among what is offered",
          "[http][request][rfc9110-12.5.1][rfc9110-12.5.3][rfc9110-12.5.4]") {
  const auto tell = [](Request& req) {
    return text(req.accepts({"html", "json"})) + "|" + text(req.accepts({"image/png"})) + "|" +
           text(req.accepts_encodings({"gzip", "identity"})) + "|" +
           text(req.accepts_charsets({"utf-8"})) + "|" + text(req.accepts_languages({"en", "de"}));
  };
  CHECK(told(tell) == "html|image/png|identity|utf-8|en");
  CHECK(told(tell,
             "Accept: text/html;q=0.5, application/json\r\nAccept-Encoding: gzip\r\n"
             "Accept-Charset: latin1\r\nAccept-Language: de-AT, en;q=0.1\r\n") ==
        "json|(none)|gzip|(none)|de");
}

TEST_CASE("a form is read where the request says that it is one", "[http][request][form]") {
  const auto tell = [](Request& req) {
    const auto form = req.form(3);
    if (!form) return std::to_string(form.error().status);
    return text(form->get("a")) + "," + std::to_string(form->all("b").size());
  };
  const auto post = [&](const std::string& type, const std::string& body) {
    return told(
        tell,
        "Content-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n",
        "/", "POST", body);
  };
  const std::string urlencoded = "application/x-www-form-urlencoded";
  CHECK(post(urlencoded + "\r\nContent-Encoding: identity", "a=1") == "1,0");
  CHECK(post(urlencoded + "\r\nContent-Encoding: gzip", "a=1") == "415");
  CHECK(post("application/x-www-form-urlencoded", "a=x+y&b=1&b=2") == "x y,2");
  CHECK(post("application/x-www-form-urlencoded;charset=utf-8", "") == "(none),0");
  CHECK(post("application/x-www-form-urlencoded", "a&b&c&d") == "413");
  CHECK(post("text/plain", "a=1") == "415");
  CHECK(told(tell) == "415");
}

TEST_CASE("the host, its parts and the rest", "[http][request]") {
  const auto tell = [](Request& req) {
    std::string all = std::string(req.hostname()) + "|";
    for (const std::string_view part : req.subdomains()) all += std::string(part) + ",";
    const auto range = req.range(10);
    return all + "|" + std::string(req.protocol()) + yes(req.secure()) + yes(req.xhr()) +
           yes(range && range->partial);
  };
  CHECK(told(tell) == "a.b.x.org|b,a,|httpnonono");
  CHECK(told(tell, "X-Requested-With: xmlhttprequest\r\nRange: bytes=1-2\r\n") ==
        "a.b.x.org|b,a,|httpnoyesyes");
  CHECK(told(tell, "", "http://[::1]:8080/") == "[::1]||httpnonono");
  CHECK(told(tell, "", "http://1.2.3.4/") == "1.2.3.4||httpnonono");
}

TEST_CASE("JSON is parsed when it is asked for, once", "[http][request][json][rfc8259-8.1]") {
  const auto tell = [](Request& req) {
    const auto body = req.json();
    if (!body) return std::to_string(body.error().status);
    const auto again = req.json();
    return body->dump() + yes(&*body == &*again);
  };
  const auto post = [&](const char* type, const std::string& body) {
    return told(tell,
                "Content-Type: " + std::string(type) +
                    "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n",
                "/", "POST", body);
  };
  CHECK(post("application/json", "{\"a\":[1]}") == "{\"a\":[1]}yes");
  CHECK(post("application/problem+json;charset=UTF-8", "1") == "1yes");
  CHECK(post("application/json;charset=latin1", "1") == "415");
  CHECK(post("application/json\r\nContent-Encoding: Identity", "1") == "1yes");
  CHECK(post("application/json\r\nContent-Encoding: gzip", "1") == "415");
  CHECK(post("application/json\r\nContent-Encoding:\r\nContent-Encoding: br", "1") == "415");
  CHECK(post("text/plain", "1") == "415");
  CHECK(post("application/json", "{") == "400");
  CHECK(post("application/json", std::string(129, '[') + std::string(129, ']')) == "400");
  const std::string deepest = std::string(128, '[') + "1" + std::string(128, ']');
  CHECK(post("application/json", deepest) == deepest + "yes");
}

TEST_CASE("json_body answers for the handlers behind it", "[http][request][json]") {
  Fixture server;
  server.app.use(http::json_body({.limit = 20}));
  server.app.post("/", [](Request& req, Response& res) {
    const auto body = req.json();
    body ? res.json(*body) : res.send("none");
  });
  const auto post = [&](std::string_view type, const std::string& body) {
    return server.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Type: " + std::string(type) +
                      "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  };
  CHECK(post("application/json", "{\"a\":1}").body == "{\"a\":1}");
  CHECK(post("application/json", "{\"a\":1}").field("Content-Type") ==
        "application/json; charset=utf-8");
  CHECK(post("application/json", "").body == "{}");
  CHECK(post("application/json", "{").status == 400);
  CHECK(post("application/json", "1").status == 400);  // strict
  CHECK(post("application/json", std::string(21, ' ')).status == 413);
  CHECK(post("text/plain", "{").body == "none");
  CHECK(post("text/plain", std::string(21, ' ')).body == "none");
}
