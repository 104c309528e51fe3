// net/event_source.h - what epoll wakes: the base of everything with a descriptor in the loop.
#pragma once
#include <cstdint>
#include <system_error>

namespace strata::net {

// The turn's two passes over what was queued: bytes are offered first, and then everything that
// this appended leaves, so that one turn sends once.
enum class Pass { offer, finish };

// Twice linked, so that a source can leave any list when it dies.
struct SourceLink {
  SourceLink* before = nullptr;
  SourceLink* after = nullptr;
};

//   Lives:   its owner calls EventLoop::unwatch before it dies.
//   Threads: its loop's.
class EventSource : private SourceLink {
 public:
  virtual void on_events(std::uint32_t events) = 0;  // EPOLLIN, EPOLLOUT, ...
  virtual void on_queued(Pass) {}                    // after EventLoop::queue
  virtual void on_thrown(std::error_code) {}         // one of the calls above let an exception out

  int descriptor() const { return fd_; }
  std::uint32_t interest() const { return interest_; }
  bool watched() const { return fd_ >= 0; }

 protected:
  EventSource() = default;
  EventSource(const EventSource&) = delete;
  EventSource& operator=(const EventSource&) = delete;
  virtual ~EventSource() = default;

 private:
  friend class EventLoop;
  friend class SourceList;
  int fd_ = -1;  // not owned
  std::uint32_t interest_ = 0;
};

// A ring around one link of its own.
class SourceList {
 public:
  SourceList() { ring_.before = ring_.after = &ring_; }
  SourceList(const SourceList&) = delete;
  SourceList& operator=(const SourceList&) = delete;
  ~SourceList() {
    while (pop() != nullptr) {
    }
  }

  bool empty() const { return ring_.after == &ring_; }
  static bool linked(const EventSource& source) { return source.before != nullptr; }

  void push(EventSource& source) {
    SourceLink& link = source;
    link.before = ring_.before;
    link.after = &ring_;
    ring_.before->after = &link;
    ring_.before = &link;
  }
  static void remove(EventSource& source) {
    SourceLink& link = source;
    if (link.before == nullptr) return;
    link.before->after = link.after;
    link.after->before = link.before;
    link.before = link.after = nullptr;
  }
  EventSource* pop() {
    if (empty()) return nullptr;
    auto* const first = static_cast<EventSource*>(ring_.after);
    remove(*first);
    return first;
  }
  void take_all(SourceList& other) {
    while (EventSource* const first = other.pop()) push(*first);
  }

 private:
  SourceLink ring_;
};

}  // namespace strata::net
