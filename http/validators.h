// http/validators.h - entity tags and dates that a client compares, rfc9110-8.8 and -13. (codec)
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace strata::http {

// A tag's text, without the heap.
struct Tag {
  char text[40];
  std::size_t bytes = 0;
  operator std::string_view() const { return {text, bytes}; }
};
Tag weak_tag(std::string_view body);                      // W/"length-hash"
Tag weak_tag(std::uint64_t first, std::uint64_t second);  // W/"first-second", in hex
// rfc9110-8.8.3.2. Strong: neither is weak, and both are the same.
bool tags_match(std::string_view a, std::string_view b, bool strong);
// True if a list of tags names `tag`, or is "*" and there is one.
bool lists_tag(std::string_view list, std::string_view tag, bool strong);

// What a client says of the copy that it has: its fields' values, empty where it sent none.
struct Conditions {
  std::string_view if_none_match;
  std::string_view if_modified_since;
  std::string_view if_match = {};
  std::string_view if_unmodified_since = {};
  std::string_view if_range = {};
};
// True if that copy is as good: If-None-Match, and only without it If-Modified-Since.
bool is_fresh(const Conditions& theirs, std::string_view tag, std::string_view last_modified);

enum class Precondition {
  holds,         // go on
  failed,        // 412
  not_modified,  // 304
};
// All of them in their order, rfc9110-13.2.2; `reads` for GET and HEAD. For a method that changes
// something: before it does, and with the tag of what is there now (empty: nothing is there).
Precondition check_conditions(const Conditions& theirs, bool reads, std::string_view tag,
                              std::string_view last_modified);
// rfc9110-13.1.5: whether a Range counts, by If-Range: a strong tag, or exactly our date.
bool range_applies(std::string_view if_range, std::string_view tag, std::string_view last_modified);
// rfc9111-5.2.1.4: a client that wants no cached answer.
bool wants_no_cache(std::string_view cache_control);

struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  bool partial = false;  // 206, with Content-Range
};
// One range of a Range field, rfc9110-14.2; the whole where the field is to be ignored (absent,
// malformed, several ranges); nothing where it lies behind the end: 416.
std::optional<ByteRange> parse_range(std::string_view text, std::uint64_t size);

}  // namespace strata::http
