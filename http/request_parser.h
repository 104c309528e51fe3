// http/request_parser.h - the head of a request, rfc9112-2 to -6: bytes in, views out. (codec)
#pragma once
#include <vector>

#include "http/message.h"
#include "net/parse.h"

namespace strata::http {

// Finds and checks one head at a time. "Not yet" consumes nothing and remembers how far it looked,
// so a head that comes in N pieces costs O(bytes). A value has consumed the head; its views live
// until the bytes move or the next call. After an error nothing more is to be parsed.
class RequestParser {
 public:
  explicit RequestParser(const Limits& limits) : limits_(&limits) {}
  net::Parse<RequestHead, Refusal> next(net::MutableBytes& in);
  // A byte of a head has come (the head's deadline runs); false between messages.
  bool started() const { return searched_ > 0; }

 private:
  const Limits* limits_;
  std::size_t searched_ = 0;
  std::vector<Field> fields_;
};

}  // namespace strata::http
