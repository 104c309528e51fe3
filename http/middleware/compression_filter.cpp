// http/middleware/compression_filter.cpp - decides when the head is written, and filters what
// follows.
#include "http/middleware/compression_filter.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "http/message.h"
#include "http/negotiation.h"
#include "http/request.h"
#include "http/response.h"

namespace strata::http {

namespace {

class GzipFilter final : public ContentFilter {
 public:
  GzipFilter(std::shared_ptr<GzipPool> pool, std::unique_ptr<Gzip> state, bool coalesce)
      : pool_(std::move(pool)), state_(std::move(state)), coalesce_(coalesce) {}
  ~GzipFilter() override { pool_->give_back(std::move(state_)); }

  void filter(std::string_view piece, bool last, std::string& out) override {
    if (state_ == nullptr) return;
    if (!piece.empty()) state_->write(net::as_bytes(piece), out);
    unflushed_ = unflushed_ || !piece.empty();
    if (last) {
      state_->finish(out);
      pool_->give_back(std::move(state_));  // others need not wait for the client
    } else if (unflushed_ && (piece.empty() || !coalesce_)) {
      state_->flush(out);
      unflushed_ = false;
    }
  }

 private:
  std::shared_ptr<GzipPool> pool_;
  std::unique_ptr<Gzip> state_;
  bool coalesce_;
  bool unflushed_ = false;  // a flush with nothing to flush would add five bytes each
};

// rfc9110-8.8.1: the same bytes no more, so no strong tag.
void weaken_tag(Response& res) {
  const auto tag = res.get("ETag");
  if (tag && tag->substr(0, 2) != "W/") res.set("ETag", "W/" + std::string(*tag));
}

void decide(const CompressionOptions& options, const std::shared_ptr<GzipPool>& pool,
            const Request& req, Response& res) {
  const auto type = res.get("Content-Type");
  if (!type || !options.compressible(*type)) return;
  if (has_token(res.get("Cache-Control").value_or(""), "no-transform")) return;  // rfc9111-5.2.2.6
  res.vary("Accept-Encoding");
  if (!accepts_coding(req.header_list("Accept-Encoding"), "gzip")) return;
  if (res.status() == 304) return weaken_tag(res);  // what it stands for would have had that one
  const auto bytes = res.content_bytes();
  if (res.status() == 204 || res.status() == 206 || (bytes && *bytes < options.threshold)) return;
  if (bytes && *bytes == 0) return;
  if (res.get("Content-Range") || res.get("Content-Encoding")) return;
  auto state = pool->take();
  if (state == nullptr) return;
  res.set("Content-Encoding", "gzip").remove("Accept-Ranges");
  weaken_tag(res);
  res.set_filter(std::make_unique<GzipFilter>(pool, std::move(state), options.coalesce));
}

}  // namespace

bool is_compressible(std::string_view content_type) {
  std::string_view type = trim_ows(content_type.substr(0, content_type.find(';')));
  constexpr std::string_view listed[] = {"application/json",
                                         "application/javascript",
                                         "application/x-javascript",
                                         "application/ecmascript",
                                         "application/xml",
                                         "application/x-www-form-urlencoded",
                                         "application/wasm",
                                         "application/rtf",
                                         "application/x-sh",
                                         "application/vnd.ms-fontobject",
                                         "application/x-ndjson",
                                         "font/ttf",
                                         "font/otf",
                                         "image/bmp",
                                         "image/vnd.microsoft.icon",
                                         "image/x-icon"};
  if (equals_ignore_case(type.substr(0, 5), "text/")) return true;
  for (const std::string_view suffix : {"+json", "+xml", "+text"}) {
    if (type.size() > suffix.size() &&
        equals_ignore_case(type.substr(type.size() - suffix.size()), suffix)) {
      return true;
    }
  }
  return std::any_of(std::begin(listed), std::end(listed),
                     [type](std::string_view one) { return equals_ignore_case(type, one); });
}

Middleware compression(CompressionOptions options) {
  auto pool = std::make_shared<GzipPool>(options.states);
  auto shared = std::make_shared<const CompressionOptions>(std::move(options));
  return [pool, shared](Request& req, Response& res, const Next& next) {
    res.before_head([pool, shared, &req](Response& at) { decide(*shared, pool, req, at); });
    next();
  };
}

}  // namespace strata::http
