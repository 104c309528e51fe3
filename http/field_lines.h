// http/field_lines.h - the fields of a response, as the bytes that will be sent. (codec)
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace strata::http {

// True if the two may stand in a head: a token, and a value without control bytes but HTAB
// (rfc9110-5.5). What is refused here cannot split a response.
bool may_be_field(std::string_view name, std::string_view value);
// Content-Length and Transfer-Encoding: the session writes them.
bool is_framing_field(std::string_view name);
void append_line(std::string& lines, std::string_view name, std::string_view value);
void remove_lines(std::string& lines, std::string_view name);
std::optional<std::string_view> find_line(std::string_view lines, std::string_view name);

}  // namespace strata::http
