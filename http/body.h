// http/body.h - the content of a message: by length, chunked, or until close; rfc9112-6, -7.
// (codec)
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "http/message.h"
#include "net/parse.h"
#include "net/send_queue.h"

namespace strata::http {

// The next piece of content, or its end.
struct BodyPiece {
  net::Bytes bytes;   // lives until the bytes offered move
  bool last = false;  // the content is complete; `bytes` may be empty
};

// Reads the content behind a head. Consumes what it understood, never a byte of the next message;
// "not yet" wants more bytes, and may have consumed chunk framing. A refusal that the head alone
// decides (413 for a declared length) comes from the first call, even one with no bytes.
//   Errors: after one, nothing more is to be read.
class BodyReader {
 public:
  BodyReader() = default;
  // `limits.max_body` refuses with 413 at the size line or declared length, before the data;
  // trailers count against `limits.max_head`, chunk overhead against 16 KiB + 1/4 of the body.
  BodyReader(BodyLength length, const Limits& limits);
  net::Parse<BodyPiece, Refusal> next(net::MutableBytes& in);
  // The connection ended: true if that is the end of the content (until_close), false if it is
  // cut off.
  bool ended() const { return done() || length_.kind == BodyLength::Kind::until_close; }
  bool done() const { return stage_ == Stage::done; }
  std::uint64_t received() const { return received_; }  // bytes of content so far
  // The trailer fields, once done(): they live as long as the reader. Nothing here acts on them,
  // and no caller should take them for fields of the head (rfc9110-6.5.1).
  std::vector<Field> trailers() const;

 private:
  enum class Stage : std::uint8_t {
    data,  // of a length, a chunk, or until close
    size,
    ext_bws,
    ext_name_start,
    ext_name,
    ext_name_bws,  // the line before a chunk
    ext_value_start,
    ext_value,
    ext_quoted,
    ext_escape,
    ext_value_end,
    size_lf,
    data_cr,
    data_lf,  // behind its data
    trailer_line,
    trailer_name,
    trailer_value,
    trailer_lf,
    end_lf,
    done
  };
  net::Parse<BodyPiece, Refusal> take_data(net::MutableBytes& in);
  std::optional<Refusal> read_framing(char c);
  std::optional<Refusal> read_size(char c);
  std::optional<Refusal> read_extension(char c);
  std::optional<Refusal> read_trailer(char c);
  std::optional<Refusal> go(Stage next);

  BodyLength length_;
  Limits limits_;
  std::uint64_t left_ = 0;      // data bytes of the length or of this chunk still to come
  std::uint64_t received_ = 0;  // data bytes taken
  std::uint64_t overhead_ = 0;  // bytes of chunk framing
  std::string trailer_;         // the lines of it, as sent
  std::size_t trailer_fields_ = 0;
  Stage stage_ = Stage::done;
  std::uint8_t digits_ = 0;  // of this chunk's size: at most 16, counted before the multiply
};

// "1a\r\n" and what follows it: the frame of one chunk, rfc9112-7.1. No bytes, no chunk: an empty
// one would end the content.
void append_chunk(std::string_view bytes, net::SendQueue& out);
void append_chunk_size(std::size_t bytes, net::SendQueue& out);  // its first line alone
void append_last_chunk(net::SendQueue& out);

}  // namespace strata::http
