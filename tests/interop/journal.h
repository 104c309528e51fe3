// tests/interop/journal.h - what a server under test saw, in lists by topic: GET /seen/TOPIC.
#pragma once
#include <cstdio>
#include <deque>
#include <map>
#include <string>

#include "http/server.h"
#include "sio/json.h"

namespace strata {

class Journal {
 public:
  void add(const std::string& topic, sio::Json entry) {
    auto& list = topics_[topic];
    list.push_back(std::move(entry));
    if (list.size() > kept) list.pop_front();
  }
  void answer(http::Server& app) const {
    app.get("/seen/:topic", [this](http::Request& req, http::Response& res) {
      res.json(show(std::string(*req.param("topic"))));
    });
  }

 private:
  std::string show(const std::string& topic) const {
    sio::Json all = sio::Json::array();
    if (const auto found = topics_.find(topic); found != topics_.end())
      for (const sio::Json& entry : found->second) all.push_back(entry);
    return sio::dump(all);
  }

  static constexpr std::size_t kept = 20'000;
  std::map<std::string, std::deque<sio::Json>> topics_;
};

// Binds to any free port, and says to which.
inline bool listen_and_say(http::Server& app) {
  if (const auto error = app.listen(net::Address::parse("127.0.0.1", 0).value())) {
    std::fprintf(stderr, "%s\n", error.message().c_str());
    return false;
  }
  std::printf("listening on http://127.0.0.1:%d\n", int(app.address().port()));
  std::fflush(stdout);
  return true;
}

}  // namespace strata
