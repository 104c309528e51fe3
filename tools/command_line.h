// tools/command_line.h - command lines of the programs for people: a table of flags, each with its
// short form; what is not in it is not understood.
#pragma once
#include <algorithm>
#include <cctype>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

#include "net/time.h"

namespace strata::tools {

struct Row {
  const char* brief;  // or ""
  const char* name;
  const char* value;  // for --help; null: a switch
  const char* what;
  std::function<bool(std::string_view)> take;       // false: the value makes no sense
  std::function<bool(std::string_view)> more = {};  // each word behind it, up to the next flag
};

struct CommandLine {
  const char* program;
  const char* intro;  // of --help
  const char* outro;
  int bad_usage;  // the exit code
};

inline bool read_seconds(std::string_view text, net::Duration& to) {
  const std::string copy(text);
  char* end = nullptr;
  const double seconds = std::strtod(copy.c_str(), &end);
  if (copy.empty() || *end != '\0' || !std::isfinite(seconds) || seconds < 0 || seconds > 1e6)
    return false;
  to = std::chrono::duration_cast<net::Duration>(std::chrono::duration<double>(seconds));
  return true;
}

// Whole, also from a pipe; "-" is stdin. Nothing where it cannot be read.
inline std::optional<std::string> read_file(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      path == "-" ? ::fdopen(::dup(STDIN_FILENO), "rb") : std::fopen(path.c_str(), "rb"),
      [](std::FILE* open) { return open == nullptr ? 0 : std::fclose(open); });
  if (!file) return std::nullopt;
  std::string content;
  char piece[64 * 1024];
  while (const std::size_t got = std::fread(piece, 1, sizeof(piece), file.get()))
    content.append(piece, got);
  if (std::ferror(file.get()) != 0) return std::nullopt;
  return content;
}

inline void print_help(const CommandLine& line, const std::vector<Row>& rows) {
  std::fputs(line.intro, stdout);
  for (const Row& row : rows) {
    const std::string name =
        row.value == nullptr ? row.name : row.name + std::string(" ") + row.value;
    std::printf("  %-2s%c %-27s %s\n", row.brief, *row.brief == '\0' ? ' ' : ',', name.c_str(),
                row.what);
  }
  std::fputs(line.outro, stdout);
}

inline int refuse(const CommandLine& line, const std::string& sentence) {
  std::fprintf(stderr, "%s: %s; --help lists the flags\n", line.program, sentence.c_str());
  return line.bad_usage;
}

// A number may be negative.
inline bool looks_like_flag(std::string_view word) {
  return word.size() > 1 && word[0] == '-' &&
         (word[1] == '-' || std::isalpha(static_cast<unsigned char>(word[1])) != 0);
}

// 0: it was read. Else it makes no sense, which stderr was told, and it is the exit code; or help
// was asked for and printed, and it is -1. `word` gets what is no flag; false: one too many.
inline int read_command_line(const CommandLine& line, const std::vector<Row>& rows, int argc,
                             char** argv, const std::function<bool(std::string_view)>& word) {
  for (int i = 1; i < argc; ++i) {
    std::string_view name = argv[i];
    if (name == "--help") return print_help(line, rows), -1;
    if (!name.starts_with('-')) {
      if (!word(name)) return refuse(line, "two URLs");
      continue;
    }
    std::optional<std::string_view> value;
    const std::size_t equals = name.starts_with("--") ? name.find('=') : name.npos;
    if (equals != name.npos) {
      value = name.substr(equals + 1);
      name = name.substr(0, equals);
    }
    const auto row = std::find_if(rows.begin(), rows.end(), [name](const Row& each) {
      return name == each.name || (*each.brief != '\0' && name == each.brief);
    });
    if (row == rows.end() || (row->value == nullptr && value))
      return refuse(line, std::string(argv[i]) + " makes no sense here");
    if (row->value != nullptr && !value) {
      if (++i == argc) return refuse(line, std::string(name) + " wants " + row->value);
      value = argv[i];
    }
    bool good = row->take(value.value_or(""));
    while (good && row->more && i + 1 < argc && !looks_like_flag(argv[i + 1])) {
      value = argv[++i];
      good = row->more(*value);
    }
    if (!good)
      return refuse(line, "'" + std::string(value.value_or("")) + "' is no value for " + row->name);
  }
  return 0;
}

}  // namespace strata::tools
