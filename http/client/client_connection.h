// http/client/client_connection.h - one connection of a client: joins http::ClientSession to net
// and to the request that it carries.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "http/client/client_session.h"
#include "http/client/client_types.h"
#include "net/receiver.h"
#include "net/timer_queue.h"

namespace strata::http {

class ClientCore;
class ClientTask;

// Carries one request after the other, each until its end was told; then OriginPool::release or
// bury.
//   Owns:  its net::Connection, until a protocol upgrade takes it.
//   Lives: in its OriginPool; once buried, to the end of the turn.
class ClientConnection final : public net::Receiver, private net::TimerEntry {
 public:
  ClientConnection(ClientCore& core, std::string key, std::unique_ptr<net::Connection> connection,
                   std::uint64_t number);
  ~ClientConnection() override;

  // Sends the request of `task`, and tells it what comes. Calls nothing of the program's.
  void begin(ClientTask& task);
  void abandon();            // the task has gone in the middle: so does the connection
  void set_paused(bool on);  // by the task
  void go_on();              // after a pause, or when the source has more: not from a callback
  void retire();             // closes; nothing is told from here on
  const std::string& key() const { return key_; }
  std::uint64_t idle_since = 0;  // the pool's count

  std::size_t receive(net::MutableBytes in) override;
  void drained() override;
  void ended() override;
  void closed(std::error_code why) override;

 private:
  using Event = ClientSession::Event;
  void step(net::MutableBytes& in);
  void on_event(Event event);
  void settle();  // after the events: the exchange's end, more content, the next deadline
  void complete();
  void send_content();
  bool send_piece(std::string&& piece);
  void fail(ClientError error, std::string_view why, std::error_code system = {});
  void give_up_connection();
  void on_deadline();
  template <class Write>
  auto write(Write&& append);
  void trace(bool sent, net::Bytes bytes) const;
  void arm();
  bool gone() const;  // nothing is to be touched any more

  ClientCore& core_;
  const std::string key_;
  const std::uint64_t number_;
  std::unique_ptr<net::Connection> connection_;
  std::shared_ptr<ClientTask> task_;  // whose exchange this is
  ClientTimeouts timeouts_;           // its task's
  ClientSession session_;
  HeaderList trailers_;
  std::size_t traced_ = 0;         // bytes of what will be offered again
  std::size_t queued_before_ = 0;  // when the deadline was set: less means progress
  bool retired_ = false;
  bool exchange_ended_ = false;  // to be told when the events are through
  bool sends_ = false;           // content is still to come
  bool paused_ = false;
  bool in_events_ = false;
};

}  // namespace strata::http
