// sio/eio/client_run.h - one session of a client: joins ClientSession to its transports. For
// Client; programs see that.
//
//   Client --> ClientRun --> ClientSession        what is to be done
//                  |-------> ClientPolling        a GET and a POST
//                  |-------> ClientWebSocket      the transport
//                  '-------> ClientWebSocket      the candidate, until it is the transport
#pragma once
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/timer.h"
#include "sio/eio/client.h"
#include "sio/eio/client_address.h"
#include "sio/eio/client_polling.h"
#include "sio/eio/client_session.h"
#include "sio/eio/client_websocket.h"

namespace strata::sio::eio {

//   Lives:   as long as its Client wants, or to the end of the call of it that is on the stack.
//   Errors:  by the Client's callbacks. What a handler throws ends the session.
//   Threads: the loop's.
class ClientRun final : public std::enable_shared_from_this<ClientRun>,
                        private ClientPolling::Sink,
                        private ClientWebSocket::Sink {
 public:
  // `prefer_websocket`: it is tried first, where it is one of the transports.
  ClientRun(net::Loop& loop, std::shared_ptr<const ClientOptions> options, Client& owner,
            http::CookieJar* cookies, bool prefer_websocket);
  ~ClientRun();

  void start();
  void close();
  void fail(std::string_view reason, std::string_view why);
  void detach() { owner_ = nullptr; }  // goes on, and tells nobody
  void abandon();                      // at once and for ever
  bool leaving() const;                // something of it is still on its way

  bool send(const ClientOutbox::Item& message);
  const ClientSession& session() const { return session_; }
  bool writable() const;
  std::size_t queued() const;
  bool overdue();
  bool came_to_websocket() const { return came_to_websocket_; }

 private:
  // --- client_run_io.cpp
  void on_poll_answer(std::string_view body) override;
  void on_post_answer() override;
  void on_poll_error(TransportError error) override;
  void on_post_error(TransportError error) override;
  void on_open(ClientWebSocket& from) override;
  void on_message(ClientWebSocket& from, const ws::Message& message) override;
  void on_gone(ClientWebSocket& from, bool broken, TransportError error) override;
  void received(const Packet& packet);
  std::string url(Transport transport) const;
  std::unique_ptr<ClientWebSocket> connect();
  void flush();
  void switch_over();

  // --- client_run.cpp
  void begin();
  void step();
  void step_later();
  void perform(ClientStep what);
  void starve();
  void end_thrown(std::string_view why);
  void poll();
  void goodbye();
  void finish();
  bool try_next();
  void drop_transports();
  void tell_sent();
  void rearm();
  void note_wall_clock();
  net::Duration wall_now() const;
  template <class Function, class... Args>
  void call(const Function& handler, Args&&... args);

  net::Loop& loop_;
  const std::shared_ptr<const ClientOptions> options_;
  Client* owner_;  // null: nobody is told
  http::CookieJar* cookies_;
  ClientAddress address_;
  std::string_view fault_;             // why the options are none
  std::vector<Transport> transports_;  // this one, and those behind it
  const ClientRules rules_;
  ClientSession session_;
  std::unique_ptr<ClientPolling> polling_;
  std::unique_ptr<ClientWebSocket> websocket_, candidate_;
  std::string octets_;  // of a packet in Base64
  net::Timer deadline_;
  net::Timer look_;  // again, whether the WebSocket has sent what it was given
  net::TimePoint armed_for_ = net::TimePoint::max();
  net::Duration wall_deadline_{};
  int pongs_waiting_ = 0;
  bool came_to_websocket_;
  // What is on the stack: what the program sends inside of it leaves with the steps behind it.
  enum class Inside : std::uint8_t { nothing, poll_answer, step };
  Inside inside_ = Inside::nothing;
  // How far what the WebSocket was given has come, and who is to hear of it next.
  enum class Sent : std::uint8_t { all, given /* on_flush */, flushed /* on_drain */ };
  Sent sent_ = Sent::all;
  bool planned_ = false;    // step() runs at the end of this turn
  bool abandoned_ = false;  // nobody is told anything, and nothing is done
};

// What a handler throws leaves through no layer below; its session cannot be trusted from there on.
template <class Function, class... Args>
void ClientRun::call(const Function& handler, Args&&... args) {
  if (owner_ == nullptr || !handler) return;
  try {
    handler(*owner_, std::forward<Args>(args)...);
  } catch (const std::exception& error) {
    end_thrown(error.what());
  } catch (...) {
    end_thrown({});
  }
}

}  // namespace strata::sio::eio
