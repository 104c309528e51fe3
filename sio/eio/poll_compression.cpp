// sio/eio/poll_compression.cpp - eio4-polling.
#include "sio/eio/poll_compression.h"

#include <limits>
#include <memory>
#include <new>
#include <utility>

#include "http/request.h"

namespace strata::sio::eio {

static http::GzipPool::Options pool_of(const std::optional<HttpCompression>& options,
                                       http::CompressedFormat format) {
  const HttpCompression wanted = options.value_or(HttpCompression{});
  // One state is in use at a time: a body is packed whole.
  return {{wanted.level, wanted.memory, format}, 1, 1};
}

PollCompression::PollCompression(const std::optional<HttpCompression>& options)
    : threshold_(options ? options->threshold : std::numeric_limits<std::size_t>::max()),
      gzip_(pool_of(options, http::CompressedFormat::gzip)),
      zlib_(pool_of(options, http::CompressedFormat::zlib)) {}

std::string_view PollCompression::pack(const http::Request& request, std::string& body) {
  // Without the field rfc9110-12.5.3 allows any coding; the reference sends none, and so do we.
  if (body.size() < threshold_ || request.header("accept-encoding").empty()) return {};
  const auto coding = request.accepts_encodings({"gzip", "deflate"});
  if (!coding) return {};
  http::GzipPool& pool = *coding == "gzip" ? gzip_ : zlib_;
  std::unique_ptr<http::Gzip> state = pool.take();
  if (state == nullptr) return {};
  std::string packed;
  bool whole = false;
  try {
    state->write(net::as_bytes(body), packed);
    state->finish(packed);
    whole = true;
  } catch (const std::bad_alloc&) {  // it is sent as it is
  }
  pool.give_back(std::move(state));
  if (!whole) return {};
  body = std::move(packed);
  return *coding == "gzip" ? "gzip" : "deflate";
}

}  // namespace strata::sio::eio
