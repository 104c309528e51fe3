// http/serializer.h - the head of a message, rfc9112-3 to -5: values in, bytes out. (codec)
#pragma once
#include <cstdint>
#include <string_view>

#include "http/body.h"
#include "net/send_queue.h"

namespace strata::http {

// Writes one head straight into the queue: start line, field lines, the empty line.
//
//   HeadWriter head(out, 200);
//   head.field("Content-Type", "text/plain");
//   head.raw(date_line.at(unix_seconds));
//   head.content_length(5);
//   head.end();
//   out.append("Hello");
//
//   Lives:  between two appends to `out`: nothing else may be appended until end() or destruction.
//   Errors: what could end a line early is left out, and the call answers false.
class HeadWriter {
 public:
  // `phrase` is the registered one where it is empty; one with a control byte is left out.
  HeadWriter(net::SendQueue& out, int status, std::string_view phrase = {});
  // Of a request, rfc9112-3. REQUIRES: a method that is a token, a target that parse_target()
  // takes.
  HeadWriter(net::SendQueue& out, std::string_view method, std::string_view target);
  ~HeadWriter() { flush(); }
  HeadWriter(const HeadWriter&) = delete;
  HeadWriter& operator=(const HeadWriter&) = delete;

  // False, and nothing written, where `name` is no token or `value` holds CR, LF, NUL or another
  // control byte: a field taken from a message cannot split another (rfc9110-5.5).
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
