// sio/client/outbox.h - events that wait: for a connection, for the server to read, or for an
// earlier one to be acknowledged.
//
//   push() ->  [ newest | ... | ... | oldest ]  -> pop()
//
// Bounded by count and by bytes; what becomes of what does not fit is the policy's. (codec)
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "sio/emit.h"

namespace strata::sio {

enum class Overflow : std::uint8_t {
  drop_newest,  // the event that does not fit
  drop_oldest,  // as many as it takes for the new one to fit
  disconnect,   // the event that does not fit is dropped, and its socket disconnects
};

struct OutboxLimits {
  std::size_t max_packets = 10'000;
  std::size_t max_bytes = 16 * 1024 * 1024;  // attachments and a fixed price of each included
  Overflow overflow = Overflow::drop_newest;
};

struct WaitingEvent {
  OwnedPacket packet;               // its namespace is in it, its id is not
  std::optional<std::uint64_t> id;  // where an answer is awaited
  bool compress = true;
};

//   Owns:    what waits. `Event` has a `packet`.
//   Errors:  none; an event larger than max_bytes never fits.
template <class Event = WaitingEvent>
class Outbox {
 public:
  explicit Outbox(const OutboxLimits& limits) : limits_(limits) {}

  struct Pushed {
    bool kept = true;         // the new one
    std::vector<Event> gone;  // what had to go, the new one if it was not kept
  };
  // The first `spared` of those that wait stay.
  Pushed push(Event event, std::size_t spared = 0) {
    Pushed pushed;
    const std::size_t size = price(event);
    if (limits_.overflow == Overflow::drop_oldest && size <= limits_.max_bytes) {
      while (!fits(size) && events_.size() > spared) {
        const auto oldest = events_.begin() + static_cast<std::ptrdiff_t>(spared);
        bytes_ -= price(*oldest);
        pushed.gone.push_back(std::move(*oldest));
        events_.erase(oldest);
      }
    }
    if (!fits(size)) {
      pushed.kept = false;
      pushed.gone.push_back(std::move(event));
      return pushed;
    }
    bytes_ += size;
    events_.push_back(std::move(event));
    return pushed;
  }
  bool empty() const { return events_.empty(); }
  std::size_t size() const { return events_.size(); }
  std::size_t bytes() const { return bytes_; }
  const OutboxLimits& limits() const { return limits_; }
  Event& front() { return events_.front(); }
  Event pop() {
    Event event = std::move(events_.front());
    bytes_ -= price(event);
    events_.pop_front();
    return event;
  }
  bool erase(std::uint64_t id) {  // nobody waits for its answer any more
    const auto found = std::find_if(events_.begin(), events_.end(),
                                    [id](const Event& event) { return event.id == id; });
    if (found == events_.end()) return false;
    bytes_ -= price(*found);
    events_.erase(found);
    return true;
  }
  std::vector<std::uint64_t> ids() const {  // of those that await an answer, in order
    std::vector<std::uint64_t> ids;
    for (const Event& event : events_)
      if (event.id) ids.push_back(*event.id);
    return ids;
  }

 private:
  static std::size_t price(const Event& event) { return event.packet.bytes() + sizeof(Event); }
  bool fits(std::size_t size) const {
    return events_.size() < limits_.max_packets && bytes_ <= limits_.max_bytes &&
           size <= limits_.max_bytes - bytes_;
  }
  OutboxLimits limits_;
  std::deque<Event> events_;
  std::size_t bytes_ = 0;
};

}  // namespace strata::sio
