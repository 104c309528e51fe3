// tools/flags.h - command lines of the programs here: `--name value`, each flag one row of a table.
#pragma once
#include <charconv>
#include <cstdio>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/time.h"

namespace strata::tools {

struct Flag {
  const char* name;                                  // with its dashes
  const char* what;                                  // for --help, with the unit
  std::function<bool(std::string_view value)> take;  // false: the value makes no sense
};

// True if all of `value` is a number that `to` can hold.
template <class Number>
bool read_number(std::string_view value, Number& to) {
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), to);
  return error == std::errc() && end == value.data() + value.size();
}

template <class Number>
Flag number(const char* name, const char* what, Number& to) {
  return {name, what, [&to](std::string_view value) { return read_number(value, to); }};
}

inline Flag milliseconds(const char* name, const char* what, net::Duration& to) {
  return {name, what, [&to](std::string_view value) {
            std::uint32_t ms = 0;
            const bool good = read_number(value, ms);
            to = std::chrono::milliseconds(ms);
            return good;
          }};
}

inline Flag text(const char* name, const char* what, std::string& to) {
  return {name, what, [&to](std::string_view value) {
            to = value;
            return true;
          }};
}

inline Flag list(const char* name, const char* what, std::vector<std::string>& to) {
  return {name, what, [&to](std::string_view value) {
            to.emplace_back(value);
            return true;
          }};
}

// A flag without a value.
struct Switch {
  const char* name;
  const char* what;
  bool* on;
};

// Reads the whole line. What it does not understand goes to stderr, and the answer is false;
// --help likewise, to stdout.
inline bool read_flags(int argc, char** argv, std::span<const Flag> flags,
                       std::span<const Switch> switches = {}) {
  for (int i = 1; i < argc; ++i) {
    std::string_view name = argv[i];
    if (name == "--help") {
      for (const Flag& flag : flags) std::printf("  %-22s %s\n", flag.name, flag.what);
      for (const Switch& each : switches) std::printf("  %-22s %s\n", each.name, each.what);
      return false;
    }
    bool known = false;
    for (const Switch& each : switches)
      if (name == each.name) known = *each.on = true;
    if (known) continue;
    std::string_view value;
    const std::size_t equals = name.find('=');
    if (equals != std::string_view::npos) {
      value = name.substr(equals + 1);
      name = name.substr(0, equals);
    }
    for (const Flag& flag : flags) {
      if (name != flag.name) continue;
      if (equals == std::string_view::npos) {
        if (i + 1 == argc) {
          std::fprintf(stderr, "%s wants a value: %s\n", flag.name, flag.what);
          return false;
        }
        value = argv[++i];
      }
      if (!flag.take(value)) {
        std::fprintf(stderr, "%s: '%.*s' is no value for it: %s\n", flag.name, int(value.size()),
                     value.data(), flag.what);
        return false;
      }
      known = true;
    }
    if (!known) {
      std::fprintf(stderr, "unknown flag '%s'; --help lists them\n", argv[i]);
      return false;
    }
  }
  return true;
}

}  // namespace strata::tools
