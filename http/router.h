// http/router.h - handlers by method and path, in the order of registration, as in Express.
#pragma once
#include <concepts>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace strata::http {

class Exchange;
class ExchangePool;
class Request;
class Response;

// Goes on with the next handler; next(error) with the error handlers. Copyable; may be called
// later, once: a second call, or one after the response has ended, does nothing.
class Next {
 public:
  Next() = default;
  void operator()() const { go(nullptr, How::next); }
  void operator()(std::exception_ptr error) const { go(std::move(error), How::next); }
  template <class E>
  requires std::derived_from<E, std::exception>
  void operator()(E error) const { go(std::make_exception_ptr(std::move(error)), How::next); }
  void route() const { go(nullptr, How::route); }    // skips the rest of this route
  void router() const { go(nullptr, How::router); }  // leaves this router

 private:
  friend class Dispatch;
  enum class How { next, route, router };
  void go(std::exception_ptr error, How how) const;
  std::shared_ptr<ExchangePool> pool_;
  std::uint32_t slot_ = 0;
  std::uint32_t generation_ = 0;
  std::uint32_t step_ = 0;
};

using Handler = std::function<void(Request&, Response&)>;
using Middleware = std::function<void(Request&, Response&, const Next&)>;
using ErrorHandler = std::function<void(const std::exception&, Request&, Response&, const Next&)>;

// An exception with a status; below 500 its sentence is told to the client.
struct HttpError : std::runtime_error {
  HttpError(int code, const std::string& what) : std::runtime_error(what), status(code) {}
  int status;
};

struct RouterOptions {
  bool case_sensitive = false;
  bool strict = false;              // "/a" and "/a/" differ
  bool merge_params = false;        // a mounted router sees the outer one's params
  bool method_not_allowed = false;  // 405 with Allow instead of 404
};

// Handlers are callables of (req, res) or (req, res, next); several may be given to one route.
// Patterns: see http/pattern.h; one that is none throws std::invalid_argument.
class Router {
 public:
  explicit Router(RouterOptions options = {});
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  template <class... F>
  Router& use(F... middleware) requires(sizeof...(F) > 0 &&
                                        !(std::convertible_to<F, std::string_view> || ...)) {
    return add_middleware("/", {wrap(std::move(middleware))...});
  }
  template <class... F>
  Router& use(std::string_view prefix, F... middleware) requires(sizeof...(F) > 0) {
    return add_middleware(prefix, {wrap(std::move(middleware))...});
  }
  // What `inner` has and will get; its handlers see paths without the prefix.
  Router& mount(std::string_view prefix, Router& inner);
  Router& use_error(ErrorHandler handler);

  template <class... F>
  Router& on(std::string_view method, std::string_view pattern,
             F... handlers) requires(sizeof...(F) > 0) {
    return add_route(method, pattern, {wrap(std::move(handlers))...});
  }
  template <class... F>
  Router& all(std::string_view pattern, F... handlers) {
    return on("", pattern, std::move(handlers)...);
  }
  template <class... F>
  Router& get(std::string_view pattern, F... handlers) {  // also HEAD
    return on("GET", pattern, std::move(handlers)...);
  }
  template <class... F>
  Router& head(std::string_view pattern, F... handlers) {
    return on("HEAD", pattern, std::move(handlers)...);
  }
  template <class... F>
  Router& post(std::string_view pattern, F... handlers) {
    return on("POST", pattern, std::move(handlers)...);
  }
  template <class... F>
  Router& put(std::string_view pattern, F... handlers) {
    return on("PUT", pattern, std::move(handlers)...);
  }
  template <class... F>
  Router& patch(std::string_view pattern, F... handlers) {
    return on("PATCH", pattern, std::move(handlers)...);
  }
  template <class... F>
  Router& del(std::string_view pattern, F... handlers) {
    return on("DELETE", pattern, std::move(handlers)...);
  }
  template <class... F>
  Router& options(std::string_view pattern, F... handlers) {
    return on("OPTIONS", pattern, std::move(handlers)...);
  }

  struct Table;  // shared, so that a router may die while one of its handlers runs

 protected:
  friend class Dispatch;
  std::shared_ptr<Table> table_;

 private:
  template <class F>
  static Middleware wrap(F handler) {
    if constexpr (std::invocable<F&, Request&, Response&, const Next&>) {
      return Middleware(std::move(handler));
    } else {
      static_assert(std::invocable<F&, Request&, Response&>,
                    "a handler takes (Request&, Response&) or (Request&, Response&, const Next&)");
      return [inner = std::move(handler)](Request& req, Response& res, const Next&) mutable {
        inner(req, res);
      };
    }
  }
  Router& add_middleware(std::string_view prefix, std::vector<Middleware> handlers);
  Router& add_route(std::string_view method, std::string_view pattern,
                    std::vector<Middleware> handlers);
};

// Where one request is on its way through the routers.
class Dispatch {
 public:
  void start(Exchange& exchange, const std::shared_ptr<Router::Table>& table);
  void clear();

 private:
  friend class Next;
  struct Level {
    std::shared_ptr<Router::Table> table;
    std::size_t layer = 0;    // the one being tried, or running
    std::size_t handler = 0;  // of it, the next one; 0: not matched yet
    std::size_t base = 0;     // of the request, when this level began
    std::size_t params = 0;   // that outer levels found
    std::size_t params_from = 0;
  };
  void go_on(Exchange& exchange);
  bool try_layer(Exchange& exchange, Level& level);
  bool match(Exchange& exchange, Level& level);
  void enter(Exchange& exchange, const std::shared_ptr<Router::Table>& table, bool merge_params);
  void restore(Exchange& exchange, const Level& level);
  void call(Exchange& exchange, const Middleware& handler);
  void call(Exchange& exchange, const ErrorHandler& handler);
  void fail(Exchange& exchange, std::exception_ptr error);
  void finish(Exchange& exchange);
  Next make_next(Exchange& exchange);

  std::vector<Level> levels_;
  std::exception_ptr error_;
  std::uint32_t step_ = 0;
  std::vector<std::string_view> allowed_;  // methods of routes that match but for theirs
};

}  // namespace strata::http
