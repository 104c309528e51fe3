// sio/recovery.h - connection state recovery: what a client missed while it was away. (codec)
//
//   offset      1        2        3        4        5
//   packets  [ all ] [ room a ] [ all ] [ room b ] [ all ]      the oldest go first
//                       ^ the last that the client saw: 3 and 5 are sent again, and 4 if it is in b
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "net/time.h"
#include "sio/emit.h"
#include "sio/json.h"

namespace strata::sio {

struct RecoveryOptions {
  net::Duration max_disconnection_duration = 120s;
  bool skip_middlewares = true;              // a socket that comes back was let in before
  std::size_t max_packets = 100'000;         // kept, of a namespace; the oldest go first
  std::size_t max_bytes = 16 * 1024 * 1024;  // of packets, and as many of sessions
  std::size_t max_sessions = 10'000;         // of those who left; the oldest go first
};

// What a socket leaves behind, and gets again.
struct SavedSession {
  std::string sid;
  std::string pid;  // private: who knows it is that client
  std::vector<std::string> rooms;
  Json data;
};

struct Restored {
  SavedSession session;
  std::vector<OwnedPacket> missed;  // whole, oldest first
};

// The rooms of a stored packet.
struct StoredTarget {
  std::vector<std::string> rooms;   // none: everybody
  std::vector<std::string> except;  // the sender's own room among them
};

//   Owns:    copies of packets and sessions, within the bounds of its options.
//   Time:    is an argument.
class RecoveryLog {
 public:
  explicit RecoveryLog(const RecoveryOptions& options) : options_(options) {}

  // Keeps an event that everybody in `target` should get, and answers its offset. `text` is the
  // packet as it is sent, its offset already in it: take next_offset() first.
  std::string next_offset() const;
  void store(OwnedPacket packet, StoredTarget target, net::TimePoint now);

  void persist(SavedSession session, net::TimePoint now);
  // Once for each session: it is the client's again. Nothing where the session or the place in the
  // log is not there, or no longer.
  std::optional<Restored> restore(std::string_view pid, std::string_view offset,
                                  net::TimePoint now);
  void sweep(net::TimePoint now);  // forgets what is too old
  bool empty() const { return packets_.empty() && sessions_.empty(); }

  std::size_t packet_count() const { return packets_.size(); }
  std::size_t session_count() const { return sessions_.size(); }
  std::size_t bytes() const { return packet_bytes_ + session_bytes_; }

 private:
  struct Stored {
    OwnedPacket packet;
    StoredTarget target;
    net::TimePoint at;
    std::size_t bytes;
  };
  struct Left {
    SavedSession session;
    net::TimePoint at;
    std::size_t bytes;
    std::uint64_t number;
  };
  struct Turn {  // in the order of leaving; one whose client came back is passed over
    std::string pid;
    std::uint64_t number;
  };
  void drop_packet();
  void drop_session();
  static bool was_for(const StoredTarget& target, const SavedSession& session);

  RecoveryOptions options_;
  std::deque<Stored> packets_;
  std::uint64_t first_ = 1;  // offset of packets_[0]
  std::size_t packet_bytes_ = 0;
  std::unordered_map<std::string, Left> sessions_;  // by pid
  std::deque<Turn> order_;
  std::uint64_t sessions_left_ = 0;
  std::size_t session_bytes_ = 0;
};

// The packet's text with `offset` as a further last argument: what a client remembers.
void append_offset(std::string& text, std::string_view offset);

}  // namespace strata::sio
