// sio/channel.h - one namespace of a sio::Client, for any thread:
//   sio::Channel& admin = client.of("/admin", {.auth = {{"token", "sesame"}}});
//   admin.on("news", [](const std::string& text) { show(text); });
//   admin.emit("hello", 1, {{"name", "spot"}});
#pragma once
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "sio/answered.h"
#include "sio/client_options.h"
#include "sio/client_socket.h"
#include "sio/emit.h"
#include "sio/hearing.h"

namespace strata::sio {

class Channel;
class Front;  // sio/client/front.h: what a Client and its Channels share
struct ChannelState;

// An emit with conditions: client.timeout(5s).emit("ask", [](std::error_code late, int answer) {}).
//   Lives:   no longer than its Client; copies are free to make.
//   Threads: any.
class ChannelSending : public EmitForms<ChannelSending>,
                       public FlagForms<ChannelSending>,
                       public AskForms<ChannelSending> {
 public:
  explicit ChannelSending(const Channel& channel) : channel_(&channel) {}

  // --- for emit ---
  using OnAnswer = std::unique_ptr<AnswerHandler>;
  template <class F>
  static OnAnswer on_answer(F&& f) {
    return make_answer<ClientSocket>(std::forward<F>(f));
  }
  bool emit_values(std::string_view event, const Values& values, OnAnswer on_answer) const;
  void ask(std::string_view event, const Values& values, OnAnswer future) const;
  bool may_wait() const;

 private:
  const Channel* channel_;
};

// What is called on another thread than the loop's is done on that one, in its next turn and in the
// order of the calls; values are serialised at the call. Handlers run on the loop's thread, as
// those of a ClientSocket: their forms are in handler.h, and one may take a sio::ClientSocket&
// first.
//   Lives:   as its Client.
//   Errors:  false from emit: nothing is sent, for the client's `posted_max` is reached, or its
//            socket's buffer, whose policy decides, is full. A reserved name throws.
//   Threads: any, but for socket().
class Channel : public EmitForms<Channel>, public AskForms<Channel> {
 public:
  Channel(std::shared_ptr<Front> front, std::shared_ptr<ChannelState> state);
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // --- hearing ---
  template <class F>
  ListenerId on(std::string_view event, F&& handler) {
    return add(event, make_handler<ClientSocket>(std::forward<F>(handler)), false, false);
  }
  template <class F>
  ListenerId once(std::string_view event, F&& handler) {
    return add(event, make_handler<ClientSocket>(std::forward<F>(handler)), true, false);
  }
  template <class F>
  ListenerId prepend(std::string_view event, F&& handler) {
    return add(event, make_handler<ClientSocket>(std::forward<F>(handler)), false, true);
  }
  template <DeclaredEvent E, class F>  // see event.h
  ListenerId on(F&& handler) {
    return add(E::name, make_declared_handler<ClientSocket, E>(std::forward<F>(handler)), false,
               false);
  }
  template <DeclaredEvent E, class F>
  ListenerId once(F&& handler) {
    return add(E::name, make_declared_handler<ClientSocket, E>(std::forward<F>(handler)), true,
               false);
  }
  void off(ListenerId id);
  void off(std::string_view event);
  void remove_all_listeners();
  void on_any(AnyHandler handler);  // every event that comes, before its handlers
  void on_any_outgoing(AnyHandler handler);
  void off_any();
  void off_any_outgoing();

  // --- speaking: emit and send as in emit.h, emit_with_ack as in answered.h ---
  ChannelSending timeout(net::Duration limit) const { return ChannelSending(*this).timeout(limit); }
  ChannelSending volatile_() const { return ChannelSending(*this).volatile_(); }
  ChannelSending compress(bool on) const { return ChannelSending(*this).compress(on); }

  // --- the connection ---
  bool connected() const;
  std::string id() const;  // empty: not connected
  const std::string& nsp() const;
  void connect();
  void disconnect();
  // Ready with {} as soon as it is connected; with an error when nothing tries any more:
  //   std::errc::permission_denied   the server refused: `connect_error` says why
  //   std::errc::connection_refused  there is no way to it
  //   std::errc::operation_canceled  it was closed, or the client is gone
  //   std::errc::resource_deadlock_would_occur    on the loop's own thread nobody could wait
  std::future<std::error_code> wait_connected();

  // The loop's thread: what the others reach by a post. Handlers are removed by off() and
  // remove_all_listeners() of this class, which leave those that connected() lives by.
  ClientSocket& socket() const;

  // --- for emit ---
  using OnAnswer = std::unique_ptr<AnswerHandler>;
  template <class F>
  static OnAnswer on_answer(F&& f) {
    return make_answer<ClientSocket>(std::forward<F>(f));
  }
  bool emit_values(std::string_view event, const Values& values, OnAnswer on_answer,
                   const SendFlags& flags = {}) const;
  void ask(std::string_view event, const Values& values, OnAnswer future,
           const SendFlags& flags = {}) const;
  bool may_wait() const;

 protected:
  Front& front() const { return *front_; }

 private:
  friend class Client;
  ListenerId add(std::string_view event, std::unique_ptr<EventHandler> handler, bool once,
                 bool front);
  template <class Use>
  void reach(Use use) const;
  bool send(std::string_view event, const Values& values, OnAnswer on_answer,
            const SendFlags& flags) const;

  std::shared_ptr<Front> front_;
  std::shared_ptr<ChannelState> state_;
};

}  // namespace strata::sio
