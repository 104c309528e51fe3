// sio/json_text.h - JSON as text: checked in one pass, cut into elements, its scalars read and
// written, no tree anywhere. rfc8259, as JavaScript's JSON.parse and JSON.stringify see it. (codec)
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strata::sio {

struct JsonError {
  const char* why;  // a literal
  std::size_t at;   // offset of the byte that is wrong
};

constexpr std::size_t json_depth_max = 1024;  // what `max_depth` may be at most

// Checks one JSON text: grammar, UTF-8 and depth (an array in an array is 2 deep); white space
// around it is fine. Nothing where it is right. If it is an array and `elements` is given, they
// get its elements, each without the white space around it: views into `text`.
// A lone surrogate in an escape ("\ud800") is let through: browsers legally send it.
std::optional<JsonError> check_json(std::string_view text, std::size_t max_depth,
                                    std::vector<std::string_view>* elements = nullptr);

enum class JsonKind : std::uint8_t { missing, null, boolean, number, string, array, object };
std::string_view name_of(JsonKind kind);  // "number"

// All below take `raw`: one value as check_json let it pass, without white space around it.
JsonKind kind_of(std::string_view raw);  // `missing` for an empty view

// The whole number that `raw` spells, in any spelling (1, 1.0, 10e-1); nothing for a fraction,
// for what does not fit, and for what is no number.
std::optional<std::int64_t> to_int64(std::string_view raw);
std::optional<std::uint64_t> to_uint64(std::string_view raw);
std::optional<double> to_double(std::string_view raw);  // 1e999 is infinite, as in JavaScript

// The text of a string literal, if it has no escape and so needs no copy.
std::optional<std::string_view> plain_string(std::string_view raw);
// Appends the text of any string literal; a lone surrogate becomes U+FFFD.
void append_unescaped(std::string& out, std::string_view raw);

// Appends `text` as a literal, with JSON.stringify's escapes; invalid UTF-8 becomes U+FFFD.
void append_quoted(std::string& out, std::string_view text);
void append_number(std::string& out, double value);  // as JavaScript: 1, 0.1, 1e+21; NaN is null
void append_number(std::string& out, std::int64_t value);
void append_number(std::string& out, std::uint64_t value);

// The bytes of the well-formed UTF-8 sequence that `text` begins with; 0 if it begins with none.
std::size_t utf8_sequence(std::string_view text);
bool is_utf8(std::string_view text);

}  // namespace strata::sio
