// tests/sio/readme.h - a README's snippets of C++ stand in its test, letter by letter but for
// blanks; so they compile, and can be run.
#pragma once
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>

#include "tests/catch.h"

namespace strata::test {

inline std::string text_of(const char* path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file);  // tests run at the top of the tree
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::string without_blanks(std::string_view text) {
  std::string rest;
  for (const char c : text)
    if (c != ' ' && c != '\n') rest += c;
  return rest;
}

// Of a whole program its main() stands there. Answers how many snippets there are.
inline std::size_t check_snippets(const char* readme_path, const char* test_path) {
  const std::string readme = text_of(readme_path);
  const std::string here = without_blanks(text_of(test_path));
  std::size_t blocks = 0;
  for (std::size_t at = 0; (at = readme.find("```cpp\n", at)) != std::string::npos; ++blocks) {
    at += 7;
    const std::size_t end = readme.find("```", at);
    std::string block = readme.substr(at, end - at);
    if (const std::size_t main = block.find("main() {\n"); main != std::string::npos)
      block = block.substr(main + 9, block.rfind('}') - main - 9);
    INFO(block);
    CHECK(here.find(without_blanks(block)) != std::string::npos);
    at = end + 3;
  }
  return blocks;
}

// The snippets print; a test says nothing but what it asks for.
class Quiet {
 public:
  Quiet() : out_(std::cout.rdbuf(&said_)), log_(std::clog.rdbuf(&logged_)) {}
  ~Quiet() {
    std::cout.rdbuf(out_);
    std::clog.rdbuf(log_);
  }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;
  std::string said() const { return said_.str(); }
  std::string logged() const { return logged_.str(); }

 private:
  std::stringbuf said_, logged_;
  std::streambuf* out_;
  std::streambuf* log_;
};

}  // namespace strata::test
