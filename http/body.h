// http/body.h - the content of a message: by length, chunked, or until close; rfc9112-6, -7.
// (codec)
#pragma once
#include <cstdint>

#include "http/message.h"
#include "net/parse.h"
#include "net/send_queue.h"

namespace strata::http {

// The next piece of content, or its end.
struct BodyPiece {
  net::Bytes bytes;   // lives until the bytes offered move
  bool last = false;  // the content is complete; `bytes` may be empty
};

// Reads the content behind a head. Consumes what it understood; "not yet" wants more bytes.
class BodyReader {
 public:
  BodyReader() = default;
  // `limits.max_body` refuses with 413 at the size line or declared length, before the data;
  // trailers count against `limits.max_head`, chunk overhead against 16 KiB + 1/4 of the body.
  BodyReader(BodyLength length, const Limits& limits);
  net::Parse<BodyPiece, Refusal> next(net::MutableBytes& in);
  // The connection ended: true if that is the end of the content (until_close), false if it is
  // cut off.
  bool ended() const;
  bool done() const;

 private:
  BodyLength length_;
};

// "1a\r\n" and what follows it: the frame of one chunk, rfc9112-7.1.
void append_chunk(std::string_view bytes, net::SendQueue& out);
void append_last_chunk(net::SendQueue& out);

}  // namespace strata::http
