// http/middleware/multipart_form.h - multipart/form-data of requests: fields kept, files streamed,
// as middleware.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/middleware/multipart.h"
#include "http/router.h"

namespace strata::http {

// A form as it was read. req.locals["form"] holds one; form_of() finds it.
struct MultipartForm {
  struct File {
    Part part;
    std::uint64_t bytes = 0;
    std::string content;  // where nobody took it
  };
  std::vector<std::pair<std::string, std::string>> fields;  // in their order
  std::vector<File> files;
  std::optional<std::string_view> field(std::string_view name) const;  // the first of that name
};

// Gets the content of one file, piece by piece, then once more with `last` and no bytes. A piece
// lives for the call; req.pause() and req.resume() work, and what had come already is still handed
// on. If the form is refused, or the client goes away, it is destroyed without `last`: what it
// owns should then take back what is half done.
using FileTaker = std::function<void(net::Bytes piece, bool last)>;

struct MultipartOptions {
  MultipartLimits limits{};
  std::size_t max_memory = 1024 * 1024;  // bytes of all that is kept, names too: 413
  std::size_t max_files = 100;           // 413
  std::uint64_t max_file = UINT64_MAX;   // bytes of one file, kept or taken: 413
  // Who takes this file; an empty one: nobody, and it is dropped. Without `on_file` files are kept.
  std::function<FileTaker(Request&, const Part&)> on_file{};
};

//   app.post("/upload", http::stream_body.up_to(1 << 30),
//            http::multipart_form({.on_file = save_it}),
//            [](Request& req, Response& res) { ... http::form_of(req)->field("title") ... });
//
// Reads the form, then goes on. On a route without stream_body the content has come whole, and is
// no larger than its limit. What is not multipart/form-data is the next handler's, without a form.
// A form that is refused is an HttpError: 400, 413, 415 or 431.
Middleware multipart_form(MultipartOptions options = {});

const MultipartForm* form_of(const Request& req);  // null where there was none

}  // namespace strata::http
