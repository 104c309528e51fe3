// sio/scratch.h - the string that packets are written into, reused from packet to packet. (codec)
#pragma once
#include <string>
#include <utility>

namespace strata::sio {

// Taken from its home while it is used, so that an emit inside of a to_json gets another one.
//   Lives:  shorter than `home`.
class Scratch {
 public:
  explicit Scratch(std::string& home) : home_(home), text_(std::move(home)) {}
  ~Scratch() {
    if (text_.capacity() <= kept_max) home_ = std::move(text_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::string& text() { return text_; }

 private:
  static constexpr std::size_t kept_max = 64 * 1024;  // one large packet is not kept for ever
  std::string& home_;
  std::string text_;
};

}  // namespace strata::sio
