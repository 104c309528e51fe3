// http/form.h - name=value pairs as HTML forms send them: application/x-www-form-urlencoded.
// (codec)
//
//   name=Ada+Lovelace&tag=a&tag=%C3%A4
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/message.h"
#include "net/parse.h"

namespace strata::http {

inline constexpr std::size_t max_form_pairs = 1000;

// Decoded pairs in the order of the text; a name may come several times.
class Form {
 public:
  using Pair = std::pair<std::string, std::string>;
  std::optional<std::string_view> get(std::string_view name) const;  // the first of that name
  std::vector<std::string_view> all(std::string_view name) const;
  bool has(std::string_view name) const { return get(name).has_value(); }
  auto begin() const { return pairs_.begin(); }
  auto end() const { return pairs_.end(); }
  std::size_t size() const { return pairs_.size(); }
  bool empty() const { return pairs_.empty(); }

 private:
  friend net::Result<Form, Refusal> parse_form(std::string_view, std::size_t);
  std::vector<Pair> pairs_;
};

// Nothing is malformed: what does not decode is kept as it was sent, as browsers do. Refused with
// 413 where there are more than `pairs_max`.
net::Result<Form, Refusal> parse_form(std::string_view text,
                                      std::size_t pairs_max = max_form_pairs);
std::string write_form(const std::vector<Form::Pair>& pairs);

}  // namespace strata::http
