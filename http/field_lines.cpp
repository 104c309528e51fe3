// http/field_lines.cpp - "Name: value" CRLF, one after another. (codec)
#include "http/field_lines.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "http/message.h"

namespace strata::http {

namespace {

// The line of that name from `from` on: where it begins, and behind its CRLF.
std::pair<std::size_t, std::size_t> find_in(std::string_view lines, std::string_view name,
                                            std::size_t from) {
  while (from < lines.size()) {
    const std::size_t end = lines.find("\r\n", from) + 2;
    const bool fits = name.size() < end - from && lines[from + name.size()] == ':';
    if (fits && equals_ignore_case(lines.substr(from, name.size()), name)) return {from, end};
    from = end;
  }
  return {lines.size(), lines.size()};
}

}  // namespace

bool may_be_field(std::string_view name, std::string_view value) {
  return is_token(name) && std::all_of(value.begin(), value.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
         });
}

bool is_framing_field(std::string_view name) {
  return equals_ignore_case(name, "Content-Length") ||
         equals_ignore_case(name, "Transfer-Encoding");
}

// All of the line, or an exception and none of it: half a line would be no line.
void append_line(std::string& lines, std::string_view name, std::string_view value) {
  const std::size_t before = lines.size();
  const std::size_t bytes = before + name.size() + value.size() + 4;
  if (bytes > lines.capacity()) lines.reserve(std::max(bytes, 2 * lines.capacity()));
  lines.resize(bytes);  // once; four appends cost twice as much
  char* at = lines.data() + before;
  at = std::copy(name.begin(), name.end(), at);
  at = std::copy_n(": ", 2, at);
  at = std::copy(value.begin(), value.end(), at);
  std::copy_n("\r\n", 2, at);
}

void remove_lines(std::string& lines, std::string_view name) {
  for (auto [begin, end] = find_in(lines, name, 0); begin < lines.size();) {
    lines.erase(begin, end - begin);
    std::tie(begin, end) = find_in(lines, name, begin);
  }
}

std::optional<std::string_view> find_line(std::string_view lines, std::string_view name) {
  const auto [begin, end] = find_in(lines, name, 0);
  if (begin == lines.size()) return std::nullopt;
  return lines.substr(begin + name.size() + 2, end - begin - name.size() - 4);
}

}  // namespace strata::http
