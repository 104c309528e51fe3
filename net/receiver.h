// net/receiver.h - the protocol on top of a connection: bytes come up here. (codec)
#pragma once
#include <cstddef>
#include <system_error>

#include "net/bytes.h"

namespace strata::net {

// Called by the Connection it was given to, never re-entrantly: resume(), set_receiver() and an
// append put the connection on the loop's ready list, and the offer comes from there.
//   Lives:   until closed() was called or another receiver took its place.
//   Threads: the loop's.
class Receiver {
 public:
  virtual ~Receiver() = default;

  // Offers everything received and not yet consumed; returns how many bytes were consumed.
  // It may stop early, and must once it paused the connection or filled its queue above the high
  // mark. What is left is offered again, in front of what came meanwhile and perhaps at another
  // address. It may change only the bytes that it consumes: to unmask is to consume.
  virtual std::size_t receive(MutableBytes in) = 0;

  // Where the next bytes should land (empty: in the loop's buffer), asked before each read while
  // nothing is kept, by a receiver in the middle of a large payload; `landed` tells how many came.
  virtual MutableBytes landing() { return {}; }
  virtual void landed(std::size_t /*bytes*/) {}

  // The queue was above the high mark and is now below the low one.
  virtual void drained() {}

  // The peer sent FIN. Everything that it sent before was offered first. Each receiver is told,
  // also one that comes on top later.
  virtual void ended() {}

  // Once, and last. No error: both directions ended in order. The owner may destroy the
  // connection by Loop::defer from here on.
  virtual void closed(std::error_code why) = 0;
};

}  // namespace strata::net
