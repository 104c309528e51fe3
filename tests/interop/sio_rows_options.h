// tests/interop/sio_rows_options.h - what the servers of sio_rows.cpp are told.
#pragma once
#include <string>

#include "sio/server.h"
#include "tests/sio/linked_adapter.h"

namespace strata::test {

inline sio::Options at(const std::string& path) {
  sio::Options options;
  options.engine.path = path;
  return options;
}

// The times are such that a process may stand still for two seconds, and lives on.
inline sio::Options beating() {
  sio::Options options = at("/beat");
  options.engine.ping_interval = 100ms;
  options.engine.ping_timeout = 2500ms;
  return options;
}

inline sio::Options hasty() {
  sio::Options options = at("/hasty");
  options.connect_timeout = 2500ms;
  return options;
}

inline sio::Options small() {
  sio::Options options = at("/small");
  options.packet.max_attachments = 3;
  return options;
}

inline sio::Options recovering(const std::string& path, net::Duration kept, bool skip_middlewares) {
  sio::Options options = at(path);
  options.connection_state_recovery = sio::RecoveryOptions{.max_disconnection_duration = kept,
                                                           .skip_middlewares = skip_middlewares};
  return options;
}

inline sio::Options cleaning() {
  sio::Options options = at("/dynamic");
  options.cleanup_empty_child_namespaces = true;
  return options;
}

inline sio::Options deflating() {
  sio::Options options = at("/deflate");
  options.engine.per_message_deflate.emplace();
  return options;
}

inline sio::Options joined(const std::string& path, LinkedAdapter::Group& group) {
  sio::Options options = at(path);
  link(options, group);
  return options;
}

}  // namespace strata::test
