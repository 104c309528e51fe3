// http/client/retry.cpp - the rules of a second attempt. (codec)
#include "http/client/retry.h"

#include <algorithm>
#include <iterator>

namespace strata::http {

bool is_safe(std::string_view method) {
  constexpr std::string_view safe[] = {"GET", "HEAD", "OPTIONS", "TRACE"};
  return std::find(std::begin(safe), std::end(safe), method) != std::end(safe);
}

bool is_idempotent(std::string_view method) {
  return is_safe(method) || method == "PUT" || method == "DELETE";
}

bool may_retry(const Attempt& attempt) {
  if (attempt.number > retries_max || !attempt.replayable || attempt.response_begun) return false;
  if (attempt.fault != ClientError::closed_before_response) return false;
  if (attempt.nothing_sent) return true;
  return attempt.reused && is_idempotent(attempt.method);
}

}  // namespace strata::http
