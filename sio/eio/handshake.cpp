// sio/eio/handshake.cpp - the first request of a session, packed and read. (codec)
#include "sio/eio/handshake.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "http/scan.h"

namespace strata::sio::eio {
namespace {

std::size_t packed_bytes(std::string_view text) {
  std::size_t bytes = text.size() + 1;
  for (std::size_t length = text.size(); length >= 0x80; length >>= 7) ++bytes;
  return bytes;
}

std::size_t packed_bytes(const HandshakeParts::Fields& fields) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : fields) bytes += packed_bytes(name) + packed_bytes(value);
  return bytes;
}

char* pack(char* at, std::string_view text) {
  std::size_t length = text.size();
  for (; length >= 0x80; length >>= 7) *at++ = static_cast<char>(length | 0x80);
  *at++ = static_cast<char>(length);
  return std::copy(text.begin(), text.end(), at);
}

std::string_view unpack(const char*& at) {
  std::size_t length = 0;
  for (unsigned shift = 0;; shift += 7) {
    const auto octet = static_cast<unsigned char>(*at++);
    length |= static_cast<std::size_t>(octet & 0x7F) << shift;
    if (octet < 0x80) break;
  }
  at += length;
  return {at - length, length};
}

}  // namespace

void HandshakeFields::Iterator::read() {
  if (left_ == 0) return;
  field_.first = unpack(next_);
  field_.second = unpack(next_);
}

std::string_view HandshakeFields::find(std::string_view name) const {
  for (const auto& [key, value] : *this)
    if (key == name) return value;
  return {};
}

Handshake::Handshake(const HandshakeParts& parts) {
  const std::size_t before_query =
      packed_bytes(parts.url) + packed_bytes(parts.address) + packed_bytes(parts.headers);
  const std::size_t bytes = sizeof(Head) + before_query + packed_bytes(parts.query);
  block_.reset(new std::byte[bytes]);
  new (block_.get()) Head{parts.issued, static_cast<std::uint32_t>(bytes),
                          static_cast<std::uint32_t>(before_query),
                          static_cast<std::uint32_t>(parts.headers.size()),
                          static_cast<std::uint32_t>(parts.query.size())};
  char* at = pack(reinterpret_cast<char*>(block_.get() + sizeof(Head)), parts.url);
  at = pack(at, parts.address);
  for (const auto& [name, value] : parts.headers) {
    char* const end = pack(at, name);
    std::transform(end - name.size(), end, end - name.size(), http::to_lower);
    at = pack(end, value);
  }
  for (const auto& [name, value] : parts.query) at = pack(pack(at, name), value);
}

const Handshake::Head& Handshake::head() const {
  return *std::launder(reinterpret_cast<const Head*>(block_.get()));
}

const char* Handshake::text() const {
  return reinterpret_cast<const char*>(block_.get() + sizeof(Head));
}

std::string_view Handshake::url() const {
  const char* at = text();
  return unpack(at);
}

std::string_view Handshake::address() const {
  const char* at = text();
  unpack(at);
  return unpack(at);
}

HandshakeFields Handshake::headers() const {
  const char* at = text();
  unpack(at);
  unpack(at);
  return {at, head().headers};
}

HandshakeFields Handshake::query() const { return {text() + head().query_at, head().queries}; }

std::string_view Handshake::header(std::string_view name) const {
  const auto same = [](char a, char b) { return a == http::to_lower(b); };
  for (const auto& [key, value] : headers())
    if (std::equal(key.begin(), key.end(), name.begin(), name.end(), same)) return value;
  return {};
}

}  // namespace strata::sio::eio
