// http/body.cpp - where a message ends, rfc9112-6.3, and what lies between; rfc9112-7.1. (codec)
//
//   5;name="value" CRLF    chunk-size in hex, extensions (checked, ignored)
//   hello CRLF             chunk-data
//   0 CRLF                 last-chunk
//   Checksum: 1f CRLF      trailer fields (checked, capped, dropped: they decide nothing)
//   CRLF
#include "http/body.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "http/scan.h"
#include "http/target.h"

namespace strata::http {
namespace {

constexpr std::uint64_t overhead_bytes_free = 16 * 1024;
constexpr std::uint8_t size_digits_max = 16;  // of a u64 in hex

// The field lines that framing looks at: the first of each name, and how many there are.
struct Known {
  const Field* first = nullptr;
  std::size_t lines = 0;
};
struct KnownFields {
  Known host, content_length, transfer_encoding, connection, expect, upgrade;
};

// As equals_ignore_case, for a token and a name in small letters: whole words, not bytes. Setting
// the bit of small letters in a token makes no other token character a letter or a '-'.
template <std::size_t N>
bool is_name(std::string_view token, const char (&name)[N]) {
  using Word = std::conditional_t<(N > 8), std::uint64_t, std::uint32_t>;
  constexpr Word small = static_cast<Word>(0x2020202020202020u);
  for (std::size_t i = 0; i < N - 1; i += sizeof(Word)) {
    const std::size_t at = std::min(i, N - 1 - sizeof(Word));  // the last one may overlap
    Word have, want;
    std::memcpy(&have, token.data() + at, sizeof(Word));
    std::memcpy(&want, name + at, sizeof(Word));
    if ((have | small) != want) return false;
  }
  return true;
}

template <std::size_t N>
void note(Known& known, const Field& field, const char (&name)[N]) {
  if (is_name(field.name, name) && known.lines++ == 0) known.first = &field;
}

KnownFields find_known(std::span<const Field> fields) {
  KnownFields known;
  for (const Field& field : fields) {
    switch (field.name.size()) {  // each of the six has a length of its own
      case 4:
        note(known.host, field, "host");
        break;
      case 6:
        note(known.expect, field, "expect");
        break;
      case 7:
        note(known.upgrade, field, "upgrade");
        break;
      case 10:
        note(known.connection, field, "connection");
        break;
      case 14:
        note(known.content_length, field, "content-length");
        break;
      case 17:
        note(known.transfer_encoding, field, "transfer-encoding");
        break;
      default:
        break;
    }
  }
  return known;
}

// Calls `see` with the value of each of the lines named `name`, until it answers false.
template <class F>
bool all_lines(const RequestHead& head, const Known& known, std::string_view name, F see) {
  if (known.lines == 0) return true;
  if (known.lines == 1) return see(known.first->value);
  for (const Field& field : head.fields)
    if (equals_ignore_case(field.name, name) && !see(field.value)) return false;
  return true;
}

// rfc9112-6.1, -7: the one coding that we read is `chunked`; it is the last, and applied once.
std::optional<Refusal> check_codings(const RequestHead& head, const Known& lines) {
  bool chunked = false, unknown = false, malformed = false, behind = false;
  all_lines(head, lines, "transfer-encoding", [&](std::string_view list) {
    for (;;) {
      const std::size_t comma = list.find(',');
      const std::string_view coding = trim_ows(list.substr(0, comma));
      // rfc9112-7.1: chunked takes no parameters, and what has some we would not know anyway.
      const std::string_view name = trim_ows(coding.substr(0, coding.find(';')));
      const bool is_chunked = equals_ignore_case(name, "chunked");
      if (!is_token(name) || (is_chunked && name.size() != coding.size())) malformed = true;
      if (chunked) behind = true;
      if (is_chunked)
        chunked = true;
      else
        unknown = true;
      if (comma == std::string_view::npos) return true;
      list.remove_prefix(comma + 1);
    }
  });
  if (malformed) return Refusal{400, "a malformed Transfer-Encoding"};
  if (behind) return Refusal{400, "a transfer coding behind chunked"};  // rfc9112-6.3
  if (unknown) return Refusal{501, "an unknown transfer coding"};       // rfc9112-6.1
  return std::nullopt;
}

// stricter than rfc9112-6.3: of lists ("5, 5") even equal ones are refused, and a repetition has to
// be the same digits, not merely the same number.
std::optional<Refusal> check_length(RequestHead& head, const Known& lines) {
  const std::string_view first = lines.first->value;
  const auto bytes = parse_size(first);
  if (!bytes) return Refusal{400, "a Content-Length that is no number of bytes"};
  const bool equal = all_lines(head, lines, "content-length",
                               [first](std::string_view value) { return value == first; });
  if (!equal) return Refusal{400, "Content-Length fields that differ"};
  head.body = {BodyLength::Kind::length, *bytes};
  return std::nullopt;
}

struct Options {
  bool close = false, keep_alive = false, upgrade = false;
};

Options connection_options(const RequestHead& head, const Known& lines) {  // rfc9110-7.6.1
  Options options;
  all_lines(head, lines, "connection", [&](std::string_view list) {
    for (;;) {
      const std::size_t comma = list.find(',');
      const std::string_view option = trim_ows(list.substr(0, comma));
      if (equals_ignore_case(option, "close")) options.close = true;
      if (equals_ignore_case(option, "keep-alive")) options.keep_alive = true;
      if (equals_ignore_case(option, "upgrade")) options.upgrade = true;
      if (comma == std::string_view::npos) return true;
      list.remove_prefix(comma + 1);
    }
  });
  return options;
}

}  // namespace

std::optional<Refusal> decide_framing(RequestHead& head) {
  const KnownFields known = find_known(head.fields);
  const bool http_1_1 = head.minor_version >= 1;

  // rfc9112-3.2: one Host, and a valid one; HTTP/1.0 did not know it.
  if (known.host.lines > 1) return Refusal{400, "more than one Host"};
  if (known.host.lines == 0 && http_1_1) return Refusal{400, "no Host"};
  if (known.host.lines == 1 && !is_host(known.host.first->value))
    return Refusal{400, "a malformed Host"};

  // rfc9112-6.3: the two ways to say where a message ends exclude each other.
  head.body = {};
  if (known.transfer_encoding.lines != 0) {
    if (known.content_length.lines != 0)
      return Refusal{400, "both Transfer-Encoding and Content-Length"};
    if (!http_1_1) return Refusal{400, "a Transfer-Encoding in HTTP/1.0"};  // rfc9112-6.1
    if (const auto refusal = check_codings(head, known.transfer_encoding)) return refusal;
    head.body.kind = BodyLength::Kind::chunked;
  } else if (known.content_length.lines != 0) {
    if (const auto refusal = check_length(head, known.content_length)) return refusal;
  }

  const Options options = connection_options(head, known.connection);
  head.keep_alive = !options.close && (http_1_1 || options.keep_alive);    // rfc9112-9.3
  head.upgrade = http_1_1 && options.upgrade && known.upgrade.lines != 0;  // rfc9110-7.8

  // rfc9110-10.1.1: an expectation of HTTP/1.0 is ignored; without content there is none to wait.
  head.expects_continue = false;
  if (http_1_1 && known.expect.lines != 0) {
    const bool known_one = all_lines(head, known.expect, "expect", [](std::string_view value) {
      return equals_ignore_case(value, "100-continue");
    });
    if (!known_one) return Refusal{417, "an expectation other than 100-continue"};
    head.expects_continue = head.body.kind == BodyLength::Kind::chunked || head.body.bytes != 0;
  }
  return std::nullopt;
}

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
    left_ = in.size();
    if (left_ > limits_.max_body - received_) return Refusal{413, "content over its limit"};
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
    if (++trailer_bytes_ > limits_.max_head) return Refusal{431, "trailers over their limit"};
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

// rfc9112-7.1.2: as strict as the fields of a head, and then forgotten.
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

void append_chunk(std::string_view bytes, net::SendQueue& out) {
  if (bytes.empty()) return;
  char line[size_digits_max + 2];
  char* at = line + sizeof line;
  *--at = '\n';
  *--at = '\r';
  for (std::size_t left = bytes.size(); left != 0; left >>= 4)
    *--at = "0123456789abcdef"[left & 15];
  out.append(std::string_view(at, static_cast<std::size_t>(line + sizeof line - at)));
  out.append(bytes);
  out.append("\r\n");
}

void append_last_chunk(net::SendQueue& out) { out.append("0\r\n\r\n"); }

}  // namespace strata::http
