// sio/server.cpp - the driver: an HTTP server below, Engine.IO on it, the hub on top.
#include "sio/server.h"

#include <algorithm>
#include <cstdio>

namespace strata::sio {
namespace {

HubOptions hub_options(const Options& options) {
  HubOptions hub = options;
  hub.packet.max_payload = options.engine.max_payload;
  return hub;
}

// The words of the error in the middle of a sentence.
std::string in_words(std::error_code error) {
  if (error == std::errc::address_in_use) return "address in use";
  std::string words = error.message();
  if (!words.empty() && words[0] >= 'A' && words[0] <= 'Z')
    words[0] = static_cast<char>(words[0] - 'A' + 'a');
  return words;
}

std::shared_ptr<ClientFiles> serve_client(http::Server& http, const Options& options) {
  if (options.serve_client.empty()) return nullptr;
  const eio::Options& engine = options.engine;
  auto files = std::make_shared<ClientFiles>(
      options.serve_client, engine.cors ? eio::OriginRule(*engine.cors)
                                        : eio::OriginRule(engine.origins, engine.credentials));
  ClientFiles::serve(http, engine.path, files);
  return files;
}

}  // namespace

Server::Server(std::unique_ptr<http::Server> own, http::Server* http, Options options)
    : own_http_(std::move(own)),
      http_(own_http_ ? own_http_.get() : http),
      hub_(http_->loop(), hub_options(options)),
      client_files_(serve_client(*http_, options)),
      main_(&hub_.of("/")),
      engine_(*http_, options.engine, hub_) {}

Server::Server(Options options)
    : Server(std::make_unique<http::Server>(options.http), nullptr, options) {}

Server::Server(std::uint16_t port, Options options)
    : Server(std::make_unique<http::Server>(options.http), nullptr, options) {
  port_ = port;
}

Server::Server(net::Loop& loop, Options options)
    : Server(std::make_unique<http::Server>(loop, options.http), nullptr, options) {}

Server::Server(http::Server& http, Options options) : Server(nullptr, &http, options) {}

Server::~Server() = default;

std::error_code Server::listen(std::uint16_t port) {
  const std::error_code error = http_->listen(port);
  if (!error) {
    bound_ = true;
    return {};
  }
  char port_text[8];
  std::snprintf(port_text, sizeof port_text, "%u", static_cast<unsigned>(port));
  hub_.log("port ", std::string(port_text).append(": ").append(in_words(error)));
  return error;
}

std::error_code Server::listen(const net::Address& address) {
  const std::error_code error = http_->listen(address);
  if (error) hub_.log(address.to_string(), ": " + in_words(error));
  bound_ = bound_ || !error;
  return error;
}

std::error_code Server::run() {
  if (own_http_ && !bound_) {
    if (const std::error_code error = listen(port_)) {
      if (!hub_.has_log())
        std::fprintf(stderr, "port %u: %s\n", static_cast<unsigned>(port_),
                     in_words(error).c_str());
      return error;
    }
  }
  return http_->run();
}

void Server::stop() { http_->stop(); }

void Server::close() {
  hub_.close();
  engine_.close();
  http_->close();
}

void Server::post(net::Task task) { hub_.link()->post(std::move(task)); }

void Server::on_log(std::function<void(std::string_view)> sink) {
  if (own_http_) http_->on_log(sink);
  hub_.on_log(std::move(sink));
}

}  // namespace strata::sio
