// tests/interop/sio_client_rows_stage.cpp - the server of the tests, and what is heard.
#include <cstdlib>
#include <sstream>

#include "tests/interop/sio_client_rows.h"

namespace strata::rows {

ServerProcess& server() {
  static ServerProcess process = [] {
    const char* command = std::getenv("ROWS_SERVER");
    if (command == nullptr) throw std::runtime_error("tests/interop/run_client_rows starts this");
    std::istringstream in(command);
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    return ServerProcess(words);
  }();
  return process;
}

Json seen(const std::string& topic) {
  const auto noted = sio::parse_json(server().ask("seen " + topic));
  if (!noted || !noted->is_array()) throw std::runtime_error("the server notes no lists");
  return *noted;
}

sio::ManagerOptions quick(std::string path) {
  sio::ManagerOptions options;
  options.path = std::move(path);
  options.reconnection_delay = 10ms;
  options.reconnection_delay_max = 50ms;
  return options;
}

sio::ManagerOptions quick(const Way& way, std::string path) {
  sio::ManagerOptions options = quick(std::move(path));
  options.transports = way.transports;
  return options;
}

void Stage::upgraded(const Manager& manager) {
  const auto& wanted = manager.engine()->options().transports;
  REQUIRE(until([&] {
    return !manager.engine()->upgrading() && manager.engine()->transport() == wanted.back();
  }));
}

Json Stage::wire(std::size_t count) {
  Json all = Json::array();
  CHECK(until([&] {
    for (const Json& packet : seen("wire")) all.push_back(packet);
    return all.size() >= count;
  }));
  return all;
}

std::size_t Told::count(std::string_view word) const {
  std::size_t found = 0;
  for (const std::string& one : all) found += one.starts_with(word) ? 1 : 0;
  return found;
}

std::string Told::words() const {
  std::string text;
  for (const std::string& one : all) text += (text.empty() ? "" : "; ") + one;
  return text;
}

void Ears::listen(ClientSocket& socket) {
  socket.on("connect", note("connect"));
  socket.on("connect_error",
            [this](const sio::Failure& why) { all.push_back("connect_error " + why.message); });
  socket.on("disconnect",
            [this](const std::string& reason) { all.push_back("disconnect " + reason); });
}

void ManagerEars::listen(Manager& manager) {
  manager.on("open", note("open"));
  manager.on("error", [this](const sio::Failure& why) { all.push_back("error " + why.message); });
  manager.on("close", [this](const std::string& reason) { all.push_back("close " + reason); });
  manager.on("reconnect_attempt",
             [this](int n) { all.push_back("reconnect_attempt " + std::to_string(n)); });
  manager.on("reconnect_error", [this](const sio::Failure&) { all.push_back("reconnect_error"); });
  manager.on("reconnect", [this](int n) { all.push_back("reconnect " + std::to_string(n)); });
  manager.on("reconnect_failed", note("reconnect_failed"));
}

}  // namespace strata::rows
