// tools/sio/record.cpp - recordings to text and back, and their replay. (codec)
#include "tools/sio/record.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "tools/sio/words.h"

namespace strata::tools {
namespace {

using sio::Json;
using Seconds = std::chrono::duration<double>;

constexpr double at_max = 1e7;  // seconds
constexpr std::size_t shown_max = 200;

std::string spelled(const Json& args) {
  Json copy = args;
  spell_bytes(copy);
  return sio::dump(copy);
}

std::string shown(const std::string& event, const Json& args) {
  std::string text = event + " " + spelled(args);
  if (text.size() > shown_max) {
    text.resize(shown_max);
    text += " ...";
  }
  return text;
}

std::optional<std::uint64_t> number(const Json& from) {
  if (!from.is_number_unsigned() && !from.is_number_integer()) return std::nullopt;
  if (from.is_number_integer() && !from.is_number_unsigned() && from.get<std::int64_t>() < 0)
    return std::nullopt;
  return from.get<std::uint64_t>();
}

// Nothing: it is right.
std::optional<std::string> read_entry(const Json& line, Entry& to) {
  if (!line.is_object()) return "is no object";
  if (!line.contains("at") || !line["at"].is_number()) return "has no \"at\"";
  const double at = line["at"].get<double>();
  if (!(at >= 0 && at <= at_max)) return "has an \"at\" that is no time";
  to.at = std::chrono::duration_cast<net::Duration>(Seconds(at));
  if (line.contains("args")) {
    to.args = line["args"];
    if (!to.args.is_array()) return "has \"args\" that are no array";
    read_bytes(to.args);
  }
  const bool out = line.contains("out"), in = line.contains("in");
  if (out + in + line.contains("answer") != 1)
    return "is none of \"out\", \"in\" and \"answer\", or several";
  if (!out && !in) {
    to.kind = Entry::answer;
    to.ask = number(line["answer"]);
    return to.ask ? std::optional<std::string>() : "has an \"answer\" that is no number";
  }
  const Json& name = line[out ? "out" : "in"];
  if (!name.is_string()) return "has a name that is no text";
  to.kind = out ? Entry::out : Entry::in;
  to.event = name.get_ref<const std::string&>();
  if (!line.contains("ask")) return std::nullopt;
  to.ask = number(line["ask"]);
  return to.ask ? std::optional<std::string>() : "has an \"ask\" that is no number";
}

}  // namespace

std::string head_line(std::string_view url, std::string_view nsp) {
  std::string line = "{\"sio\":1,\"url\":";
  sio::append_quoted(line, url);
  line += ",\"nsp\":";
  sio::append_quoted(line, nsp);
  return line + "}\n";
}

std::string entry_line(const Entry& entry) {
  std::string line = "{\"at\":";
  sio::append_number(line, std::round(Seconds(entry.at).count() * 1e6) / 1e6);
  if (entry.kind == Entry::answer) {
    line += ",\"answer\":" + std::to_string(entry.ask.value_or(0));
  } else {
    line += entry.kind == Entry::out ? ",\"out\":" : ",\"in\":";
    sio::append_quoted(line, entry.event);
  }
  line += ",\"args\":" + spelled(entry.args);
  if (entry.kind == Entry::out && entry.ask) line += ",\"ask\":" + std::to_string(*entry.ask);
  return line + "}\n";
}

net::Result<std::vector<Entry>, std::string> read_recording(std::string_view text) {
  using Answer = net::Result<std::vector<Entry>, std::string>;
  std::vector<Entry> entries;
  bool head = false;
  for (std::size_t number_of_line = 1; !text.empty(); ++number_of_line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.find_first_not_of(" \t\r") == line.npos) continue;
    const auto where = "line " + std::to_string(number_of_line) + " ";
    const auto json = sio::parse_json(line);
    if (!json) return Answer(where + "is no JSON");
    if (!std::exchange(head, true)) {
      if (!json->is_object() || !json->contains("sio") || (*json)["sio"] != 1)
        return Answer(where + "is not the head of a recording");
      continue;
    }
    if (const auto why = read_entry(*json, entries.emplace_back())) return Answer(where + *why);
  }
  if (!head) return Answer(std::string("it is empty"));
  return entries;
}

Replay::Replay(std::vector<Entry> entries, Pace pace, bool expect) : pace_(pace), expect_(expect) {
  for (Entry& entry : entries) {
    if (entry.kind == Entry::out) {
      sent_.push_back({std::move(entry), events_.size()});
    } else if (entry.kind == Entry::in) {
      events_.push_back(std::move(entry));
    } else {
      const std::uint64_t to = *entry.ask;
      answers_.insert_or_assign(to, std::move(entry));
    }
  }
}

bool Replay::waits() const {
  return pace_ == fast && expect_ && heard_ < sent_[next_].events_before;
}

const Entry* Replay::take(net::Duration now) {
  if (all_sent() || waits() || (pace_ == recorded && sent_[next_].entry.at > now)) return nullptr;
  return &sent_[next_++].entry;
}

std::optional<net::Duration> Replay::next_at() const {
  if (all_sent() || waits()) return std::nullopt;
  return pace_ == fast ? net::Duration() : sent_[next_].entry.at;
}

std::optional<std::string> Replay::heard(const Entry& came) {
  if (!expect_) return std::nullopt;
  if (came.kind == Entry::answer) {
    const auto found = answers_.find(came.ask.value_or(0));
    if (found == answers_.end()) return "an answer that did not come then: " + spelled(came.args);
    const Entry expected = std::move(found->second);
    answers_.erase(found);
    if (expected.args == came.args) return std::nullopt;
    return "expected the answer " + spelled(expected.args) + ", heard " + spelled(came.args);
  }
  if (heard_ == events_.size()) return "not expected: " + shown(came.event, came.args);
  const Entry& expected = events_[heard_++];
  if (expected.event == came.event && expected.args == came.args) return std::nullopt;
  return "expected " + shown(expected.event, expected.args) + ", heard " +
         shown(came.event, came.args);
}

bool Replay::all_heard() const {
  return !expect_ || (heard_ == events_.size() && answers_.empty());
}

std::string Replay::missing() const {
  if (heard_ < events_.size())
    return "did not come: " + shown(events_[heard_].event, events_[heard_].args);
  if (!answers_.empty())
    return "did not come: an answer, " + spelled(answers_.begin()->second.args);
  return "nothing is missing";
}

}  // namespace strata::tools
