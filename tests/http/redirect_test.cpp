// tests/http/redirect_test.cpp - what is followed, as what, with which fields; and what is tried
// twice.
#include "http/client/redirect.h"

#include "http/client/retry.h"
#include "tests/catch.h"

using namespace strata;
using namespace strata::http;

namespace {

Url url_of(std::string_view text) {
  const auto url = parse_url(text);
  REQUIRE(url.has_value());
  return *url;
}

// "METHOD url [content]", "-" where it is none to follow, or the sentence of the refusal.
std::string follow(int status, std::string_view from, std::string_view method, const char* location,
                   bool content = false, bool replayable = true, unsigned followed = 0,
                   RedirectRules rules = {}) {
  const Field field{"Location", location == nullptr ? "" : location};
  ResponseHead head;
  head.status = status;
  if (location != nullptr) head.fields = {&field, 1};
  const Url url = url_of(from);
  const auto answer = redirect_of(head, {url, method, content, replayable, followed}, rules);
  if (!answer) return std::string(sentence(answer.error()));
  if (!*answer) return "-";
  const Redirect& redirect = **answer;
  std::string text = std::string(redirect.method) + " " + redirect.url.text();
  if (!redirect.url.fragment.empty()) text += "#" + redirect.url.fragment;
  if (redirect.keeps_content) text += " content";
  if (!redirect.same_origin) text += " elsewhere";
  return text;
}

}  // namespace

TEST_CASE("the status and the method say how a redirect is followed",
          "[http][codec][rfc9110-15.4]") {
  struct Row {
    int status;
    const char* method;
    bool content;
    const char* then;
  };
  const Row rows[] = {
      {301, "GET", false, "GET http://a/c"},
      {301, "HEAD", false, "HEAD http://a/c"},
      {301, "POST", true, "GET http://a/c"},
      {301, "PUT", true, "PUT http://a/c content"},
      {301, "DELETE", false, "DELETE http://a/c"},
      {302, "GET", false, "GET http://a/c"},
      {302, "POST", true, "GET http://a/c"},
      {302, "POST", false, "GET http://a/c"},
      {302, "PATCH", true, "PATCH http://a/c content"},
      {303, "GET", false, "GET http://a/c"},
      {303, "HEAD", false, "HEAD http://a/c"},
      {303, "POST", true, "GET http://a/c"},
      {303, "PUT", true, "GET http://a/c"},
      {303, "DELETE", false, "GET http://a/c"},
      {307, "GET", false, "GET http://a/c"},
      {307, "POST", true, "POST http://a/c content"},
      {308, "POST", true, "POST http://a/c content"},
      {308, "PUT", true, "PUT http://a/c content"},
      {308, "post", true, "post http://a/c content"},
      {302, "post", true, "post http://a/c content"},  // methods are case-sensitive
      {300, "GET", false, "-"},
      {304, "GET", false, "-"},
      {305, "GET", false, "-"},
      {306, "GET", false, "-"},
      {200, "GET", false, "-"},
      {201, "POST", true, "-"},
      {399, "GET", false, "-"},
  };
  for (const Row& row : rows) {
    INFO(row.status << " " << row.method);
    CHECK(follow(row.status, "http://a/b", row.method, "/c", row.content) == row.then);
  }
  CHECK(follow(302, "http://a/b", "GET", nullptr) == "-");
}

TEST_CASE("content that cannot be sent again is no content to redirect",
          "[http][codec][rfc9110-15.4]") {
  const std::string lost = "a redirect of content that cannot be sent again";
  CHECK(follow(307, "http://a/b", "POST", "/c", true, false) == lost);
  CHECK(follow(308, "http://a/b", "PUT", "/c", true, false) == lost);
  CHECK(follow(301, "http://a/b", "PUT", "/c", true, false) == lost);
  CHECK(follow(302, "http://a/b", "POST", "/c", true, false) == "GET http://a/c");
  CHECK(follow(307, "http://a/b", "GET", "/c", false, false) == "GET http://a/c");
}

TEST_CASE("a Location is resolved, and what is none is refused", "[http][codec][rfc9110-10.2.2]") {
  struct Row {
    const char* location;
    const char* then;
  };
  const std::string bad = "a redirect to what is no URL to follow";
  const Row rows[] = {
      {"http://a/c?d", "GET http://a/c?d#f"},
      {"c", "GET http://a/x/c#f"},
      {"../c#g", "GET http://a/c#g"},
      {"?d", "GET http://a/x/b?d#f"},
      {"//b/c", "GET http://b/c#f elsewhere"},
      {"https://a/c", "GET https://a/c#f elsewhere"},
      {"http://a:81/c", "GET http://a:81/c#f elsewhere"},
      {"http://a/\xC3\xA4 b", "GET http://a/%C3%A4%20b#f"},
      {"", bad.c_str()},
      {"javascript:alert(1)", bad.c_str()},
      {"file:///etc/passwd", bad.c_str()},
      {"unix:/run/docker.sock:/", bad.c_str()},
      {"http://unix:/run/docker.sock:/", bad.c_str()},
      {"http://", bad.c_str()},
      {"http://2130706433/", bad.c_str()},
      {"/a\\..\\b", bad.c_str()},
      {"/%zz", bad.c_str()},
  };
  for (const Row& row : rows) {
    INFO(row.location);
    CHECK(follow(302, "http://a/x/b?e#f", "GET", row.location) == row.then);
  }
  const Field twice[] = {{"Location", "/c"}, {"location", "/c"}};
  ResponseHead head;
  head.status = 302;
  head.fields = twice;
  const Url url = url_of("http://a/");
  const auto answer = redirect_of(head, {url, "GET"});
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error() == RedirectRefusal::bad_location);
}

TEST_CASE("redirects are counted, and none leads from https to http",
          "[http][codec][rfc9110-15.4]") {
  CHECK(follow(302, "http://a/", "GET", "/c", false, true, 9) == "GET http://a/c");
  CHECK(follow(302, "http://a/", "GET", "/c", false, true, 10) == "more redirects than the limit");
  RedirectRules none;
  none.max_redirects = 0;  // the response is the caller's
  CHECK(follow(302, "http://a/", "GET", "/c", false, true, 0, none) == "-");
  CHECK(follow(302, "https://a/", "GET", "http://a/c") == "a redirect from https to http");
  CHECK(follow(302, "https://a/", "GET", "//b/c") == "GET https://b/c elsewhere");
  RedirectRules lenient;
  lenient.allow_downgrade = true;
  CHECK(follow(302, "https://a/", "GET", "http://a/c", false, true, 0, lenient) ==
        "GET http://a/c elsewhere");
}

TEST_CASE("credentials stay with their origin", "[http][codec][rfc9110-15.4]") {
  const auto user_after = [](const char* location) {
    const Field field{"Location", location};
    ResponseHead head;
    head.status = 302;
    head.fields = {&field, 1};
    const Url url = url_of("http://me:secret@a/b");
    const auto answer = redirect_of(head, {url, "GET"});
    REQUIRE(answer.has_value());
    REQUIRE(answer->has_value());
    return (*answer)->url.user + ":" + (*answer)->url.password;
  };
  CHECK(user_after("/c") == "me:secret");
  CHECK(user_after("http://a/c") == "me:secret");
  CHECK(user_after("http://you:x@a/c") == "me:secret");
  CHECK(user_after("http://b/c") == ":");
  CHECK(user_after("http://you:x@b/c") == ":");
  CHECK(user_after("http://a:8080/c") == ":");

  Redirect here, there, with_content;
  here.same_origin = true;
  with_content.keeps_content = with_content.same_origin = true;
  for (const char* const field : {"Authorization", "cookie", "PROXY-AUTHORIZATION"}) {
    CHECK(here.keeps(field));
    CHECK_FALSE(there.keeps(field));
  }
  for (const char* const field : {"Content-Type", "content-encoding", "Content-Language", "Expect",
                                  "Transfer-Encoding", "Digest"}) {
    CHECK(with_content.keeps(field));
    CHECK_FALSE(here.keeps(field));
  }
  for (const char* const field :
       {"If-Match", "If-None-Match", "If-Modified-Since", "if-unmodified-since", "If-Range"})
    CHECK_FALSE(with_content.keeps(field));
  for (const char* const field : {"Accept", "User-Agent", "X-Authorization", "Contents", "Con"})
    CHECK(there.keeps(field));
}

TEST_CASE("methods are safe, idempotent, or neither", "[http][codec][rfc9110-9.2.1]") {
  for (const char* const method : {"GET", "HEAD", "OPTIONS", "TRACE"}) {
    CHECK(is_safe(method));
    CHECK(is_idempotent(method));
  }
  for (const char* const method : {"PUT", "DELETE"}) {
    CHECK_FALSE(is_safe(method));
    CHECK(is_idempotent(method));
  }
  for (const char* const method : {"POST", "PATCH", "CONNECT", "get", "put", "", "X"}) {
    CHECK_FALSE(is_safe(method));
    CHECK_FALSE(is_idempotent(method));
  }
}

TEST_CASE("a request is sent again only where that is as sending it once",
          "[http][codec][rfc9110-9.2.2][rfc9112-9.3.1]") {
  Attempt lost;  // an idle connection was closed while the request was on its way
  lost.method = "GET";
  lost.fault = ClientError::closed_before_response;
  lost.reused = true;
  CHECK(may_retry(lost));

  Attempt attempt = lost;
  attempt.reused = false;  // the first exchange of a connection: the server does not want it
  CHECK_FALSE(may_retry(attempt));
  attempt.nothing_sent = true;
  CHECK(may_retry(attempt));

  attempt = lost;
  attempt.method = "POST";
  CHECK_FALSE(may_retry(attempt));
  attempt.nothing_sent = true;
  CHECK(may_retry(attempt));

  attempt = lost;
  attempt.response_begun = true;
  CHECK_FALSE(may_retry(attempt));

  attempt = lost;
  attempt.method = "PUT";
  CHECK(may_retry(attempt));
  attempt.replayable = false;
  CHECK_FALSE(may_retry(attempt));

  attempt = lost;
  attempt.number = retries_max;
  CHECK(may_retry(attempt));
  attempt.number = retries_max + 1;
  CHECK_FALSE(may_retry(attempt));

  for (const ClientError fault :
       {ClientError::none, ClientError::truncated, ClientError::first_byte_timeout,
        ClientError::malformed, ClientError::total_timeout, ClientError::invalid_field}) {
    attempt = lost;
    attempt.fault = fault;
    CHECK_FALSE(may_retry(attempt));
  }
}
