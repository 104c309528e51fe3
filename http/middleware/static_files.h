// http/middleware/static_files.h - the files below a folder, as middleware.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/router.h"
#include "net/time.h"

namespace strata::http {

// What becomes of a path with a segment that begins with '.'.
enum class Dotfiles {
  ignore,  // it is not there
  deny,    // 403
  allow,
};

struct StaticOptions {
  std::string index = "index.html";        // of a folder; empty: none
  std::string cache_control{};             // the field's value; empty: of the two that follow
  std::optional<net::Duration> max_age{};  // "public, max-age=..."; nothing: no field
  bool immutable = false;                  // and ", immutable": the name changes with the content
  Dotfiles dotfiles = Dotfiles::ignore;
  std::vector<std::string> extensions{};  // "html": tried in turn behind a name that is not there
  bool redirect = true;                   // a folder without its slash: 301 to the one with it
  bool precompressed = true;  // "a.css.gz", no older than "a.css", to those who take gzip
  bool fallthrough = true;    // what is not there is the next handler's; else 404, and 405
  bool follow_links = false;  // also out of the folder
  // Called before a file is sent, with its name below the folder: for fields of one's own.
  std::function<void(Response&, std::string_view name)> set_headers{};
};

// Answers GET and HEAD of a file that is there, by sendfile: ETag, Last-Modified, conditions in the
// order of rfc9110-13.2.2, one Range (several are answered whole), If-Range. `..` is refused with
// 403 however it is written, NUL and broken escapes with 400; "//" and "%2f" separate nothing. A
// link that leads out of `folder` is not followed (openat2; where the kernel has none, no link is).
// Pipes, devices and sockets are not there, and not waited for.
//   Owns:   a descriptor of `folder`, opened once: what takes its place later is not seen.
//   Errors: throws std::system_error where `folder` cannot be opened: an error of the program.
Middleware static_files(const std::string& folder, StaticOptions options = {});

}  // namespace strata::http
