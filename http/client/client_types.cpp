// http/client/client_types.cpp - what programs ask of responses and failures.
#include "http/client/client_types.h"

#include "http/message.h"

namespace strata::http {

std::string ClientFailure::to_string() const {
  std::string text(why.empty() ? sentence(error) : why);
  if (system) text += " (" + system.message() + ")";
  return text;
}

std::string_view ResponseInfo::header(std::string_view name) const {
  for (const auto& [each, value] : headers)
    if (equals_ignore_case(each, name)) return value;
  return {};
}

}  // namespace strata::http
