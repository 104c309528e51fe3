// tests/http/static_path_test.cpp - paths of files, and what could lead out of their folder.
#include "http/middleware/static_path.h"

#include <string>

#include "tests/catch.h"

using namespace strata;

TEST_CASE("a path is taken apart before it is looked up", "[http][codec][static]") {
  struct Row {
    const char* raw;
    const char* story;  // the name, and what is said of it
  };
  const Row rows[] = {
      {"/", " folder"},
      {"/a", "a"},
      {"/a/", "a folder"},
      {"/a/b.css", "a/b.css"},
      {"/a%20b", "a b"},
      {"/a+b", "a+b"},
      {"/%C3%A9", "\xC3\xA9"},
      {"/a\\b", "a\\b"},
      {"/..", ".. 403 hidden"},
      {"/a/../b", "a/../b 403 hidden"},
      {"/%2e%2e/b", "../b 403 hidden"},
      {"/.%2E", ".. 403 hidden"},
      {"/..%2fb", "../b 403 absent hidden"},
      {"/a%2f..", "a/.. 403 absent"},
      {"/a%2f..%2fb", "a/../b 403 absent"},
      {"/...", "... hidden"},
      {"/a..b", "a..b"},
      {"/a..", "a.."},
      {"/%252e%252e", "%2e%2e"},  // decoded once
      {"/.", ". hidden"},
      {"/a/./b", "a/./b hidden"},
      {"/.env", ".env hidden"},
      {"/%2eenv", ".env hidden"},
      {"//a", "a absent"},
      {"/a//b", "a//b absent"},
      {"/a%2fb", "a/b absent"},
      {"/a%00", " 400"},
      {"/%", " 400"},
      {"/%zz", " 400"},
      {"/a/%f", "a 400"},
  };
  for (const Row& row : rows) {
    INFO(row.raw);
    const http::StaticPath path = http::read_static_path(row.raw);
    std::string story = path.name;
    if (path.refusal != 0) story += " " + std::to_string(path.refusal);
    if (path.absent) story += " absent";
    if (path.hidden) story += " hidden";
    if (path.folder) story += " folder";
    CHECK(story == row.story);
  }
}
