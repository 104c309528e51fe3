// tools/sio/words.cpp - words to values, values to words. (codec)
#include "tools/sio/words.h"

#include <algorithm>
#include <utility>

#include "http/base64.h"

namespace strata::tools {
namespace {

using sio::Json;
using Value = net::Result<Json, std::string>;

constexpr std::string_view base64_mark = "base64:";
constexpr std::string_view base64_key = "base64";

Json binary(std::string_view bytes) {
  return Json::binary(std::vector<std::uint8_t>(bytes.begin(), bytes.end()));
}

bool begins_json(std::string_view word) {
  return word.starts_with('{') || word.starts_with('[') || word.starts_with('"');
}

std::string_view skip_blanks(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(" \t\r"), text.size()));
}

// How far the word goes that `text` begins with: JSON to its last bracket or quote.
std::size_t word_end(std::string_view text) {
  if (!begins_json(text)) return std::min(text.find_first_of(" \t\r"), text.size());
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '\\') {
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted) {
      depth += c == '{' || c == '[';
      depth -= (c == '}' || c == ']') && depth > 0;
    }
    if (!quoted && depth == 0) return i + 1;
  }
  return text.size();
}

std::string_view take_word(std::string_view& line) {
  const std::size_t end = word_end(line);
  const std::string_view word = line.substr(0, end);
  line = skip_blanks(line.substr(end));
  return word;
}

Command wrong(std::string why) {
  Command command{Command::wrong};
  command.why = std::move(why);
  return command;
}

Command read_emit(std::string_view line, bool ask, const ReadFile& read) {
  Command command{Command::emit};
  command.spoken.ask = ask;
  const std::string_view name = take_word(line);
  if (name.empty()) return wrong("an event's name is missing");
  command.spoken.event = name;
  if (begins_json(name)) {
    const auto text = sio::parse_json(name);
    if (!text || !text->is_string()) return wrong("an event's name is a word, or \"in quotes\"");
    command.spoken.event = text->get_ref<const std::string&>();
  }
  while (!line.empty()) {
    Value value = read_word(take_word(line), read);
    if (!value) return wrong(value.error());
    command.spoken.values.push_back(std::move(*value));
  }
  return command;
}

// Calls `change` with every value in `root`, itself among them; it may replace what it is given,
// and what it put there is not visited.
template <class Change>
void visit(Json& root, const Change& change) {
  std::vector<Json*> waiting = {&root};
  while (!waiting.empty()) {
    Json& value = *waiting.back();
    waiting.pop_back();
    if (change(value) || !value.is_structured()) continue;
    for (Json& child : value) waiting.push_back(&child);
  }
}

}  // namespace

const char command_help[] =
    "EVENT VALUE ...    emits; values are JSON, text, @FILE or base64:...\n"
    "?EVENT VALUE ...   emits and asks for an acknowledgement\n"
    "/connect           again, after a disconnect\n"
    "/disconnect        from the namespace\n"
    "/quit              disconnects and ends\n"
    "/help              this list\n"
    "//EVENT            the event /EVENT\n";

net::Result<Json, std::string> read_word(std::string_view word, const ReadFile& read) {
  if (!sio::is_utf8(word)) return Value(std::string("a value that is no UTF-8"));
  if (word.starts_with("@@")) return Json(word.substr(1));
  if (word.starts_with('@')) {
    const auto content = read(std::string(word.substr(1)));
    if (!content) return Value("'" + std::string(word.substr(1)) + "' cannot be read");
    return binary(*content);
  }
  if (word.starts_with(base64_mark)) {
    const auto bytes = http::decode_base64(word.substr(base64_mark.size()));
    if (!bytes) return Value("'" + std::string(word) + "' is no Base64");
    return binary(*bytes);
  }
  auto json = sio::parse_json(word);
  if (!json) {
    if (begins_json(word)) return Value("'" + std::string(word) + "' is no JSON");
    return Json(word);
  }
  read_bytes(*json);
  return std::move(*json);
}

Command read_line(std::string_view line, const ReadFile& read) {
  line = skip_blanks(line);
  if (!sio::is_utf8(line)) return wrong("a line that is no UTF-8 was not sent");
  if (line.empty()) return {};
  if (line.starts_with('?')) return read_emit(skip_blanks(line.substr(1)), true, read);
  if (line.starts_with("//")) return read_emit(line.substr(1), false, read);
  if (!line.starts_with('/')) return read_emit(line, false, read);
  const std::string_view name = take_word(line);
  if (!line.empty()) return wrong(std::string(name) + " takes nothing behind it");
  if (name == "/connect") return {Command::connect};
  if (name == "/disconnect") return {Command::disconnect};
  if (name == "/quit") return {Command::quit};
  if (name == "/help") return {Command::help};
  return wrong("no command " + std::string(name) + ": /help lists them, // begins an event with /");
}

void spell_bytes(Json& value) {
  visit(value, [](Json& each) {
    if (!each.is_binary()) return false;
    const auto& bytes = each.get_binary();
    std::string text = http::encode_base64(sio::Bytes(bytes.data(), bytes.size()));
    each = Json::object({{std::string(base64_key), std::move(text)}});
    return true;
  });
}

void read_bytes(Json& value) {
  visit(value, [](Json& each) {
    if (!each.is_object() || each.size() != 1) return false;
    const auto only = each.begin();
    if (only.key() != base64_key || !only->is_string()) return false;
    const auto bytes = http::decode_base64(only->get_ref<const std::string&>());
    if (!bytes) return false;
    each = binary(*bytes);
    return true;
  });
}

}  // namespace strata::tools
