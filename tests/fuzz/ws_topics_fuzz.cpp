// tests/fuzz/ws_topics_fuzz.cpp - subscriptions in any order agree with a list of pairs. Two bytes
// are a step: who and what it does, and the topic.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>

#include "ws/topics.h"

using namespace strata;

namespace {

constexpr std::size_t people = 8, topics_max = 5, name_max = 6;

void demand(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static std::max_align_t ground[people];
  const auto address = [](std::size_t who) {  // never touched
    return reinterpret_cast<ws::Connection*>(&ground[who]);
  };
  ws::Topics topics({.max_topics = topics_max, .max_topic_bytes = name_max});
  std::unique_ptr<ws::Subscriber> subscribers[people];
  std::set<std::pair<std::size_t, std::string>> model;
  for (std::size_t at = 0; at + 2 <= size; at += 2) {
    const std::size_t who = data[at] % people, what = data[at] / people % 4;
    const std::string name(data[at + 1] / 16 % 8, static_cast<char>('a' + data[at + 1] % 16));
    std::unique_ptr<ws::Subscriber>& one = subscribers[who];
    if (one == nullptr) one = std::make_unique<ws::Subscriber>(address(who));
    if (what == 0) {
      topics.leave(*one);
      one.reset();
      std::erase_if(model, [who](const auto& entry) { return entry.first == who; });
    } else if (what == 1) {
      demand(topics.unsubscribe(*one, name) == (model.erase({who, name}) == 1));
    } else {
      const bool there = model.count({who, name}) == 1;
      const bool room = one->topic_count() < topics_max && name.size() <= name_max;
      demand(topics.subscribe(*one, name) == (there || room));
      if (room) model.insert({who, name});
    }
    std::size_t heard = 0, expected = 0;
    topics.for_each(name, [&](ws::Connection& to) {
      const auto place =
          static_cast<std::size_t>(reinterpret_cast<std::max_align_t*>(&to) - ground);
      demand(model.count({place, name}) == 1);
      ++heard;
    });
    for (const auto& entry : model) expected += entry.second == name ? 1 : 0;
    demand(heard == expected);
  }
  for (const auto& [who, name] : model) demand(topics.unsubscribe(*subscribers[who], name));
  demand(topics.topic_count() == 0);
  return 0;
}
