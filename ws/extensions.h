// ws/extensions.h - Sec-WebSocket-Extensions, rfc6455-9.1, and the one extension here,
// permessage-deflate, rfc7692-7.1. (codec)
//
//   client   permessage-deflate; client_max_window_bits, permessage-deflate;
//   server_max_window_bits=9
//            '- an offer it likes best                    '- and another one
//   server   permessage-deflate; client_max_window_bits=12     what it takes of one offer, or
//   nothing
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"
#include "net/parse.h"

namespace strata::ws {

inline constexpr std::string_view extensions_field = "Sec-WebSocket-Extensions";

// Reads a list from its front, each byte once.
class ExtensionList {
 public:
  explicit ExtensionList(std::string_view text) : rest_(text) {}
  // The next extension's name, or nothing: at the end, or where the list is malformed(). Its
  // parameters are to be taken first, or are passed over.
  std::optional<std::string_view> next();
  struct Parameter {
    std::string_view name;
    std::optional<std::string> value;  // unquoted
  };
  std::optional<Parameter> parameter();  // the next of this extension
  bool malformed() const { return malformed_; }

 private:
  void skip_blanks();
  std::string_view take_token();
  std::optional<std::string> take_value();
  std::string_view rest_;
  bool malformed_ = false;
};

// True if the list follows rfc6455-9.1: extension *(";" name ["=" value]), "," between them.
bool is_extension_list(std::string_view text);

// What is agreed; server_ is of what the server sends, client_ of what the client sends.
struct DeflateParameters {
  bool server_no_context_takeover = false;  // the context is forgotten behind each message
  bool client_no_context_takeover = false;
  std::uint8_t server_max_window_bits = 15;  // 8 to 15: the context has 2^n bytes
  std::uint8_t client_max_window_bits = 15;
  bool operator==(const DeflateParameters&) const = default;
};

// The largest that we want; what the peer asks for may make it less. With both no_context_takeover
// an idle connection holds no state, else 256 KiB to send and 42 KiB to receive.
struct CompressionOptions {
  DeflateParameters wanted = {};
  std::size_t threshold = 1024;  // bytes; shorter messages are sent as they are
  int level = 6;                 // 1 fast ... 9 small
  int memory = 8;                // 1 ... 9
};

// The server's side, rfc7692-5: the first offer that makes sense is taken. One with a parameter
// that is unknown, repeated or out of range is declined (rfc7692-7.1), other extensions likewise.
struct AcceptedOffer {
  DeflateParameters agreed;
  std::string answer;  // the field's value
};
std::optional<AcceptedOffer> accept_offer(std::string_view offers, const DeflateParameters& wanted);
std::optional<AcceptedOffer> accept_offer(const http::RequestHead& request,
                                          const DeflateParameters& wanted);

// The client's side. An answer that is no answer to this offer fails the connection; the error
// says why.
std::string write_offer(const DeflateParameters& wanted);
net::Result<DeflateParameters, const char*> read_answer(std::string_view answer,
                                                        const DeflateParameters& wanted);

}  // namespace strata::ws
