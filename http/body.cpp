// http/body.cpp - what lies between a head and its message's end, rfc9112-6.2 and -7.1. (codec)
//
//   5;name="value" CRLF    chunk-size in hex, extensions (checked, ignored)
//   hello CRLF             chunk-data
//   0 CRLF                 last-chunk
//   Checksum: 1f CRLF      trailer fields (checked, capped, kept apart: they decide nothing)
//   CRLF
#include "http/body.h"

#include <algorithm>

#include "http/scan.h"

namespace strata::http {
namespace {

constexpr std::uint64_t overhead_bytes_free = 16 * 1024;
constexpr std::uint8_t size_digits_max = 16;  // of a u64 in hex

}  // namespace

BodyReader::BodyReader(BodyLength length, const Limits& limits)
    : length_(length), limits_(limits), stage_(Stage::data) {
  if (length.kind == BodyLength::Kind::length) left_ = length.bytes;
  if (length.kind == BodyLength::Kind::chunked) stage_ = Stage::size;
  if (length.kind == BodyLength::Kind::none) stage_ = Stage::done;
}

net::Parse<BodyPiece, Refusal> BodyReader::next(net::MutableBytes& in) {
  if (stage_ == Stage::data) return take_data(in);
  // Framing is consumed as it comes, so it is looked at once and never kept.
  std::size_t at = 0;
  while (stage_ != Stage::done && stage_ != Stage::data && at != in.size()) {
    if (const auto refusal = read_framing(static_cast<char>(in[at]))) return *refusal;
    ++at;
  }
  in = in.subspan(at);
  if (stage_ == Stage::done) return BodyPiece{{}, true};
  if (stage_ == Stage::data) return take_data(in);
  return {};
}

net::Parse<BodyPiece, Refusal> BodyReader::take_data(net::MutableBytes& in) {
  const bool chunked = length_.kind == BodyLength::Kind::chunked;
  if (length_.kind == BodyLength::Kind::until_close) {
    left_ = std::min<std::uint64_t>(in.size(), limits_.max_body - received_);
    // Up to the limit it is given, however it came: then the verdict is the same for all pieces.
    if (left_ == 0 && !in.empty()) return Refusal{413, "content over its limit"};
  } else if (!chunked && length_.bytes > limits_.max_body) {
    return Refusal{413, "content over its limit"};
  }
  const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, in.size()));
  if (taken == 0 && (chunked || length_.bytes != 0 || length_.kind != BodyLength::Kind::length))
    return {};
  const BodyPiece piece{in.subspan(0, taken), false};
  in = in.subspan(taken);
  left_ -= taken;
  received_ += taken;
  if (left_ != 0 || length_.kind == BodyLength::Kind::until_close) return piece;
  stage_ = chunked ? Stage::data_cr : Stage::done;
  return BodyPiece{piece.bytes, stage_ == Stage::done};
}

std::optional<Refusal> BodyReader::go(Stage next) {
  stage_ = next;
  return std::nullopt;
}

std::optional<Refusal> BodyReader::read_framing(char c) {
  if (stage_ >= Stage::trailer_line) {
    // The fields of a trailer are as many and as long as those of a head may be.
    if (trailer_.size() == limits_.max_head) return Refusal{431, "trailers over their limit"};
    trailer_.push_back(c);
    return read_trailer(c);
  }
  // CVE-2024-22019: extensions and one-byte chunks cost more than they carry.
  if (++overhead_ > overhead_bytes_free + received_ / 4)
    return Refusal{400, "more chunk framing than the content allows"};
  if (stage_ == Stage::data_cr)
    return c == '\r' ? go(Stage::data_lf) : Refusal{400, "chunk data longer than its size"};
  if (stage_ == Stage::data_lf) {
    digits_ = 0;
    return c == '\n' ? go(Stage::size) : Refusal{400, "a CR without its LF behind chunk data"};
  }
  if (stage_ == Stage::size) return read_size(c);
  return read_extension(c);
}

// rfc9112-7.1: chunk-size = 1*HEXDIG. No sign, no 0x, no white space in front.
std::optional<Refusal> BodyReader::read_size(char c) {
  if (is_char(c, hex_char)) {
    if (digits_ == size_digits_max) return Refusal{400, "a chunk size of more than 16 digits"};
    ++digits_;
    left_ = left_ * 16 + static_cast<unsigned>(hex_value(c));
    // The data has not come, and need not.
    if (left_ > limits_.max_body - received_) return Refusal{413, "content over its limit"};
    return std::nullopt;
  }
  if (digits_ == 0) return Refusal{400, "a chunk without a size"};
  return read_extension(c);
}

// rfc9112-7.1.1: *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] ), then CRLF.
std::optional<Refusal> BodyReader::read_extension(char c) {
  const auto refuse = [] { return Refusal{400, "a malformed chunk size line"}; };
  const bool token = is_char(c, token_char);
  switch (stage_) {
    case Stage::size:  // behind the digits
    case Stage::ext_value_end:
      if (c == '\r') return go(Stage::size_lf);
      [[fallthrough]];
    case Stage::ext_bws:
      if (is_ows(c)) return go(Stage::ext_bws);  // then a ';' must come: no padding before CRLF
      return c == ';' ? go(Stage::ext_name_start) : refuse();
    case Stage::ext_name_start:
      if (is_ows(c)) return std::nullopt;
      return token ? go(Stage::ext_name) : refuse();
    case Stage::ext_name:
      if (token) return std::nullopt;
      if (c == '\r') return go(Stage::size_lf);
      [[fallthrough]];
    case Stage::ext_name_bws:
      if (is_ows(c)) return go(Stage::ext_name_bws);
      if (c == '=') return go(Stage::ext_value_start);
      return c == ';' ? go(Stage::ext_name_start) : refuse();
    case Stage::ext_value_start:
      if (is_ows(c)) return std::nullopt;
      if (c == '"') return go(Stage::ext_quoted);
      return token ? go(Stage::ext_value) : refuse();
    case Stage::ext_value:
      if (token) return std::nullopt;
      if (c == '\r') return go(Stage::size_lf);
      if (is_ows(c)) return go(Stage::ext_bws);
      return c == ';' ? go(Stage::ext_name_start) : refuse();
    case Stage::ext_quoted:  // rfc9110-5.6.4
      if (c == '"') return go(Stage::ext_value_end);
      if (c == '\\') return go(Stage::ext_escape);
      return is_char(c, value_char) ? std::nullopt : std::optional<Refusal>(refuse());
    case Stage::ext_escape:
      return is_char(c, value_char) ? go(Stage::ext_quoted) : refuse();
    default:  // size_lf
      if (c != '\n') return refuse();
      return go(left_ != 0 ? Stage::data : Stage::trailer_line);
  }
}

// rfc9112-7.1.2: as strict as the fields of a head.
std::optional<Refusal> BodyReader::read_trailer(char c) {
  const auto refuse = [] { return Refusal{400, "a malformed trailer"}; };
  switch (stage_) {
    case Stage::trailer_line:
      if (c == '\r') return go(Stage::end_lf);
      if (!is_char(c, token_char)) return refuse();
      if (++trailer_fields_ > limits_.max_fields)
        return Refusal{431, "more trailer fields than the limit"};
      return go(Stage::trailer_name);
    case Stage::trailer_name:
      if (is_char(c, token_char)) return std::nullopt;
      return c == ':' ? go(Stage::trailer_value) : refuse();
    case Stage::trailer_value:
      if (is_char(c, value_char)) return std::nullopt;
      return c == '\r' ? go(Stage::trailer_lf) : refuse();
    case Stage::trailer_lf:
      return c == '\n' ? go(Stage::trailer_line) : refuse();
    default:  // end_lf
      return c == '\n' ? go(Stage::done) : refuse();
  }
}

std::vector<Field> BodyReader::trailers() const {
  std::vector<Field> fields;
  if (!done()) return fields;
  std::string_view left = trailer_;
  for (std::size_t end = left.find("\r\n"); end != 0 && end != left.npos; end = left.find("\r\n")) {
    const std::size_t colon = left.find(':');
    fields.push_back({left.substr(0, colon), trim_ows(left.substr(colon + 1, end - colon - 1))});
    left.remove_prefix(end + 2);
  }
  return fields;
}

void append_chunk_size(std::size_t bytes, net::SendQueue& out) {
  char line[size_digits_max + 2];
  char* at = line + sizeof line;
  *--at = '\n';
  *--at = '\r';
  for (std::size_t left = bytes; left != 0; left >>= 4) *--at = "0123456789abcdef"[left & 15];
  out.append(std::string_view(at, static_cast<std::size_t>(line + sizeof line - at)));
}

void append_chunk(std::string_view bytes, net::SendQueue& out) {
  if (bytes.empty()) return;
  append_chunk_size(bytes.size(), out);
  out.append(bytes);
  out.append("\r\n");
}

void append_last_chunk(net::SendQueue& out) { out.append("0\r\n\r\n"); }

}  // namespace strata::http
