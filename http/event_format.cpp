// http/event_format.cpp - server-sent events, line by line. (codec)
#include "http/event_format.h"

#include <algorithm>

namespace strata::http {

namespace {

bool is_one_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

// `text` as lines that begin with `name`; at least one. A client drops one blank behind the colon.
void append_lines(std::string& out, std::string_view name, std::string_view text) {
  while (true) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    out += name;
    out += ": ";
    out += text.substr(0, end);
    out += '\n';
    if (end == text.size()) return;
    const bool crlf = text.substr(end, 2) == "\r\n";
    text.remove_prefix(end + (crlf ? 2 : 1));
  }
}

}  // namespace

bool append_event(std::string& out, const ServerEvent& event) {
  if (!is_one_line(event.event) || !is_one_line(event.id.value_or(""))) return false;
  if (event.retry && event.retry->count() < 0) return false;
  if (event.id) append_lines(out, "id", *event.id);
  if (!event.event.empty()) append_lines(out, "event", event.event);
  if (event.retry) append_lines(out, "retry", std::to_string(event.retry->count()));
  append_lines(out, "data", event.data);
  out += '\n';
  return true;
}

void append_comment(std::string& out, std::string_view text) {
  append_lines(out, "", text);
  out += '\n';
}

}  // namespace strata::http
