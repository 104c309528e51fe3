// http/form.cpp - forms, decoded pair by pair. (codec)
#include "http/form.h"

#include "http/scan.h"
#include "http/target.h"

namespace strata::http {

std::optional<std::string_view> Form::get(std::string_view name) const {
  for (const auto& [key, value] : pairs_)
    if (key == name) return value;
  return std::nullopt;
}

std::vector<std::string_view> Form::all(std::string_view name) const {
  std::vector<std::string_view> found;
  for (const auto& [key, value] : pairs_)
    if (key == name) found.emplace_back(value);
  return found;
}

net::Result<Form, Refusal> parse_form(std::string_view text, std::size_t pairs_max) {
  Form form;
  PairReader reader(text);
  while (const auto pair = reader.next()) {
    if (form.pairs_.size() == pairs_max) return Refusal{413, "the form has too many fields"};
    form.pairs_.emplace_back(form_decode(pair->name), form_decode(pair->value));
  }
  return form;
}

// As URLSearchParams writes it: letters, digits and "*-._" as they are, a blank as '+'.
std::string write_form(const std::vector<Form::Pair>& pairs) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string text;
  const auto add = [&](std::string_view part) {
    for (const char c : part) {
      const bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
      if (letter || is_digit(c) || c == '*' || c == '-' || c == '.' || c == '_') {
        text += c;
      } else if (c == ' ') {
        text += '+';
      } else {
        const auto byte = static_cast<unsigned char>(c);
        text += {'%', digits[byte >> 4], digits[byte & 15]};
      }
    }
  };
  for (const auto& [name, value] : pairs) {
    if (!text.empty()) text += '&';
    add(name);
    text += '=';
    add(value);
  }
  return text;
}

}  // namespace strata::http
