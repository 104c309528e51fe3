// http/client/retry.h - which methods may be sent twice, rfc9110-9.2, and when a request is.
// (codec)
#pragma once
#include <string_view>

#include "http/client/client_error.h"

namespace strata::http {

// Methods in capitals are meant: they are case-sensitive. An unknown one is neither.
bool is_safe(std::string_view method);        // rfc9110-9.2.1: reads only
bool is_idempotent(std::string_view method);  // rfc9110-9.2.2: twice is as once

inline constexpr unsigned retries_max = 2;  // of one request, beside its first attempt

// What became of one attempt.
struct Attempt {
  std::string_view method;
  ClientError fault = ClientError::none;
  unsigned number = 1;          // of this attempt, from 1
  bool nothing_sent = false;    // not a byte of the request left: no server can have acted
  bool reused = false;          // not the first exchange of its connection
  bool response_begun = false;  // a byte of a response came, 1xx included
  bool replayable = true;       // the content, if any, can be sent again from its beginning
};

// True where a request may be sent again without being asked to (rfc9110-9.2.2, rfc9112-9.3.1): the
// server closed an idle connection just when the request was on its way. Then nothing of a response
// has come, the connection had served before, and the method is idempotent or nothing was sent.
// Never after a timeout: the server may be at work.
bool may_retry(const Attempt& attempt);

}  // namespace strata::http
