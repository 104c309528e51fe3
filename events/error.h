// events/error.h - what emit() and on() throw.
#pragma once
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace strata::events {

// As Node's errors: `code()` is stable and for programs, `what()` is for people.
class Error : public std::runtime_error {
 public:
  Error(std::string_view code, const std::string& what) : runtime_error(what), code_(code) {}
  const std::string& code() const { return code_; }

 private:
  std::string code_;
};

// An `error` that nobody listened to, and whose first argument is no std::exception.
class UnhandledError : public Error {
 public:
  explicit UnhandledError(const std::string& shown)
      : Error("ERR_UNHANDLED_ERROR", "Unhandled error. (" + shown + ")") {}
};

// The arguments of an emit() do not fit a listener's parameters; it was not called. Goes to the
// emitter's `error` listeners, and where there are none it leaves emit().
class MismatchError : public Error {
 public:
  MismatchError(std::string_view event, std::size_t position, std::string_view expected,
                std::string_view found);

  const std::string& event() const { return event_; }
  std::size_t position() const { return position_; }  // of the argument, from 1
  const std::string& expected() const { return expected_; }
  const std::string& found() const { return found_; }

 private:
  std::string event_;
  std::size_t position_;
  std::string expected_;
  std::string found_;
};

}  // namespace strata::events
