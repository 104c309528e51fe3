// http/mime.h - the media type of a file by its name's extension, rfc9110-8.3. (codec)
#pragma once
#include <string_view>

namespace strata::http {

// "text/html; charset=utf-8" of "a/page.HTML"; application/octet-stream where it is unknown.
std::string_view media_type(std::string_view file_name);
// The same of an ending, with or without its dot: "html", ".html".
std::string_view type_of_ending(std::string_view ending);
// What a program calls a type, as it is in Accept and Content-Type, without parameters: "html",
// ".html", "text/html; charset=utf-8" are text/html.
std::string_view bare_media_type(std::string_view name);
// True for a type that is text and says no charset: ours is UTF-8. Not for text/event-stream, which
// always is.
bool lacks_charset(std::string_view type);

}  // namespace strata::http
