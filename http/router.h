// http/router.h - handlers by method and path, in the order of registration, as in Express.
#pragma once
#include <exception>
#include <functional>
#include <memory>
#include <string_view>

namespace strata::http {

class Request;
class Response;

// Goes on with the next handler; next(error) with the error handlers. Copyable; may be called
// later, once.
class Next;

using Handler = std::function<void(Request&, Response&)>;
using Middleware = std::function<void(Request&, Response&, const Next&)>;
using ErrorHandler =
    std::function<void(const std::exception&, Request&, Response&, const Next&)>;

struct HttpError;  // an exception with a status

// `on_*` overloads take either a Handler or a Middleware (any callable of two or three arguments).
class Router {
 public:
  template <class F> Router& use(F middleware);
  template <class F> Router& use(std::string_view prefix, F middleware);
  Router& mount(std::string_view prefix, Router& inner);
  template <class F> Router& all(std::string_view pattern, F handler);
  template <class F> Router& get(std::string_view pattern, F handler);  // also HEAD
  template <class F> Router& post(std::string_view pattern, F handler); // put, patch, del ...
  Router& use_error(ErrorHandler handler);
};

}  // namespace strata::http
