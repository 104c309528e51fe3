// ws/topics.cpp - subscribing and leaving, each in a time that no list's length enters. (codec)
#include "ws/topics.h"

namespace strata::ws {

// A connection is in few topics or a topic has few members: the shorter list is looked through.
const Topics::Seat* Topics::seat_of(const Subscriber& who, std::string_view topic) const {
  const auto found = topics_.find(topic);
  if (found == topics_.end()) return nullptr;
  const auto& members = found->second.members;
  if (members.size() < who.seats_.size()) {
    for (const auto& member : members) {
      if (member.who == &who) return &who.seats_[member.place];
    }
    return nullptr;
  }
  for (const Seat& seat : who.seats_) {
    if (seat.topic == &found->second) return &seat;
  }
  return nullptr;
}

bool Topics::subscribed(const Subscriber& who, std::string_view topic) const {
  return seat_of(who, topic) != nullptr;
}

bool Topics::subscribe(Subscriber& who, std::string_view topic) {
  if (subscribed(who, topic)) return true;
  if (who.seats_.size() >= limits_.max_topics || topic.size() > limits_.max_topic_bytes) {
    return false;
  }
  // What can fail comes first.
  if (who.seats_.size() == who.seats_.capacity()) who.seats_.reserve(2 * who.seats_.size() + 1);
  const auto found = topics_.find(topic);
  const auto at =
      found != topics_.end() ? found : topics_.emplace(topic, Subscriber::Topic()).first;
  auto& members = at->second.members;
  try {
    members.push_back({&who, static_cast<std::uint32_t>(who.seats_.size())});
  } catch (...) {
    if (members.empty()) topics_.erase(at);
    throw;
  }
  at->second.name = at->first;
  who.seats_.push_back({&at->second, static_cast<std::uint32_t>(members.size() - 1)});
  return true;
}

bool Topics::unsubscribe(Subscriber& who, std::string_view topic) {
  const Seat* const seat = seat_of(who, topic);
  if (seat == nullptr) return false;
  unseat(who, static_cast<std::size_t>(seat - who.seats_.data()));
  return true;
}

void Topics::leave(Subscriber& who) {
  while (!who.seats_.empty()) unseat(who, who.seats_.size() - 1);
}

// The last of either list takes the free place, and the other side is told of its new one.
void Topics::unseat(Subscriber& who, std::size_t seat) {
  const Seat gone = who.seats_[seat];
  auto& members = gone.topic->members;
  members[gone.place] = members.back();
  if (gone.place + 1 != members.size()) {
    const Subscriber::Member& there = members[gone.place];
    there.who->seats_[there.place].place = gone.place;
  }
  members.pop_back();
  who.seats_[seat] = who.seats_.back();
  if (seat + 1 != who.seats_.size()) {
    const Seat& there = who.seats_[seat];
    there.topic->members[there.place].place = static_cast<std::uint32_t>(seat);
  }
  who.seats_.pop_back();
  if (members.empty()) topics_.erase(topics_.find(gone.topic->name));
}

std::size_t Topics::subscriber_count(std::string_view topic) const {
  const auto found = topics_.find(topic);
  return found == topics_.end() ? 0 : found->second.members.size();
}

std::vector<std::string_view> Topics::topics_of(const Subscriber& who) const {
  std::vector<std::string_view> names;
  for (const Seat& seat : who.seats_) names.push_back(seat.topic->name);
  return names;
}

}  // namespace strata::ws
