// http/response.h - a response, whole or in pieces.
#pragma once
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/content_filter.h"
#include "http/cookie.h"
#include "http/reply.h"
#include "net/connection.h"
#include "net/task.h"

namespace strata::http {

class Exchange;
class ExchangePool;
class Guest;
class Request;
struct Content;
struct ResponseStream;

// One per request, in order; the connection waits until it has ended.
//   Lives:   until it has ended and the handlers on the stack have returned.
//   Threads: the loop's. `defer` gives what other threads may hold.
class Response {
 public:
  explicit Response(Exchange& exchange);
  ~Response();
  Response(const Response&) = delete;
  Response& operator=(const Response&) = delete;

  Response& status(int code);
  int status() const { return status_; }
  // CR, LF or NUL in a name or value is refused: the field is left out and logged. The framing
  // fields (Content-Length, Transfer-Encoding) are ours; "Connection: close" closes.
  Response& set(std::string_view name, std::string_view value);
  Response& append(std::string_view name, std::string_view value);
  Response& remove(std::string_view name);
  std::optional<std::string_view> get(std::string_view name) const;  // what was set
  std::string_view field_lines() const { return fields_; }           // all of it, CRLF behind each
  Response& type(std::string_view name);     // "text/css", or a file's ending: "css", ".css"
  Response& vary(std::string_view names);    // "Accept", or several: "Accept, Origin"; "*"
  Response& location(std::string_view url);  // percent-encoded where it has to be
  struct Link {
    std::string_view rel, url;
  };
  Response& links(std::initializer_list<Link> links);  // Link, rfc8288-3; added to what is set
  // Content-Disposition, rfc6266-4: to be saved, as `name` (its last segment; gives the type too).
  Response& attachment(std::string_view name = {});
  Response& cookie(std::string_view name, std::string_view value,
                   const CookieOptions& options = {});
  Response& clear_cookie(std::string_view name, const CookieOptions& options = {});

  void send(std::string_view body);  // text/html; charset=utf-8 unless set
  void send(const char* body) { send(std::string_view(body)); }
  void send(std::string&& body);     // likewise; a large one is moved, not copied
  void send(net::SharedBytes body);  // application/octet-stream unless set
  void json(std::string_view json_text);
  // A JSON value of any library whose dump() is as nlohmann's: http/json.h.
  template <class Json>
  auto json(const Json& value) -> decltype(value.dump(), void()) {
    json(std::string_view(value.dump(-1, ' ', false, Json::error_handler_t::replace)));
  }
  void send_status(int code);           // its phrase as text/plain
  void redirect(std::string_view url);  // 302
  void redirect(int code, std::string_view url);
  // Calls the maker of the type that the client likes best, with Content-Type and Vary set. A type
  // is "text/html" or a file's ending, "html". 406 where there is none, unless one is "default".
  struct Format {
    std::string_view type;
    std::function<void()> make;
  };
  void format(std::initializer_list<Format> formats);
  void send_file(const std::string& path);                             // 404 where there is none
  void download(const std::string& path, std::string_view name = {});  // as an attachment
  // An open file, owned from here on; 304, 206 and 416 where the request asks for them.
  void send_file(int fd, std::string_view name);
  void end();
  void end(std::string_view last);       // of content in pieces; or all of it, without a type
  bool ended() const { return ended_; }  // answered, or its connection was taken

  // For those who wrap an answer. The hooks run once each, the last registered first, right before
  // the head is written, by whatever answers first; there status and fields may be read and
  // changed and a filter set, and nothing else. Not for what the server itself refuses (413 ...).
  void before_head(std::function<void(Response&)> hook);
  // The length of the content if it is known, before a filter: in a hook, and from then on.
  std::optional<std::uint64_t> content_bytes() const;
  // In a hook. A body sent whole keeps a known length, of what the filter made of it; one in
  // pieces, or a file, becomes chunked, or ends with its connection (HTTP/1.0).
  void set_filter(std::unique_ptr<ContentFilter> filter);
  // Once, when the response was handed over whole or its client has gone (`aborted`), and the
  // handlers on the stack have returned. The bytes are those of the content, as handed over.
  using OnFinish = std::function<void(const Request&, const Response&, std::uint64_t body_bytes)>;
  void on_finish(OnFinish told);
  bool aborted() const { return aborted_; }  // ended before it was whole
  bool head_sent() const { return head_sent_; }
  bool headers_sent() const { return head_sent_; }  // Express' name for it

  // Content in pieces: write ..., then end. The first piece sends the head; what was set later is
  // not sent. Chunked, unless content_length() was called before; HTTP/1.0 reads until the end of
  // the connection. After HEAD, 204 and 304 what is written is dropped.
  // False: the queue is above the high mark, so wait for on_drain; or the client has gone. Who
  // goes on writing is cut at `max_send_queue`.
  bool write(std::string_view piece);
  bool write(const char* piece) { return write(std::string_view(piece)); }
  bool write(std::string&& piece);     // a large one is moved, not copied
  bool write(net::SharedBytes piece);  // or referred to
  void flush_headers();  // sends the head, and what a filter keeps, without waiting for a piece
  // Announces the bytes that will be written. More are cut off and logged; at end() after fewer
  // the connection is reset, so that the client sees that its answer is cut short.
  Response& content_length(std::uint64_t bytes);
  void on_drain(net::Task task);  // each time the queue, above the high mark before, is low again
  // Behind the last chunk, rfc9110-6.5; until end(). What is set before the head is announced
  // there.
  Response& trailer(std::string_view name, std::string_view value);
  // Asked for the next piece whenever there is room. It puts the piece into the string and answers
  // whether more follow; no bytes and true: none for now, pull() tells when to ask again.
  using Source = std::function<bool(std::string& piece)>;
  void stream(Source source);
  void pull();
  // Writes `text` that often while nothing waits in the queue: a sign of life.
  void keep_alive(net::Duration interval, std::string text);
  const Request& request() const;
  bool deferred() const { return deferred_; }
  Reply defer();  // answered later; `response_timeout` unless held()
  void held();    // a long poll: `response_timeout` does not run, and a FIN is an abort
  // Bytes of content this request may have; before its content is read, so in PrefixRoute.on_head.
  void max_body(std::size_t bytes);
  void abort();  // RST: no answer
  // The client went away before the response was complete (also while its body was arriving), or
  // the server refused the rest of the request: status() is then 413, 408 or 400.
  void on_abort(net::Task task);
  // Bytes of a further request came while this one is unanswered.
  void on_pipelined(net::Task task);
  // The connection itself, for another protocol: nothing has been written, the request's bytes
  // are consumed, what follows goes to the next receiver.
  std::unique_ptr<net::Connection> take_connection();
  // Likewise, for one that the server is to tell of its draining. While it drains: null, and 503.
  std::unique_ptr<net::Connection> take_connection(Guest& guest);

 private:
  friend class Exchange;
  friend class ExchangePool;
  friend class Reply;
  friend class ServerConnection;
  void clear();
  bool prepare(std::string_view body, std::string_view default_type);
  bool client_has(std::string_view body, bool untagged);
  void finish(Content&& content);
  void finish_filtered(Content&& content);
  bool run_hooks(std::optional<std::uint64_t> bytes);  // false: nothing more is to be written
  void tell_finished();
  void drained();
  bool begin();
  template <class Piece>
  bool put(Piece piece);
  void finish_pieces();
  void pull_later();
  ResponseStream& stream_block();

  Exchange* exchange_;
  int status_ = 200;
  bool ended_ = false;
  bool deferred_ = false;
  bool close_ = false;
  bool head_sent_ = false;  // or being written: the hooks run
  bool aborted_ = false;
  std::string fields_;                      // "Name: value\r\n" each
  std::unique_ptr<ResponseStream> stream_;  // none for most: hooks, a filter, content in pieces
};

}  // namespace strata::http
