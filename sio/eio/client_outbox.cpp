// sio/eio/client_outbox.cpp - (codec)
//
//   entries_   [msg 5] [pong 0] [octets 4]       first_: what is taken up to here is not erased
//   data_      h e l l o        01 02 03 04      until all of it is, or it is the larger half
#include "sio/eio/client_outbox.h"

#include "sio/eio/payload.h"

namespace strata::sio::eio {

void ClientOutbox::append(const Item& item) {
  if (at_ > 4096 && at_ > data_.size() / 2) {
    data_.erase(0, at_);
    entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(first_));
    at_ = first_ = 0;
  }
  entries_.push_back({item.data.size(), item.type, item.binary, item.compress});
  data_.append(item.data);
}

ClientOutbox::Item ClientOutbox::front() const {
  const Entry& entry = entries_[first_];
  return {entry.type, entry.binary, entry.compress,
          std::string_view(data_).substr(at_, entry.bytes)};
}

void ClientOutbox::pop() {
  at_ += entries_[first_++].bytes;
  if (empty()) clear();
}

void ClientOutbox::clear() {
  constexpr std::size_t bytes_kept = 64 * 1024;
  entries_.clear();
  data_.clear();
  if (data_.capacity() > bytes_kept) data_ = {};
  if (entries_.capacity() * sizeof(Entry) > bytes_kept) entries_ = {};
  at_ = first_ = 0;
}

std::size_t ClientOutbox::count_for(std::size_t max_payload) const {
  if (max_payload == 0) return count();
  std::size_t total = 1;
  for (std::size_t i = 0; i < count(); ++i) {
    const Entry& entry = entries_[first_ + i];
    total += entry.binary ? (entry.bytes * 133 + 99) / 100 : entry.bytes;
    if (i > 0 && total > max_payload) return i;
    total += 2;
  }
  return count();
}

std::string ClientOutbox::take_body(std::size_t max_payload) {
  std::string body;
  for (std::size_t left = count_for(max_payload); left > 0; --left) {
    const Item item = front();
    if (!body.empty()) body.push_back(record_separator);
    if (item.binary) {
      append_binary_packet(net::as_bytes(item.data), body);
    } else {
      append_packet(item.type, item.data, body);
    }
    pop();
  }
  return body;
}

}  // namespace strata::sio::eio
