// http/middleware/access_log_line.cpp - text that a client chose, made harmless. (codec)
#include "http/middleware/access_log_line.h"

#include "http/date.h"

namespace strata::http {

namespace {

constexpr char digits[] = "0123456789abcdef";

void append_escaped(std::string_view text, std::string_view prefix, bool blanks, std::string& to) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte > 0x20 && byte < 0x7F && c != '"' && c != '\\';
    if (plain || (c == ' ' && blanks)) {
      to += c;
    } else {
      to.append(prefix);
      to += digits[byte >> 4];
      to += digits[byte & 15];
    }
  }
}

// A field of its own: a blank would begin the next one.
void append_word(std::string_view text, std::string& to) {
  append_escaped(text.empty() ? "-" : text, "\\x", false, to);
}

void append_quoted(std::string_view text, std::string& to) {
  to += '"';
  append_escaped(text.empty() ? "-" : text, "\\x", true, to);
  to += '"';
}

std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

// The parts of "Tue, 10 Oct 2000 13:55:36 GMT".
struct Calendar {
  char text[date_bytes];
  explicit Calendar(std::int64_t unix_us) { write_date(floor_divide(unix_us, 1'000'000), text); }
  std::string_view day() const { return {text + 5, 2}; }
  std::string_view month() const { return {text + 8, 3}; }
  std::string_view year() const { return {text + 12, 4}; }
  std::string_view time() const { return {text + 17, 8}; }
  unsigned month_number() const {
    constexpr std::string_view names = "JanFebMarAprMayJunJulAugSepOctNovDec";
    return static_cast<unsigned>(names.find(month())) / 3 + 1;
  }
};

// Of at least `least` digits.
void append_number(std::uint64_t value, std::size_t least, std::string& to) {
  const std::string text = std::to_string(value);
  if (text.size() < least) to.append(least - text.size(), '0');
  to += text;
}

void append_member(std::string_view name, std::string_view value, std::string& to) {
  if (value.empty()) return;
  to.append(",\"").append(name).append("\":\"");
  append_escaped(value, "\\u00", true, to);
  to += '"';
}

}  // namespace

void append_common(const AccessRecord& record, std::string& to) {
  const Calendar at(record.unix_us);
  append_word(record.ip, to);
  to += " - ";
  append_word(record.user, to);
  to.append(" [").append(at.day()).append("/").append(at.month()).append("/");
  to.append(at.year()).append(":").append(at.time()).append(" +0000] \"");
  append_escaped(record.method, "\\x", true, to);
  to += ' ';
  append_escaped(record.target, "\\x", true, to);
  to.append(" HTTP/1.").append(std::to_string(record.minor_version)).append("\" ");
  to.append(record.status == 0 ? "-" : std::to_string(record.status)).append(" ");
  to.append(record.bytes == 0 ? "-" : std::to_string(record.bytes));
}

void append_combined(const AccessRecord& record, std::string& to) {
  append_common(record, to);
  to += ' ';
  append_quoted(record.referrer, to);
  to += ' ';
  append_quoted(record.user_agent, to);
}

void append_json(const AccessRecord& record, std::string& to) {
  const Calendar at(record.unix_us);
  const auto part = static_cast<std::uint64_t>(record.unix_us -
                                               floor_divide(record.unix_us, 1'000'000) * 1'000'000);
  to.append("{\"time\":\"").append(at.year()).append("-");
  append_number(at.month_number(), 2, to);
  to.append("-").append(at.day()).append("T").append(at.time()).append(".");
  append_number(part / 1000, 3, to);
  to += "Z\"";
  append_member("ip", record.ip, to);
  append_member("user", record.user, to);
  append_member("method", record.method, to);
  append_member("target", record.target, to);
  to.append(",\"version\":\"1.").append(std::to_string(record.minor_version)).append("\"");
  if (record.status != 0) to.append(",\"status\":").append(std::to_string(record.status));
  to.append(",\"bytes\":").append(std::to_string(record.bytes));
  to.append(",\"duration_us\":").append(std::to_string(record.duration_us));
  append_member("host", record.host, to);
  append_member("referrer", record.referrer, to);
  append_member("user_agent", record.user_agent, to);
  append_member("request_id", record.request_id, to);
  if (record.aborted) to += ",\"aborted\":true";
  to += '}';
}

}  // namespace strata::http
