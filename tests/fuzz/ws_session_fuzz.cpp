// tests/fuzz/ws_session_fuzz.cpp - a WebSocket session: any split gives the same events, answers
// and error, in pieces or whole; what it holds stays bounded; what it writes its counterpart
// understands. The first byte is the role and the size of the pieces.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "ws/session.h"

using namespace strata;

namespace {

struct Seen {
  std::string events;
  std::string answer;
  bool operator==(const Seen&) const = default;
};

// `begun`: what came of a message that is handed up in pieces.
void write(std::string& log, std::string& begun, const ws::Event& event) {
  const auto* m = std::get_if<ws::Message>(&event);
  if (m != nullptr) {
    if (m->first != begun.empty()) std::abort();
    if (m->first) begun = m->text ? 't' : 'b';
    begun += m->view();
    if (!m->last) return;
    log += begun;
    begun.clear();
  }
  log += std::to_string(event.index());
  if (const auto* p = std::get_if<ws::Ping>(&event)) log += net::as_text(p->payload);
  if (const auto* p = std::get_if<ws::Pong>(&event)) log += net::as_text(p->payload);
  if (const auto* c = std::get_if<ws::Closed>(&event)) {
    log += std::to_string(static_cast<int>(c->code));
    log += c->reason;
  }
  log += '|';
}

ws::Limits limits() {
  ws::Limits limits;
  limits.max_message = 3000;
  return limits;
}

ws::MaskingKey key() { return {1, 2, 3, 4}; }

Seen run(const std::vector<std::uint8_t>& wire, ws::Role self, std::size_t step,
         bool in_pieces = false) {
  Seen seen;
  net::SendQueue out;
  ws::Limits given = limits();
  given.in_pieces = in_pieces;
  ws::Session session(self, given, out, &key);
  std::string begun;
  std::vector<std::uint8_t> kept;
  bool failed = false;
  for (std::size_t at = 0; at < wire.size(); at += step) {
    const std::size_t end = at + step < wire.size() ? at + step : wire.size();
    kept.insert(kept.end(), wire.begin() + static_cast<std::ptrdiff_t>(at),
                wire.begin() + static_cast<std::ptrdiff_t>(end));
    std::vector<std::uint8_t> exact(kept);
    net::MutableBytes in(exact);
    for (;;) {
      const auto event = session.next(in);
      if (event.need_more()) break;
      if (event.failed()) {
        if (!in.empty() || !session.close_sent()) std::abort();
        if (!failed) seen.events += "!" + std::to_string(static_cast<int>(event.error().code));
        failed = true;
        break;
      }
      if (failed) std::abort();
      write(seen.events, begun, *event);
    }
    kept.assign(in.begin(), in.end());
    if (kept.size() > 14 + ws::control_payload_max) std::abort();
  }
  seen.answer = out.take_text();
  return seen;
}

// Everything a session writes is right for the other role.
void check_answer(const std::string& answer, ws::Role reader) {
  net::SendQueue out;
  ws::Session session(reader, limits(), out, &key);
  std::vector<std::uint8_t> bytes(answer.begin(), answer.end());
  net::MutableBytes in(bytes);
  for (;;) {
    const auto event = session.next(in);
    if (event.failed() || (event.need_more() && !in.empty())) std::abort();
    if (event.need_more()) return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const bool server = data[0] % 2 == 0;
  const ws::Role self = server ? ws::Role::server : ws::Role::client;
  const std::vector<std::uint8_t> wire(data + 1, data + size);
  const Seen whole = run(wire, self, wire.size());
  if (run(wire, self, 1 + data[0] / 2 % 11) != whole) std::abort();
  if (run(wire, self, 1 + data[0] / 2 % 11, true) != whole) std::abort();
  check_answer(whole.answer, server ? ws::Role::client : ws::Role::server);
  return 0;
}
