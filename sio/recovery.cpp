// sio/recovery.cpp - packets by offset, sessions by their private id. (codec)
#include "sio/recovery.h"

#include <algorithm>
#include <charconv>

namespace strata::sio {
namespace {

// A process that began anew has other sessions, so an offset needs to be unique in this one only.
std::optional<std::uint64_t> read_offset(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 36);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool any_of(const std::vector<std::string>& some, const std::vector<std::string>& others) {
  return std::any_of(some.begin(), some.end(), [&](const std::string& one) {
    return std::find(others.begin(), others.end(), one) != others.end();
  });
}

std::size_t bytes_of(const std::vector<std::string>& texts) {
  std::size_t bytes = 0;
  for (const std::string& text : texts) bytes += sizeof text + text.size();
  return bytes;
}

}  // namespace

std::string RecoveryLog::next_offset() const {
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, first_ + packets_.size(), 36);
  return {digits, end.ptr};
}

void RecoveryLog::store(OwnedPacket packet, StoredTarget target, net::TimePoint now) {
  const std::size_t bytes = sizeof(Stored) + packet.text.size() + bytes_of(packet.attachments) +
                            bytes_of(target.rooms) + bytes_of(target.except);
  packets_.push_back({std::move(packet), std::move(target), now, bytes});
  packet_bytes_ += bytes;
  while (packets_.size() > options_.max_packets || packet_bytes_ > options_.max_bytes)
    drop_packet();
}

void RecoveryLog::persist(SavedSession session, net::TimePoint now) {
  sweep(now);
  const std::size_t bytes = sizeof(Left) + bytes_of(session.rooms) + dump(session.data).size();
  const std::uint64_t number = ++sessions_left_;
  order_.push_back({session.pid, number});
  std::string pid = session.pid;
  sessions_.insert_or_assign(std::move(pid), Left{std::move(session), now, bytes, number});
  session_bytes_ += bytes;
  // Those who came back leave their turn behind: it counts too, or a client that comes and goes
  // would make the line grow.
  while (order_.size() > 2 * options_.max_sessions || sessions_.size() > options_.max_sessions ||
         session_bytes_ > options_.max_bytes)
    drop_session();
}

std::optional<Restored> RecoveryLog::restore(std::string_view pid, std::string_view offset,
                                             net::TimePoint now) {
  sweep(now);
  const auto found = sessions_.find(std::string(pid));
  const auto number = read_offset(offset);
  if (found == sessions_.end() || !number) return std::nullopt;
  // The packet that it saw last has to be here still, or nobody knows what was behind it.
  if (*number < first_ || *number - first_ >= packets_.size()) return std::nullopt;
  Restored restored{std::move(found->second.session), {}};
  session_bytes_ -= found->second.bytes;
  sessions_.erase(found);
  for (std::size_t i = *number - first_ + 1; i < packets_.size(); ++i)
    if (was_for(packets_[i].target, restored.session))
      restored.missed.push_back(packets_[i].packet);
  return restored;
}

bool RecoveryLog::was_for(const StoredTarget& target, const SavedSession& session) {
  if (any_of(target.except, session.rooms)) return false;
  return target.rooms.empty() || any_of(target.rooms, session.rooms);
}

void RecoveryLog::sweep(net::TimePoint now) {
  const net::Duration limit = options_.max_disconnection_duration;
  while (!packets_.empty() && now - packets_.front().at > limit) drop_packet();
  while (!order_.empty()) {
    const auto found = sessions_.find(order_.front().pid);
    const bool here = found != sessions_.end() && found->second.number == order_.front().number;
    if (here && now - found->second.at <= limit) break;
    drop_session();
  }
}

void RecoveryLog::drop_packet() {
  packet_bytes_ -= packets_.front().bytes;
  packets_.pop_front();
  ++first_;
}

void RecoveryLog::drop_session() {
  const auto found = sessions_.find(order_.front().pid);
  if (found != sessions_.end() && found->second.number == order_.front().number) {
    session_bytes_ -= found->second.bytes;
    sessions_.erase(found);
  }
  order_.pop_front();
}

void append_offset(std::string& text, std::string_view offset) {
  text.pop_back();  // the bracket; an event has its name, so a comma is due
  text.append(",\"").append(offset).append("\"]");
}

}  // namespace strata::sio
