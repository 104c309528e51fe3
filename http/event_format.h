// http/event_format.h - the text of server-sent events (WHATWG HTML, 9.2.6), as it is written:
// (codec)
//
//   : a comment LF
//   id: 7 LF
//   event: joined LF
//   retry: 3000 LF
//   data: a line LF
//   data: another one of the same event LF
//   LF
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace strata::http {

struct ServerEvent {
  std::string_view data;  // any text in UTF-8; CRLF, CR and LF in it end lines, and arrive as LF
  std::string_view event = {};              // its name; empty: "message"
  std::optional<std::string_view> id = {};  // comes back as Last-Event-ID; empty: forget it
  std::optional<std::chrono::milliseconds> retry = {};  // wait that long before connecting again
};

// Appends one event. False, and nothing appended: a name or id with CR, LF or NUL, which would let
// its writer forge another event, or a negative time.
bool append_event(std::string& out, const ServerEvent& event);
void append_comment(std::string& out, std::string_view text);  // ignored by the client

}  // namespace strata::http
