// http/client/client_types.h - what goes into http::Client and what comes out of it.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "http/client/client_error.h"
#include "net/bytes.h"
#include "net/connection.h"
#include "net/parse.h"
#include "net/time.h"

namespace strata::http {

// Why there is no response, or not all of it.
struct ClientFailure {
  ClientError error = ClientError::none;
  std::string_view why;    // a sentence, static text: never a copy of what the server sent
  std::error_code system;  // of the resolver or the socket, where it was their doing
  bool may_retry = false;  // the server cannot have acted on it, or acting twice does no harm
  std::string to_string() const;
};

template <class T>
using Result = net::Result<T, ClientFailure>;

// Fields in their order; names are compared without regard to case.
using HeaderList = std::vector<std::pair<std::string, std::string>>;

// Content that is made while it is sent.
//   pull:   appends the next piece, best some 16 KiB, and answers `more`; or `wait`, and calls
//           ClientCall::content_ready() when there is more; or `end`, with or without a last piece;
//           or `fail`. Called when less than the low mark is queued, never ahead of the server.
//   bytes:  Content-Length, to be kept exactly; chunked where unknown.
//   rewind: begins again, for a retry or a redirect that repeats the content; without it there is
//           none of either.
struct ContentSource {
  enum class Pull : std::uint8_t { more, wait, end, fail };
  std::function<Pull(std::string& piece)> pull{};
  std::optional<std::uint64_t> bytes{};
  std::function<bool()> rewind{};
};

struct ClientRequest {
  std::string method = "GET";
  std::string url{};
  // Host, Connection: close, Expect and Upgrade are understood; framing fields are refused.
  HeaderList headers{};
  std::string body{};
  ContentSource source{};  // instead of `body`
  bool expect_continue =
      false;                // the content waits for a 100, or `continue_timeout` (rfc9110-10.1.1)
  std::string unix_path{};  // connect there, whatever the URL's host; '@name': abstract
  // Instead of what the options say:
  std::optional<net::Duration> timeout{};
  std::optional<net::Duration> first_byte_timeout{};
  std::optional<std::size_t> max_body{};  // of stream(), too: none there without it
  std::optional<unsigned> max_redirects{};
};

// The head of a response.
struct ResponseInfo {
  int status = 0;
  std::string reason{};  // as sent, often empty
  int minor_version = 1;
  HeaderList headers{};    // without Content-Encoding and Content-Length where `decoded`
  std::string url{};       // that answered: behind redirects another than was asked
  unsigned redirects = 0;  // that were followed
  bool decoded = false;    // the content was compressed, and is not any more
  bool reused = false;     // over a connection that was kept
  std::string_view header(std::string_view name) const;  // the first of that name, or empty
  bool ok() const { return status >= 200 && status < 300; }
};

struct ClientResponse : ResponseInfo {
  std::string body{};
  HeaderList trailers{};  // nothing acts on them (rfc9110-6.5.1)
};

using OnResponse = std::function<void(Result<ClientResponse>)>;

// The response piece by piece. Any may be empty. on_end comes once and last, also after
// on_upgrade; nothing comes after ClientCall::drop() or when the client died.
struct ResponseHandlers {
  std::function<void(const ResponseInfo&)> on_informational{};  // 1xx, rfc9110-15.2
  std::function<void(const ResponseInfo&)> on_head{};
  std::function<void(net::Bytes)> on_data{};  // decoded; lives for the call
  // A 101 that was asked for, or a 2xx to CONNECT: the connection is the program's, bytes behind
  // the head are offered to the receiver that it sets.
  std::function<void(const ResponseInfo&, std::unique_ptr<net::Connection>)> on_upgrade{};
  std::function<void(Result<HeaderList>)> on_end{};  // the trailers, or why it is not whole
};

}  // namespace strata::http
