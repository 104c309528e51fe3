// http/validators.cpp - tags made, and compared as rfc9110-13.1.2 wants. (codec)
#include "http/validators.h"

#include <bit>
#include <cstring>

#include "http/date.h"
#include "http/message.h"
#include "http/scan.h"

namespace strata::http {

namespace {

void put(Tag& to, std::string_view text) {
  std::memcpy(to.text + to.bytes, text.data(), text.size());
  to.bytes += text.size();
}

// Eight digits at once: each into a byte of its own, and those above nine moved up to the letters.
void write_hex(char* to, std::uint32_t value) {
  std::uint64_t spread = value;
  spread = (spread | spread << 16) & 0x0000'FFFF'0000'FFFF;
  spread = (spread | spread << 8) & 0x00FF'00FF'00FF'00FF;
  spread = (spread | spread << 4) & 0x0F0F'0F0F'0F0F'0F0F;
  const std::uint64_t above = ((spread + 0x0606'0606'0606'0606) >> 4) & 0x0101'0101'0101'0101;
  spread += 0x3030'3030'3030'3030 + above * ('a' - '0' - 10);
  if constexpr (std::endian::native == std::endian::little) spread = __builtin_bswap64(spread);
  std::memcpy(to, &spread, 8);
}

void put_hex(Tag& to, std::uint64_t value) {  // without zeros in front
  const auto digits = static_cast<unsigned>(67 - std::countl_zero(value | 1)) / 4;
  value <<= 64 - 4 * digits;  // they come first, and what follows them is written over
  write_hex(to.text + to.bytes, static_cast<std::uint32_t>(value >> 32));
  if (digits > 8) write_hex(to.text + to.bytes + 8, static_cast<std::uint32_t>(value));
  to.bytes += digits;
}

// FNV-1a by words: no secret, only unlikely to be the same for two versions of a page.
std::uint64_t hash(std::string_view text) {
  constexpr std::uint64_t prime = 0x100000001B3;
  std::uint64_t result = 0xCBF29CE484222325;
  while (text.size() >= 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data(), 8);
    result = (result ^ word) * prime;
    result ^= result >> 29;  // or the high bytes of a word would never reach the low bits
    text.remove_prefix(8);
  }
  for (const char c : text) result = (result ^ static_cast<unsigned char>(c)) * prime;
  return result ^ (result >> 32);
}

std::string_view opaque(std::string_view tag) {
  return tag.substr(0, 2) == "W/" ? tag.substr(2) : tag;
}

// An entity tag from the front of a list, with the comma behind it; empty where there is none.
std::string_view take_tag(std::string_view& list) {
  while (!list.empty() && (list.front() == ',' || is_ows(list.front()))) list.remove_prefix(1);
  const std::size_t quote = list.substr(0, 2) == "W/" ? 2 : 0;
  const std::size_t end = quote < list.size() && list[quote] == '"' ? list.find('"', quote + 1)
                                                                    : std::string_view::npos;
  if (end == std::string_view::npos) return {};
  const std::string_view tag = list.substr(0, end + 1);
  list.remove_prefix(end + 1);
  return tag;
}

}  // namespace

Tag weak_tag(std::string_view body) { return weak_tag(body.size(), hash(body)); }

Tag weak_tag(std::uint64_t first, std::uint64_t second) {
  Tag result;
  put(result, "W/\"");
  put_hex(result, first);
  put(result, "-");
  put_hex(result, second);
  put(result, "\"");
  return result;
}

bool tags_match(std::string_view a, std::string_view b, bool strong) {
  if (strong) return a == b && a.substr(0, 2) != "W/";
  return opaque(a) == opaque(b);
}

bool lists_tag(std::string_view list, std::string_view tag, bool strong) {
  if (tag.empty()) return false;
  if (trim_ows(list) == "*") return true;
  for (std::string_view each = take_tag(list); !each.empty(); each = take_tag(list))
    if (tags_match(each, tag, strong)) return true;
  return false;
}

bool is_fresh(const Conditions& theirs, std::string_view tag, std::string_view last_modified) {
  if (!theirs.if_none_match.empty()) return lists_tag(theirs.if_none_match, tag, false);
  if (theirs.if_modified_since.empty() || last_modified.empty()) return false;
  const auto since = parse_date(theirs.if_modified_since, 0);
  const auto modified = parse_date(last_modified, 0);
  return since && modified && *modified <= *since;
}

Precondition check_conditions(const Conditions& theirs, bool reads, std::string_view tag,
                              std::string_view last_modified) {
  if (!theirs.if_match.empty()) {  // rfc9110-13.1.1
    if (!lists_tag(theirs.if_match, tag, true)) {
      // "*" asks whether there is anything, and a weak tag says that there is.
      if (tag.empty() || trim_ows(theirs.if_match) != "*") return Precondition::failed;
    }
  } else if (!theirs.if_unmodified_since.empty() && !last_modified.empty()) {  // rfc9110-13.1.4
    const auto until = parse_date(theirs.if_unmodified_since, 0);
    const auto modified = parse_date(last_modified, 0);
    if (until && modified && *modified > *until) return Precondition::failed;
  }
  if (reads) {
    return is_fresh(theirs, tag, last_modified) ? Precondition::not_modified : Precondition::holds;
  }
  const bool refused =  // rfc9110-13.1.2: for other methods the answer is 412
      !theirs.if_none_match.empty() && lists_tag(theirs.if_none_match, tag, false);
  return refused ? Precondition::failed : Precondition::holds;
}

bool range_applies(std::string_view if_range, std::string_view tag,
                   std::string_view last_modified) {
  if_range = trim_ows(if_range);
  if (if_range.empty()) return true;
  if (if_range.find('"') != std::string_view::npos) return tags_match(if_range, tag, true);
  return if_range == last_modified;
}

bool wants_no_cache(std::string_view cache_control) { return has_token(cache_control, "no-cache"); }

std::optional<ByteRange> parse_range(std::string_view text, std::uint64_t size) {
  if (!equals_ignore_case(text.substr(0, 6), "bytes="))
    return ByteRange{0, size, false};  // rfc9110-14.2: ignored
  text.remove_prefix(6);
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos || text.find(',') != std::string_view::npos) {
    return ByteRange{0, size, false};  // several, or none: the whole is an answer to that
  }
  const std::string_view low = text.substr(0, dash);
  const std::string_view high = text.substr(dash + 1);
  const auto first = parse_size(low);
  const auto last = parse_size(high);
  if ((!low.empty() && !first) || (!high.empty() && !last) || (low.empty() && high.empty())) {
    return ByteRange{0, size, false};
  }
  if (low.empty()) {  // the last so many bytes
    if (*last == 0) return std::nullopt;
    const std::uint64_t bytes = *last < size ? *last : size;
    return bytes == 0 ? std::nullopt : std::optional(ByteRange{size - bytes, bytes, true});
  }
  if (last && *last < *first) return ByteRange{0, size, false};
  if (*first >= size) return std::nullopt;  // 416
  const std::uint64_t end = last && *last < size ? *last + 1 : size;
  return ByteRange{*first, end - *first, true};
}

}  // namespace strata::http
