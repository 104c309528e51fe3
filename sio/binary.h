// sio/binary.h - packets with attachments, sio5-binary: the header waits here for the binary
// messages behind it. (codec)
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sio/packet.h"

namespace strata::sio {

// Finds every object whose "_placeholder" is true in `checked` JSON, outermost first; false if one
// of them names no attachment, or one that another has named.
bool find_placeholders(std::string_view checked, std::size_t attachments,
                       std::vector<Placeholder>& found);

// The content of an event or ack: text, its elements, and what its placeholders stand for.
struct Content {
  std::string_view text;                                    // the array
  const std::vector<std::string_view>* elements = nullptr;  // views into it
  const std::vector<Placeholder>* placeholders = nullptr;   // offsets into it; null without any
  const std::vector<std::string>* attachments = nullptr;
};

// Messages of one connection in, packets out. After an error nothing more may be given to it.
//   Lives:  what it answers: until the next call.
class Decoder {
 public:
  // `elements` is scratch that any number of decoders share: good until one of them is called.
  Decoder(const PacketLimits& limits, std::vector<std::string_view>& elements)
      : limits_(&limits), elements_(&elements) {}

  struct Decoded {
    Packet packet;
    Content content;
  };
  using Answer = net::Parse<Decoded, PacketError>;
  Answer on_text(std::string_view text);  // not yet: attachments are awaited
  Answer on_binary(Bytes bytes);
  void release() { whole_.reset(); }  // frees what the last answer held

 private:
  struct Held {  // a header that was right, and what has come of its attachments
    std::string text;
    Packet packet;
    std::vector<std::string_view> elements;
    std::vector<Placeholder> placeholders;
    std::vector<std::string> attachments;
    std::size_t bytes = 0;
  };
  const PacketLimits* limits_;
  std::vector<std::string_view>* elements_;
  std::unique_ptr<Held> waiting_;
  std::unique_ptr<Held> whole_;
};

}  // namespace strata::sio
