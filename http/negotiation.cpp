// http/negotiation.cpp - lists with qualities, read member by member, nothing kept. (codec)
//
//   list    = [ member *( "," member ) ]          an empty member is skipped, rfc9110-5.6.1
//   member  = range *( ";" name "=" value ) [ ";q=" quality ]
//   value   = token / quoted-string               rfc9110-5.6.6: a ',' in quotes ends no member
#include "http/negotiation.h"

#include "http/message.h"
#include "http/scan.h"

namespace strata::http {

namespace {

// Up to the first `stop` that stands in no quotes; `rest` then begins behind it.
std::string_view take_until(std::string_view& rest, char stop) {
  bool quoted = false;
  std::size_t at = 0;
  for (; at < rest.size() && (quoted || rest[at] != stop); ++at) {
    if (rest[at] == '"') quoted = !quoted;
    if (quoted && rest[at] == '\\') ++at;
  }
  const std::string_view taken = rest.substr(0, at);
  rest.remove_prefix(at < rest.size() ? at + 1 : rest.size());
  return trim_ows(taken);
}

struct Parameter {
  std::string_view name, value;  // the value still in its quotes
};

// The next of `rest`, which begins with its name. Nothing where it is none.
std::optional<Parameter> take_parameter(std::string_view& rest) {
  const std::string_view text = take_until(rest, ';');
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const Parameter found{text.substr(0, equals), text.substr(equals + 1)};
  if (!is_token(found.name)) return std::nullopt;
  const bool quoted =
      found.value.size() >= 2 && found.value.front() == '"' && found.value.back() == '"';
  if (!quoted && !is_token(found.value)) return std::nullopt;
  return found;
}

std::string unquoted(std::string_view value) {
  if (value.empty() || value.front() != '"') return std::string(value);
  std::string result;
  for (std::size_t i = 1; i + 1 < value.size(); ++i) {
    if (value[i] == '\\' && i + 2 < value.size()) ++i;
    result += value[i];
  }
  return result;
}

// rfc9110-12.4.2: qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )
std::optional<int> parse_quality(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  int value = (text[0] - '0') * 1000;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  int place = 100;
  for (std::size_t i = 2; i < text.size(); ++i, place /= 10) {
    if (!is_digit(text[i])) return std::nullopt;
    value += (text[i] - '0') * place;
  }
  return value <= 1000 ? std::optional(value) : std::nullopt;
}

struct Member {
  std::string_view range;
  std::string_view parameters;  // before the quality: what is behind it says nothing any more
  int quality = 1000;
  std::size_t place = 0;  // in the list
};

// Walks the members that are well formed.
class MemberReader {
 public:
  explicit MemberReader(std::string_view list) : rest_(list) {}

  std::optional<Member> next() {
    while (!rest_.empty() && place_ < max_list_members) {
      std::string_view text = take_until(rest_, ',');
      Member member;
      empty_ = empty_ && text.empty();
      member.range = take_until(text, ';');
      member.place = place_++;
      if (!member.range.empty() && read_parameters(text, member)) return member;
    }
    return std::nullopt;
  }
  // Nothing was listed, not even what is malformed.
  bool empty() const { return empty_; }

 private:
  static bool read_parameters(std::string_view text, Member& member) {
    for (std::string_view rest = text; !rest.empty();) {
      const std::size_t at = text.size() - rest.size();
      const auto found = take_parameter(rest);
      if (!found) return false;
      if (!equals_ignore_case(found->name, "q")) continue;
      const auto quality = parse_quality(found->value);
      member.quality = quality.value_or(0);
      member.parameters = text.substr(0, at);
      return quality.has_value();
    }
    member.parameters = text;
    return true;
  }

  std::string_view rest_;
  std::size_t place_ = 0;
  bool empty_ = true;
};

// What a member says of an offer. Not at all: exactness is -1.
struct Verdict {
  int quality = 0;
  int exactness = -1;
  std::size_t place = 0;
};

// rfc9110-12.5.1: of "text/*", "text/plain" and "text/plain;format=flowed" the last says most.
int exactness_of_media(const Member& member, std::string_view offer) {
  const auto range = parse_media_type(member.range);
  const auto ours = parse_media_type(offer);
  if (!range || !ours) return -1;
  const bool any_type = range->type == "*";
  const bool any_subtype = range->subtype == "*";
  if (any_type && !any_subtype) return -1;
  if (!any_type && !equals_ignore_case(range->type, ours->type)) return -1;
  if (!any_subtype && !equals_ignore_case(range->subtype, ours->subtype)) return -1;
  int result = (any_type ? 0 : 4) + (any_subtype ? 0 : 2);
  for (std::string_view rest = member.parameters; !rest.empty();) {
    const auto wanted = take_parameter(rest);
    if (!wanted) return -1;
    const auto has = ours->parameter(wanted->name);
    if (!has || !equals_ignore_case(*has, unquoted(wanted->value))) return -1;
    result |= 1;
  }
  return result;
}

std::string_view coding_name(std::string_view name) {  // rfc9110-8.4.1.3
  return equals_ignore_case(name, "x-gzip") ? std::string_view("gzip") : name;
}

bool is_prefix_tag(std::string_view tag, std::string_view of) {  // "en" of "en-GB"
  return tag.size() < of.size() && of[tag.size()] == '-' &&
         equals_ignore_case(tag, of.substr(0, tag.size()));
}

// rfc4647-3.3.1 says what "en" covers; and who reads "en-GB" is served with "en" before nothing.
int exactness_of_language(std::string_view range, std::string_view offer) {
  if (equals_ignore_case(range, offer)) return 4;
  if (is_prefix_tag(range, offer)) return 2;
  return is_prefix_tag(offer, range) ? 1 : -1;
}

int exactness(Offer what, const Member& member, std::string_view offer) {
  if (what == Offer::media_type) return exactness_of_media(member, offer);
  if (member.range == "*") return 0;
  if (what == Offer::language) return exactness_of_language(member.range, offer);
  if (what == Offer::coding)
    return equals_ignore_case(coding_name(member.range), coding_name(offer)) ? 1 : -1;
  return equals_ignore_case(member.range, offer) ? 1 : -1;
}

Verdict judge(Offer what, std::string_view list, std::string_view offer) {
  const bool identity = what == Offer::coding && equals_ignore_case(offer, "identity");
  Verdict best;
  Verdict unlisted{1000, 1, 0};  // of the identity coding
  MemberReader reader(list);
  while (const auto member = reader.next()) {
    unlisted.place = member->place + 1;
    if (member->quality != 0 && member->quality < unlisted.quality)
      unlisted.quality = member->quality;
    const int exact = exactness(what, *member, offer);
    if (exact > best.exactness || (exact == best.exactness && member->quality > best.quality))
      best = {member->quality, exact, member->place};
  }
  if (best.exactness >= 0) return best;
  if (identity) return unlisted;
  // An absent field and an empty one are alike here: both say nothing that we could honour.
  return reader.empty() && what != Offer::coding ? Verdict{1000, 0, 0} : Verdict{};
}

}  // namespace

std::optional<MediaType> parse_media_type(std::string_view text) {
  const std::size_t semicolon = text.find(';');
  const std::string_view name = trim_ows(text.substr(0, semicolon));
  const std::size_t slash = name.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  MediaType result{name.substr(0, slash), name.substr(slash + 1), {}};
  if (!is_token(result.type) || !is_token(result.subtype)) return std::nullopt;
  if (semicolon != std::string_view::npos) result.parameters = text.substr(semicolon);
  return result;
}

std::optional<std::string> MediaType::parameter(std::string_view name) const {
  std::string_view rest = parameters;
  if (!rest.empty()) rest.remove_prefix(1);
  while (!rest.empty()) {
    const auto found = take_parameter(rest);
    if (found && equals_ignore_case(found->name, name)) return unquoted(found->value);
  }
  return std::nullopt;
}

bool MediaType::is(std::string_view other_type, std::string_view other_subtype) const {
  return equals_ignore_case(type, other_type) && equals_ignore_case(subtype, other_subtype);
}

int quality(Offer what, std::string_view list, std::string_view offer) {
  return judge(what, list, offer).quality;
}

std::optional<std::size_t> choose(Offer what, std::string_view list,
                                  std::span<const std::string_view> offers) {
  std::optional<std::size_t> chosen;
  Verdict best;
  for (std::size_t i = 0; i < offers.size(); ++i) {
    const Verdict found = judge(what, list, offers[i]);
    if (found.quality == 0) continue;
    const bool better = found.quality != best.quality       ? found.quality > best.quality
                        : found.exactness != best.exactness ? found.exactness > best.exactness
                                                            : found.place < best.place;
    if (chosen && !better) continue;
    best = found;
    chosen = i;
  }
  return chosen;
}

std::optional<std::size_t> choose(Offer what, std::string_view list,
                                  std::initializer_list<std::string_view> offers) {
  return choose(what, list, std::span<const std::string_view>(offers.begin(), offers.size()));
}

bool is_coded(std::string_view content_encoding) {
  return !content_encoding.empty() && !equals_ignore_case(content_encoding, "identity");
}

}  // namespace strata::http
