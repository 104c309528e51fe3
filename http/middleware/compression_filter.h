// http/middleware/compression_filter.h - responses compressed for clients that take gzip, as
// middleware.
#pragma once
#include <cstddef>
#include <functional>
#include <string_view>

#include "http/compression.h"
#include "http/router.h"

namespace strata::http {

// Texts, and the few others that deflate makes smaller: JSON, XML, SVG, WebAssembly, plain fonts.
bool is_compressible(std::string_view content_type);

struct CompressionOptions {
  std::size_t threshold = 1024;  // bytes; what is known to be smaller is sent as it is
  GzipPool::Options states{};    // of all responses that go through this middleware
  std::function<bool(std::string_view content_type)> compressible = is_compressible;
  // Of content in pieces: false sends every piece on at once, so that events and progress arrive
  // as they would without us. true packs better and waits for flush_headers() or the end.
  bool coalesce = false;
};

//   app.use(http::compression());
//
// A response is compressed if Accept-Encoding likes gzip no less than the content as it is, its
// type is compressible and its length unknown or at least `threshold`; if it is not encoded yet, no
// part of something (206), and not marked `Cache-Control: no-transform`. Its ETag becomes a weak
// one, Accept-Ranges goes. `Vary: Accept-Encoding` is on every response of a compressible type.
// HEAD gets the fields of GET.
//
// A secret beside text that an attacker chooses can be guessed by the length of the compressed
// whole (BREACH): answers with both should say no-transform.
Middleware compression(CompressionOptions options = {});

}  // namespace strata::http
