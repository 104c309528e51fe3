// ws/session.h - one WebSocket connection's rules, rfc6455-5 to -7: no I/O, no clock. (codec)
#pragma once
#include <functional>
#include <optional>
#include <variant>

#include "net/time.h"
#include "ws/frame.h"

namespace strata::ws {

struct Limits {
  std::size_t max_message = 1024 * 1024;     // bytes: 1009
  std::size_t high_water = 64 * 1024;        // bytes queued: sends answer `queued`
  std::size_t max_send_queue = 1024 * 1024;  // bytes queued: sends answer `dropped`
  net::Duration close_timeout = 5s;          // for the close handshake, then reset
};

enum class SendResult { sent, queued, dropped };

struct Message {
  bool text = true;
  net::Bytes payload;  // lives until the next call of next()
  std::string_view view() const { return net::as_text(payload); }
};
struct Ping { net::Bytes payload; };  // its pong is already in the queue
struct Pong { net::Bytes payload; };
struct Closed { CloseCode code; std::string_view reason; };  // the peer's Close frame came
using Event = std::variant<Message, Ping, Pong, Closed>;

using MaskSource = std::function<MaskingKey()>;

// Reads frames into events and writes frames into `out`.
class Session {
 public:
  Session(Role self, const Limits& limits, net::SendQueue& out, MaskSource keys = {});
  // After an error the Close frame is already in the queue, and nothing more is parsed.
  net::Parse<Event, ProtocolError> next(net::MutableBytes& in);
  SendResult send_text(std::string_view text);
  SendResult send_binary(net::Bytes bytes);
  SendResult send_shared(const net::SharedBytes& frame);  // from encode_shared; servers only
  SendResult ping(net::Bytes payload = {});
  void close(CloseCode code, std::string_view reason = {}, net::TimePoint now = {});
  bool close_sent() const;
  bool close_received() const;
};

}  // namespace strata::ws
