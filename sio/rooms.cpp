// sio/rooms.cpp - rooms in memory: joining, leaving and selecting cost what they touch.
#include "sio/rooms.h"

#include <algorithm>

#include "sio/eio/make_room.h"
#include "sio/socket.h"

namespace strata::sio {

struct Room {
  struct Member {
    Socket* socket;
    std::uint32_t seat;  // in the socket's list
  };
  std::string name;
  std::vector<Member> members;
};

Rooms::Rooms() = default;
Rooms::~Rooms() = default;

void Rooms::add(Socket& socket) {
  make_room(sockets_, sockets_.size() + 1);  // two lists change together, or neither
  by_id_.emplace(socket.id(), &socket);
  socket.seats().place = static_cast<std::uint32_t>(sockets_.size());
  sockets_.push_back(&socket);
}

void Rooms::remove(Socket& socket) {
  leave_all(socket);
  by_id_.erase(socket.id());
  Socket* const last = sockets_.back();
  last->seats().place = socket.seats().place;
  sockets_[socket.seats().place] = last;
  sockets_.pop_back();
}

bool Rooms::join(Socket& socket, std::string_view name) {
  Seats& seats = socket.seats();
  if (name == socket.id()) return !std::exchange(seats.in_own_room, true);
  if (contains(socket, name)) return false;
  make_room(seats.taken, seats.taken.size() + 1);
  Room* room = find_room(name);
  if (room == nullptr) {
    auto made = std::make_unique<Room>();
    made->name = name;
    make_room(made->members, 1);
    room = made.get();
    rooms_.emplace(name, std::move(made));
  }
  const auto place = static_cast<std::uint32_t>(room->members.size());
  room->members.push_back({&socket, static_cast<std::uint32_t>(seats.taken.size())});
  seats.taken.push_back({room, place});
  return true;
}

bool Rooms::leave(Socket& socket, std::string_view name) {
  Seats& seats = socket.seats();
  if (name == socket.id()) return std::exchange(seats.in_own_room, false);
  for (std::size_t i = 0; i < seats.taken.size(); ++i) {
    if (seats.taken[i].room->name != name) continue;
    unseat(socket, i);
    return true;
  }
  return false;
}

void Rooms::leave_all(Socket& socket) {
  socket.seats().in_own_room = false;
  while (!socket.seats().taken.empty()) unseat(socket, socket.seats().taken.size() - 1);
}

// Both lists close their gap with their last entry, which is told of its new place.
void Rooms::unseat(Socket& socket, std::size_t seat) {
  auto& taken = socket.seats().taken;
  const Seats::Seat left = taken[seat];
  auto& members = left.room->members;
  members[left.place] = members.back();
  members.pop_back();
  if (left.place < members.size()) {
    const Room::Member& moved = members[left.place];
    moved.socket->seats().taken[moved.seat].place = left.place;
  }
  taken[seat] = taken.back();
  taken.pop_back();
  if (seat < taken.size())
    taken[seat].room->members[taken[seat].place].seat = static_cast<std::uint32_t>(seat);
  if (members.empty()) rooms_.erase(rooms_.find(left.room->name));
}

bool Rooms::contains(const Socket& socket, std::string_view name) const {
  const Seats& seats = socket.seats();
  if (name == socket.id()) return seats.in_own_room;
  return std::any_of(seats.taken.begin(), seats.taken.end(),
                     [name](const Seats::Seat& seat) { return seat.room->name == name; });
}

std::vector<std::string> Rooms::rooms_of(const Socket& socket) const {
  std::vector<std::string> names;
  if (socket.seats().in_own_room) names.emplace_back(socket.id());
  for (const Seats::Seat& seat : socket.seats().taken) names.push_back(seat.room->name);
  return names;
}

std::size_t Rooms::size_of(std::string_view name) const {
  std::size_t size = 0;
  each_in(name, [&size](Socket&) { ++size; });
  return size;
}

Socket* Rooms::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

Room* Rooms::find_room(std::string_view name) const {
  const auto found = rooms_.find(name);
  return found == rooms_.end() ? nullptr : found->second.get();
}

template <class Each>
void Rooms::each_in(std::string_view name, const Each& each) const {
  Socket* const namesake = find(name);
  if (namesake != nullptr && namesake->seats().in_own_room) each(*namesake);
  if (const Room* const room = find_room(name))
    for (const Room::Member& member : room->members) each(*member.socket);
}

void Rooms::select(const Selection& selection, const Socket* but, std::vector<Socket*>& out) {
  const std::uint64_t mark = ++mark_;
  const auto seen = [mark](Socket& socket) {
    return std::exchange(socket.seats().mark, mark) == mark;
  };
  const auto take = [&](Socket& socket) {
    if (!seen(socket) && &socket != but) out.push_back(&socket);
  };
  for (const std::string& room : selection.except) each_in(room, [&](Socket& s) { seen(s); });
  if (selection.rooms.empty()) {
    for (Socket* const socket : sockets_) take(*socket);
  } else {
    for (const std::string& room : selection.rooms) each_in(room, take);
  }
}

}  // namespace strata::sio
