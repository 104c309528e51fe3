// http/static_files.h - the files below a folder, as middleware.
#pragma once
#include <string>

#include "http/router.h"

namespace strata::http {

struct StaticOptions {
  std::string index = "index.html";  // of a folder; empty: none
  std::string cache_control;         // the field's value; empty: left out
};

// Answers GET and HEAD of a file that is there, and hands everything else on. ETag, Last-Modified,
// 304, one Range. A segment that begins with '.' is not there; `..` is refused with 403; a link
// that leads out of `folder` is not followed (openat2, or link by link where the kernel has none).
//   Errors: throws std::system_error where `folder` cannot be opened: an error of the program.
Middleware static_files(const std::string& folder, StaticOptions options = {});

}  // namespace strata::http
