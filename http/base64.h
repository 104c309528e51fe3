// http/base64.h - rfc4648-4. (codec)
#pragma once
#include <optional>
#include <string>

#include "net/bytes.h"

namespace strata::http {

std::string encode_base64(net::Bytes bytes);
void append_base64(net::Bytes bytes, std::string& out);
// Strict: padded, canonical, no other characters; nothing where the text is no Base64.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace strata::http
