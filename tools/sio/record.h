// tools/sio/record.h - a session as JSON lines, and what is played of it again:
//
//   {"sio":1,"url":"http://localhost:7890","nsp":"/chat"}
//   {"at":0.012,"out":"hello","args":["spot"]}
//   {"at":0.034,"out":"sum","args":[1,2],"ask":0}       an acknowledgement is asked for
//   {"at":0.035,"in":"joined","args":["rex"]}
//   {"at":0.041,"answer":0,"args":[3]}                  and here it is
//
// `at` is in seconds from when the namespace was first connected. (codec)
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/parse.h"
#include "net/time.h"
#include "sio/json.h"

namespace strata::tools {

struct Entry {
  enum Kind { out, in, answer };
  net::Duration at{};
  Kind kind = out;
  std::string event = {};                 // not of an answer
  sio::Json args = sio::Json::array();    // bytes are binary leaves
  std::optional<std::uint64_t> ask = {};  // of `out`, if one was asked for; of `answer`: to whom
};

std::string head_line(std::string_view url, std::string_view nsp);
std::string entry_line(const Entry& entry);
// All of a recording's lines; else a sentence that names the line.
net::Result<std::vector<Entry>, std::string> read_recording(std::string_view text);

// What is sent again, and when; what has to come back.
//   Time: since the namespace was connected, as an argument.
class Replay {
 public:
  enum Pace {
    recorded,  // each when it was sent then
    fast       // at once; where something is expected, once all that came before it has come
  };
  Replay(std::vector<Entry> entries, Pace pace, bool expect);

  // The next to be sent, if its time has come; it is passed then.
  const Entry* take(net::Duration now);
  // When to ask take() again; nothing: all is sent, or something has to come first.
  std::optional<net::Duration> next_at() const;
  // What came. A sentence: that was not expected, or it was another.
  std::optional<std::string> heard(const Entry& came);

  bool all_sent() const { return next_ == sent_.size(); }
  bool all_heard() const;
  std::string missing() const;  // a sentence

 private:
  struct Sent {
    Entry entry;
    std::size_t events_before;  // that came before it in the recording
  };
  bool waits() const;
  std::vector<Sent> sent_;
  std::vector<Entry> events_;
  std::map<std::uint64_t, Entry> answers_;
  std::size_t next_ = 0, heard_ = 0;
  const Pace pace_;
  const bool expect_;
};

}  // namespace strata::tools
