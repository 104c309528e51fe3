// http/session.h - one connection's HTTP/1.1, the server's side, rfc9112-9: bytes and time in,
// events and heads out. No I/O, no clock. (codec)
//
//   head --(head is whole)--> content --(content is whole)--> answering --(answer)--> head ...
//                               |                                             \--> closing
//                               +--(answer, early)--> discarding --> head, or closing
//
// An answer in pieces may begin in `content` too; it is given when it is complete.
#pragma once
#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

#include "http/body.h"
#include "http/body_writer.h"
#include "http/message.h"
#include "http/request_parser.h"
#include "net/send_queue.h"
#include "net/time.h"

namespace strata::http {

struct Timeouts {
  net::Duration head = 10s;      // from a head's first byte until it is whole
  net::Duration body = 10s;      // plus 1 s per 16 KiB received: a minimum rate
  net::Duration idle = 5s;       // between requests
  net::Duration response = 30s;  // from a whole request to its answer
};

// What answer() writes before the content.
struct Answer {
  int status = 200;
  std::string_view fields;     // lines, checked
  std::string_view date_line;  // "Date: ..." CRLF
  std::uint64_t content_bytes = 0;
  bool length_known = true;  // else chunked, or until the connection ends (HTTP/1.0)
  bool close = false;        // the connection is to end behind it
  bool in_pieces = false;    // complete() tells when its content is whole
};

// One request at a time: bytes behind an unanswered one are not consumed (rfc9112-9.3.2).
class Session {
 public:
  // `table` is for the field lines of a head: one may serve all sessions of a thread.
  Session(const Limits& limits, const Timeouts& timeouts, std::vector<Field>* table,
          net::TimePoint now);

  enum class Event : std::uint8_t {
    none,     // wants more bytes, or an answer first
    head,     // head() is whole
    content,  // content() goes on
    request,  // the request is whole
    refused,  // refusal() is to be answered; the connection then ends
  };
  // `out` takes the 100 (Continue), rfc9110-10.1.1.
  Event next(net::MutableBytes& in, net::SendQueue& out, net::TimePoint now);
  const RequestHead& head() const { return head_; }  // until the bytes move
  net::Bytes raw_head() const { return piece_; }     // its bytes, likewise
  net::Bytes content() const { return piece_; }      // likewise
  const Refusal& refusal() const { return refusal_; }

  std::vector<Field> trailers() const { return body_.trailers(); }  // at the event `request`

  // Between the event `head` and the next call of next().
  void limit_content(std::size_t bytes) { max_body_ = bytes; }
  bool over_limit() const;  // what the head announces; next() will refuse it
  // Writes the head of the response. How its content is to follow; none for HEAD, 204, 304.
  BodyFraming answer(const Answer& answer, net::SendQueue& out, net::TimePoint now);
  void complete(net::TimePoint now);  // the content of an answer in pieces has been written
  void touch(net::TimePoint now);     // there was progress: the deadline of now begins anew
  void excuse(net::TimePoint now);  // likewise, whatever it waits for: the fault was not the peer's
  // The handler wants no content for now, and next() is not to be called: no deadline but the
  // answer's runs. And that it wants it again.
  void pause(net::TimePoint now);
  void resume(net::TimePoint now);
  void hold() { held_ = true; }              // no deadline for this answer
  void end_after_answer() { last_ = true; }  // drain: no keep-alive from here on

  // The peer will send no more. True if an answer is still to be given: then it is the last.
  bool ended();
  // When expire() is to be asked; may turn out too early. Far away where nothing is waited for.
  net::TimePoint deadline() const;
  // none: not yet. head: an idle connection, to be closed in silence. refused: as from next().
  Event expire(net::TimePoint now);

  bool idle() const { return state_ == State::head && !head_begun_; }
  bool answering() const { return state_ == State::answering; }  // whole, and not answered
  bool unanswered() const { return answering() || state_ == State::content; }
  bool paused() const { return paused_; }
  bool receives() const { return state_ == State::content; }
  void cut() { state_ = State::closing; }  // the connection is reset
  bool begun() const { return begun_; }    // an answer whose content is not yet whole
  bool closing() const { return state_ == State::closing; }  // nothing is read any more

 private:
  enum class State : std::uint8_t { head, content, answering, discarding, closing };
  Event read_head(net::MutableBytes& in, net::TimePoint now);
  Event read_content(net::MutableBytes& in, net::SendQueue& out, net::TimePoint now);
  Event refuse(Refusal refusal);
  bool keeps_alive(const Answer& answer) const;
  void finish(bool keep, net::TimePoint now);
  void become(State state, net::TimePoint now);

  const Limits* limits_;
  const Timeouts* timeouts_;
  RequestParser parser_;
  RequestHead head_;
  BodyReader body_;
  net::Bytes piece_;
  Refusal refusal_;
  std::size_t max_body_ = 0;
  net::TimePoint since_;  // when this state, or the head, began
  net::TimePoint paused_at_;
  State state_ = State::head;
  bool fresh_ = true;  // no request has come yet
  bool head_begun_ = false;
  bool body_begun_ = false;  // body_ is for this request
  bool owes_continue_ = false;
  bool is_head_ = false;  // the method is HEAD
  bool refused_ = false;
  bool held_ = false;
  bool last_ = false;
  bool begun_ = false;
  bool keep_ = false;    // of an answer that has begun: the connection lives on
  bool paused_ = false;  // since paused_at_
};

}  // namespace strata::http
