// sio/args.h - the arguments of an event or an acknowledgement: JSON text, decoded one by one and
// only when asked for. (codec)
#pragma once
#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "sio/binary.h"
#include "sio/json.h"

namespace strata::sio {

// One argument as it came, every byte of it. Emitting it builds no tree.
//   Lives:  as long as the Args it is from: for the call of the handler.
class RawJson {
 public:
  RawJson() = default;
  RawJson(std::string_view text, const Content* content) : text_(text), content_(content) {}
  std::string_view text() const { return text_; }  // attachments in it are placeholders
  JsonKind kind() const { return kind_of(text_); }
  bool missing() const { return text_.empty(); }
  std::optional<Bytes> attachment() const;  // if the argument as a whole is one
  Json json() const;                        // attachments in it are binary leaves
  std::string found() const;                // "string", "number 3.5", "attachment": for a mismatch
  void append_to(std::string& out, AttachmentSink& sink) const;  // placeholders counted anew

 private:
  std::size_t offset() const { return static_cast<std::size_t>(text_.data() - base()); }
  const char* base() const { return content_->text.data(); }
  std::string_view text_;
  const Content* content_ = nullptr;
};

// An argument that does not fit the parameter it is for.
struct Mismatch {
  std::size_t position = 0;  // of the argument, from 0
  std::string expected;      // "integer from 0 to 255"
  std::string found;         // "string"
  std::string sentence() const;
};

class MismatchError : public std::exception {  // what Args::get throws
 public:
  explicit MismatchError(Mismatch why) : why_(std::move(why)), what_(why_.sentence()) {}
  const Mismatch& why() const { return why_; }
  const char* what() const noexcept override { return what_.c_str(); }

 private:
  Mismatch why_;
  std::string what_;
};

//   Lives:  for the call of the handler; a KeptArgs keeps it.
class Args {
 public:
  // What stands before `first` (an event's name) is no argument.
  Args(const Content& content, std::size_t first) : content_(&content), first_(first) {}
  std::size_t size() const { return content_->elements->size() - first_; }
  bool empty() const { return size() == 0; }
  RawJson raw(std::size_t i) const {  // missing() behind the last
    return i < size() ? RawJson((*content_->elements)[first_ + i], content_) : RawJson();
  }
  Json json(std::size_t i) const { return raw(i).json(); }  // null behind the last
  Json to_json() const;                                     // all of them, as an array
  std::size_t bytes() const;                                // of their packet, attachments included

  // Argument i as a T, by the rules for handlers' parameters; throws MismatchError.
  template <class T>
  T get(std::size_t i) const;

 private:
  friend class KeptArgs;
  const Content* content_;
  std::size_t first_;
};

// A copy of arguments, with their attachments.
class KeptArgs {
 public:
  explicit KeptArgs(const Args& args);
  KeptArgs(const KeptArgs&) = delete;
  KeptArgs& operator=(const KeptArgs&) = delete;
  Args args() const { return {content_, first_}; }  // lives as this

 private:
  std::string text_;
  std::vector<std::string_view> elements_;
  std::vector<Placeholder> placeholders_;
  std::vector<std::string> attachments_;
  Content content_;
  std::size_t first_;
};

}  // namespace strata::sio

#include "sio/read_value.h"  // IWYU pragma: export
