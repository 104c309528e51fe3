// events/value.cpp - copying arguments of any type.
#include "events/value.h"

namespace strata::events {

Value::Value(const Argument& argument) : type_(argument.type) {
  if (argument.is_null()) return;
  if (const auto text = argument.text()) {
    type_ = &type_of<std::string>;
    copy_ = std::make_shared<const std::string>(*text);
  } else if (type_->copy != nullptr) {
    copy_ = type_->copy(argument.value);
  }
}

Argument Value::argument() const {
  const Argument one{type_, copy_.get(), 0, false};
  return copy_ != nullptr || one.is_null() ? one : Argument();
}

std::string Value::describe() const {
  const Argument one = argument();
  return one.type != nullptr ? describe_value(Args(&one, 1), 0) : type_name(*type_);
}

Values::Values(const Args& args) {
  all_.reserve(args.size());
  for (std::size_t i = 0; i < args.size(); ++i) all_.emplace_back(args[i]);
}

}  // namespace strata::events
