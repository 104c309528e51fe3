// ws/frame_watcher.h - who wants to see each frame of a connection: terminals, lessons, logs.
// (codec)
#pragma once
#include "net/bytes.h"
#include "ws/frame.h"

namespace strata::ws {

enum class Direction : std::uint8_t { in, out };

// A frame, or a part of it, as it is on the wire but for the mask: compressed where it is. RSV2 and
// RSV3 are 0, the masking key is in the header, and a message held up by nobody is here too.
struct FramePart {
  Direction direction;
  const FrameHeader& header;
  net::Bytes payload;  // without the mask; lives for the call
  bool first;          // the frame begins here
  bool last;           // the frame ends here
};

// Is told of a frame before what it means is: before on_message and so on.
//   Lives:   longer than what it watches, or until watch(nullptr).
//   Errors:  it must not throw.
class FrameWatcher {
 public:
  virtual ~FrameWatcher() = default;
  // Out: always whole. In: a control frame whole, a data frame as it arrives.
  virtual void on_frame(const FramePart& part) = 0;
  // A header that broke a rule: its first bytes, at most 14, reserved bits and all.
  virtual void on_refused(net::Bytes, const ProtocolError&) {}
};

}  // namespace strata::ws
