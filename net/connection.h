// net/connection.h - the seam between a protocol and the stream of bytes below it.
// TcpConnection implements it over a socket, tests/support over memory, TLS around another one.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>

#include "net/address.h"
#include "net/receiver.h"
#include "net/send_queue.h"
#include "net/time.h"

namespace strata::net {

class Loop;

struct ConnectionOptions {
  std::size_t high_water = 64 * 1024;      // bytes queued: above it reading stops (servers)
  std::size_t low_water = 16 * 1024;       // below it `drained` follows and reading goes on
  std::size_t kept_bytes_max = 64 * 1024;  // unconsumed bytes held before reading stops
  Duration write_timeout = 20s;            // a queue that makes no progress that long: timed_out
  bool reads_above_high_water = false;     // clients: two peers that both stop would wait for ever
};

// What detach() gives and Loop::adopt() takes, so that a connection can change its loop or owner.
struct Detached {
  int fd = -1;             // owned by the holder
  std::string unconsumed;  // received, not yet consumed
};

// One stream of bytes, both ways.
//   Owns:    its descriptor, its queue, the bytes kept for the receiver.
//   Lives:   owned by the server or client on top; destroying it closes at once and loses what is
//            queued. Also inside a call of its own receiver, which is then the last; the bytes
//            that were offered die with it.
//   Errors:  all come by Receiver::closed, at the end of the turn, never from inside a call.
//   Threads: its loop's.
class Connection {
 public:
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Bytes append here; nobody flushes. What its own receive() appends leaves right after it, what
  // others append at the end of the turn, with one sendmsg. `out().finish()` half-closes (FIN)
  // once all is sent. After the connection failed, what is appended is dropped.
  SendQueue& out() { return out_; }
  const SendQueue& out() const { return out_; }

  // Puts `top` on top. Unconsumed bytes are offered to it in the ready list of this turn, or on
  // the return from receive() when called inside it.
  virtual void set_receiver(Receiver& top) = 0;

  virtual void pause() = 0;   // reading off: nothing is offered until resume()
  virtual void resume() = 0;  // reading on; kept bytes are offered again from the ready list
  virtual bool paused() const = 0;

  virtual void abort() = 0;  // RST and closed(connection_aborted); queued bytes are lost
  // Lingering close: sends what is queued, then FIN, discards what still arrives until the peer's
  // FIN, 256 KiB or 2 s, then closed(). The receiver is offered nothing more.
  virtual void close() = 0;

  // Takes the descriptor away, for another loop or another owner; closed() is not called.
  // Only while nothing is queued. The connection is dead afterwards.
  virtual Detached detach() = 0;

  virtual Address peer() const = 0;
  virtual Address local() const = 0;
  virtual Loop& loop() = 0;
  virtual const ConnectionOptions& options() const = 0;

 protected:
  explicit Connection(BlockPool* pool) : out_(pool) {}
  SendQueue out_;
};

}  // namespace strata::net
