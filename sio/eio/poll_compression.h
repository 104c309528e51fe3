// sio/eio/poll_compression.h - answers of polls, compressed for clients that take it, eio4-polling.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "http/compression.h"
#include "sio/eio/options.h"

namespace strata::sio::eio {

// A secret beside text that an attacker chooses can be guessed by the length of the compressed
// whole (BREACH): what holds one says compress = false, and then all of its body stays plain.
//   Owns:    256 KiB for each coding that was used lately, whatever the number of sessions.
//   Threads: one.
class PollCompression {
 public:
  explicit PollCompression(const std::optional<HttpCompression>& options);
  // Replaces the body and answers its Content-Encoding; nothing: it stays as it is, being short
  // or wanted plain.
  std::string_view pack(const http::Request& request, std::string& body);

 private:
  std::size_t threshold_;
  http::GzipPool gzip_;
  http::GzipPool zlib_;
};

}  // namespace strata::sio::eio
