// sio/client/gate.h - the door before everything that a Client's user hears: shut, from any thread,
// it lets nobody through any more.
#pragma once
#include <memory>
#include <mutex>
#include <string_view>
#include <system_error>
#include <utility>

#include "sio/client_options.h"
#include "sio/hearing.h"

namespace strata::sio {

// Held while a callback runs: who shuts it from another thread waits until that has returned. From
// inside the callback it shuts at once.
//   Threads: any.
class Gate {
 public:
  template <class Work>
  void pass(const Work& work) {
    const std::lock_guard lock(mutex_);
    if (!shut_) work();
  }
  void shut() {
    const std::lock_guard lock(mutex_);
    shut_ = true;
  }

 private:
  std::recursive_mutex mutex_;
  bool shut_ = false;
};

// In all of these the gate is kept for the call: what runs may destroy whom it was called by.
class GatedHandler final : public EventHandler {
 public:
  GatedHandler(std::shared_ptr<Gate> gate, std::unique_ptr<EventHandler> inner)
      : gate_(std::move(gate)), inner_(std::move(inner)) {}
  std::optional<Mismatch> call(Call& call) override {
    const std::shared_ptr<Gate> gate = gate_;
    std::optional<Mismatch> wrong;
    gate->pass([&] { wrong = inner_->call(call); });
    return wrong;
  }

 private:
  std::shared_ptr<Gate> gate_;
  std::unique_ptr<EventHandler> inner_;
};

class GatedAnswer final : public AnswerHandler {
 public:
  GatedAnswer(std::shared_ptr<Gate> gate, std::unique_ptr<AnswerHandler> inner)
      : gate_(std::move(gate)), inner_(std::move(inner)) {}
  std::optional<Mismatch> answered(Hearer& hearer, const Args& args) override {
    const std::shared_ptr<Gate> gate = gate_;
    std::optional<Mismatch> wrong;
    gate->pass([&] { wrong = inner_->answered(hearer, args); });
    return wrong;
  }
  void failed(Hearer& hearer, std::error_code why) override {
    const std::shared_ptr<Gate> gate = gate_;
    gate->pass([&] { inner_->failed(hearer, why); });
  }

 private:
  std::shared_ptr<Gate> gate_;
  std::unique_ptr<AnswerHandler> inner_;
};

inline AnyHandler gated(const std::shared_ptr<Gate>& gate, AnyHandler inner) {
  return [gate, inner = std::move(inner)](std::string_view event, const Args& args) {
    const std::shared_ptr<Gate> kept = gate;
    kept->pass([&] { inner(event, args); });
  };
}
inline Auth gated(const std::shared_ptr<Gate>& gate, Auth inner) {
  return Auth([gate, inner = std::move(inner)](const AuthDone& done) {
    const std::shared_ptr<Gate> kept = gate;
    kept->pass([&] { inner.get(done); });
  });
}

}  // namespace strata::sio
