// tests/http/serializer_test.cpp - response heads byte by byte, and what cannot get into them.
#include "http/serializer.h"

#include "http/message.h"
#include "http/mime.h"
#include "tests/catch.h"

using namespace strata;
using namespace strata::http;

TEST_CASE("a head is written as it is specified", "[http][codec][rfc9112-4]") {
  net::SendQueue out;
  {
    HeadWriter head(out, 200);
    CHECK(head.field("Content-Type", "text/plain"));
    CHECK(head.field("X-Empty", ""));
    CHECK(head.field("X-Tab", "a\tb \xC3\xA4"));
    head.raw("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
    head.content_length(18446744073709551615u);
    head.keep_alive();
    head.end();
  }
  CHECK(out.take_text() ==
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Empty: \r\nX-Tab: a\tb \xC3\xA4\r\n"
        "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 18446744073709551615\r\n"
        "Connection: keep-alive\r\n\r\n");
  {
    HeadWriter head(out, 599);
    head.content_length(0);
    head.chunked();
    head.close();  // rfc9112-9.6
    head.end();
  }
  CHECK(out.take_text() ==
        "HTTP/1.1 599 \r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n"
        "Connection: close\r\n\r\n");
  { HeadWriter head(out, 404, "Nothing Here"); }
  CHECK(out.take_text() == "HTTP/1.1 404 Nothing Here\r\n");
  { HeadWriter head(out, 404, "Nothing\r\nX: y"); }
  CHECK(out.take_text() == "HTTP/1.1 404 Not Found\r\n");
  append_continue(out);
  CHECK(out.take_text() == "HTTP/1.1 100 Continue\r\n\r\n");
}

TEST_CASE("no name or value ends its line early", "[http][codec][rfc9110-5.5]") {
  const std::pair<std::string, std::string> refused[] = {
      {"", "a"},
      {"A b", "c"},
      {"A:", "b"},
      {"A\r\nB", "c"},
      {"A\n", "b"},
      {std::string("A\0", 2), "b"},
      {"A\xC3", "b"},
      {"A", "b\r\nC: d"},
      {"A", "b\r"},
      {"A", "b\n"},
      {"A", "\n"},
      {"A", std::string("b\0c", 3)},
      {"A", std::string(1, '\0')},
      {"A", "b\x7F"},
      {"A", std::string(40, 'b') + "\n"},
      {"A", "b\x1B[31m"},
  };
  for (const auto& [name, value] : refused) {
    CAPTURE(name, value);
    net::SendQueue out;
    {
      HeadWriter head(out, 200);
      CHECK_FALSE(head.field(name, value));
      head.end();
    }
    CHECK(out.take_text() == "HTTP/1.1 200 OK\r\n\r\n");
  }
}

TEST_CASE("a head of any length is whole", "[http][codec][rfc9112-5]") {
  for (const std::size_t size :
       {1u, 400u, 480u, 490u, 495u, 500u, 512u, 513u, 1000u, 5000u, 70000u}) {
    net::SendQueue out;
    const std::string value(size, 'v');
    {
      HeadWriter head(out, 200);
      for (int i = 0; i < 3; ++i) CHECK(head.field("A", value));
      head.content_length(size);
      head.end();
    }
    out.append("content");
    const std::string line = "A: " + value + "\r\n";
    CHECK(out.take_text() == "HTTP/1.1 200 OK\r\n" + line + line + line +
                                 "Content-Length: " + std::to_string(size) + "\r\n\r\ncontent");
  }
}

TEST_CASE("a head for a connection that has gone is dropped", "[http][codec]") {
  net::SendQueue out;
  out.close();
  HeadWriter head(out, 200);
  CHECK(head.field("A", std::string(2000, 'v')));
  head.end();
  CHECK(out.size() == 0);
}

TEST_CASE("every status has its registered phrase", "[http][codec][rfc9110-15]") {
  CHECK(reason_phrase(100) == "Continue");
  CHECK(reason_phrase(200) == "OK");
  CHECK(reason_phrase(413) == "Content Too Large");
  CHECK(reason_phrase(426) == "Upgrade Required");
  CHECK(reason_phrase(511) == "Network Authentication Required");
  for (const int none : {-1, 0, 99, 104, 299, 306, 418, 599, 1000})
    CHECK(reason_phrase(none) == "");
}

TEST_CASE("a file's name tells its media type", "[http][codec][rfc9110-8.3]") {
  CHECK(media_type("index.html") == "text/html; charset=utf-8");
  CHECK(media_type("/a.b/PAGE.HTML") == "text/html; charset=utf-8");
  CHECK(media_type("a.min.js") == "text/javascript; charset=utf-8");
  CHECK(media_type("a.png") == "image/png");
  for (const char* const unknown :
       {"", "a", "a.", ".html", "/x/.png", "a.html/b", "a.unknown", "."})
    CHECK(media_type(unknown) == "application/octet-stream");
}

TEST_CASE("a token is found in a list and nowhere else", "[http][codec][rfc9110-5.6.1]") {
  for (const char* const list :
       {"upgrade", "Upgrade", "a, upgrade", "upgrade ,b", ",,upgrade", "\tupgrade "})
    CHECK(has_token(list, "upgrade"));
  for (const char* const list :
       {"", ",", "upgraded", "up grade", "xupgrade", "\"upgrade\"", "upgrade;a"})
    CHECK_FALSE(has_token(list, "upgrade"));
  CHECK(equals_ignore_case("Az-09_", "aZ-09_"));
  CHECK_FALSE(equals_ignore_case("@[`{", "`{@["));  // 32 apart, and no letters
  CHECK_FALSE(equals_ignore_case("a", "ab"));
}

TEST_CASE("names, values and white space are what the grammar says",
          "[http][codec][rfc9110-5.6.2]") {
  CHECK(is_token("!#$%&'*+-.^_`|~aZ0123456789abcdefghij"));
  for (const char* const bad : {"", "a b", "a,", "\"a\"", "aaaaaaaaaaaaaaaaaaaa(", "\xC3\xA4"})
    CHECK_FALSE(is_token(bad));
  CHECK(trim_ows(" \t a \tb\t ") == "a \tb");  // rfc9110-5.6.3
  CHECK(trim_ows("\t \t").empty());
  CHECK(trim_ows("\v") == "\v");
  CHECK(is_field_value(""));
  CHECK(parse_size("9999999999999999999") == 9'999'999'999'999'999'999u);
  for (const char* const bad :
       {"", "-1", "+1", " 1", "1 ", "0x1", "1_0", "1.0", "10000000000000000000"})
    CHECK_FALSE(parse_size(bad));
}
