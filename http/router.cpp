// http/router.cpp - a request's way through the layers of a router and of those mounted in it.
#include "http/router.h"

#include "http/exchange.h"
#include "http/pattern.h"

namespace strata::http {

// What use(), get(), mount()... registered, one each, in order.
struct Layer {
  enum class Kind { middleware, route, mount, error } kind;
  Pattern pattern;
  std::string method;  // of a route; empty: any
  std::vector<Middleware> handlers;
  ErrorHandler on_error;
  std::shared_ptr<Router::Table> inner;
};

struct Router::Table {
  RouterOptions options;
  // By pointer: a handler may register another while it runs.
  std::vector<std::unique_ptr<Layer>> layers;

  Pattern pattern(std::string_view text, bool prefix) const {
    return Pattern(text, {options.case_sensitive, options.strict, prefix});
  }
  void add(Layer layer) { layers.push_back(std::make_unique<Layer>(std::move(layer))); }
};

Router::Router(RouterOptions options) : table_(std::make_shared<Table>()) {
  table_->options = options;
}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

Router& Router::add_middleware(std::string_view prefix, std::vector<Middleware> handlers) {
  table_->add({Layer::Kind::middleware,
               table_->pattern(prefix, true),
               {},
               std::move(handlers),
               {},
               nullptr});
  return *this;
}

Router& Router::add_route(std::string_view method, std::string_view pattern,
                          std::vector<Middleware> handlers) {
  table_->add({Layer::Kind::route,
               table_->pattern(pattern, false),
               std::string(method),
               std::move(handlers),
               {},
               nullptr});
  return *this;
}

Router& Router::mount(std::string_view prefix, Router& inner) {
  if (inner.table_ == table_) throw std::invalid_argument("a router mounted in itself");
  table_->add({Layer::Kind::mount, table_->pattern(prefix, true), {}, {}, {}, inner.table_});
  return *this;
}

Router& Router::use_error(ErrorHandler handler) {
  table_->add(
      {Layer::Kind::error, table_->pattern("/", true), {}, {}, std::move(handler), nullptr});
  return *this;
}

void Next::go(std::exception_ptr error, How how) const {
  if (pool_ == nullptr) return;
  Exchange* exchange = pool_->find(slot_, generation_);
  if (exchange == nullptr) return;
  Dispatch& dispatch = exchange->dispatch;
  if (dispatch.step_ != step_ || exchange->response.ended()) return;
  const Running running(*exchange);
  ++dispatch.step_;
  if (error != nullptr) {
    dispatch.fail(*exchange, std::move(error));
    return;
  }
  Dispatch::Level& level = dispatch.levels_.back();
  if (how == How::route) level.handler = SIZE_MAX;
  if (how == How::router) level.layer = SIZE_MAX;
  dispatch.go_on(*exchange);
}

void Dispatch::clear() {
  levels_.clear();
  error_ = nullptr;
  ++step_;
  allowed_.clear();
}

void Dispatch::start(Exchange& exchange, const std::shared_ptr<Router::Table>& table) {
  const Running running(exchange);
  enter(exchange, table, false);
  go_on(exchange);
}

void Dispatch::enter(Exchange& exchange, const std::shared_ptr<Router::Table>& table,
                     bool merge_params) {
  const Request& request = exchange.request;
  const std::size_t params = request.params_.size();
  levels_.push_back(
      {table, 0, 0, request.base_, params, merge_params ? request.params_from_ : params});
  exchange.request.params_from_ = levels_.back().params_from;
}

// The request as the level saw it before one of its layers matched.
void Dispatch::restore(Exchange& exchange, const Level& level) {
  exchange.request.base_ = level.base;
  exchange.request.params_.resize(level.params);
  exchange.request.params_from_ = level.params_from;
}

// Finds the next handler and calls it; what follows is up to its `next`.
void Dispatch::go_on(Exchange& exchange) {
  while (!levels_.empty()) {
    if (try_layer(exchange, levels_.back())) return;
    if (levels_.back().layer >= levels_.back().table->layers.size()) {
      levels_.pop_back();
      if (!levels_.empty()) {  // the mount that led here is done with
        restore(exchange, levels_.back());
        ++levels_.back().layer;
        levels_.back().handler = 0;
      }
    }
  }
  finish(exchange);
}

// True if a handler was called; else `level` stands at its next layer, or a new level was entered.
bool Dispatch::try_layer(Exchange& exchange, Level& level) {
  const auto& layers = level.table->layers;
  if (level.layer >= layers.size()) return false;
  const Layer& layer = *layers[level.layer];
  const bool wanted = (layer.kind == Layer::Kind::error) == (error_ != nullptr);
  if (wanted && (level.handler != 0 || match(exchange, level))) {
    if (layer.kind == Layer::Kind::mount && level.handler == 0) {
      level.handler = 1;
      enter(exchange, layer.inner, layer.inner->options.merge_params);
      return false;
    }
    if (layer.kind == Layer::Kind::error && level.handler == 0) {
      level.handler = 1;
      call(exchange, layer.on_error);
      return true;
    }
    if (level.handler < layer.handlers.size()) {
      call(exchange, layer.handlers[level.handler++]);
      return true;
    }
  }
  restore(exchange, level);
  ++level.layer;
  level.handler = 0;
  return false;
}

// True if the layer at hand is for this path and method. Its params are then in the request.
bool Dispatch::match(Exchange& exchange, Level& level) {
  const Layer& layer = *level.table->layers[level.layer];
  Request& request = exchange.request;
  const std::string_view method = request.method();
  const bool any = layer.kind != Layer::Kind::route || layer.method.empty();
  const bool ours = any || layer.method == method || (layer.method == "GET" && method == "HEAD");
  const bool asks = !ours && (method == "OPTIONS" || level.table->options.method_not_allowed);
  if (!ours && !asks) return false;
  Captures found;
  if (!layer.pattern.match(request.path(), found)) return false;
  if (!ours) {
    const auto add = [&](std::string_view name) {
      for (const std::string_view known : allowed_) {
        if (known == name) return;
      }
      allowed_.push_back(name);
    };
    add(layer.method);
    if (layer.method == "GET") add("HEAD");
    return false;
  }
  for (std::size_t i = 0; i < found.count; ++i) {
    const auto& [name, raw, wildcard] = found.all[i];
    if (raw.find('%') == std::string_view::npos) {
      request.params_.push_back({name, raw, std::string(raw)});
    } else if (auto value = percent_decode(raw)) {
      request.params_.push_back({name, raw, std::move(*value)});
    } else {
      error_ = std::make_exception_ptr(HttpError(400, "the path has a bad percent-encoding"));
      return false;
    }
  }
  if (layer.kind == Layer::Kind::mount || layer.kind == Layer::Kind::middleware) {
    request.base_ = level.base + found.matched;
  }
  return true;
}

Next Dispatch::make_next(Exchange& exchange) {
  Next next;
  next.pool_ = exchange.pool().shared_from_this();
  next.slot_ = exchange.slot();
  next.generation_ = exchange.generation();
  next.step_ = ++step_;
  return next;
}

void Dispatch::call(Exchange& exchange, const Middleware& handler) {
  const Next next = make_next(exchange);
  try {
    handler(exchange.request, exchange.response, next);
  } catch (...) {
    fail(exchange, std::current_exception());
  }
}

void Dispatch::call(Exchange& exchange, const ErrorHandler& handler) {
  const std::exception_ptr error = std::exchange(error_, nullptr);
  const Next next = make_next(exchange);
  try {
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& e) {
      handler(e, exchange.request, exchange.response, next);
    } catch (...) {
      handler(HttpError(500, "not a std::exception"), exchange.request, exchange.response, next);
    }
  } catch (...) {
    fail(exchange, std::current_exception());
  }
}

// An error came from a handler or by next(error): the error handlers behind are asked.
void Dispatch::fail(Exchange& exchange, std::exception_ptr error) {
  if (exchange.response.ended()) {
    exchange.carrier().log("a handler threw after its response had ended");
    return;
  }
  ++step_;
  error_ = std::move(error);
  if (!levels_.empty()) levels_.back().handler = SIZE_MAX;  // this layer is done with
  go_on(exchange);
}

// No handler answered.
void Dispatch::finish(Exchange& exchange) {
  Response& response = exchange.response;
  if (response.ended()) return;
  if (error_ == nullptr && !allowed_.empty()) {
    std::string allow;
    for (const std::string_view method : allowed_) {
      if (!allow.empty()) allow += ", ";
      allow += method;
    }
    response.set("Allow", allow);
    if (exchange.request.method() != "OPTIONS") return response.send_status(405);
    return response.type("text/plain; charset=utf-8").send(allow);
  }
  if (error_ == nullptr) return response.send_status(404);
  const std::exception_ptr error = std::exchange(error_, nullptr);
  try {
    std::rethrow_exception(error);
  } catch (const HttpError& e) {
    const int status = e.status >= 400 && e.status <= 599 ? e.status : 500;
    if (status >= 500) exchange.carrier().log(e.what());
    if (status >= 500) return response.send_status(status);
    response.status(status).set("X-Content-Type-Options", "nosniff");
    response.type("text/plain; charset=utf-8").send(e.what());
  } catch (const std::exception& e) {
    exchange.carrier().log(std::string("a handler threw: ") + e.what());
    response.send_status(500);
  } catch (...) {
    exchange.carrier().log("a handler threw what is no std::exception");
    response.send_status(500);
  }
}

}  // namespace strata::http
