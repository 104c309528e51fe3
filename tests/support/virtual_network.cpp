// tests/support/virtual_network.cpp - counting bytes, and striking.
#include "tests/support/virtual_network.h"

#include "tests/support/virtual_loop.h"

namespace strata::test {

const char* name_of(Blow blow) {
  static constexpr const char* names[] = {"nothing", "FIN", "RST", "silence"};
  return names[static_cast<std::size_t>(blow)];
}

const char* name_of(Way way) { return way == Way::to_server ? "to server" : "to client"; }

void VirtualNetwork::plan(Blow blow, Way way, std::size_t bytes) {
  planned_ = blow;
  way_ = way;
  at_ = bytes;
  struck_ = false;
}

void VirtualNetwork::add(const std::shared_ptr<Duplex>& line) {
  line->to_server.network = line->to_client.network = this;
  line->to_client.way = Way::to_client;
  std::erase_if(lines_, [](const std::weak_ptr<Duplex>& one) { return one.expired(); });
  lines_.push_back(line);
}

std::size_t VirtualNetwork::carry(const Line& line, std::size_t bytes) {
  std::size_t& count = carried_[static_cast<std::size_t>(line.way)];
  const bool here = planned_ != Blow::none && line.way == way_ && count + bytes > at_;
  const std::size_t some = here ? at_ - count : bytes;
  count += some;
  return some;
}

void VirtualNetwork::carried_to_here() {
  if (planned_ != Blow::none && carried(way_) >= at_) strike(planned_);
}

void VirtualNetwork::strike(Blow blow) {
  planned_ = Blow::none;
  struck_ = true;
  dialling = dialling_after_strike;
  for (const std::weak_ptr<Duplex>& weak : lines_) {
    const auto line = weak.lock();
    if (!line) continue;
    for (Line* one : {&line->to_server, &line->to_client}) {
      if (blow == Blow::fin) one->fin = true;
      if (blow == Blow::hole) one->hole = true;
      if (blow != Blow::reset) continue;
      one->reset = true;
      one->bytes.clear();
    }
  }
  lines_.clear();
}

}  // namespace strata::test
