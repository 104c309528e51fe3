// http/exchange.h - one request with its response, and the pool that they come from. For the
// drivers: handlers see Request, Response and Reply.
#pragma once
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "http/body_writer.h"
#include "http/dispatch.h"
#include "http/forwarded.h"
#include "http/request.h"
#include "http/response.h"
#include "http/validators.h"
#include "net/loop.h"
#include "net/send_queue.h"

namespace strata::http {

// The content of a response, in the form that needs no copy.
struct Content {
  std::string_view text;
  std::string* owned = nullptr;  // moved from, if it is used
  net::SharedBytes shared;
  net::FileRange file;
  std::uint64_t bytes() const;
  std::string_view view() const;  // not of a file
  void append_to(net::SendQueue& out);
};

// A field's list; `joined` holds it where it came in several lines, which are one (rfc9110-5.3).
inline std::string_view list_of(const Request& request, std::string_view name,
                                std::string& joined) {
  const std::string_view first = request.header(name);
  if (first.empty() || request.header_count(name) == 1) return first;
  return joined = request.header_list(name);
}

inline Conditions conditions_of(const Request& request, std::string& joined) {
  return {list_of(request, "If-None-Match", joined), request.header("If-Modified-Since")};
}

class Guest;

// What an exchange needs of the connection that it came on.
class Carrier {
 public:
  virtual ~Carrier() = default;
  enum class Room { free, full, none };  // of the queue: above the high mark, above its limit
  // The whole answer: status and fields are set. Returns the bytes of content that go out.
  virtual std::uint64_t answer(Exchange& exchange, Content&& content) = 0;
  // The head of an answer in pieces; these go into out(), and complete() tells the end.
  virtual BodyFraming begin(Exchange& exchange, std::optional<std::uint64_t> bytes) = 0;
  virtual net::SendQueue& out(Exchange& exchange) = 0;
  virtual Room room() const = 0;
  virtual void complete(Exchange& exchange) = 0;
  virtual void read_content(Exchange& exchange, bool on) = 0;  // of a streamed request
  virtual void pump(Exchange& exchange) = 0;  // delivers what can be, from the end of a turn
  virtual net::Loop& loop() const = 0;
  virtual void settle(Exchange& exchange) = 0;  // it has ended and nothing of it runs
  virtual void hold(Exchange& exchange) = 0;    // no deadline for the answer
  virtual void limit_body(Exchange& exchange, std::size_t bytes) = 0;
  virtual void reset(Exchange& exchange) = 0;
  virtual std::unique_ptr<net::Connection> give_up(Exchange& exchange) = 0;
  virtual bool welcome(Guest& guest) = 0;  // false: the server drains
  virtual net::Address peer() const = 0;
  virtual const TrustProxy& trust_proxy() const = 0;
  virtual void log(std::string_view line) = 0;
};

// Lives in its pool, and is used for one request after another.
class Exchange {
 public:
  Exchange(ExchangePool& pool, std::uint32_t slot);
  void begin(Carrier& carrier, const RequestHead& head, net::Bytes raw);
  void add_content(net::Bytes bytes);
  void end_content();  // all of it has come
  std::string& content() { return request.body_; }

  Carrier& carrier() const { return *carrier_; }
  ExchangePool& pool() const { return *pool_; }
  std::uint32_t slot() const { return slot_; }
  std::uint32_t generation() const { return generation_; }
  std::string_view response_fields() const { return response.fields_; }
  bool wants_close() const { return response.close_; }
  bool held() const { return held_; }
  // on_abort, and answers are no-ops from here on: the client has gone, or is being refused.
  void abandon(bool gone);
  bool running() const { return running_ != 0; }
  bool tell_pipelined();  // once; true if somebody wanted to know
  void finished() { response.tell_finished(); }
  // At the end of the turn, unless it is over by then.
  void later(void (*what)(Exchange& exchange));
  // Calls what a handler left here; what it throws is logged, and ends the exchange.
  template <class Call>
  void guard(const char* name, Call&& call) {
    try {
      call();
    } catch (const std::exception& e) {
      fail(name, e.what());
    } catch (...) {
      fail(name, "what is no std::exception");
    }
  }
  void fail(const char* where, const char* what);

  Request request;
  Response response;
  Dispatch dispatch;
  bool of_prefix = false;  // a PrefixRoute answers it: no ETag, no default type

 private:
  friend class ExchangePool;
  friend class Response;
  friend class Running;
  ExchangePool* pool_;
  Carrier* carrier_ = nullptr;
  std::uint32_t slot_;
  std::uint32_t generation_ = 1;
  std::uint32_t running_ = 0;  // calls into handlers that are on the stack
  bool held_ = false;
  bool in_use_ = false;
  net::Task on_abort_;
  net::Task on_pipelined_;
};

// All exchanges of a server: found by slot and generation, so that a handle may outlive what it
// names. Shared by the server and the handles; `close` when the server dies.
//   Threads: what says so is for any thread; the rest is the loop's.
class ExchangePool : public std::enable_shared_from_this<ExchangePool> {
 public:
  explicit ExchangePool(net::Loop* loop) : loop_(loop) {}
  // While one lives, code of the server is on the stack.
  class Busy {
   public:
    explicit Busy(ExchangePool& pool) : pool_(pool) { ++pool_.busy_; }
    ~Busy() { --pool_.busy_; }
    Busy(const Busy&) = delete;
    Busy& operator=(const Busy&) = delete;

   private:
    ExchangePool& pool_;
  };
  bool busy() const { return busy_ != 0; }

  Exchange& acquire();
  void release(Exchange& exchange);
  Exchange* find(std::uint32_t slot, std::uint32_t generation) const;
  void defer(Exchange& exchange);  // a Reply is waited for from now on
  void close();
  // From now on find() finds nothing: the server has gone, though a handler may still be running.
  void forget_handles();
  std::size_t in_use() const { return exchanges_.size() - free_.size(); }

  bool waited_for(std::uint32_t slot, std::uint32_t generation) const;  // any thread
  bool in_loop_thread() const;                                          // any thread
  void post(net::Task task);                                            // any thread

 private:
  mutable std::mutex mutex_;           // guards loop_ and waited_
  net::Loop* loop_;                    // null once the server has gone
  std::vector<std::uint32_t> waited_;  // by slot: the generation whose Reply lives, or 0
  std::vector<std::unique_ptr<Exchange>> exchanges_;
  std::vector<std::uint32_t> free_;
  std::uint32_t busy_ = 0;
  bool forgotten_ = false;
};

// While one lives, the exchange's handlers may be on the stack. The last one settles it.
class Running {
 public:
  explicit Running(Exchange& exchange) : busy_(exchange.pool()), exchange_(exchange) {
    ++exchange_.running_;
  }
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  ExchangePool::Busy busy_;
  Exchange& exchange_;
};

}  // namespace strata::http
