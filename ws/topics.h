// ws/topics.h - who wants to hear of what: names, and the connections subscribed to each. (codec)
//
//   Topics   "news" -> Topic: members [ b | a ]        each side knows its place in the other's
//                                       ^   ^          list, so that leaving moves one entry on
//   Subscriber a:  seats [ news 1 | chat 0 ]           either side, however long the lists are
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace strata::ws {

class Connection;
class Topics;

// A connection's side. Kept by Topics; its owner calls leave() before it dies.
class Subscriber {
 public:
  explicit Subscriber(Connection* connection = nullptr) : connection_(connection) {}
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;
  std::size_t topic_count() const { return seats_.size(); }

 private:
  friend class Topics;
  struct Topic;
  struct Member {
    Subscriber* who;
    std::uint32_t place;  // in its seats_
  };
  struct Seat {
    Topic* topic;
    std::uint32_t place;  // in the topic's members
  };
  struct Topic {
    std::vector<Member> members;
    std::string_view name;  // its key
  };
  Connection* connection_;
  std::vector<Seat> seats_;
};

struct TopicLimits {
  std::size_t max_topics = 128;       // of one connection
  std::size_t max_topic_bytes = 256;  // of a name
};

// A topic is there while somebody is subscribed to it. Names are any bytes, and empty is one too.
//   Lives:   as long as anybody subscribes or leaves; it does not own the subscribers.
//   Errors:  std::bad_alloc; nothing has changed then.
//   Threads: one.
class Topics {
 public:
  explicit Topics(const TopicLimits& limits = {}) : limits_(limits) {}
  // False: over a limit. True also where it was subscribed before.
  bool subscribe(Subscriber& who, std::string_view topic);
  bool unsubscribe(Subscriber& who, std::string_view topic);  // false: it was not subscribed
  void leave(Subscriber& who);                                // all of its topics
  bool subscribed(const Subscriber& who, std::string_view topic) const;

  // Calls for each connection that is subscribed, in no order; the call changes no subscription.
  template <class Each>  // void(Connection&)
  void for_each(std::string_view topic, Each each) const {
    const auto found = topics_.find(topic);
    if (found == topics_.end()) return;
    for (const auto& member : found->second.members) each(*member.who->connection_);
  }
  std::size_t subscriber_count(std::string_view topic) const;
  std::size_t topic_count() const { return topics_.size(); }
  // The names, for who shows them.
  std::vector<std::string_view> topics_of(const Subscriber& who) const;

 private:
  using Seat = Subscriber::Seat;
  const Seat* seat_of(const Subscriber& who, std::string_view topic) const;
  void unseat(Subscriber& who, std::size_t seat);

  TopicLimits limits_;
  // Ordered: whoever names topics cannot choose names that meet in one bucket.
  std::map<std::string, Subscriber::Topic, std::less<>> topics_;
};

}  // namespace strata::ws
