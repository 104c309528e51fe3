// ws/user_data.h - one value of any type, kept for those who know the type. (codec)
//   ws::UserData data = User{"Ada"};      data.find<User>()->name      data.find<int>() == nullptr
#pragma once
#include <concepts>
#include <memory>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace strata::ws {

// As std::any, for types that can only be moved too, and of one pointer.
//   Owns:    the value: one allocation, none while empty.
class UserData {
 public:
  UserData() = default;
  template <class T>
  requires(!std::same_as<std::remove_cvref_t<T>, UserData>) UserData(T&& value) {
    set<std::decay_t<T>>(std::forward<T>(value));
  }

  template <class T, class... Args>
  T& set(Args&&... args) {
    auto made = std::make_unique<Value<T>>(std::forward<Args>(args)...);
    T& value = made->value;
    held_ = std::move(made);
    return value;
  }
  // Null where there is none of exactly this type.
  template <class T>
  T* find() const {
    if (held_ == nullptr || *held_->type != typeid(T)) return nullptr;
    return &static_cast<Value<T>*>(held_.get())->value;
  }
  bool empty() const { return held_ == nullptr; }
  void reset() { held_.reset(); }

 private:
  struct Held {
    explicit Held(const std::type_info& of) : type(&of) {}
    virtual ~Held() = default;
    const std::type_info* type;
  };
  template <class T>
  struct Value final : Held {
    template <class... Args>
    explicit Value(Args&&... args) : Held(typeid(T)), value{std::forward<Args>(args)...} {}
    T value;
  };
  std::unique_ptr<Held> held_;
};

}  // namespace strata::ws
