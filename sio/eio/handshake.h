// sio/eio/handshake.h - the first request of a session, kept for its life in one allocation: ten
// thousand idle sessions have ten thousand of these. (codec)
//
//   when | what else | url, address, (header name, value)..., (query name, value)...
//                      each: its length in groups of seven bits, low ones first, then its octets
#pragma once
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace strata::sio::eio {

// Names and values in the order of the request; `const auto& [name, value]` in a loop.
//   Lives:  as the handshake that it is of.
class HandshakeFields {
 public:
  using value_type = std::pair<std::string_view, std::string_view>;
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = HandshakeFields::value_type;
    using difference_type = std::ptrdiff_t;
    using pointer = const value_type*;
    using reference = const value_type&;
    Iterator() = default;
    Iterator(const char* at, std::size_t left) : next_(at), left_(left) { read(); }
    reference operator*() const { return field_; }
    pointer operator->() const { return &field_; }
    Iterator& operator++() {
      --left_;
      read();
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator& other) const { return left_ == other.left_; }

   private:
    void read();
    const char* next_ = nullptr;
    std::size_t left_ = 0;
    value_type field_;
  };

  HandshakeFields(const char* at, std::size_t count) : at_(at), count_(count) {}
  Iterator begin() const { return {at_, count_}; }
  Iterator end() const { return {}; }
  std::size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  std::string_view find(std::string_view name) const;  // the first of that name; empty: none

 private:
  const char* at_;
  std::size_t count_;
};

// What a handshake is made of.
struct HandshakeParts {
  using Fields = std::vector<std::pair<std::string_view, std::string_view>>;
  Fields headers = {};  // names in any case
  Fields query = {};    // decoded
  std::string_view url = {};
  std::string_view address = {};
  std::int64_t issued = 0;
};

class Handshake {
 public:
  Handshake() : Handshake(HandshakeParts{}) {}
  explicit Handshake(const HandshakeParts& parts);

  HandshakeFields headers() const;                       // names in small letters
  HandshakeFields query() const;                         // decoded
  std::string_view header(std::string_view name) const;  // name in any case; empty if absent
  std::string_view query(std::string_view name) const { return query().find(name); }
  std::string_view url() const;      // as sent
  std::string_view address() const;  // of the peer
  bool xdomain() const { return !header("origin").empty(); }
  std::int64_t issued() const { return head().issued; }  // ms since the epoch
  std::size_t bytes() const { return head().bytes; }     // of memory, beside this object

 private:
  struct Head {
    std::int64_t issued;
    std::uint32_t bytes;
    std::uint32_t query_at;
    std::uint32_t headers;
    std::uint32_t queries;
  };
  const Head& head() const;
  const char* text() const;

  std::unique_ptr<std::byte[]> block_;  // a Head, then the text
};

}  // namespace strata::sio::eio
