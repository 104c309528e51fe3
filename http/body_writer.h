// http/body_writer.h - content written piece by piece, in the framing that its head announced,
// rfc9112-6 and rfc9112-7.1: (codec)
//
//   length       Hello                     exactly as many bytes as were announced
//   chunked      5 CRLF Hello CRLF  0 CRLF [trailer lines] CRLF
//   until_close  Hello                     and then the end of the connection
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "net/bytes.h"
#include "net/send_queue.h"

namespace strata::http {

enum class BodyFraming : std::uint8_t { none, length, chunked, until_close };

// Pieces given by std::string&& or SharedBytes reach the queue without a copy, if they are large.
class BodyWriter {
 public:
  BodyWriter() = default;
  // `bytes`: what a Content-Length announced. With `none` everything is dropped: HEAD, 204, 304.
  explicit BodyWriter(BodyFraming framing, std::uint64_t bytes = 0)
      : left_(bytes), framing_(framing) {}
  // False: more than was announced came, and what is too much was left out.
  bool write(std::string_view piece, net::SendQueue& out);
  bool write(std::string&& piece, net::SendQueue& out);
  bool write(net::SharedBytes piece, net::SendQueue& out);
  // Ends the content; `trailers` are whole checked field lines, for chunks only (rfc9112-7.1.2).
  // False: less than was announced came, and only the connection's end can tell the reader.
  bool end(std::string_view trailers, net::SendQueue& out);

  BodyFraming framing() const { return framing_; }
  std::uint64_t written() const { return written_; }  // bytes of content, without framing
  std::uint64_t left() const { return left_; }        // of the announced length

 private:
  template <class Piece>
  bool put(Piece piece, std::size_t bytes, net::SendQueue& out);

  std::uint64_t left_ = 0;
  std::uint64_t written_ = 0;
  BodyFraming framing_ = BodyFraming::none;
};

}  // namespace strata::http
