// http/mime.h - the media type of a file by its name's extension, rfc9110-8.3. (codec)
#pragma once
#include <string_view>

namespace strata::http {

// "text/html; charset=utf-8" of "a/page.HTML"; application/octet-stream where it is unknown.
std::string_view media_type(std::string_view file_name);

}  // namespace strata::http
