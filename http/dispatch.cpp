// http/dispatch.cpp - a request's way through the layers of a router and of those mounted in it.
#include "http/dispatch.h"

#include <algorithm>
#include <utility>

#include "http/exchange.h"
#include "http/route_table.h"

namespace strata::http {

void Dispatch::clear() {
  levels_.clear();
  error_ = nullptr;
  ++step_;
  allowed_.clear();
  param_calls_.clear();
}

void Dispatch::start(Exchange& exchange, const std::shared_ptr<Router::Table>& table) {
  const Running running(exchange);
  enter(exchange, *table, false);
  go_on(exchange);
}

void Dispatch::start(Request& request, const std::shared_ptr<Router::Table>& table) {
  request.exchange_->dispatch.start(*request.exchange_, table);
}

void Router::handle(Request& request, Response&) { Dispatch::start(request, table_); }

void Dispatch::raise(Exchange& exchange, std::exception_ptr error) {
  const Running running(exchange);
  fail(exchange, std::move(error));
}

void Dispatch::enter(Exchange& exchange, Router::Table& table, bool merge_params) {
  Request& request = exchange.request;
  const std::size_t params = request.params_.size();
  Level& level = levels_.emplace_back();
  level.table = &table;
  level.base = request.base_;
  level.params = params;
  level.params_from = merge_params ? request.params_from_ : params;
  level.allowed = allowed_.size();
  level.calls = param_calls_.size();
  level.version = table.version;
  level.literals = table.routes_of(request.path());
  request.params_from_ = level.params_from;
}

// The level at hand has no more layers.
void Dispatch::leave(Exchange& exchange) {
  const std::size_t allowed = levels_.back().allowed;
  param_calls_.resize(levels_.back().calls);
  levels_.pop_back();
  if (error_ == nullptr && allowed_.size() > allowed && exchange.request.method() == "OPTIONS") {
    answer_options(exchange, allowed);
    return;
  }
  if (levels_.empty()) return;
  Level& outer = levels_.back();  // the mount that led here is done with
  restore(exchange, outer);
  ++outer.layer;
  outer.matched = false;
}

// The request as the level saw it before one of its layers matched.
void Dispatch::restore(Exchange& exchange, const Level& level) const {
  Request& request = exchange.request;
  request.base_ = level.base;
  if (request.params_.size() > level.params) request.params_.resize(level.params);
  request.params_from_ = level.params_from;
}

// Finds the next handler and calls it; what follows is up to its `next`.
void Dispatch::go_on(Exchange& exchange) {
  while (!levels_.empty()) {
    Level& level = levels_.back();
    if (!level.matched && !find_layer(exchange, level)) {
      leave(exchange);
      if (exchange.response.ended()) return;
      continue;
    }
    if (call_param(exchange, level)) return;
    const Layer& layer = *level.table->layers[level.layer];
    if (layer.kind != Layer::Kind::mount) {
      if (call_step(exchange, level)) return;
    } else if (level.step == 0 && error_ == nullptr) {
      level.step = 1;
      enter(exchange, *layer.inner, layer.inner->options.merge_params);
      continue;
    }
    restore(exchange, level);
    ++level.layer;
    level.matched = false;
  }
  finish(exchange);
}

// The first layer from the one at hand on that may be for this path.
std::size_t Dispatch::candidate(const Exchange& exchange, Level& level) const {
  const Router::Table& table = *level.table;
  if (level.version != table.version) {  // a handler registered another
    level.version = table.version;
    level.literals = table.routes_of(exchange.request.path());
    level.literal_at = 0;
  }
  const auto next_of = [&](const Router::Table::Places& places, std::size_t& at) {
    while (at < places.size() && places[at] < level.layer) ++at;
    return at < places.size() ? places[at] : never;
  };
  const std::size_t other = next_of(table.others, level.other_at);
  if (level.literals == nullptr) return other;
  return std::min(other, next_of(*level.literals, level.literal_at));
}

bool Dispatch::find_layer(Exchange& exchange, Level& level) {
  for (; level.layer != never; ++level.layer) {
    level.layer = candidate(exchange, level);
    if (level.layer == never) return false;
    const bool known_path = level.literals != nullptr &&
                            level.literal_at < level.literals->size() &&
                            (*level.literals)[level.literal_at] == level.layer;
    if (!match(exchange, level, known_path)) continue;
    level.matched = true;
    level.step = level.param_step = 0;
    level.param = level.params;
    return true;
  }
  return false;
}

// True if the layer at hand is for this path and method. Its params are then in the request.
bool Dispatch::match(Exchange& exchange, Level& level, bool known_path) {
  const Layer& layer = *level.table->layers[level.layer];
  Request& request = exchange.request;
  const bool route = layer.kind == Layer::Kind::route;
  if (layer.kind == Layer::Kind::middleware && layer.entries.empty()) return false;  // a BodyOption
  if (error_ != nullptr || !route) {
    const bool handles_errors =
        layer.kind == Layer::Kind::middleware && layer.entries.front()->step.on_error != nullptr;
    if (handles_errors != (error_ != nullptr)) return false;
  }
  const bool ours = !route || layer.handles(request.method());
  const bool asks =
      !ours && (request.method() == "OPTIONS" || level.table->options.method_not_allowed);
  if (!ours && !asks) return false;
  if (known_path) {
    found_.count = 0;
  } else if (!layer.pattern.match(request.path(), found_)) {
    return false;
  }
  if (!ours) {
    note_methods(layer);
    return false;
  }
  if (found_.count != 0 && !take_params(request)) return false;
  if (!route) request.base_ = level.base + found_.matched;
  return true;
}

void Dispatch::note_methods(const Layer& layer) {
  allowed_.insert(allowed_.end(), layer.methods.begin(), layer.methods.end());
  if (layer.has("GET")) allowed_.push_back("HEAD");
}

// False, and an error, where one does not decode to text.
bool Dispatch::take_params(Request& request) {
  for (std::size_t i = 0; i < found_.count; ++i) {
    const auto& [name, raw, wildcard] = found_.all[i];
    std::string_view value = raw;
    if (raw.find('%') != std::string_view::npos) {
      auto decoded = percent_decode(raw);
      if (!decoded || !is_utf8(*decoded)) {
        error_ = std::make_exception_ptr(HttpError(400, "the path has a bad percent-encoding"));
        return false;
      }
      request.decoded_.push_back(std::make_unique<const std::string>(std::move(*decoded)));
      value = *request.decoded_.back();
    }
    request.params_.push_back({name, raw, value});
  }
  return true;
}

Dispatch::ParamCall* Dispatch::find_call(const Level& level, std::string_view name) {
  for (std::size_t i = level.calls; i < param_calls_.size(); ++i)
    if (param_calls_[i].name == name) return &param_calls_[i];
  return nullptr;
}

// That of the param whose handler runs or was the last to run; null where no such handler does.
Dispatch::ParamCall* Dispatch::running_param(const Exchange& exchange) {
  const Level& level = levels_.back();
  const auto& params = exchange.request.params_;
  if (!level.matched || level.param_step == 0 || level.param >= params.size()) return nullptr;
  return find_call(level, params[level.param].name);
}

// True if the handlers of the param at hand are to run; what they said of the same value holds.
bool Dispatch::needs_call(Level& level, const Request& request) {
  const Request::Param& param = request.params_[level.param];
  ParamCall* const before = find_call(level, param.name);
  if (before == nullptr) {
    param_calls_.push_back({param.name, std::string(param.value), nullptr, false});
    return true;
  }
  if (before->error == nullptr && before->value != param.value) {
    before->value = param.value;
    before->skip = false;
    return true;
  }
  error_ = before->error;
  if (error_ != nullptr || before->skip) level.step = level.param = never;
  return false;
}

// True if a handler was called.
bool Dispatch::call_param(Exchange& exchange, Level& level) {
  const auto& handlers = level.table->params;
  if (handlers.empty() || error_ != nullptr) return false;
  const auto& params = exchange.request.params_;
  while (level.param < params.size()) {
    const Request::Param param = params[level.param];
    const auto is_for = [&](const auto& each) { return each->name == param.name; };
    const auto from = handlers.begin() + static_cast<std::ptrdiff_t>(level.param_step);
    const auto found = std::find_if(from, handlers.end(), is_for);
    const bool wanted =
        found != handlers.end() && (level.param_step != 0 || needs_call(level, exchange.request));
    if (level.param == never) return false;
    if (wanted) {
      level.param_step = static_cast<std::size_t>(found - handlers.begin()) + 1;
      const ParamHandler& handler = (*found)->handler;
      const Next next = make_next(exchange);
      guarded(exchange, [&] { handler(exchange.request, exchange.response, next, param.value); });
      return true;
    }
    ++level.param;
    level.param_step = 0;
  }
  return false;
}

// True if a handler was called.
bool Dispatch::call_step(Exchange& exchange, Level& level) {
  const Layer& layer = *level.table->layers[level.layer];
  const bool route = layer.kind == Layer::Kind::route;
  const std::string_view method =
      route ? layer.effective(exchange.request.method()) : std::string_view();
  while (level.step < layer.entries.size()) {
    const Layer::Entry& entry = *layer.entries[level.step++];
    if (route && !entry.method.empty() && entry.method != method) continue;
    const bool handles_errors = entry.step.on_error != nullptr;
    if (handles_errors != (error_ != nullptr)) continue;
    if (handles_errors) {
      call(exchange, entry.step.on_error);
    } else {
      const Next next = make_next(exchange);
      guarded(exchange, [&] { entry.step.run(exchange.request, exchange.response, next); });
    }
    return true;
  }
  return false;
}

Next Dispatch::make_next(Exchange& exchange) {
  return Next(exchange.pool(), exchange.slot(), exchange.generation(), ++step_);
}

template <class F>
void Dispatch::guarded(Exchange& exchange, F f) {
  try {
    f();
  } catch (...) {
    fail(exchange, std::current_exception());
  }
}

void Dispatch::call(Exchange& exchange, const ErrorHandler& handler) {
  const std::exception_ptr error = std::exchange(error_, nullptr);
  const Next next = make_next(exchange);
  guarded(exchange, [&] {
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& e) {
      handler(e, exchange.request, exchange.response, next);
    } catch (...) {
      handler(HttpError(500, "not a std::exception"), exchange.request, exchange.response, next);
    }
  });
}

// An error came from a handler or by next(error): the error handlers behind are asked.
void Dispatch::fail(Exchange& exchange, std::exception_ptr error) {
  if (exchange.response.ended()) {
    exchange.carrier().log("a handler threw after its response had ended");
    return;
  }
  ++step_;
  error_ = std::move(error);
  if (!levels_.empty()) {
    if (ParamCall* const call = running_param(exchange)) {
      call->error = error_;
      levels_.back().step = levels_.back().param = never;
    }
  }
  go_on(exchange);
}

// What the routes of this path would take, from the `from`th name on.
void Dispatch::answer_options(Exchange& exchange, std::size_t from) const {
  std::vector<std::string_view> names(allowed_.begin() + static_cast<std::ptrdiff_t>(from),
                                      allowed_.end());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::string allow;
  for (const std::string_view name : names) allow.append(allow.empty() ? "" : ", ").append(name);
  Response& response = exchange.response;
  response.set("Allow", allow);
  if (exchange.request.method() != "OPTIONS") return response.send_status(405);
  response.set("X-Content-Type-Options", "nosniff");
  response.type("text/plain; charset=utf-8").send(allow);
}

// No handler answered.
void Dispatch::finish(Exchange& exchange) {
  Response& response = exchange.response;
  if (response.ended()) return;
  if (response.head_sent()) {  // what was begun cannot be taken back
    if (error_ == nullptr) return;
    exchange.carrier().log("a handler failed after it had begun to answer");
    return response.abort();
  }
  if (error_ == nullptr && !allowed_.empty()) return answer_options(exchange, 0);
  if (error_ == nullptr) return response.send_status(404);
  const std::exception_ptr error = std::exchange(error_, nullptr);
  // What a handler said of its content is not true of this one.
  response.remove("Content-Encoding").remove("Content-Language").remove("Content-Range");
  response.set("X-Content-Type-Options", "nosniff");
  const int before = response.status() >= 400 ? response.status() : 500;
  try {
    std::rethrow_exception(error);
  } catch (const HttpError& e) {
    const int status = e.status >= 400 && e.status <= 599 ? e.status : before;
    if (status >= 500) exchange.carrier().log(e.what());
    if (status >= 500) return response.send_status(status);
    response.status(status).type("text/plain; charset=utf-8").send(e.what());
  } catch (const std::exception& e) {
    exchange.carrier().log(std::string("a handler threw: ") + e.what());
    response.send_status(before);
  } catch (...) {
    exchange.carrier().log("a handler threw what is no std::exception");
    response.send_status(before);
  }
}

}  // namespace strata::http
