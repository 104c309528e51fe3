// sio/hearing.h - handlers by event name, in the forms that users write, and what becomes of what
// goes wrong in them: once for everything that hears, Socket, ClientSocket and Manager.
#pragma once
#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sio/declared_handler.h"
#include "sio/error.h"
#include "sio/listeners.h"
#include "sio/sent_event.h"

namespace strata::sio {

// `Self` has  Listeners& listeners()  and the same as const.
template <class Self>
class HearForms : public Hearer {
 public:
  // Parameters say what to decode, see handler.h.
  template <class F>
  ListenerId on(std::string_view event, F&& handler) {
    return add(event, std::forward<F>(handler), false, false);
  }
  template <class F>
  ListenerId once(std::string_view event, F&& handler) {
    return add(event, std::forward<F>(handler), true, false);
  }
  template <class F>
  ListenerId prepend(std::string_view event, F&& handler) {
    return add(event, std::forward<F>(handler), false, true);
  }
  // Of a declared event, see event.h.
  template <DeclaredEvent E, class F>
  ListenerId on(F&& handler) {
    return self().listeners().add(E::name, make_declared_handler<Self, E>(std::forward<F>(handler)),
                                  false, false);
  }
  template <DeclaredEvent E, class F>
  ListenerId once(F&& handler) {
    return self().listeners().add(E::name, make_declared_handler<Self, E>(std::forward<F>(handler)),
                                  true, false);
  }
  bool off(ListenerId id) { return self().listeners().remove(id); }
  std::size_t off(std::string_view event) { return self().listeners().remove_all(event); }
  void remove_all_listeners() { self().listeners().clear(); }
  std::size_t listener_count(std::string_view event) const {
    return static_cast<const Self&>(*this).listeners().count(event);
  }
  template <class F>
  ListenerId on_disconnect(F&& handler) {
    return on("disconnect", std::forward<F>(handler));
  }
  template <class F>
  ListenerId on_error(F&& handler) {
    return on("error", std::forward<F>(handler));
  }

 protected:
  Self& self() { return static_cast<Self&>(*this); }

 private:
  template <class F>
  ListenerId add(std::string_view event, F&& handler, bool once, bool front) {
    return self().listeners().add(event, make_handler<Self>(std::forward<F>(handler)), once, front);
  }
};

// Calls `use` with `values` as the arguments of an event that no packet brought.
template <class Use, class... V>
void as_arguments(const Use& use, const V&... values) {
  std::string text;
  PacketWriter writer(text);
  writer.begin(PacketType::event, "/");
  write_values(writer, values...);
  writer.finish(std::nullopt);
  std::vector<std::string_view> elements;
  const Content content{std::string_view(text).substr(1), &elements, nullptr, nullptr};
  check_json(content.text, json_depth_max, &elements);
  use(Args(content, 0));
}

// Runs what is the user's; `failed` hears the sentence of what it throws.
template <class Work, class Failed>
void guard(const Work& work, const Failed& failed) {
  try {
    work();
  } catch (const std::exception& error) {
    failed(error.what());
  } catch (...) {
    failed("a handler threw no std::exception");
  }
}

// A socket's hearing. `Self` has  void log_error(std::string_view)  for errors that nobody hears,
// static Ack make_ack(Hearer&, std::uint64_t)  and  bool silenced() const: nobody may be called any
// more. `Rare` is AnyLists or a class that has more.
template <class Self, class Rare>
class Hearing : public HearForms<Self> {
 public:
  ListenerId on_any(AnyHandler handler) {  // every event that comes, before its handlers
    return rare().incoming.add(std::move(handler), false);
  }
  ListenerId prepend_any(AnyHandler handler) {
    return rare().incoming.add(std::move(handler), true);
  }
  bool off_any(ListenerId id = 0) { return rare().incoming.remove(id); }  // 0: all
  ListenerId on_any_outgoing(AnyHandler handler) {  // every event that is sent
    return rare().outgoing.add(std::move(handler), false);
  }
  ListenerId prepend_any_outgoing(AnyHandler handler) {
    return rare().outgoing.add(std::move(handler), true);
  }
  bool off_any_outgoing(ListenerId id = 0) { return rare().outgoing.remove(id); }

  // --- for the layers around it ---
  Listeners& listeners() { return listeners_; }
  const Listeners& listeners() const { return listeners_; }
  bool hears_outgoing() const { return rare_ != nullptr && !rare_->outgoing.empty(); }
  // With nobody to hear it, or when hearing it went wrong: to the log. Never does it throw.
  void raise(const Error& error) {
    if (raising_ || listeners_.count("error") == 0) {
      std::string why = error.message;
      if (!error.event.empty()) why.append(" (event ").append(error.event).append(")");
      return this->self().log_error(why);
    }
    raising_ = true;
    local_event("error", error);
    raising_ = false;
  }

 protected:
  Rare& rare() {
    if (!rare_) rare_ = std::make_unique<Rare>();
    return *rare_;
  }
  template <class Work>
  void guarded(std::string_view event, const Work& work) {
    guard(work, [&](std::string_view why) {
      if (!this->self().silenced()) raise(Error{std::string(why), std::string(event), {}, {}, {}});
    });
  }
  void mismatched(std::string_view event, const Mismatch& wrong) {
    raise(Error{wrong.sentence(), std::string(event), wrong.position, wrong.expected, wrong.found});
  }
  // To who asked: the answer, or why none comes.
  void tell(AnswerHandler& handler, const Args& answer) {
    guarded("ack", [&] {
      if (const auto wrong = handler.answered(this->self(), answer)) mismatched("ack", *wrong);
    });
  }
  void tell(AnswerHandler& handler, std::error_code why) {
    guarded("ack", [&] { handler.failed(this->self(), why); });
  }
  void dispatch(std::string_view event, Call& call) {
    listeners_.run(event, [&](EventHandler& handler) {
      if (this->self().silenced()) return;
      guarded(event, [&] {
        if (const auto wrong = handler.call(call)) mismatched(event, *wrong);
      });
    });
  }
  void call_any(const AnyList& list, std::string_view event, const Args& args) {
    list.run([&](const AnyHandler& handler) {
      if (!this->self().silenced()) guarded(event, [&] { handler(event, args); });
    });
  }
  // "disconnect", "error": the same handlers, with arguments of our own.
  template <class... V>
  void local_event(std::string_view event, const V&... values) {
    if (listeners_.count(event) == 0) return;
    as_arguments(
        [&](const Args& args) {
          Call call(*this, &Self::make_ack, args, std::nullopt);
          dispatch(event, call);
        },
        values...);
  }
  // What on_any_outgoing hears of a packet about to leave, whose namespace is `nsp`.
  void heard_outgoing(std::string_view nsp, std::string_view packet,
                      std::span<const Bytes> attachments) {
    const SentEvent sent(nsp, packet, attachments);
    if (sent) call_any(rare_->outgoing, sent.name(), sent.args());
  }

  Listeners listeners_;
  std::unique_ptr<Rare> rare_;

 private:
  // bytes of the derived class may follow in the same word: see its first members
  bool raising_ = false;
};

}  // namespace strata::sio
