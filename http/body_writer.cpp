// http/body_writer.cpp - pieces of content and their framing into the queue. (codec)
#include "http/body_writer.h"

#include <utility>

#include "http/body.h"

namespace strata::http {

template <class Piece>
bool BodyWriter::put(Piece piece, std::size_t bytes, net::SendQueue& out) {
  if (bytes == 0 || framing_ == BodyFraming::none) return true;
  written_ += bytes;
  if (framing_ == BodyFraming::length) left_ -= bytes;
  if (framing_ == BodyFraming::chunked) append_chunk_size(bytes, out);
  out.append(std::forward<Piece>(piece));
  if (framing_ == BodyFraming::chunked) out.append("\r\n");
  return true;
}

bool BodyWriter::write(std::string_view piece, net::SendQueue& out) {
  if (framing_ == BodyFraming::length && piece.size() > left_) {
    put(piece.substr(0, static_cast<std::size_t>(left_)), static_cast<std::size_t>(left_), out);
    return false;
  }
  return put(piece, piece.size(), out);
}

bool BodyWriter::write(std::string&& piece, net::SendQueue& out) {
  const std::size_t bytes = piece.size();
  if (framing_ == BodyFraming::length && bytes > left_) return write(std::string_view(piece), out);
  return put<std::string&&>(std::move(piece), bytes, out);
}

bool BodyWriter::write(net::SharedBytes piece, net::SendQueue& out) {
  const std::size_t bytes = piece == nullptr ? 0 : piece->size();
  if (framing_ == BodyFraming::length && bytes > left_) return write(std::string_view(*piece), out);
  return put<net::SharedBytes&&>(std::move(piece), bytes, out);
}

bool BodyWriter::end(std::string_view trailers, net::SendQueue& out) {
  if (framing_ == BodyFraming::length) return left_ == 0;
  if (framing_ != BodyFraming::chunked) return true;
  out.append("0\r\n");
  out.append(trailers);
  out.append("\r\n");
  return true;
}

}  // namespace strata::http
