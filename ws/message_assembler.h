// ws/message_assembler.h - pieces of data frames become messages, rfc6455-5.4. (codec)
#pragma once
#include <memory>
#include <optional>
#include <string_view>

#include "net/bytes.h"
#include "net/parse.h"
#include "ws/deflate.h"
#include "ws/frame.h"
#include "ws/utf8.h"

namespace strata::ws {

// A message, or with Limits::in_pieces a part of one.
struct Message {
  bool text = true;
  net::Bytes payload;                   // lives until the next call of Session::next()
  net::OwnedBytes* gathered = nullptr;  // where it lies, if it came in parts
  bool first = true;                    // it begins here
  bool last = true;                     // it ends here; until then a character may be cut in two

  std::string_view view() const { return net::as_text(payload); }
  // To keep it, for as long as you like. No copy of what was gathered, unless it lies in a block of
  // the pool; `payload` is empty afterwards.
  net::OwnedBytes take();
};

// Whole small messages pass through as views of the received bytes; what comes in parts, over
// fragments or reads, is gathered in one block.
//   Owns:    that block, of the pool where it fits; it grows with the bytes received, never by a
//   declared length, and holds
//            at most the message limit and 64 KiB, however many fragments there are.
//   Pieces:  if they are asked for, what comes is handed up instead, in views of the received
//   bytes.
//            Compressed text comes by some 64 KiB from a block of 256 KiB, which lasts as long as
//            the message.
//   Errors:  1002, 1007 at the first wrong byte, 1009 at the header that goes over the limit, or
//            where a compressed message inflates beyond it.
class MessageAssembler {
 public:
  explicit MessageAssembler(std::size_t max_message, bool in_pieces = false,
                            net::BlockPool* pool = nullptr);

  // `left`: bytes of the frame still to come. "Not yet": the message goes on. A message whose first
  // frame has RSV1 is inflated by `compression` as it comes, and never beyond the limit.
  net::Parse<Message, ProtocolError> add(const FrameHeader& header, const Piece& piece,
                                         std::uint64_t left, Compression* compression = nullptr);
  // Pieces: how many bytes of a frame to add at most, so that they have room when inflated.
  std::size_t bite(bool compression) const;
  // Pieces: what was inflated and is too little for a piece, where nothing more is at hand.
  std::optional<Message> rest();
  // Gives back the memory of a message that was delivered.
  void release();

  // Where the next bytes of a large payload may be received; a piece that lies there is not
  // copied again. Empty where it is not worth it.
  net::MutableBytes landing(std::uint64_t left);
  net::MutableBytes landed(std::size_t bytes) { return block_.room().first(bytes); }

  std::size_t held_bytes() const { return block_.capacity(); }

 private:
  const char* begin(const FrameHeader& header);
  bool check_text(const Piece& piece, bool ends);
  net::Parse<Message, ProtocolError> inflate(net::Bytes in, bool ends, Compression& compression);
  net::Parse<Message, ProtocolError> inflate_piece(net::Bytes in, bool ends,
                                                   Compression& compression);
  std::optional<ProtocolError> check_inflated(const Inflater::Step& step, net::Bytes fresh);
  net::Parse<Message, ProtocolError> deliver();
  Message hand_up(net::Bytes piece, bool ends);
  void keep(net::Bytes bytes, std::size_t expected);

  struct Pieces {
    std::size_t passed = 0;  // bytes of the message that were handed up
    std::size_t held = 0;    // inflated behind them, at the beginning of the block's room
  };
  net::OwnedBytes block_;           // the message, as far as it came
  std::unique_ptr<Pieces> pieces_;  // null: messages are gathered
  std::size_t max_message_;
  Utf8Validator utf8_;
  bool open_ = false;  // a message is under way
  bool text_ = false;
  bool compressed_ = false;  // what comes is not yet the message
  bool delivered_ = false;
};

}  // namespace strata::ws
