// tests/ws/conformance_run.h - sends a row to one of our ends, cut in several ways, and says what
// came back other than it should.
#pragma once
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "tests/ws/conformance_ends.h"
#include "tests/ws/conformance_inflate.h"

namespace strata::conformance {

using Cuts = std::vector<std::size_t>;  // places in the wire, growing

inline Cuts odd_cuts(std::size_t size) {
  static const std::size_t small[] = {3, 1, 2, 7, 5, 13, 29, 1};
  static const std::size_t large[] = {5, 4093, 1, 8191, 127, 16381, 65521};
  Cuts cuts;
  for (std::size_t at = 0, turn = 0;; ++turn) {
    at += size <= 4096 ? small[turn % 8] : large[turn % 7] * (size >> 20 != 0 ? 17 : 1);
    if (at >= size) return cuts;
    cuts.push_back(at);
  }
}

// Each byte; in the middle of a large wire by 997.
inline Cuts byte_cuts(std::size_t size) {
  Cuts cuts;
  for (std::size_t at = 1; at < size; at += (size > 1200 && at > 160 && size - at > 1200) ? 997 : 1)
    cuts.push_back(at);
  return cuts;
}

inline Cuts frame_cuts(const Frames& frames, bool from_client) {
  Cuts cuts;
  std::string wire;
  for (const Frame& frame : frames) {
    append_frame(frame, from_client, wire);
    cuts.push_back(wire.size());
  }
  return cuts;
}

// Ways to cut a wire whose first `own` bytes are the row's.
inline std::vector<Cuts> ways_to_cut(const Row& row, bool from_client, std::size_t own) {
  if (own >> 20 != 0) return {{}, odd_cuts(own)};
  std::vector<Cuts> ways{{}, byte_cuts(own), odd_cuts(own)};
  if (row.sent.size() < 32) ways.push_back(frame_cuts(row.sent, from_client));
  if (own <= 56)
    for (std::size_t at = 1; at < own; ++at) ways.push_back({at});
  return ways;
}

// What a raw end reads until our Close, inflated where the row has compression.
class Replies {
 public:
  Replies(const Ours& ours, const Row& row)
      : reader_(ours.is_client), inflater_(row.extension, ours.is_client) {}
  void read(const std::string& wire) {
    while (auto frame = reader_.next(wire)) {
      if (!frames.empty() && frames.back().first == 0x88) wrong = "a frame behind the Close";
      if ((frame->first & 0x40) != 0 && !inflater_.inflate(frame->payload))
        wrong = "it cannot be inflated";
      frames.push_back(std::move(*frame));
    }
    if (reader_.wrong() != nullptr) wrong = reader_.wrong();
  }
  bool closed() const { return !frames.empty() && frames.back().first == 0x88; }
  std::size_t bytes() const { return reader_.taken(); }
  const std::vector<Key>& keys() const { return reader_.keys(); }

  Frames frames;
  std::string wrong;

 private:
  FrameReader reader_;
  InflatedReplies inflater_;
};

inline std::string differs(const Frames& seen, const Frames& wanted) {
  for (std::size_t i = 0; i < std::max(seen.size(), wanted.size()); ++i) {
    const bool same = i < seen.size() && i < wanted.size() && seen[i] == wanted[i];
    if (same) continue;
    return "frame " + std::to_string(i) + " is " +
           (i < seen.size() ? describe(seen[i]) : "missing") + ", not " +
           (i < wanted.size() ? describe(wanted[i]) : "expected");
  }
  return {};
}

// Our Close has the code that it should; its reason is our own affair.
inline std::string check_close(const Frame& frame, int wanted) {
  const std::string due = wanted == no_code ? "" : code(wanted);
  if (wanted == no_code ? frame.payload.empty() : frame.payload.substr(0, 2) == due) return {};
  return "the Close is " + describe(frame) + ", not " + std::to_string(wanted);
}

// Who ends TCP, and what on_close is told.
inline std::string check_end(Ours& ours, Raw& raw, const End& end, std::size_t bytes) {
  if (!ours.is_client || end.failed) {
    if (!ours.turn_until([&] { return raw.take(), raw.ended; })) return "TCP goes on";
    if (raw.was_reset && ours.is_client) return "TCP was reset";
  } else {
    for (int turns = 0; turns < 3; ++turns) ours.turn();
    raw.take();
    if (raw.ended) return "the client ends TCP before its server";
  }
  if (raw.got.size() != bytes) return "bytes behind the Close";
  raw.close();
  if (!ours.turn_until([&] { return ours.at_rest(); })) return "the connection stays";
  const int told = end.failed ? 1006 : end.code;
  if (ours.closes != std::vector<int>{told}) return "on_close was not told " + std::to_string(told);
  return {};
}

inline const Frame still_there = pong("are you there?");

// Empty where the row gets what is due to it.
inline std::string run(Ours& ours, const Row& row, const std::string& wire, const Cuts& cuts) {
  ours.closes.clear();
  Raw raw = ours.open(row);
  std::size_t from = 0;
  for (const std::size_t cut : cuts) {
    ours.send(raw, std::string_view(wire).substr(from, cut - from));
    from = cut;
  }
  ours.send(raw, std::string_view(wire).substr(from));
  Replies replies(ours, row);
  const bool goes = row.end.code == 0;
  bool asked = false;
  const bool came = ours.turn_until([&] {
    raw.take();
    replies.read(raw.got);
    // Not before the pong: one that still waits for room is not owed behind a Close.
    if (goes && !asked && !replies.frames.empty() && replies.frames.back() == still_there) {
      asked = true;
      ours.send(raw, to_wire({close_with(1000)}, !ours.is_client));
      replies.read(raw.got);
    }
    return replies.closed() || !replies.wrong.empty() || raw.ended;
  });
  if (!replies.wrong.empty()) return replies.wrong;
  const Frames wanted = goes ? row.back + Frames{still_there} : row.back;
  Frames seen = replies.frames;
  if (replies.closed()) seen.pop_back();
  if (std::string what = differs(seen, wanted); !what.empty()) return what;
  if (!came || !replies.closed()) return "no Close came";
  const End end = goes ? answers(1000) : row.end;
  if (std::string what = check_close(replies.frames.back(), end.code); !what.empty()) return what;
  return check_end(ours, raw, end, replies.bytes());
}

// A row that goes on is asked whether it does, and closed when it has answered.
inline std::string wire_of(const Row& row, bool from_client) {
  Frames sent = row.sent;
  if (row.end.code == 0) sent.push_back(ping(still_there.payload));
  return to_wire(sent, from_client);
}

inline const Row& well_row() {
  static const Row row{"a fresh connection", "rfc6455-5.6", {text("well")}, {text("well")}};
  return row;
}

inline bool is_for(const Row& row, const Ours& ours) {
  return row.who == For::both || (row.who == For::client) == ours.is_client;
}

// One CHECK for each row, whatever the number of its cuts; then a fresh connection has to work, and
// no descriptor may be left.
inline void check_rows(Ours& ours, const Rows& rows) {
  for (const Row& row : rows) {
    if (!is_for(row, ours)) continue;
    const std::string wire = wire_of(row, !ours.is_client);
    const std::size_t own = to_wire(row.sent, !ours.is_client).size();
    const std::size_t descriptors = open_descriptors();
    std::string what;
    std::string places;
    for (const Cuts& cuts : ways_to_cut(row, !ours.is_client, own)) {
      what = run(ours, row, wire, cuts);
      places = cuts.empty() ? "" : " cut at " + std::to_string(cuts.front());
      if (cuts.size() > 1) places += " and " + std::to_string(cuts.size() - 1) + " places more";
      if (!what.empty()) break;
    }
    if (what.empty() && row.end.failed)
      what = run(ours, well_row(), wire_of(well_row(), !ours.is_client), {});
    if (what.empty() && open_descriptors() != descriptors) what = "a descriptor is left";
    INFO((ours.is_client ? "to our client: " : "to our server: ")
         << row.what << " (" << row.section << ")" << places);
    CHECK(what == "");
  }
}

inline net::Address unix_address(const char* name) {
  return *net::Address::unix_path("@strata-table-" + std::string(name) + "-" +
                                  std::to_string(::getpid()));
}

inline void check_at_our_server(const Rows& rows) {
  OurServer server(unix_address("server"));
  check_rows(server, rows);
}

inline void check_at_our_client(const Rows& rows) {
  OurClient client(unix_address("client"));
  check_rows(client, rows);
}

}  // namespace strata::conformance
