// sio/eio/server.cpp - the public face of the core.
#include "sio/eio/server.h"

#include <utility>

#include "sio/eio/server_core.h"

namespace strata::sio::eio {

Server::Server(http::Server& http, Options options, Handler& top)
    : core_(std::make_unique<ServerCore>(http, std::move(options), top)) {}

Server::~Server() {
  core_->abandon();
  if (!core_->busy()) return;
  net::Loop& loop = core_->loop();  // one of its own functions is running: it dies after that
  loop.defer([core = std::move(core_)] {});
}

Server& Server::use(http::Middleware middleware) {
  core_->use(std::move(middleware));
  return *this;
}

void Server::close() { core_->close_all(); }
std::size_t Server::clients_count() const { return core_->clients_count(); }
std::size_t Server::leaving_count() const { return core_->leaving_count(); }
const Options& Server::options() const { return core_->options(); }

}  // namespace strata::sio::eio
