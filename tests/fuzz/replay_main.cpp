// tests/fuzz/replay_main.cpp - runs a fuzz target without libFuzzer: replay CORPUS-DIR...
//
// Each file of the corpus, each of its prefixes, and variants of it from a fixed seed. A target's
// own checks and the sanitizers are the judge; one target that comes to its end is one test.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

// Of exact size, so that a sanitizer sees the first byte read behind the end.
void try_one(const Input& input) {
  const Input exact(input);
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

Input changed(const Input& from, const Input& other, std::mt19937& random) {
  Input made = from;
  const auto below = [&](std::size_t limit) { return limit == 0 ? 0 : random() % limit; };
  for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
    const std::size_t at = below(made.size() + 1);
    const auto here = made.begin() + static_cast<std::ptrdiff_t>(at);
    switch (below(5)) {
      case 0:
        if (here != made.end()) *here ^= static_cast<std::uint8_t>(1u << below(8));
        break;
      case 1:
        if (here != made.end()) *here = static_cast<std::uint8_t>(random());
        break;
      case 2:
        made.insert(here, static_cast<std::uint8_t>(random()));
        break;
      case 3:
        if (here != made.end()) made.erase(here);
        break;
      default:  // the head of one, the tail of another
        made.resize(at);
        made.insert(made.end(),
                    other.begin() + static_cast<std::ptrdiff_t>(below(other.size() + 1)),
                    other.end());
    }
  }
  return made;
}

}  // namespace

int main(int count, char** arguments) {
  namespace fs = std::filesystem;
  constexpr unsigned seed = 20260101;
  constexpr int variants = 20000;
  std::vector<Input> corpus = {{}};
  for (int i = 1; i < count; ++i) {
    if (!fs::is_directory(arguments[i])) continue;
    for (const auto& entry : fs::directory_iterator(arguments[i])) {
      std::ifstream file(entry.path(), std::ios::binary);
      corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
  }
  for (const Input& input : corpus) {
    try_one(input);
    for (std::size_t size = 0; size < input.size() && size < 4096; ++size)
      try_one(Input(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(size)));
  }
  std::mt19937 random(seed);
  for (int i = 0; i < variants; ++i) {
    const Input& from = corpus[random() % corpus.size()];
    try_one(changed(from, corpus[random() % corpus.size()], random));
  }
  std::printf("%zu inputs of the corpus, their prefixes, %d variants (seed %u)\n",
              corpus.size() - 1, variants, seed);
  std::printf("1 passed, 0 failed\n");
}
