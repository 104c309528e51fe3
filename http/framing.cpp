// http/framing.cpp - where a message ends, rfc9112-6.3: for a request and for its response. (codec)
#include "http/framing.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "http/target.h"

namespace strata::http {
namespace {

// The field lines that framing looks at: the first of each name.
struct KnownFields {
  const Field* host = nullptr;
  const Field* content_length = nullptr;
  const Field* transfer_encoding = nullptr;
  const Field* connection = nullptr;
  const Field* expect = nullptr;
  const Field* upgrade = nullptr;
  bool repeated = false;  // there is a second of some name
};

// As equals_ignore_case, for a text as long as the name, which is in small letters: whole words,
// not bytes. Setting the bit of small letters makes no other byte a letter, and none but CR, which
// no field holds, a '-'.
template <std::size_t N>
bool is_name(std::string_view text, const char (&name)[N]) {
  using Word = std::conditional_t<(N > 8), std::uint64_t, std::uint32_t>;
  constexpr Word small = static_cast<Word>(0x2020202020202020u);
  for (std::size_t i = 0; i < N - 1; i += sizeof(Word)) {
    const std::size_t at = std::min(i, N - 1 - sizeof(Word));  // the last one may overlap
    Word have, want;
    std::memcpy(&have, text.data() + at, sizeof(Word));
    std::memcpy(&want, name + at, sizeof(Word));
    if ((have | small) != want) return false;
  }
  return true;
}

KnownFields find_known(std::span<const Field> fields) {
  KnownFields known;
  const auto note = [&known](const Field*& first, const Field& field, const auto& name) {
    if (!is_name(field.name, name)) return;
    if (first != nullptr)
      known.repeated = true;
    else
      first = &field;
  };
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

// Calls `see` with the value of each of the lines named as `first` is, until it answers false.
template <class F>
bool all_lines(std::span<const Field> fields, const KnownFields& known, const Field* first, F see) {
  if (first == nullptr) return true;
  if (!known.repeated) return see(first->value);
  for (const Field& field : fields)
    if (equals_ignore_case(field.name, first->name) && !see(field.value)) return false;
  return true;
}

bool has_one(std::span<const Field> fields, const KnownFields& known, const Field* first) {
  std::size_t lines = 0;
  all_lines(fields, known, first, [&lines](std::string_view) { return ++lines != 0; });
  return lines == 1;
}

// rfc9112-6.1, -7: the one coding that we read is `chunked`; it is the last, and applied once.
std::optional<Refusal> check_codings(std::span<const Field> fields, const KnownFields& known) {
  bool chunked = false, unknown = false, malformed = false, behind = false;
  all_lines(fields, known, known.transfer_encoding, [&](std::string_view list) {
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

// stricter than rfc9112-6.3: of lists ("5, 5") even equal ones are refused; a request has one such
// field, and where a response repeats it, by the same digits, not merely the same number.
std::optional<Refusal> check_length(std::span<const Field> fields, const KnownFields& known,
                                    BodyLength& body) {
  const std::string_view first = known.content_length->value;
  const auto bytes = parse_size(first);
  if (!bytes) return Refusal{400, "a Content-Length that is no number of bytes"};
  const bool equal = all_lines(fields, known, known.content_length,
                               [first](std::string_view value) { return value == first; });
  if (!equal) return Refusal{400, "Content-Length fields that differ"};
  body = {BodyLength::Kind::length, *bytes};
  return std::nullopt;
}

struct Options {
  bool close = false, keep_alive = false, upgrade = false;
};

bool note_option(std::string_view option, Options& options) {
  if (option.size() == 10 && is_name(option, "keep-alive")) return options.keep_alive = true;
  if (option.size() == 5 && is_name(option, "close")) return options.close = true;
  if (option.size() == 7 && is_name(option, "upgrade")) return options.upgrade = true;
  return false;
}

Options connection_options(std::span<const Field> fields, const KnownFields& known) {
  Options options;  // rfc9110-7.6.1
  all_lines(fields, known, known.connection, [&](std::string_view list) {
    if (note_option(list, options)) return true;  // most lists have one
    for (;;) {
      const std::size_t comma = list.find(',');
      note_option(trim_ows(list.substr(0, comma)), options);
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
  if (known.host == nullptr) {
    if (http_1_1) return Refusal{400, "no Host"};
  } else {
    if (known.repeated && !has_one(head.fields, known, known.host))
      return Refusal{400, "more than one Host"};
    const std::string_view host = known.host->value;
    const std::string_view last = head.fields.back().value;  // a head is one piece of memory
    const auto behind = (last.data() + last.size()) - (host.data() + host.size());
    if (!is_host(host, static_cast<std::size_t>(behind))) return Refusal{400, "a malformed Host"};
  }

  // rfc9112-6.3: the two ways to say where a message ends exclude each other.
  head.body = {};
  if (known.transfer_encoding != nullptr) {
    if (known.content_length != nullptr)
      return Refusal{400, "both Transfer-Encoding and Content-Length"};
    if (!http_1_1) return Refusal{400, "a Transfer-Encoding in HTTP/1.0"};  // rfc9112-6.1
    if (const auto refusal = check_codings(head.fields, known)) return refusal;
    head.body.kind = BodyLength::Kind::chunked;
  } else if (known.content_length != nullptr) {
    if (known.repeated && !has_one(head.fields, known, known.content_length))
      return Refusal{400, "more than one Content-Length"};
    if (const auto refusal = check_length(head.fields, known, head.body)) return refusal;
  }

  const Options options = connection_options(head.fields, known);
  head.keep_alive = !options.close && (http_1_1 || options.keep_alive);    // rfc9112-9.3
  head.upgrade = http_1_1 && options.upgrade && known.upgrade != nullptr;  // rfc9110-7.8

  // rfc9110-10.1.1: an expectation of HTTP/1.0 is ignored; without content there is none to wait.
  head.expects_continue = false;
  if (http_1_1 && known.expect != nullptr) {
    const bool known_one = equals_ignore_case(known.expect->value, "100-continue");
    if (!known_one || (known.repeated && !has_one(head.fields, known, known.expect)))
      return Refusal{417, "an expectation other than 100-continue"};
    head.expects_continue = head.body.kind == BodyLength::Kind::chunked || head.body.bytes != 0;
  }
  return std::nullopt;
}

std::optional<Refusal> decide_framing(ResponseHead& head, Asked asked) {
  const KnownFields known = find_known(head.fields);
  const bool http_1_1 = head.minor_version >= 1;
  const Options options = connection_options(head.fields, known);
  head.keep_alive = !options.close && (http_1_1 || options.keep_alive);  // rfc9112-9.3
  head.upgrade = false;
  head.body = {};

  // rfc9112-6.3: a tunnel begins behind the head, whatever the fields say.
  if (asked == Asked::connect && head.status / 100 == 2) {
    head.upgrade = true;
    return std::nullopt;
  }
  // stricter than rfc9112-6.3, which lets the coding win: what one reader takes by its length and
  // another by its chunks holds a second response for one of them.
  if (known.transfer_encoding != nullptr) {
    if (known.content_length != nullptr)
      return Refusal{400, "both Transfer-Encoding and Content-Length"};
    if (!http_1_1) return Refusal{400, "a Transfer-Encoding in HTTP/1.0"};  // rfc9112-6.1
    if (const auto refusal = check_codings(head.fields, known)) return refusal;
    head.body.kind = BodyLength::Kind::chunked;
  } else if (known.content_length != nullptr) {
    if (const auto refusal = check_length(head.fields, known, head.body)) return refusal;
  } else {
    head.body.kind = BodyLength::Kind::until_close;
  }

  const bool informational = head.status < 200;
  if (informational || head.status == 204) {
    // rfc9110-8.6, rfc9112-6.1: neither field may be here. A length of none does no harm; any other
    // is content that a careless reader expects, or that this server is about to send.
    if (head.body.kind == BodyLength::Kind::chunked || head.body.bytes != 0)
      return Refusal{400, "content announced by a status that has none"};
    head.body = {};
  }
  if (asked == Asked::head || head.status == 304) head.body = {};
  if (head.status == 101) {  // rfc9110-15.2.2
    if (!http_1_1 || !options.upgrade || known.upgrade == nullptr)
      return Refusal{400, "a 101 that names no protocol"};
    head.upgrade = true;
  }
  // Only the end of the connection tells the end of such content: rfc9112-9.3.
  if (head.body.kind == BodyLength::Kind::until_close) head.keep_alive = false;
  return std::nullopt;
}

}  // namespace strata::http
