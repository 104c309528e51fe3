// http/middleware/request_id.cpp - ids taken over, or made of random bytes.
#include "http/middleware/request_id.h"

#include <array>
#include <memory>
#include <stdexcept>
#include <utility>

#include "http/message.h"
#include "http/request.h"
#include "http/response.h"
#include "net/random.h"

namespace strata::http {

namespace {

// Sixteen ids a call to the system.
class Ids {
 public:
  explicit Ids(std::function<void(std::span<std::uint8_t>)> random) : random_(std::move(random)) {}
  std::string next() {
    if (used_ == batch_.size()) {
      random_(batch_);
      used_ = 0;
    }
    std::string id;
    for (const std::size_t end = used_ + 16; used_ < end; ++used_) {
      id += "0123456789abcdef"[batch_[used_] >> 4];
      id += "0123456789abcdef"[batch_[used_] & 15];
    }
    return id;
  }

 private:
  std::function<void(std::span<std::uint8_t>)> random_;
  std::array<std::uint8_t, 256> batch_{};
  std::size_t used_ = batch_.size();
};

}  // namespace

bool is_request_id(std::string_view text) {
  return text.size() <= request_id_max && is_token(text);
}

Middleware request_id(RequestIdOptions options) {
  if (!is_token(options.header)) throw std::invalid_argument("request_id: no field name");
  if (!options.random) options.random = net::fill_random;
  auto ids = std::make_shared<Ids>(std::move(options.random));
  return [ids, header = std::move(options.header), accept = options.accept](
             Request& req, Response& res, const Next& next) {
    const std::string_view theirs = req.header(header);
    const bool kept = accept && is_request_id(theirs) && req.header_count(header) == 1;
    std::string id = kept ? std::string(theirs) : ids->next();
    res.set(header, id);
    req.locals["request_id"] = std::move(id);
    next();
  };
}

}  // namespace strata::http
