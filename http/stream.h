// http/stream.h - what a request and a response need besides while their content goes in pieces,
// or is wrapped. Made when first asked for, and then kept with the exchange.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "http/body_writer.h"
#include "http/content_filter.h"
#include "http/response.h"
#include "net/bytes.h"
#include "net/task.h"
#include "net/timer.h"

namespace strata::http {

struct ResponseStream {
  void clear();

  std::vector<std::function<void(Response&)>> hooks;  // before_head; the last one runs first
  std::vector<Response::OnFinish> on_finish;
  std::unique_ptr<ContentFilter> filter;
  std::optional<std::uint64_t> length;  // of the content, before the filter
  std::uint64_t body_bytes = 0;         // handed over, of an answer given whole

  // In pieces:
  bool begun = false;  // its head is out
  bool excess = false;
  BodyWriter writer;
  Response::Source source;
  std::string piece;      // what the source gave last
  bool pulling = false;   // the source is being asked
  bool pull_due = false;  // it will be, at the end of the turn
  net::Task on_drain;
  std::string trailers;  // "Name: value\r\n" each
  std::unique_ptr<net::Timer> sign_timer;
  net::Duration sign_interval{};
  std::string sign_of_life;
};

struct RequestStream {
  void clear();

  std::function<void(net::Bytes)> on_data;
  net::Task on_end;
  std::vector<std::pair<std::string, std::string>> trailers;
  bool streamed = false;   // in pieces, and not into body()
  bool flowing = false;    // pieces are wanted
  bool stopped = false;    // by pause(): on_data does not start it
  bool body_told = false;  // what came whole was given to on_data
  bool end_told = false;
  bool flow_due = false;  // at the end of the turn
};

}  // namespace strata::http
