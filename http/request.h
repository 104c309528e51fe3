// http/request.h - a request as handlers see it.
#pragma once
#include <any>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/form.h"
#include "http/message.h"
#include "http/target.h"
#include "http/validators.h"
#include "net/address.h"
#include "net/task.h"

namespace strata::http {

struct Forwarding;
struct RequestStream;

// Its head is copied once, into a string that the next request reuses.
//   Lives:   until its response has ended; views with it.
//   Threads: the loop's.
class Request {
 public:
  Request();
  ~Request();
  std::string_view method() const { return head_.method; }
  std::string_view target() const { return head_.target; }  // as sent
  std::string_view path() const;       // raw; inside a mounted router: behind its prefix
  std::string_view base_path() const;  // the prefix of the mounted router
  std::string_view base_url() const { return base_path(); }
  std::string_view original_url() const { return target(); }
  std::string url() const;  // path and query; inside a mounted router: behind its prefix
  std::string_view query_string() const { return target_.query; }
  std::string_view header(std::string_view name) const;  // the first of that name, or empty
  std::string_view get(std::string_view name) const;     // likewise; Referer is Referrer too
  std::string header_list(std::string_view name) const;  // all of that name, joined by ", "
  std::span<const Field> headers() const { return fields_; }
  std::size_t header_count(std::string_view name) const;
  int minor_version() const { return head_.minor_version; }
  bool upgrade() const { return head_.upgrade; }     // asks for another protocol (rfc9110-7.8)
  const RequestHead& head() const { return head_; }  // its views are into this request

  // Of the matched pattern, decoded. A wildcard's value is whole; `param_list` gives its segments.
  std::optional<std::string_view> param(std::string_view name) const;
  std::vector<std::string> param_list(std::string_view name) const;
  std::vector<std::pair<std::string_view, std::string_view>> params() const;
  std::optional<std::string> query(std::string_view name) const;  // first of that name
  std::vector<std::string> query_all(std::string_view name) const;
  Form query() const;                              // all of them, in order
  std::string_view body() const { return body_; }  // whole when a route's handler runs
  // Decoded, rfc6265-5.4: http/cookie.h.
  std::optional<std::string> cookie(std::string_view name) const;
  std::vector<std::pair<std::string, std::string>> cookies() const;
  // The content as a form; 415 where the request does not say that it is one, 413 where it is long.
  net::Result<Form, Refusal> form(std::size_t pairs_max = max_form_pairs) const;
  // The content as JSON, parsed when first asked for: a ParsedJson, with http/json.h.
  template <class = void>
  auto json() const;

  // True if there is content of that type: "json", "text/*", "+json", "urlencoded".
  bool is(std::string_view type) const;
  // The one of `offers` that the client likes best, rfc9110-12.5; nothing where it takes none.
  // Types are as in Accept, or a file's ending: accepts({"html", "json"}).
  using Offers = std::initializer_list<std::string_view>;
  std::optional<std::string_view> accepts(Offers types) const;
  std::optional<std::string_view> accepts_charsets(Offers charsets) const;
  std::optional<std::string_view> accepts_encodings(Offers codings) const;
  std::optional<std::string_view> accepts_languages(Offers languages) const;
  // Whether the client's copy is as good as the response with the fields that it has by now.
  bool fresh() const;
  bool stale() const { return !fresh(); }
  // The Range field for content of that size: http/validators.h.
  std::optional<ByteRange> range(std::uint64_t size) const;

  // Of Host, or of the target's authority; without the port. Where `trust_proxy` trusts the peer:
  // what its proxies say of host, protocol and address, else what the connection does.
  std::string_view hostname() const;
  std::vector<std::string_view> subdomains(std::size_t offset = 2) const;  // the outermost first
  std::string_view protocol() const;
  bool secure() const { return protocol() == "https"; }
  bool xhr() const;           // X-Requested-With: XMLHttpRequest
  net::Address peer() const;  // of the connection, whoever is trusted
  std::string ip() const;
  std::vector<std::string> ips() const;  // the client and the proxies before the peer, if trusted

  // Content in pieces, for routes registered with http::stream_body: nothing is read, and no 100
  // (Continue) sent, until on_data or resume asks for it. Elsewhere the whole body is one piece.
  bool streamed() const;
  void on_data(std::function<void(net::Bytes piece)> take);  // the bytes live for the call
  void on_end(net::Task task);  // all has come, and was given to on_data; else res.on_abort
  // Backpressure: what has come waits, at most `kept_bytes_max`, and the client must wait too.
  // The deadline of the content stands still; that of the answer runs instead.
  void pause();
  void resume();
  // Behind chunked content, when it is whole. None of them changed what this request is.
  std::optional<std::string_view> trailer(std::string_view name) const;

  // What one handler leaves for those behind it.
  std::map<std::string, std::any, std::less<>> locals;

 private:
  friend class Dispatch;
  friend class Exchange;
  friend class ExchangePool;
  friend class ServerConnection;
  friend class ParsedJson;
  const Forwarding* forwarding() const;  // null: nobody is trusted
  struct Param {
    std::string_view name;
    std::string_view raw;
    std::string_view value;
  };
  void assign(const RequestHead& head, net::Bytes raw);  // copies; views are moved over
  void clear();
  RequestStream& stream_block();
  void begin_stream();
  void add_trailers(std::span<const Field> fields);
  void flow();
  void flow_later();
  void give(net::Bytes piece);

  std::string text_;  // the head's bytes
  std::vector<Field> fields_;
  RequestHead head_;
  Target target_;
  std::string body_;
  std::size_t base_ = 0;  // bytes of the path that mounted routers took
  std::vector<Param> params_;
  std::vector<std::unique_ptr<const std::string>> decoded_;  // what values of params view
  std::size_t params_from_ = 0;                           // those before belong to an outer router
  mutable std::shared_ptr<const void> parsed_;            // what json() gave
  mutable std::unique_ptr<const Forwarding> forwarding_;  // once it was asked for
  class Exchange* exchange_ = nullptr;
  bool whole_ = false;                     // its content has come
  std::unique_ptr<RequestStream> stream_;  // none for most
};

}  // namespace strata::http
