// http/serializer.cpp - one growing writer: nothing is measured first, so no second pass can
// disagree with the first (CVE-2026-42945). rfc9112-4, rfc9112-5. (codec)
//
//   HTTP/1.1 200 OK CRLF        HTTP-version SP status-code SP [ reason-phrase ]
//   Content-Length: 5 CRLF
//   CRLF
#include "http/serializer.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "http/message.h"
#include "http/target.h"

namespace strata::http {
namespace {

constexpr std::size_t room_bytes = 512;  // most heads fit: one reserve, one commit
constexpr std::size_t digits_max = 20;   // of a 64-bit number

// In decimal, so that it ends at `end`; returns where it begins.
char* put_digits(std::uint64_t value, char* end) {
  do {
    *--end = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  return end;
}

}  // namespace

HeadWriter::HeadWriter(net::SendQueue& out, int status, std::string_view phrase) : out_(out) {
  assert(status >= 100 && status <= 999);
  room_ = out_.reserve(room_bytes);
  if (status == 200 && phrase.empty()) {  // nearly always
    put("HTTP/1.1 200 OK\r\n");
    return;
  }
  if (phrase.empty() || !is_field_value(phrase)) phrase = reason_phrase(status);
  put("HTTP/1.1 ");
  put_number(static_cast<std::uint64_t>(status));
  put(" ");  // stays where the phrase is empty: rfc9112-4
  put(phrase);
  put("\r\n");
}

HeadWriter::HeadWriter(net::SendQueue& out, std::string_view method, std::string_view target)
    : out_(out) {
  assert(is_token(method) && parse_target(method, target));
  room_ = out_.reserve(room_bytes);
  put(method);
  put(" ");
  put(target);
  put(" HTTP/1.1\r\n");
}

bool HeadWriter::field(std::string_view name, std::string_view value) {
  if (!is_token(name) || !is_field_value(value)) return false;
  put(name);
  put(": ");
  put(value);
  put("\r\n");
  return true;
}

void HeadWriter::content_length(std::uint64_t bytes) {
  constexpr std::string_view name = "Content-Length: ";
  char line[name.size() + digits_max + 2];
  char* const end = line + sizeof line;
  char* at = put_digits(bytes, end - 2);
  end[-2] = '\r';
  end[-1] = '\n';
  at -= name.size();
  std::memcpy(at, name.data(), name.size());
  put({at, static_cast<std::size_t>(end - at)});
}

void HeadWriter::chunked() { put("Transfer-Encoding: chunked\r\n"); }
void HeadWriter::close() { put("Connection: close\r\n"); }
void HeadWriter::keep_alive() { put("Connection: keep-alive\r\n"); }

void HeadWriter::end() {
  put("\r\n");
  flush();
}

void HeadWriter::put(std::string_view text) {
  if (text.size() > room_.size() - used_) {
    flush();
    room_ = out_.reserve(std::max(room_bytes, text.size()));
    // A queue that takes no more, because its connection has gone, gives no room.
    if (room_.size() < text.size()) return;
  }
  if (!text.empty()) std::memcpy(room_.data() + used_, text.data(), text.size());
  used_ += text.size();
}

void HeadWriter::put_number(std::uint64_t value) {
  char digits[digits_max];
  char* const end = digits + sizeof digits;
  char* const at = put_digits(value, end);
  put({at, static_cast<std::size_t>(end - at)});
}

void HeadWriter::flush() {
  if (used_ != 0) out_.commit(used_);
  used_ = 0;
  room_ = {};
}

void append_continue(net::SendQueue& out) { out.append("HTTP/1.1 100 Continue\r\n\r\n"); }

}  // namespace strata::http
