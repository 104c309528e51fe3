// http/client/client_session.h - one connection's HTTP/1.1, the client's side, rfc9112-9: a request
// out, bytes and time in, events out. No I/O, no clock, no second attempt. (codec)
//
//   idle --send--> waiting --(1xx)*--(head)--> content --(end)--> idle ... or over
//                     \--(101, or 2xx to CONNECT)--> over: the bytes are another protocol's
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/body.h"
#include "http/client/client_error.h"
#include "http/response_parser.h"
#include "net/send_queue.h"
#include "net/time.h"

namespace strata::http {

struct ClientLimits : Limits {         // of one response; `max_target` counts for nothing here
  std::size_t max_informational = 16;  // 1xx heads before the final one
};

// Zero: no such deadline.
struct ClientTimeouts {
  net::Duration first_byte = 30s;  // from the request's last byte to the response's first
  net::Duration read = 30s;        // between two bytes of the response
  net::Duration total{};           // from send() to the end of the response
  net::Duration proceed = 1s;      // for a 100 (Continue); then the content goes unasked
  net::Duration idle = 4s;         // between two exchanges: less than the 5 s of many servers
  net::Duration head = 10s;        // from a head's first byte until it is whole
};

// What send() writes. Views, needed for the call only.
struct OutgoingRequest {
  std::string_view method = "GET";
  std::string_view target = "/";    // origin, absolute (to a proxy), authority or asterisk form
  std::string_view host;            // the value of Host; may be empty for no authority
  std::span<const Field> fields{};  // none of those that the session writes: see send()
  BodyLength body{};                // none, length or chunked
  bool expects_continue = false;    // rfc9110-10.1.1; counts only with content
  bool close = false;               // the last exchange of this connection
  std::string_view upgrade;         // the protocols offered, rfc9110-7.8; else a 101 is an error
};

// One exchange at a time: no pipelining. Memory is the head's and the trailers', both limited.
//   Lives:   `limits`, `timeouts` and `table` outlive it.
//   Errors:  fault(), once; then the connection is to be closed.
class ClientSession {
 public:
  ClientSession(const ClientLimits& limits, const ClientTimeouts& timeouts, net::TimePoint now,
                std::vector<Field>* table = nullptr);

  // --- the request ------------------------------------------------------------------------------
  // Writes the head, or nothing and the reason. Host, Content-Length, Transfer-Encoding, Expect,
  // Connection and Upgrade are the session's: among `fields` they are refused, as is what could
  // split the request (rfc9110-5.5). REQUIRES: idle().
  ClientError send(const OutgoingRequest& request, net::SendQueue& out, net::TimePoint now);
  // The next piece of content, framed. False, and nothing written: none is due, or it is longer
  // than what was declared.
  bool send_content(std::string_view piece, net::SendQueue& out, net::TimePoint now);
  bool send_content(std::string&& piece, net::SendQueue& out, net::TimePoint now);
  bool send_content(const char* piece, net::SendQueue& out, net::TimePoint now) {
    return send_content(std::string_view(piece), out, now);
  }
  // Ends it; trailers with chunked content only, none that frames or routes (rfc9110-6.5.1). False,
  // and nothing written: less was sent than declared, or a trailer is refused.
  bool finish_content(net::SendQueue& out, net::TimePoint now,
                      std::span<const Field> trailers = {});
  bool content_due() const { return sending_; }                   // content is owed to the server
  bool may_send() const { return sending_ && !wants_continue_; }  // and no 100 is waited for
  void wrote(net::TimePoint now);  // the connection's queue got shorter: a slow upload is not dead

  // --- the response -----------------------------------------------------------------------------
  enum class Event : std::uint8_t {
    none,           // wants more bytes
    informational,  // head() is a 1xx; may_send() may have turned true
    proceed,        // from expire(): no 100 came, may_send() is true
    head,           // head() is the final one; if content_due(), it came early (rfc9112-9.5)
    content,        // content() goes on
    end,            // the response is whole; trailers(). idle() says if another request may follow
    upgraded,       // head() is a 101 or a 2xx to CONNECT; what is left of `in` is not HTTP
    failed,         // fault()
  };
  // Consumes from `in`. Call again until `none`, `upgraded` or `failed`. Bytes that no request
  // asked for poison the connection, also right behind a response: whose answer they are cannot be
  // known.
  Event next(net::MutableBytes& in, net::TimePoint now);
  Event ended(
      net::TimePoint now);  // the peer sends no more: end, failed, or none where it was idle
  const ResponseHead& head() const { return head_; }                // until the bytes move
  net::Bytes content() const { return content_; }                   // likewise
  std::vector<Field> trailers() const { return body_.trailers(); }  // until the next send()
  void limit_content(std::size_t bytes) { max_body_ = bytes; }      // at the event `head`

  // --- time and end -----------------------------------------------------------------------------
  // When expire() is to be asked; may turn out too early. Far away where nothing is waited for.
  net::TimePoint deadline() const;
  // none: not yet. proceed. failed: fault() is a timeout; of an idle connection `idle_timeout`.
  Event expire(net::TimePoint now);
  void hold(bool held, net::TimePoint now);  // reading was paused by us: no deadline but `total`

  bool idle() const { return state_ == State::idle; }  // another request may be sent
  bool over() const { return state_ == State::over; }  // nothing is read or sent any more
  // A byte of a response came, 1xx included: from then on the server has acted (rfc9110-9.2.2).
  bool response_begun() const { return response_begun_; }
  std::uint64_t exchanges() const { return exchanges_; }  // requests sent: above 1, it is reused
  ClientError fault() const { return fault_; }
  std::string_view why() const { return why_; }  // a sentence for its reader, static text

 private:
  enum class State : std::uint8_t { idle, waiting, content, over };
  Event read_head(net::MutableBytes& in, net::TimePoint now);
  Event read_content(net::MutableBytes& in, net::TimePoint now);
  Event take_informational();
  Event finish(net::Bytes behind, net::TimePoint now);
  Event fail(ClientError fault, std::string_view why = {});
  Event fail(const Refusal& refusal);
  void content_sent(net::TimePoint now);
  net::TimePoint silence_ends() const;
  ClientError check(const OutgoingRequest& request) const;

  const ClientLimits* limits_;
  const ClientTimeouts* timeouts_;
  ResponseParser parser_;
  ResponseHead head_;
  BodyReader body_;
  net::Bytes content_;
  std::string_view why_;
  std::size_t max_body_ = 0;
  std::uint64_t unsent_ = 0;  // bytes of the declared content still to come
  std::uint64_t exchanges_ = 0;
  std::size_t informational_ = 0;
  net::TimePoint since_;  // the last progress in this state
  net::TimePoint sent_;   // when send() was called
  net::TimePoint head_began_;
  State state_ = State::idle;
  ClientError fault_ = ClientError::none;
  bool sending_ = false;
  bool chunked_ = false;  // the request's content
  bool wants_continue_ = false;
  bool offers_upgrade_ = false;
  bool closes_ = false;  // we said Connection: close
  bool response_begun_ = false;
  bool body_begun_ = false;
  bool keep_alive_ = false;
  bool held_ = false;
};

}  // namespace strata::http
