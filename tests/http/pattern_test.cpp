// tests/http/pattern_test.cpp - what path-to-regexp 8 matches, ours does.
#include "http/pattern.h"

#include <ctime>
#include <string>

#include "tests/catch.h"

using namespace strata::http;

namespace {

// "name=value name=value | bytes matched", or "no".
std::string match(const char* pattern, const std::string& path, PatternOptions options = {}) {
  const Pattern compiled(pattern, options);
  Captures found;
  if (!compiled.match(path, found)) return "no";
  std::string result;
  for (std::size_t i = 0; i < found.count; ++i) {
    result += std::string(found.all[i].name) + "=" + std::string(found.all[i].value) + " ";
  }
  return result + "| " + std::to_string(found.matched);
}

constexpr PatternOptions prefix{false, false, true};
constexpr PatternOptions strict{false, true, false};
constexpr PatternOptions exact_case{true, false, false};

}  // namespace

TEST_CASE("a pattern matches as in Express", "[http][codec]") {
  struct Row {
    const char* pattern;
    const char* path;
    const char* found;
    PatternOptions options = {};
  };
  const Row rows[] = {
      {"/", "/", "| 1"},
      {"//", "/", "| 0"},
      {"//", "//", "no"},
      {"/a", "/a", "| 2"},
      {"/a", "/A", "| 2"},
      {"/a", "/A", "no", exact_case},
      {"/a", "/a/", "| 2"},
      {"/a/", "/a", "| 2"},
      {"/a", "/a/", "no", strict},
      {"/a/", "/a/", "| 3", strict},
      {"/a", "/a//", "no"},
      {"/a", "/ab", "no"},
      {"/a", "/", "no"},
      {"/u/:id", "/U/42", "id=42 | 5"},
      {"/u/:id", "/u/42/", "id=42 | 5"},
      {"/u/:id", "/u/", "no"},
      {"/u/:id", "/u/a/b", "no"},
      {"/u/:id/edit", "/u/7/edit", "id=7 | 9"},
      {"/t/:from-:to", "/t/LAX-SFO", "from=LAX to=SFO | 10"},
      {"/t/:from-:to", "/t/a-b-c", "from=a-b to=c | 8"},
      {"/t/:from-:to", "/t/-b", "no"},
      {"/t/:from-:to", "/t/a--", "from=a to=- | 6"},
      {"/t/:from-:to", "/t/a---", "from=a- to=- | 7"},
      {"/:a-x-:b", "/1-X-2-x-3", "a=1-X-2 b=3 | 10"},
      {"/*a-:b", "/1/2-3/4-5", "a=1/2-3/4 b=5 | 10"},
      {"/:a-*b", "/1-2-3/4", "a=1 b=2-3/4 | 8"},
      {"/*a-*b", "/1-2-3", "a=1-2 b=3 | 6"},
      {"/*a/*b", "/1/2/3", "a=1/2 b=3 | 6"},
      {"/:file.:ext", "/a.b.c", "file=a.b ext=c | 6"},
      {"/v:major", "/v2", "major=2 | 3"},
      {"/file/*path", "/file/a/b/c.txt", "path=a/b/c.txt | 15"},
      {"/file/*path", "/file/", "no"},
      {"/*path/edit", "/a/b/edit", "path=a/b | 9"},
      {"/*a/x/*b", "/1/x/2/x/3", "a=1/x/2 b=3 | 10"},
      {"/opt{/:a}", "/opt", "| 4"},
      {"/opt{/:a}", "/opt/1", "a=1 | 6"},
      {"/opt{/:a{/:b}}", "/opt/1/2", "a=1 b=2 | 8"},
      {"/{:a/}end", "/end", "| 4"},
      {"/{:a/}end", "/x/end", "a=x | 6"},
      {"/a\\:b", "/a:b", "| 4"},
      {"/:\"my name\"", "/x", "my name=x | 2"},
      {"/", "/any/thing", "| 0", prefix},
      {"/", "*", "| 0", prefix},  // OPTIONS *, rfc9112-3.2.4
      {"/", "*", "no"},
      {"/a", "*", "no", prefix},
      {"/api", "/api", "| 4", prefix},
      {"/api", "/api/x", "| 4", prefix},
      {"/api/", "/api/x", "| 4", prefix},
      {"/api", "/apix", "no", prefix},
      {"/api/:v", "/API/2/x", "v=2 | 6", prefix},
  };
  for (const Row& row : rows) {
    INFO(row.pattern << " on " << row.path);
    CHECK(match(row.pattern, row.path, row.options) == row.found);
  }
}

TEST_CASE("what is no pattern is refused when it is registered", "[http][codec]") {
  for (const char* bad : {"", "a", "/:", "/*", "/a(b)", "/a?", "/a+", "/[a]", "/!a", "/{a", "/a}",
                          "/a\\", "/:a:b", "/:\"a", "/:a*b"}) {
    INFO(bad);
    CHECK_THROWS_AS(Pattern(bad), std::invalid_argument);
  }
  std::string many;
  for (int i = 0; i < 17; ++i) many += "/:a" + std::to_string(i);
  CHECK_THROWS_AS(Pattern(many), std::invalid_argument);
  std::string groups = "/a";
  for (int i = 0; i < 9; ++i) groups += "{/b}";
  CHECK_THROWS_AS(Pattern(groups), std::invalid_argument);
}

TEST_CASE("no path makes a pattern work for long", "[http][codec]") {
  // Each of these is the worst case of a backtracking matcher: much that almost fits.
  const std::string dashes = "/" + std::string(8000, '-') + "/";
  std::string slashes;
  for (int i = 0; i < 2000; ++i) slashes += "/a/x";
  const std::clock_t begin = std::clock();  // of this process alone, however busy the machine is
  CHECK(match("/:a-:b-:c-:d/", dashes) != "no");
  CHECK(match("/:a-:b-:c-:d/x", dashes) == "no");
  CHECK(match("/*a/x/*b/x/*c/x/*d/y", slashes) == "no");
  CHECK(match("/*a-*b-*c-*d\\!", dashes) == "no");
  CHECK(std::clock() - begin < 5 * CLOCKS_PER_SEC);
}
