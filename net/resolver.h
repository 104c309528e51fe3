// net/resolver.h - names to addresses without blocking a loop.
#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <system_error>
#include <vector>

#include "net/address.h"
#include "net/loop.h"

namespace strata::net {

using Addresses = Result<std::vector<Address>, std::error_code>;
using OnResolved = std::function<void(Addresses)>;

// A question under way. Destroying it cancels; the callback is then not called.
class Resolving {
 public:
  virtual ~Resolving() = default;
};

// The seam: programs with a resolver of their own, and tests, put theirs in place of it.
class Resolver {
 public:
  virtual ~Resolver() = default;
  // Every address of `host`, in the order to try. `done` is called once, in the loop's thread,
  // never from inside resolve().
  virtual std::unique_ptr<Resolving> resolve(std::string_view host, std::uint16_t port,
                                             OnResolved done) = 0;
};

struct ResolverOptions {
  std::size_t max_threads = 4;     // started when needed: a slow name holds up few others
  std::size_t max_queued = 256;    // questions that wait for a thread; above: resource_unavailable
  std::size_t max_addresses = 16;  // of one answer; what is behind them is dropped
  // What a thread runs; net::resolve where empty. Any thread, several at once.
  std::function<Addresses(std::string_view host, std::uint16_t port)> lookup;
};

// getaddrinfo in worker threads. What needs nobody to ask is answered without a thread: numeric
// addresses, and `localhost` with all below it, which are the loopback addresses (rfc6761-6.3).
// Keeps no answers: that is the system's resolver's business.
//   Owns:    its threads. One that is inside getaddrinfo when the resolver dies cannot be
//            interrupted: it is left to finish alone, and its answer is dropped.
//   Lives:   not longer than its loop.
//   Threads: the loop's.
class ThreadResolver final : public Resolver {
 public:
  explicit ThreadResolver(Loop& loop, ResolverOptions options = {});
  ~ThreadResolver() override;
  std::unique_ptr<Resolving> resolve(std::string_view host, std::uint16_t port,
                                     OnResolved done) override;

 private:
  struct Shared;
  class Question;
  std::error_code ask(std::string_view host, std::uint16_t port, const Question& question);
  void start_thread();
  std::shared_ptr<Shared> shared_;  // with the threads, which may outlive us
};

}  // namespace strata::net
