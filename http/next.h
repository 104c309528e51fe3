// http/next.h - what a handler calls to hand a request on, and what handlers are.
#pragma once
#include <concepts>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace strata::http {

class ExchangePool;
class Request;
class Response;

// Goes on with the next handler; next(error) with the error handlers. May be called later, once: a
// second call, or one after the response has ended, does nothing.
//   Lives: the one that a handler is given, until it returns; a copy, as long as you like.
class Next {
 public:
  Next() = default;
  Next(const Next& other);
  Next& operator=(const Next& other);
  Next(Next&& other) noexcept;
  Next& operator=(Next&& other) noexcept;
  ~Next() = default;

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
  Next(ExchangePool& pool, std::uint32_t slot, std::uint32_t generation, std::uint32_t step)
      : pool_(&pool), slot_(slot), generation_(generation), step_(step) {}
  void go(std::exception_ptr error, How how) const;

  ExchangePool* pool_ = nullptr;
  std::shared_ptr<ExchangePool> kept_;  // of a copy: the one for the call need not count
  std::uint32_t slot_ = 0;
  std::uint32_t generation_ = 0;
  std::uint32_t step_ = 0;
};

using Handler = std::function<void(Request&, Response&)>;
using Middleware = std::function<void(Request&, Response&, const Next&)>;
using ErrorHandler = std::function<void(const std::exception&, Request&, Response&, const Next&)>;
// Called with the decoded value before the handlers of a route whose pattern has that name.
using ParamHandler = std::function<void(Request&, Response&, const Next&, std::string_view)>;

// An exception with a status; below 500 its sentence is told to the client.
struct HttpError : std::runtime_error {
  HttpError(int code, const std::string& what) : std::runtime_error(what), status(code) {}
  int status;
};

}  // namespace strata::http
