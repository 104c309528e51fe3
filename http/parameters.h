// http/parameters.h - `name=value` as many fields have it, rfc9110-5.6.6. Strict. (codec)
//
//   form-data; name="a \"b\""; filename=x.txt
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace strata::http {

struct Parameter {
  std::string_view name;  // a token
  std::string value;      // without quotes and backslashes
};

// What a backslash in quotes takes with it.
enum class Backslash {
  any,    // rfc9110-5.6.4: whatever follows
  quote,  // only '"' and '\': browsers write file names such as "C:\new" as they are
};

// Takes one from the front of `rest`, which then begins behind it. Nothing, and `rest` as it was,
// where none stands there: no token, no '=', a quote that is not closed, a control byte.
std::optional<Parameter> take_parameter(std::string_view& rest, Backslash rule = Backslash::any);

// Takes `mark` with the blanks around it; false, and nothing taken, where it is not next.
bool take_mark(std::string_view& rest, char mark);

}  // namespace strata::http
