// net/send_queue.cpp - placeholder until the net layer replaces it.
#include "net/send_queue.h"
namespace strata::net {
SendQueue::SendQueue(BlockPool*) {}
SendQueue::~SendQueue() = default;
void SendQueue::append(std::string_view text) {
  if (closed_ || finished_ || text.empty()) return;
  const bool was_empty = size_ == 0;
  parts_.emplace_back(text);
  size_ += text.size();
  if (was_empty && hook_ != nullptr) hook_(context_);
}
void SendQueue::append(SharedBytes bytes) { append(std::string_view(*bytes)); }
void SendQueue::append(std::string&& text) { append(std::string_view(text)); }
void SendQueue::append_file(FileRange) {}
MutableBytes SendQueue::reserve(std::size_t bytes) {
  reserved_.assign(bytes, '\0');
  return {reinterpret_cast<std::uint8_t*>(reserved_.data()), bytes};
}
void SendQueue::commit(std::size_t bytes) { append(std::string_view(reserved_).substr(0, bytes)); }
void SendQueue::finish() {
  if (finished_) return;
  finished_ = true;
  if (hook_ != nullptr) hook_(context_);
}
bool SendQueue::empty() const { return size_ == 0; }
void SendQueue::set_hook(void (*hook)(void*), void* context) {
  hook_ = hook;
  context_ = context;
}
std::size_t SendQueue::gather(std::span<Bytes> views) const {
  std::size_t n = 0;
  for (const std::string& part : parts_) {
    if (n == views.size()) break;
    views[n] = as_bytes(part);
    if (n == 0) views[n] = views[n].subspan(offset_);
    ++n;
  }
  return n;
}
FileRange* SendQueue::front_file() { return nullptr; }
void SendQueue::consume(std::size_t bytes) {
  size_ -= bytes;
  bytes += offset_;
  std::size_t whole = 0;
  while (whole < parts_.size() && bytes >= parts_[whole].size()) bytes -= parts_[whole++].size();
  parts_.erase(parts_.begin(), parts_.begin() + static_cast<std::ptrdiff_t>(whole));
  offset_ = bytes;
}
void SendQueue::close() {
  parts_.clear();
  size_ = offset_ = 0;
  closed_ = true;
}
std::string SendQueue::take_text() {
  std::string all;
  for (const std::string& part : parts_) all += part;
  all.erase(0, offset_);
  parts_.clear();
  size_ = offset_ = 0;
  return all;
}
}  // namespace strata::net
