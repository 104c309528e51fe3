// sio/lookup.h - sockets by URL, as the reference's io():
//   sio::Lookup io(loop);
//   sio::ClientSocket& chat = io("http://localhost:7890/chat", {.auth = {{"token", "sesame"}}});
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sio/manager.h"

namespace strata::sio {

// One Manager for each server (scheme, host, port and path option), shared by the namespaces that
// are asked for; another one for a namespace that its Manager has already, with `force_new`, and
// with `multiplex` off.
//   Owns:    its Managers, until it goes.
//   Lives:   shorter than its loop. Destruction: as of a Manager.
//   Threads: the loop's.
class Lookup {
 public:
  explicit Lookup(net::Loop& loop) : loop_(&loop) {}

  // The path of `url` is the namespace, its query that of the options, unless these have one. No
  // scheme is https, as there; for a Manager and a Client it is http.
  // Options count for a Manager that is made for it, and for the socket.
  ClientSocket& operator()(std::string_view url, ManagerOptions options = {});
  std::size_t manager_count() const { return managers_.size(); }

 private:
  net::Loop* loop_;
  std::vector<std::unique_ptr<Manager>> managers_;
  std::map<std::string, Manager*, std::less<>> cached_;
};

}  // namespace strata::sio
