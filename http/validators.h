// http/validators.h - entity tags and dates that a client compares, rfc9110-8.8 and -13. (codec)
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace strata::http {

class Request;

std::string weak_tag(std::string_view body);  // W/"length-hash"
// True if the client's copy is as good: If-None-Match, and only without it If-Modified-Since.
bool is_fresh(const Request& request, std::string_view tag, std::string_view last_modified);

}  // namespace strata::http
