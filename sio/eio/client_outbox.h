// sio/eio/client_outbox.h - packets of a client that wait for a POST or for a WebSocket. (codec)
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sio/eio/packet.h"

namespace strata::sio::eio {

// Nothing is allocated once it has held as much before, up to 64 KiB.
class ClientOutbox {
 public:
  struct Item {
    PacketType type = PacketType::message;
    bool binary = false;
    bool compress = true;
    std::string_view data = {};  // until the next append() or pop()
  };

  void append(const Item& item);
  bool empty() const { return first_ == entries_.size(); }
  std::size_t count() const { return entries_.size() - first_; }
  std::size_t bytes() const { return data_.size() - at_ + 2 * count(); }  // data, type, separator
  Item front() const;                                                     // REQUIRES: !empty()
  void pop();

  // The next body, eio4-payload. As the reference counts, eio4-client: from 1, each packet's bytes,
  // of octets 1.33 times as many, and 2 between packets; the one that would go over `max_payload`
  // (0: there is none) stays behind, the first never does.
  std::string take_body(std::size_t max_payload);
  void clear();

 private:
  struct Entry {
    std::size_t bytes;
    PacketType type;
    bool binary;
    bool compress;
  };
  std::size_t count_for(std::size_t max_payload) const;

  std::string data_;
  std::vector<Entry> entries_;
  std::size_t first_ = 0;  // entry that was not taken yet
  std::size_t at_ = 0;     // where its data begin
};

}  // namespace strata::sio::eio
