// http/router.h - handlers by method and path, in the order of registration, as in Express.
#pragma once
#include <concepts>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/next.h"

namespace strata::http {

struct RouterOptions {
  bool case_sensitive = false;
  bool strict = false;              // "/a" and "/a/" differ
  bool merge_params = false;        // a mounted router sees the outer one's params
  bool method_not_allowed = false;  // 405 with Allow instead of 404
};

// One pattern, or several that mean the same: get("/a", ...), get({"/a", "/b/:c"}, ...).
struct Paths {
  Paths(const char* one) : all{one} {}
  Paths(std::string_view one) : all{std::string(one)} {}
  Paths(const std::string& one) : all{one} {}
  Paths(std::initializer_list<std::string_view> several) : all(several.begin(), several.end()) {}
  std::vector<std::string> all;
};

// How the content of a route's requests is to come; given among its handlers:
//   app.post("/upload", http::stream_body.up_to(1 << 30), on_upload);
// A request that any route of its path and method wants in pieces is dispatched at its head, also
// to the handlers before that route: see Request::on_data.
struct BodyOption {
  bool streams = false;
  std::size_t max_bytes = 0;  // 0: the server's `max_body`
  constexpr BodyOption up_to(std::size_t bytes) const { return {streams, bytes}; }
};
inline constexpr BodyOption stream_body{true};
inline constexpr BodyOption whole_body{};

// A handler of any kind, as a router keeps it; or a BodyOption. Made from a callable of
//   (Request&, Response&)
//   (Request&, Response&, const Next&)
//   (const std::exception&, Request&, Response&, const Next&)   for errors only
struct Step {
  template <class F>
  requires(!std::same_as<F, Step>) explicit Step(F handler) {
    if constexpr (std::same_as<F, BodyOption>) {
      body = handler;
    } else if constexpr (std::invocable<F&, Request&, Response&, const Next&>) {
      run = std::move(handler);
    } else if constexpr (std::invocable<F&, Request&, Response&>) {
      run = [inner = std::move(handler)](Request& req, Response& res, const Next&) mutable {
        inner(req, res);
      };
    } else {
      static_assert(std::invocable<F&, const std::exception&, Request&, Response&, const Next&>,
                    "a handler takes (Request&, Response&), (Request&, Response&, const Next&) or "
                    "(const std::exception&, Request&, Response&, const Next&)");
      on_error = std::move(handler);
    }
  }
  Middleware run;
  ErrorHandler on_error;
  BodyOption body;
  bool runs() const { return run != nullptr || on_error != nullptr; }
};
using Steps = std::vector<Step>;

// The verbs that a router and a route have alike; `Self::add` takes them.
template <class Self, class... Path>
struct Verbs {
  template <class... F>
  Self& all(Path... path, F... f) {
    return add("", path..., std::move(f)...);
  }
  template <class... F>
  Self& get(Path... path, F... f) {
    return add("GET", path..., std::move(f)...);
  }  // also HEAD
  template <class... F>
  Self& head(Path... path, F... f) {
    return add("HEAD", path..., std::move(f)...);
  }
  template <class... F>
  Self& post(Path... path, F... f) {
    return add("POST", path..., std::move(f)...);
  }
  template <class... F>
  Self& put(Path... path, F... f) {
    return add("PUT", path..., std::move(f)...);
  }
  template <class... F>
  Self& patch(Path... path, F... f) {
    return add("PATCH", path..., std::move(f)...);
  }
  template <class... F>
  Self& del(Path... path, F... f) {
    return add("DELETE", path..., std::move(f)...);
  }
  template <class... F>
  Self& options(Path... path, F... f) {
    return add("OPTIONS", path..., std::move(f)...);
  }
  // Any method by its name: on("PROPFIND", "/dav", ...).
  template <class... F>
  Self& on(std::string_view method, Path... path, F... f) {
    return add(method, path..., std::move(f)...);
  }

 private:
  template <class... F>
  Self& add(std::string_view method, const Path&... path, F... f) requires(sizeof...(F) > 0) {
    Steps steps;
    steps.reserve(sizeof...(F));
    (steps.emplace_back(std::move(f)), ...);
    return static_cast<Self&>(*this).add_steps(path..., method, std::move(steps));
  }
};

// The handlers of one path, by method, tried as one: of router.route("/path").
//   Lives: with its router.
class Route : public Verbs<Route> {
 public:
  Route& add_steps(std::string_view method, Steps steps);

 private:
  friend class Router;
  explicit Route(struct Layer& layer) : layer_(&layer) {}
  struct Layer* layer_;
};

// Several handlers may be given at once; each goes on to the one behind it by `next`.
// Patterns: see http/pattern.h; one that is none throws std::invalid_argument.
class Router : public Verbs<Router, Paths> {
 public:
  explicit Router(RouterOptions options = {});
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  // For every path below `prefix`, without which the handlers see them.
  template <class... F>
  Router& use(const Paths& prefix, F... f) requires(sizeof...(F) > 0) {
    Steps steps;
    (steps.emplace_back(std::move(f)), ...);
    return add_middleware(prefix, std::move(steps));
  }
  template <class... F>
  Router& use(F... f) requires(sizeof...(F) > 0 && !(std::convertible_to<F, Paths> || ...)) {
    return use("/", std::move(f)...);
  }
  Router& use(const Paths& prefix, Router& inner) { return mount(prefix, inner); }
  Router& use(Router& inner) { return mount("/", inner); }
  // What `inner` has and will get, behind the prefix. In a circle: throws std::invalid_argument.
  Router& mount(const Paths& prefix, Router& inner);
  Router& use_error(ErrorHandler handler) { return use("/", std::move(handler)); }
  Router& use_error(const Paths& prefix, ErrorHandler f) { return use(prefix, std::move(f)); }
  Route route(const Paths& paths);
  // Before the handlers of this router whose pattern has `name`: once a request and value.
  Router& param(std::string_view name, ParamHandler handler);

  // The request's whole way through this router: for one that no router has, of a PrefixRoute.
  // The router outlives the answer.
  void handle(Request& request, Response& response);

  struct Table;  // shared, so that a router may die while one of its handlers runs
  Router& add_steps(const Paths& paths, std::string_view method, Steps steps);

 protected:
  friend class Dispatch;
  std::shared_ptr<Table> table_;

 private:
  Router& add_middleware(const Paths& prefix, Steps steps);
};

// What the routes for this request say, before any of their handlers has run.
BodyOption body_option_of(const Router::Table& table, const Request& request);

}  // namespace strata::http
