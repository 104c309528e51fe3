// sio/rooms.h - who is in which room of a namespace: the in-memory adapter. Every socket is in the
// room that its id names, which costs nothing until it leaves that room.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace strata::sio {

class Socket;

// For looking up by string_view what is kept by string.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};
template <class T>
using ByName = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

struct Room;

// A socket's side of its rooms. Owned by the socket, kept by Rooms.
struct Seats {
  struct Seat {
    Room* room;
    std::uint32_t place;  // in the room's list
  };
  std::vector<Seat> taken;
  std::uint32_t place = 0;  // in the list of all sockets
  bool in_own_room = true;
  std::uint64_t mark = 0;  // the last selection that looked at this socket
};

// Whom a broadcast is for: everybody in any of `rooms` (no rooms: everybody) but those in any of
// `except` and `but`, each once.
struct Selection {
  std::vector<std::string> rooms;
  std::vector<std::string> except;
};

//   Lives:   in its namespace. Does not own the sockets.
//   Threads: the loop's.
class Rooms {
 public:
  Rooms();
  ~Rooms();
  void add(Socket& socket);                          // a socket is accepted
  void remove(Socket& socket);                       // it leaves all rooms and the namespace
  bool join(Socket& socket, std::string_view room);  // false if it was in there
  bool leave(Socket& socket, std::string_view room);
  void leave_all(Socket& socket);
  bool contains(const Socket& socket, std::string_view room) const;
  std::vector<std::string> rooms_of(const Socket& socket) const;
  std::size_t size_of(std::string_view room) const;

  Socket* find(std::string_view id) const;
  const std::vector<Socket*>& sockets() const { return sockets_; }
  void select(const Selection& selection, const Socket* but, std::vector<Socket*>& out);

 private:
  Room* find_room(std::string_view name) const;
  void unseat(Socket& socket, std::size_t seat);
  template <class Each>
  void each_in(std::string_view room, const Each& each) const;

  std::vector<Socket*> sockets_;
  std::unordered_map<std::string_view, Socket*> by_id_;  // keys: the sockets' own ids
  ByName<std::unique_ptr<Room>> rooms_;
  std::uint64_t mark_ = 0;
};

}  // namespace strata::sio
