// http/message.h - heads as views into received memory, and refusals. (codec)
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "net/bytes.h"

namespace strata::http {

// Why a message is refused: the status to answer with, and a sentence for its reader.
struct Refusal {
  int status = 400;
  std::string_view why;  // static text: never a copy of the input
};

struct Field {
  std::string_view name;   // as sent; compared without regard to case (rfc9110-5.1)
  std::string_view value;  // OWS trimmed
};

struct Limits {
  std::size_t max_target = 8 * 1024;  // bytes of the request target: 414
  std::size_t max_head = 16 * 1024;   // bytes of the whole head, trailers likewise: 431
  std::size_t max_fields = 100;       // field lines: 431
  std::size_t max_body = 1'000'000;   // bytes of content, settable per route: 413
};

// How the content of a message is delimited, rfc9112-6.3; decided once, from the whole head.
struct BodyLength {
  enum class Kind { none, length, chunked, until_close } kind = Kind::none;
  std::uint64_t bytes = 0;  // of Kind::length
};

// A request's head. Lives as long as the bytes that it was parsed from.
struct RequestHead {
  std::string_view method;
  std::string_view target;  // as sent
  int minor_version = 1;    // HTTP/1.x
  std::span<const Field> fields;
  BodyLength body;
  bool keep_alive = true;         // rfc9112-9.3
  bool expects_continue = false;  // rfc9110-10.1.1
  bool upgrade = false;           // has Upgrade, and Connection names it (rfc9110-7.8)

  std::string_view header(std::string_view name) const;  // the first of that name, or empty
  std::size_t count(std::string_view name) const;        // field lines of that name
};

// A response's head. Lives as long as the bytes that it was parsed from.
struct ResponseHead {
  int status = 200;
  std::string_view reason;  // as sent, often empty: for people, it decides nothing
  int minor_version = 1;    // HTTP/1.x
  std::span<const Field> fields;
  BodyLength body;
  bool keep_alive = true;  // as far as this message decides it, rfc9112-9.3
  bool upgrade = false;    // behind this head comes another protocol: a 101, or a 2xx to CONNECT

  std::string_view header(std::string_view name) const;  // the first of that name, or empty
  std::size_t count(std::string_view name) const;        // field lines of that name
};

bool equals_ignore_case(std::string_view a, std::string_view b);  // ASCII
bool is_token(std::string_view text);                             // rfc9110-5.6.2
bool is_field_value(std::string_view text);                       // rfc9110-5.5: no CR, LF, NUL
std::string_view trim_ows(std::string_view text);                 // rfc9110-5.6.3
// 1*DIGIT of at most nineteen digits: the one routine that reads sizes in decimal.
std::optional<std::uint64_t> parse_size(std::string_view text);
// True if the comma-separated list holds `token`, without regard to case (rfc9110-5.6.1).
bool has_token(std::string_view list, std::string_view token);
std::string_view reason_phrase(int status);  // "" where IANA has none

}  // namespace strata::http
