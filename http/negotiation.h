// http/negotiation.h - which of the forms that we have a client likes best, rfc9110-12.5. (codec)
//
//   Accept: text/html, application/json;q=0.9, text/*;q=0.5, */*;q=0.1
//           the most exact member that fits an offer says its quality; the offer of the highest
//           wins
#pragma once
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace strata::http {

// Members of a list that are read; what stands behind them is as if it were not there.
inline constexpr std::size_t max_list_members = 100;

// type "/" subtype and its parameters, rfc9110-8.3.1. Views into the text.
struct MediaType {
  std::string_view type;
  std::string_view subtype;
  std::string_view parameters;  // from the first ';' on, or empty

  // Without its quotes and backslashes; the first of that name, whose case does not matter.
  std::optional<std::string> parameter(std::string_view name) const;
  bool is(std::string_view other_type, std::string_view other_subtype) const;  // without case
};
// Nothing where `text` is no media type. "*" is a token, so a media range is one too.
std::optional<MediaType> parse_media_type(std::string_view text);

// What is negotiated, by the field that says so.
enum class Offer {
  media_type,  // Accept, rfc9110-12.5.1
  charset,     // Accept-Charset, rfc9110-12.5.2
  coding,      // Accept-Encoding, rfc9110-12.5.3
  language,    // Accept-Language, rfc9110-12.5.4
};

// How welcome one offer is, in thousandths: 0 is refused, 1000 best. `list` is the field's value,
// several lines joined with ','. An empty one accepts everything; of codings only `identity`.
// `identity` is refused only by name or by "*;q=0"; unlisted, it is as welcome as the least
// welcome.
int quality(Offer what, std::string_view list, std::string_view offer);

// The place of the most welcome offer; nothing where all are refused. Among equals: the one that
// the client named more exactly, then the one that it named first, then the one that we did.
std::optional<std::size_t> choose(Offer what, std::string_view list,
                                  std::span<const std::string_view> offers);
std::optional<std::size_t> choose(Offer what, std::string_view list,
                                  std::initializer_list<std::string_view> offers);

// True if gzip, say, may be sent and is no less welcome than the content as it is.
inline bool accepts_coding(std::string_view accept_encoding, std::string_view coding) {
  const int liked = quality(Offer::coding, accept_encoding, coding);
  return liked > 0 && liked >= quality(Offer::coding, accept_encoding, "identity");
}

// True if content with that Content-Encoding is not what its type says until it is decoded,
// rfc9110-8.4: which we do not do with requests.
bool is_coded(std::string_view content_encoding);

}  // namespace strata::http
