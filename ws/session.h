// ws/session.h - one WebSocket connection's rules, rfc6455-5 to -7: no I/O, no clock. (codec)
#pragma once
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <variant>

#include "net/time.h"
#include "ws/deflate.h"
#include "ws/frame.h"
#include "ws/frame_watcher.h"
#include "ws/limits.h"
#include "ws/message_assembler.h"

namespace strata::ws {

enum class SendResult { sent, queued, dropped };

struct Ping {
  net::Bytes payload;
};  // its pong is already in the queue, or waits for room there
struct Pong {
  net::Bytes payload;
};
struct Closed {
  CloseCode code;
  std::string_view reason;
};                                                        // the peer's Close frame came
using Event = std::variant<Message, Ping, Pong, Closed>;  // views: until the next next()

using MaskSource = std::function<MaskingKey()>;

// Reads frames into events and writes frames into `out`.
//   Lives:   as long as `out`. Messages that come after close() are checked and dropped.
//   Errors:  what sends may throw std::bad_alloc, with half a frame in the queue: end it then.
//   Time:    is an argument; `deadline()` says when on_deadline() is due.
class Session {
 public:
  // A client needs `keys`, unpredictable ones (rfc6455-5.3).
  Session(Role self, SharedLimits limits, net::SendQueue& out, MaskSource keys = {});
  ~Session();
  // What the handshake agreed on, before the first byte. Frames of encode_shared stay as they are.
  void use(Compression compression);
  void set_compressing(bool on);  // false: messages from here on go as they are

  // "Not yet" may have consumed a part of a payload. After an error the Close frame is already in
  // the queue, and nothing more is parsed: all is consumed, now and in every further call.
  net::Parse<Event, ProtocolError> next(net::MutableBytes& in, net::TimePoint now = {});

  // In the middle of a large payload: where its next bytes may be received. Tell landed() how
  // many were, then call next() with what else there is, or nothing.
  net::MutableBytes landing();
  void landed(std::size_t bytes) { landed_ = static_cast<std::uint32_t>(bytes); }

  // A message is taken whole while the queue is below the high mark, whatever its size, and
  // dropped while it is above the limit or once Close is sent. Text has to be UTF-8.
  SendResult send_text(std::string_view text);
  SendResult send_binary(net::Bytes bytes);
  // A large one becomes a part of the queue as it is; a client masks it where it lies. For
  // std::string, std::vector<std::uint8_t> and net::OwnedBytes.
  template <class Owned>
  SendResult send_moved(Opcode opcode, Owned&& bytes);
  // The message is what lies behind the first `at` of `bytes`, which are `header_max` or more: its
  // frame is made where it lies. Nothing of what was there is there afterwards.
  SendResult send_in_place(Opcode opcode, std::string& bytes, std::size_t at);
  SendResult send(Message&& message);                     // what came, sent back or on
  SendResult send_shared(const net::SharedBytes& frame);  // from encode_shared; servers only
  SendResult send_shared(const SharedMessage& message);   // compressed, if we compress; likewise
  // One message in fragments, of a length that nobody knows yet. Whole messages sent meanwhile wait
  // behind it; control frames go between, and a Close breaks it off. `dropped`: that piece is not
  // in it (too much is queued: write it again after on_drain), or there is nothing to write to.
  // With compression each piece is flushed, so that it can be read when it arrives.
  SendResult begin(Opcode opcode);  // one at a time
  SendResult write(net::Bytes piece);
  SendResult finish(net::Bytes last = {});
  bool streams() const { return rare_ != nullptr && rare_->outgoing.has_value(); }  // begun
  std::size_t waiting_bytes() const;         // behind such a message
  SendResult ping(net::Bytes payload = {});  // at most 125 bytes
  SendResult pong(net::Bytes payload = {});  // likewise; nobody asked for it, rfc6455-5.5.3
  // Sends Close: nothing follows it. A code that may not travel (1005, 1006 ...) sends none; the
  // reason is cut at 123 bytes.
  void close(CloseCode code, std::string_view reason = {}, net::TimePoint now = {});
  // As an error found in next(): Close is sent, nothing more is parsed.
  ProtocolError fail(ProtocolError error, net::TimePoint now);
  // Null: nobody. It costs nothing then.
  void watch(FrameWatcher* watcher);
  // The queue has room again: a pong that waited is sent.
  void drained(net::TimePoint now = {});
  void reads_again(net::TimePoint now);  // after a pause

  Role role() const { return self_; }
  const Limits& limits() const { return *limits_; }
  bool close_sent() const { return close_sent_; }
  bool close_received() const { return close_received_; }
  bool failed() const { return failure() != nullptr; }  // an error was answered by our Close

  void start(net::TimePoint now);  // pings of our own begin
  std::optional<net::TimePoint> deadline() const;
  // Sends a ping where one is due. True: the peer's time is over, reset the connection. While
  // nothing is read, by our own will or for our full queue, the time for a pong does not run.
  bool on_deadline(net::TimePoint now, bool reading = true);

 private:
  struct Outgoing {  // a message of ours in fragments
    Outgoing(Opcode first, net::BlockPool* pool) : behind(pool), opcode(first) {}
    net::SendQueue behind;               // frames of whole messages that wait
    std::unique_ptr<Deflater> deflater;  // while it is under way
    Opcode opcode;                       // of the next fragment
  };
  // What few connections of a server need.
  struct Rare {
    FrameWatcher* watcher = nullptr;
    std::optional<Outgoing> outgoing;
    MaskSource keys;  // a client's
    std::optional<ProtocolError> failure;
    bool plain = false;                      // messages go as they are
    std::optional<std::uint8_t> pong_bytes;  // a pong that waits for room in the queue
    std::array<std::uint8_t, control_payload_max> pong;
  };
  net::Parse<Event, ProtocolError> read(net::MutableBytes& in, net::TimePoint now);
  net::Parse<Event, ProtocolError> on_control(Opcode opcode, net::Bytes payload,
                                              net::TimePoint now);
  net::Parse<Event, ProtocolError> on_close_frame(net::Bytes payload, net::TimePoint now);
  net::Parse<Piece, ProtocolError> next_piece(net::MutableBytes& in);
  net::Parse<Event, ProtocolError> rest_of_pieces();
  void answer_ping(net::Bytes payload);
  bool takes() const;
  SendResult result() const;
  SendResult send_control(Opcode opcode, net::Bytes payload);
  Rare& rare();
  const ProtocolError* failure() const {
    return rare_ == nullptr || !rare_->failure ? nullptr : &*rare_->failure;
  }
  FrameWatcher* watcher() const { return rare_ == nullptr ? nullptr : rare_->watcher; }
  void tell_watcher(const net::Parse<Piece, ProtocolError>& piece, net::Bytes in);
  net::SendQueue& message_queue();
  FrameHeader header_for(FrameHeader header, net::Bytes payload);
  void append_control(Opcode opcode, net::Bytes payload);
  void append_fragment(net::Bytes piece, bool last);
  std::optional<net::Bytes> pack(net::Bytes payload);
  void append_packed(Opcode opcode, net::Bytes packed);
  template <class Owned>
  void append_owned(const FrameHeader& what, Owned&& bytes);
  void append_message(Opcode opcode, net::Bytes payload);
  void append_close(CloseCode code, std::string_view reason, net::TimePoint now);

  net::SendQueue& out_;
  SharedLimits limits_;
  // Idle connections are many: small members lie in what larger ones leave of their last word.
  [[no_unique_address]] FrameParser parser_;
  bool close_sent_ = false;
  bool close_received_ = false;
  bool awaiting_pong_ = false;
  Role self_;
  MessageAssembler assembler_;
  Compression compression_;
  std::unique_ptr<Rare> rare_;
  net::TimePoint deadline_ = net::TimePoint::max();
  std::uint32_t landed_ = 0;  // bytes, where landing() said
};

}  // namespace strata::ws
