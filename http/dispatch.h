// http/dispatch.h - where one request is on its way through the routers. For the drivers.
#pragma once
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/pattern.h"
#include "http/router.h"

namespace strata::http {

class Exchange;
struct Layer;

class Dispatch {
 public:
  void start(Exchange& exchange, const std::shared_ptr<Router::Table>& table);
  static void start(Request& request, const std::shared_ptr<Router::Table>& table);
  void clear();
  void raise(Exchange& exchange,
             std::exception_ptr error);  // as next(error) of the handler at hand

 private:
  friend class Next;
  static constexpr std::size_t never = static_cast<std::size_t>(-1);
  struct Level {  // one router that the request is in
    Level() {}    // not defaulted: then all of it would be zeroed first, which costs 10 ns
    Router::Table* table = nullptr;
    std::size_t layer = 0;  // the one at hand
    std::size_t step = 0;   // of it, the next one
    std::size_t param =
        0;  // of the request, the one whose handlers are next; and of these the next
    std::size_t param_step = 0;
    std::size_t base = 0;  // of the request, when this level began
    std::size_t params_from = 0;
    std::size_t params = 0;      // that outer levels found
    std::size_t allowed = 0;     // likewise
    std::size_t calls = 0;       // likewise
    std::size_t literal_at = 0;  // in `literals`
    std::size_t other_at = 0;    // in the table's other layers
    std::uint32_t version = 0;   // of the table, when `literals` was looked up
    bool matched = false;        // the layer at hand is for this request
    const std::vector<std::uint32_t>* literals = nullptr;  // the routes of exactly this path
  };
  // A handler of Router::param that ran: the next of that name and value need not.
  struct ParamCall {
    std::string_view name;
    std::string value;
    std::exception_ptr error;
    bool skip = false;  // it said next.route()
  };

  void go_on(Exchange& exchange);
  void enter(Exchange& exchange, Router::Table& table, bool merge_params);
  void leave(Exchange& exchange);
  bool find_layer(Exchange& exchange, Level& level);
  std::size_t candidate(const Exchange& exchange, Level& level) const;
  bool match(Exchange& exchange, Level& level, bool known_path);
  bool take_params(Request& request);
  void note_methods(const Layer& layer);
  ParamCall* find_call(const Level& level, std::string_view name);
  ParamCall* running_param(const Exchange& exchange);
  bool needs_call(Level& level, const Request& request);
  bool call_param(Exchange& exchange, Level& level);
  bool call_step(Exchange& exchange, Level& level);
  void restore(Exchange& exchange, const Level& level) const;
  void fail(Exchange& exchange, std::exception_ptr error);
  void call(Exchange& exchange, const ErrorHandler& handler);
  template <class F>
  void guarded(Exchange& exchange, F f);
  Next make_next(Exchange& exchange);
  void answer_options(Exchange& exchange, std::size_t from) const;
  void finish(Exchange& exchange);

  std::vector<Level> levels_;
  std::exception_ptr error_;
  std::uint32_t step_ = 0;
  std::vector<std::string_view> allowed_;  // methods of routes that match but for theirs
  std::vector<ParamCall> param_calls_;
  Captures found_;
};

}  // namespace strata::http
