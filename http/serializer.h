// http/serializer.h - the head of a response, rfc9112-4 and -5: values in, bytes out. (codec)
#pragma once
#include <cstdint>
#include <string_view>

#include "http/body.h"
#include "net/send_queue.h"

namespace strata::http {

// Writes one head straight into the queue: status line, field lines, the empty line.
//
//   ResponseHead head(out, 200);
//   head.field("Content-Type", "text/plain");
//   head.raw(date_line.at(unix_seconds));
//   head.content_length(5);
//   head.end();
//   out.append("Hello");
//
//   Lives:  between two appends to `out`: nothing else may be appended until end() or destruction.
//   Errors: what could end a line early is left out, and the call answers false.
class ResponseHead {
 public:
  // `phrase` is the registered one where it is empty; one with a control byte is left out.
  ResponseHead(net::SendQueue& out, int status, std::string_view phrase = {});
  ~ResponseHead() { flush(); }
  ResponseHead(const ResponseHead&) = delete;
  ResponseHead& operator=(const ResponseHead&) = delete;

  // False, and nothing written, where `name` is no token or `value` holds CR, LF, NUL or another
  // control byte: a field taken from a request cannot split the response (rfc9110-5.5).
  bool field(std::string_view name, std::string_view value);
  void content_length(std::uint64_t bytes);  // rfc9110-8.6: never with 1xx and 204
  void chunked();                            // rfc9112-6.1: to HTTP/1.1 only
  void close();                              // Connection: close, rfc9112-9.6
  void keep_alive();                         // Connection: keep-alive, for HTTP/1.0
  // Whole field lines with their CRLFs that were checked before: a Date, a rendered table.
  void raw(std::string_view lines) { put(lines); }
  void end();  // the empty line

 private:
  void put(std::string_view text);
  void put_number(std::uint64_t value);
  void flush();

  net::SendQueue& out_;
  net::MutableBytes room_;  // reserved at the tail of `out_`
  std::size_t used_ = 0;
};

// rfc9110-15.2.1: sent before the content is read, if a request expects it.
void append_continue(net::SendQueue& out);

}  // namespace strata::http
