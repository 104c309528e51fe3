// sio/lookup.cpp - which Manager a URL leads to.
#include "sio/lookup.h"

#include "sio/client/destination.h"

namespace strata::sio {

ClientSocket& Lookup::operator()(std::string_view url, ManagerOptions options) {
  const auto to = parse_destination(url);
  const std::string nsp = to ? to->nsp : "/";
  const std::string identity = to ? to->identity + options.path : std::string();
  SocketOptions socket = options.socket();
  const auto cached = cached_.find(identity);
  const bool alone = !to || options.force_new || !options.multiplex ||
                     (cached != cached_.end() && cached->second->has_socket(nsp));
  if (!alone && cached != cached_.end()) return cached->second->socket(nsp, std::move(socket));
  if (to && options.query.empty()) options.query = to->query;
  // One that is none goes on as it is: its Manager tells what is wrong with it.
  managers_.push_back(std::make_unique<Manager>(*loop_, to ? std::string_view(to->server) : url,
                                                std::move(options)));
  Manager& made = *managers_.back();
  if (!alone) cached_.emplace(identity, &made);
  return made.socket(nsp, std::move(socket));
}

}  // namespace strata::sio
