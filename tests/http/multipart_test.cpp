// tests/http/multipart_test.cpp - forms taken apart at every split, and those that are none.
#include "http/middleware/multipart.h"

#include <random>

#include "tests/catch.h"
#include "tests/support/cuts.h"

using namespace strata;
using namespace strata::http;

namespace {

constexpr std::string_view boundary = "X-1";

// "name[file](type)=data;" of each part, then "." or the refusal.
std::string taken_apart(std::string_view content, const test::Cuts& cuts,
                        MultipartLimits limits = {}, std::string_view with = boundary) {
  MultipartParser parser(with, limits);
  std::string story;
  std::size_t from = 0;
  for (const std::size_t to : cuts) {
    test::ExactBytes piece(content.substr(from, to - from));
    net::Bytes in = piece.view();
    from = to;
    for (;;) {
      const auto event = parser.next(in);
      if (event == MultipartParser::Event::none) {
        CHECK(in.empty());
        break;
      }
      if (event == MultipartParser::Event::refused) {
        return story + std::to_string(parser.refusal().status) + " " +
               std::string(parser.refusal().why);
      }
      const Part& part = parser.part();
      if (event == MultipartParser::Event::part) {
        story += part.name;
        if (part.filename) story += "[" + *part.filename + "]";
        if (part.content_type != "text/plain") story += "(" + part.content_type + ")";
        story += "=";
      }
      if (event == MultipartParser::Event::data) {
        CHECK_FALSE(parser.data().empty());
        story += net::as_text(parser.data());
      }
      if (event == MultipartParser::Event::part_end) story += ";";
      if (event == MultipartParser::Event::end) story += ".";
    }
  }
  if (!parser.finish()) {
    story += std::to_string(parser.refusal().status) + " " + std::string(parser.refusal().why);
  }
  return story;
}

std::string taken_apart(std::string_view content) { return taken_apart(content, {content.size()}); }

std::string part(std::string_view disposition, std::string_view data, std::string_view more = "") {
  return "--X-1\r\nContent-Disposition: " + std::string(disposition) + "\r\n" + std::string(more) +
         "\r\n" + std::string(data) + "\r\n";
}
const std::string last = "--X-1--\r\n";

}  // namespace

TEST_CASE("a form is taken apart the same at every split",
          "[http][codec][multipart][rfc7578-4.2][rfc7578-4.4][rfc2046-5.1]") {
  struct Row {
    const char* what;
    std::string content;
    std::string story;
  };
  const std::string field = "form-data; name=\"f\"";
  const Row rows[] = {
      {"one field", part(field, "v") + last, "f=v;."},
      {"no last CRLF", part(field, "v") + "--X-1--", "f=v;."},
      {"a file",
       part("form-data; name=\"up\"; filename=\"a.png\"", "\x89PNG\r\n\x1a\n",
            "Content-Type: image/png\r\n") +
           last,
       "up[a.png](image/png)=\x89PNG\r\n\x1a\n;."},
      {"two", part(field, "1") + part("form-data; name=g", "2") + last, "f=1;g=2;."},
      {"no data", part(field, "") + last, "f=;."},
      {"no data and no CRLF for it",
       "--X-1\r\nContent-Disposition: form-data; name=f\r\n\r\n--X-1--\r\n", "f=;."},
      {"no parts", "--X-1--\r\n", "."},
      {"an empty file", part("form-data; name=u; filename=\"\"", "") + last, "u[]=;."},
      {"a preamble", "Hello\r\nWorld\r\n" + part(field, "v") + last, "f=v;."},
      {"a CRLF before", "\r\n" + part(field, "v") + last, "f=v;."},
      {"a preamble that looks like it", "--X-0\r\n--\r\n" + part(field, "v") + last, "f=v;."},
      {"an epilogue", part(field, "v") + last + "--X-1\r\nwhatever", "f=v;."},
      {"blanks behind boundaries",
       "--X-1 \t \r\nContent-Disposition: form-data; name=f\r\n\r\nv\r\n--X-1-- \r\n", "f=v;."},
      {"data of CRs", part(field, "\r\r\r\n\r\r") + last, "f=\r\r\r\n\r\r;."},
      {"data that nearly ends it", part(field, "\r\n--X-\r\n--X\r\n-\r\n\r\n--Y-1") + last,
       "f=\r\n--X-\r\n--X\r\n-\r\n\r\n--Y-1;."},
      {"the boundary, but not at a line's beginning", part(field, "a--X-1\n--X-1\r--X-1") + last,
       "f=a--X-1\n--X-1\r--X-1;."},
      {"data that begins like a delimiter", part(field, "--X-0 and --X-1") + last,
       "f=--X-0 and --X-1;."},
      {"binary", part(field, std::string("\0\xff\0", 3)) + last, std::string("f=\0\xff\0;.", 7)},
      {"names as browsers write them",
       part("form-data; name=\"a%22b%0D%0A\"; filename=\"C:\\dir\\n.txt\"", "") + last,
       "a%22b%0D%0A[n.txt]=;."},
      {"folders", part("form-data; name=f; filename=\"../../etc/passwd\"", "") + last,
       "f[passwd]=;."},
      {"a folder", part("form-data; name=f; filename=\"a/..\"", "") + last, "f[]=;."},
      {"no case", "--X-1\r\ncontent-disposition:FORM-DATA;NAME=f;FileName=x\r\n\r\n\r\n" + last,
       "f[x]=;."},
      {"filename* is not used (rfc7578-4.2)",
       part("form-data; name=f; filename=a.txt; filename*=UTF-8''%2e%2e%2fb", "") + last,
       "f[a.txt]=;."},
      {"UTF-8", part("form-data; name=\"\xC3\xA9\"", "\xE2\x82\xAC") + last,
       "\xC3\xA9=\xE2\x82\xAC;."},
      {"an empty name", part("form-data; name=\"\"", "v") + last, "=v;."},
      {"other fields",
       part(field, "v", "X-Other: 1\r\nContent-Transfer-Encoding: BINARY\r\n") + last, "f=v;."},
      {"a form in a form is data",
       part(field, "--Y\r\n\r\n--Y--", "Content-Type: multipart/mixed; boundary=Y\r\n") + last,
       "f(multipart/mixed; boundary=Y)=--Y\r\n\r\n--Y--;."},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    test::each_way_to_cut(row.content.size(), 5, [&](const test::Cuts& cuts) {
      REQUIRE(taken_apart(row.content, cuts) == row.story);
    });
  }
}

TEST_CASE("what is no form is refused, at every split",
          "[http][codec][multipart][rfc7578-4.2][rfc7578-4.7][rfc2046-5.1.1]") {
  struct Row {
    const char* what;
    std::string content;
    std::string verdict;
  };
  const std::string bad_line = "400 a line that begins with the boundary and is none";
  const std::string malformed = "400 Content-Disposition of a part is malformed";
  const std::string quote = "400 a quote or a tab in the name of a part";
  const auto disposition = [](std::string_view value) { return part(value, "v") + last; };
  const auto more = [](std::string_view lines) {
    return part("form-data; name=f", "v", lines) + last;
  };
  const Row rows[] = {
      {"a longer boundary", "--X-12\r\n", bad_line},
      {"half an end", "--X-1-\r\n", "400 a line that begins with the boundary and is none"},
      {"a bare LF behind a boundary", "--X-1\n", bad_line},
      {"a bare CR behind a boundary", "--X-1\rC", "400 a bare CR behind a boundary"},
      {"a blank before the end's hyphens", "--X-1 --", bad_line},
      {"many blanks", "--X-1" + std::string(65, ' ') + "\r\n", bad_line},
      {"a longer boundary in the data", part("form-data; name=f", "\r\n--X-1x"), "f=;" + bad_line},
      {"no disposition", "--X-1\r\n\r\nv\r\n" + last, "400 a part without Content-Disposition"},
      {"an attachment", disposition("attachment; name=f"),
       "400 the disposition of a part is not form-data"},
      {"an empty disposition", disposition(""), "400 the disposition of a part is not form-data"},
      {"no name", disposition("form-data; filename=x"), "400 a part without a name"},
      {"nothing but form-data", disposition("form-data"), "400 a part without a name"},
      {"two names", disposition("form-data; name=a; name=b"), "400 two names of a part"},
      {"two file names", disposition("form-data; name=a; filename=b; filename=c"),
       "400 two names of a part"},
      {"a quote in a name", disposition("form-data; name=\"a\\\"b\""), quote},
      {"a quote in a file name", disposition("form-data; name=a; filename=\"a\\\"; x=\\\"b\""),
       quote},
      {"a tab", disposition("form-data; name=\"a\tb\""), quote},
      {"a quote that stays open", disposition("form-data; name=\"a"), malformed},
      {"text behind the quotes", disposition("form-data; name=\"a\"b"), malformed},
      {"blanks around '='", disposition("form-data; name = a"), malformed},
      {"a ';' too many", disposition("form-data; name=a;"), malformed},
      {"no ';'", disposition("form-data name=a"), "400 the disposition of a part is not form-data"},
      {"two dispositions", more("Content-Disposition: form-data; name=g\r\n"),
       "400 two Content-Dispositions in a part"},
      {"two types", more("Content-Type: a/b\r\nContent-Type: a/b\r\n"),
       "400 Content-Type of a part: none, or two"},
      {"an empty type", more("Content-Type:\r\n"), "400 Content-Type of a part: none, or two"},
      {"base64", more("Content-Transfer-Encoding: base64\r\n"),
       "415 a transfer encoding of a part"},
      {"no colon", more("Content-Type\r\n"), "400 a line in the head of a part is no field"},
      {"a blank before the colon", more("A : b\r\n"),
       "400 a line in the head of a part is no field"},
      {"a folded line", more("A: b\r\n c\r\n"), "400 a line in the head of a part is no field"},
      {"a bare LF", more("A: b\n"), "400 a bare LF in the head of a part"},
      {"a bare CR", more("A: b\rc\r\n"), "400 a control byte in the head of a part"},
      {"a CR in a name", disposition("form-data; name=\"a\rb\""),
       "400 a control byte in the head of a part"},
      {"a NUL in a name", disposition(std::string("form-data; name=\"a\0b\"", 21)),
       "400 a control byte in the head of a part"},
      {"the last boundary is missing", part("form-data; name=f", "v"),
       "f=v\r\n400 the content ends before its last boundary"},
      {"another boundary", "--Y\r\n", "400 the content ends before its last boundary"},
      {"nothing", "", "400 the content ends before its last boundary"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    // The CRLF that may be part of a delimiter is not handed on when the content ends behind it.
    std::string verdict = row.verdict;
    if (verdict.substr(0, 5) == "f=v\r\n") verdict.erase(3, 2);
    test::each_way_to_cut(row.content.size(), 5, [&](const test::Cuts& cuts) {
      REQUIRE(taken_apart(row.content, cuts) == verdict);
    });
  }
  const std::string whole =
      part("form-data; name=f", "v") + part("form-data; name=g", "w") + "--X-1--";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string story = taken_apart(whole.substr(0, size));
    INFO(size << ": " << story);
    CHECK(story.find("the content ends before its last boundary") != std::string::npos);
  }
}

TEST_CASE("each limit of a form has its answer", "[http][codec][multipart]") {
  const auto with = [](MultipartLimits limits, const std::string& content) {
    const std::string whole = taken_apart(content, {content.size()}, limits);
    CHECK(taken_apart(content, test::every(1, content.size()), limits) == whole);
    return whole;
  };
  const std::string f = part("form-data; name=f", "v");
  MultipartLimits limits;
  limits.max_parts = 2;
  CHECK(with(limits, f + f + last) == "f=v;f=v;.");
  CHECK(with(limits, f + f + f + last) == "f=v;f=v;413 too many parts");
  limits = {};
  const std::string head = "Content-Disposition: form-data; name=f\r\n\r\n";
  limits.max_part_head = head.size();
  CHECK(with(limits, f + last) == "f=v;.");
  limits.max_part_head = head.size() - 1;
  CHECK(with(limits, f + last) == "431 the head of a part is too long");
  CHECK(with({}, "--X-1\r\nA: " + std::string(100000, 'a')) ==
        "431 the head of a part is too long");
  limits = {};
  limits.max_part_fields = 2;
  CHECK(with(limits, part("form-data; name=f", "v", "A: 1\r\n") + last) == "f=v;.");
  CHECK(with(limits, part("form-data; name=f", "v", "A: 1\r\nB: 2\r\n") + last) ==
        "431 too many fields in a part");
  limits = {};
  limits.max_name = 3;
  CHECK(with(limits, part("form-data; name=abc", "v") + last) == "abc=v;.");
  CHECK(with(limits, part("form-data; name=abcd", "v") + last) == "431 the name of a part is long");
  CHECK(with(limits, part("form-data; name=a; filename=abcd", "v") + last) ==
        "431 the name of a part is long");
  limits = {};
  limits.max_preamble = 5;
  CHECK(with(limits, "12345\r\n" + f + last) == "f=v;.");
  CHECK(with(limits, "123456\r\n" + f + last) == "400 a long text before the first part");
  CHECK(with({}, std::string(1 << 20, '\r')) == "400 a long text before the first part");
}

TEST_CASE("random data comes out as it went in", "[http][codec][multipart]") {
  const unsigned seed = 4711;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 300; ++round) {
    std::string data;
    constexpr std::string_view letters = "\r\n-X1ab";  // what a delimiter is made of
    const std::size_t size = random() % 400;
    while (data.size() < size) data += letters[random() % letters.size()];
    if (("\r\n" + data + "\r\n").find("\r\n--X-1") != std::string::npos) continue;
    const std::string content = part("form-data; name=f", data) + last;
    REQUIRE(taken_apart(content, test::random_cuts(content.size(), random)) == "f=" + data + ";.");
  }
}

TEST_CASE("the boundary is read from the Content-Type", "[http][codec][multipart][rfc2046-5.1.1]") {
  const std::string longest(70, 'x');
  struct Row {
    std::string type;
    const char* boundary;  // null: none
  };
  const Row rows[] = {
      {"multipart/form-data; boundary=abc", "abc"},
      {"Multipart/Form-Data;Boundary=\"a b\"", "a b"},
      {"multipart/form-data; charset=utf-8; boundary=abc", "abc"},
      {"multipart/form-data; boundary=\"----=_Part '()+,./:?\"", "----=_Part '()+,./:?"},
      {"multipart/form-data; boundary=" + longest, longest.c_str()},
      {"multipart/form-data; boundary=" + longest + "x", nullptr},
      {"multipart/form-data; boundary=\"\"", nullptr},
      {"multipart/form-data; boundary=\"a \"", nullptr},
      {"multipart/form-data; boundary=a; boundary=b", nullptr},
      {"multipart/form-data; boundary=a;", nullptr},
      {"multipart/form-data; boundary=a b", nullptr},
      {"multipart/form-data; boundary=\"a\r\n\"", nullptr},
      {"multipart/form-data; boundary=a*b", nullptr},
      {"multipart/form-data; boundary", nullptr},
      {"multipart/form-data", nullptr},
      {"multipart/mixed; boundary=a", nullptr},
      {"text/plain; boundary=a", nullptr},
      {"", nullptr},
  };
  for (const Row& row : rows) {
    INFO(row.type);
    const auto got = multipart_boundary(row.type);
    REQUIRE(got.has_value() == (row.boundary != nullptr));
    if (got) CHECK(*got == row.boundary);
  }
}
