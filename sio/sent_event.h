// sio/sent_event.h - an event that we wrote, read again for those who hear what is sent. (codec)
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sio/args.h"

namespace strata::sio {

//   Lives:  shorter than the packet that it reads.
class SentEvent {
 public:
  // `nsp`: as in the packet's head, where "/" is left out.
  SentEvent(std::string_view nsp, std::string_view packet, std::span<const Bytes> attachments);
  SentEvent(const SentEvent&) = delete;
  SentEvent& operator=(const SentEvent&) = delete;
  explicit operator bool() const { return !elements_.empty(); }  // false: too deep to be read
  std::string_view name() const { return name_; }
  Args args() const { return {content_, 1}; }

 private:
  std::vector<std::string_view> elements_;
  std::vector<Placeholder> placeholders_;
  std::vector<std::string> attachments_;
  Content content_;
  std::string unescaped_;
  std::string_view name_;
};

}  // namespace strata::sio
