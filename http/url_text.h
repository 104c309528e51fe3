// http/url_text.h - texts of a program made fit for a field: URLs, file names, HTML. (codec)
#pragma once
#include <string>
#include <string_view>

namespace strata::http {

// As npm's encodeurl: what may not stand in a URL is percent-encoded, escapes stay as they are, a
// '%' that begins none becomes "%25". The result has no blank, control byte or byte over 0x7E.
std::string encode_url(std::string_view url);
// & < > " ' as entities: the text cannot leave the element or the quotes that it stands in.
std::string escape_html(std::string_view text);
// "attachment; filename=...", rfc6266-4.1, of the last segment of `name`; where a plain filename
// could not say it, with filename* too (rfc8187-3.2).
std::string content_disposition(std::string_view name);

}  // namespace strata::http
