// http/message.cpp - names, tokens and lists, rfc9110-5; status phrases, rfc9110-15. (codec)
#include "http/message.h"

#include <algorithm>

#include "http/scan.h"

namespace strata::http {

namespace {

std::string_view first_of(std::span<const Field> fields, std::string_view name) {
  for (const Field& field : fields)
    if (equals_ignore_case(field.name, name)) return field.value;
  return {};
}

std::size_t count_of(std::span<const Field> fields, std::string_view name) {
  return static_cast<std::size_t>(
      std::count_if(fields.begin(), fields.end(),
                    [name](const Field& field) { return equals_ignore_case(field.name, name); }));
}

}  // namespace

std::string_view RequestHead::header(std::string_view name) const { return first_of(fields, name); }
std::size_t RequestHead::count(std::string_view name) const { return count_of(fields, name); }
std::string_view ResponseHead::header(std::string_view name) const {
  return first_of(fields, name);
}
std::size_t ResponseHead::count(std::string_view name) const { return count_of(fields, name); }

bool equals_ignore_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] != b[i] && to_lower(a[i]) != to_lower(b[i])) return false;
  return true;
}

bool is_token(std::string_view text) {
  const char* const end = text.data() + text.size();
  return !text.empty() && scan_token(text.data(), end) == end;
}

bool is_field_value(std::string_view text) {
  const char* const end = text.data() + text.size();
  return scan_value(text.data(), end) == end;
}

std::string_view trim_ows(std::string_view text) {
  while (!text.empty() && is_ows(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_ows(text.back())) text.remove_suffix(1);
  return text;
}

// Commas inside quotes do not matter here: no token holds a quote, and no list that is asked for
// its tokens (Connection, Upgrade, Transfer-Encoding) holds quoted text.
bool has_token(std::string_view list, std::string_view token) {
  for (;;) {
    const std::size_t comma = list.find(',');
    if (equals_ignore_case(trim_ows(list.substr(0, comma)), token)) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  // Nineteen digits always fit; counted first, so that the multiply cannot wrap.
  if (text.empty() || text.size() > 19) return std::nullopt;
  std::uint64_t size = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    size = size * 10 + static_cast<unsigned>(c - '0');
  }
  return size;
}

std::string_view reason_phrase(int status) {
  struct Row {
    int status;
    std::string_view phrase;
  };
  static constexpr Row rows[] = {
      {100, "Continue"},
      {101, "Switching Protocols"},
      {102, "Processing"},
      {103, "Early Hints"},
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {203, "Non-Authoritative Information"},
      {204, "No Content"},
      {205, "Reset Content"},
      {206, "Partial Content"},
      {207, "Multi-Status"},
      {208, "Already Reported"},
      {226, "IM Used"},
      {300, "Multiple Choices"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {305, "Use Proxy"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {402, "Payment Required"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {407, "Proxy Authentication Required"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {410, "Gone"},
      {411, "Length Required"},
      {412, "Precondition Failed"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {415, "Unsupported Media Type"},
      {416, "Range Not Satisfiable"},
      {417, "Expectation Failed"},
      {421, "Misdirected Request"},
      {422, "Unprocessable Content"},
      {423, "Locked"},
      {424, "Failed Dependency"},
      {425, "Too Early"},
      {426, "Upgrade Required"},
      {428, "Precondition Required"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {451, "Unavailable For Legal Reasons"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
      {506, "Variant Also Negotiates"},
      {507, "Insufficient Storage"},
      {508, "Loop Detected"},
      {511, "Network Authentication Required"},
  };
  const Row* const end = rows + std::size(rows);
  const Row* const row = std::lower_bound(
      rows, end, status, [](const Row& r, int wanted) { return r.status < wanted; });
  return row != end && row->status == status ? row->phrase : std::string_view();
}

}  // namespace strata::http
