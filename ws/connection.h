// ws/connection.h - a WebSocket connection: joins ws::Session to net.
#pragma once
#include <memory>
#include <string>
#include <typeinfo>
#include <utility>

#include "net/connection.h"
#include "net/loop.h"
#include "ws/deflate.h"
#include "ws/session.h"
#include "ws/user_data.h"

namespace strata::http {
class Guest;
class Request;
class Response;
}  // namespace strata::http

namespace strata::ws {

class Connection;
class Topics;

// What stands on top; one may serve many connections.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual void on_message(Connection& from, Message& message) = 0;
  virtual void on_ping(Connection&, net::Bytes) {}
  virtual void on_pong(Connection&, net::Bytes) {}
  virtual void on_drain(Connection&) {}  // the send queue fell below the low mark
  // Once, and last: the owner hands the connection to Loop::defer. The peer's code; 1005 where its
  // Close had none, 1006 where no Close came, with a sentence of ours that says why.
  virtual void on_close(Connection& closed, CloseCode code, std::string_view reason) = 0;
  virtual Topics* topics() { return nullptr; }  // those that its connections may subscribe to
};

// What happens to a message that finds the send queue over its limit: the connection is closed
// (1008, "slow consumer"), or the message is left out.
enum class Delivery : std::uint8_t { reliable, volatile_ };

// Owns its net::Connection. Lives until its owner, told by on_close, destroys it.
// An exception that leaves a handler closes with 1011.
//   Limits:  high_water is that of the net::Connection: `queued` is always followed by on_drain.
//   Threads: its loop's.
class Connection final : public net::Receiver, private net::TimerEntry {
 public:
  // `keys` are a client's masking keys, for tests; by default they come from the kernel.
  Connection(std::unique_ptr<net::Connection> below, Role self, SharedLimits limits, Handler& top,
             MaskSource keys = {});
  ~Connection() override;

  // Compression as the handshake agreed on it; right behind the constructor.
  void use(Compression compression) { session_.use(std::move(compression)); }
  // False: messages from here on go as they are; those in fragments do as they did.
  void set_compressing(bool on) { session_.set_compressing(on); }

  // Nothing to cork: what is sent in one turn, in whichever calls, leaves with one sendmsg. Text
  // has to be UTF-8.
  SendResult send_text(std::string_view text, Delivery delivery = Delivery::reliable);
  SendResult send_text(const char* text, Delivery delivery = Delivery::reliable) {
    return send_text(std::string_view(text), delivery);
  }
  SendResult send_binary(net::Bytes bytes, Delivery delivery = Delivery::reliable);
  // From 4 KiB on these are not copied (but compressed, where that was agreed).
  SendResult send_text(std::string&& text, Delivery delivery = Delivery::reliable);
  SendResult send_text(net::OwnedBytes&& text, Delivery delivery = Delivery::reliable);
  SendResult send_binary(std::string&& bytes, Delivery delivery = Delivery::reliable);
  SendResult send_binary(std::vector<std::uint8_t>&& bytes, Delivery delivery = Delivery::reliable);
  SendResult send_binary(net::OwnedBytes&& bytes, Delivery delivery = Delivery::reliable);
  // The text behind the first `at` of `bytes`, which are ws::header_max or more and make room for
  // the frame: no copy but the one into the queue. `bytes` are spoilt.
  SendResult send_text_in_place(std::string& bytes, std::size_t at,
                                Delivery delivery = Delivery::reliable);
  // What came, back or on to another: text as text. An echo is `from.send(std::move(message))`.
  SendResult send(Message&& message, Delivery delivery = Delivery::reliable);
  SendResult send_shared(const net::SharedBytes& frame, Delivery delivery = Delivery::reliable);
  SendResult send_shared(const SharedMessage& message, Delivery delivery = Delivery::reliable);
  // One message in fragments, for what is made or read as it is sent: begin, write what there is,
  // and after `queued` wait for on_drain; then finish. What else is sent meanwhile waits behind it,
  // pings and Close do not. A piece that finds the queue over its limit closes with 1008.
  SendResult begin_text() { return begin(Opcode::text); }  // `dropped`: one is begun already
  SendResult begin_binary() { return begin(Opcode::binary); }
  SendResult write(net::Bytes piece);
  SendResult write(std::string_view piece) { return write(net::as_bytes(piece)); }
  SendResult finish(net::Bytes last = {});
  SendResult finish(std::string_view last) { return finish(net::as_bytes(last)); }
  SendResult ping(net::Bytes payload = {});
  SendResult pong(net::Bytes payload = {});  // that nobody asked for
  void close(CloseCode code = CloseCode::normal, std::string_view reason = {});
  void terminate();  // RST
  void pause();      // no event until resume(); bytes wait in the kernel
  void resume();
  std::size_t buffered_bytes() const { return below_->out().size() + session_.waiting_bytes(); }
  bool open() const;                                 // no Close sent or received, not ended
  bool failed() const { return session_.failed(); }  // the peer broke a rule; our Close says so
  void watch(FrameWatcher* watcher) { session_.watch(watcher); }  // each frame, both ways
  net::Connection& below() { return *below_; }
  Handler& handler() { return *top_; }

  // One value of yours, of any type; it dies with the connection. find: null where none of that
  // type was set; data throws std::bad_cast then.
  template <class T, class... Args>
  T& set(Args&&... args) {
    return data_.set<T>(std::forward<Args>(args)...);
  }
  template <class T>
  T* find() const {
    return data_.find<T>();
  }
  template <class T>
  T& data() const {
    if (T* const found = find<T>()) return *found;
    throw std::bad_cast();
  }
  void set_data(UserData data) { data_ = std::move(data); }

  // Topics of its endpoint. False: over a limit, closing already, or a client's connection.
  bool subscribe(std::string_view topic);
  bool unsubscribe(std::string_view topic);  // false: it was not subscribed
  bool subscribed(std::string_view topic) const;
  // To all that are subscribed, but not to this one; how many took it.
  std::size_t publish_text(std::string_view topic, std::string_view text,
                           Delivery delivery = Delivery::reliable);
  std::size_t publish_binary(std::string_view topic, net::Bytes bytes,
                             Delivery delivery = Delivery::reliable);
  std::string_view subprotocol() const;  // empty: none was agreed on
  void set_subprotocol(std::string_view agreed);
  void leave_topics();  // for the owner, told by on_close

  void* user = nullptr;   // the handler's own
  std::size_t place = 0;  // the owner's own: where it keeps this connection

 private:
  std::size_t receive(net::MutableBytes in) override;
  net::MutableBytes landing() override { return session_.landing(); }
  void landed(std::size_t bytes) override;
  void drained() override;
  void ended() override;
  void closed(std::error_code why) override;

  struct Extras;
  Extras& extras();
  void process(net::MutableBytes& in);
  void tell(Event& event);
  template <class Call>
  void guarded(Call call);
  template <class Send>
  SendResult sent(Delivery delivery, Send send);
  SendResult begin(Opcode opcode);
  std::string_view reason() const;
  void set_reason(std::string_view why);
  void on_deadline();
  void watch_time();
  void shut();
  bool must_stop() const;

  std::unique_ptr<net::Connection> below_;
  [[no_unique_address]] Session session_;  // the next three lie in its last word
  CloseCode code_ = CloseCode::abnormal;
  bool stops_above_high_water_;  // a server: nothing more is read
  bool shut_ = false;            // nothing more is read: `below_` is closing
  Handler* top_;
  UserData data_;
  std::unique_ptr<Extras> extras_;  // null for most
};

// To all that are subscribed but `except`; how many took it. One whose queue is over its limit is
// closed, or left out.
std::size_t publish(const Topics& topics, std::string_view topic, const SharedMessage& message,
                    const Connection* except = nullptr, Delivery delivery = Delivery::reliable);

// Answers what is no upgrade: 405, 426 or 400. False: it is one, and unanswered.
bool refuse_wrong(const http::Request& request, http::Response& response);
// Checks the request and takes its connection with the 101 written; nothing where it was refused
// (the response is then sent). `fields`: further field lines for the 101; `extension`: what
// accept_offer() answered; `guest`: who tells the server of the connection's end, when it drains.
std::unique_ptr<net::Connection> accept(const http::Request& request, http::Response& response,
                                        std::string_view subprotocol = {},
                                        std::string_view fields = {},
                                        std::string_view extension = {},
                                        http::Guest* guest = nullptr);

}  // namespace strata::ws
