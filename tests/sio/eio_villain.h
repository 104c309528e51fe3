// tests/sio/eio_villain.h - a hostile client with a session, and a table of what it does: each row
// with its answer, the end of its session if it ends, and everybody else going on.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sio/eio_rig.h"

namespace strata::test {

constexpr std::size_t villain_limit = 1000;  // bytes of a payload

// One hostile client, with as many connections as it likes. `a` is its session over polling.
struct Villain {
  explicit Villain(Rig& of) : rig(of), sid(of.open_polling()) {}
  RawClient& connect() {
    clients.push_back(std::make_unique<RawClient>(rig.loop, 80));
    return *clients.back();
  }
  std::string post(std::string_view body, std::string_view fields = "") {
    return connect().post(rig.poll(sid), body, fields).text();
  }
  std::string get(std::string_view fields = "") {
    return connect().get(rig.poll(sid), fields).text();
  }
  RawClient& hold() {  // a poll
    RawClient& client = connect();
    client.send_get(rig.poll(sid));
    return client;
  }
  RawClient& half_post() {
    RawClient& client = connect();
    client.send("POST /engine.io/?" + rig.poll(sid) +
                " HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n4a");
    return client;
  }
  std::string raw_post(const std::string& fields, const std::string& body) {
    RawClient& client = connect();
    client.send("POST /engine.io/?" + rig.poll(sid) + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n" +
                body);
    return client.answer().text();
  }
  RawClient& candidate() {
    RawClient& client = connect();
    CHECK(client.upgrade(rig.ws(sid)).status == 101);
    return client;
  }
  RawClient& websocket() {  // a session of its own; that over polling ends in peace
    post("1");
    rig.echo.reasons.clear();
    RawClient& client = connect();
    CHECK(client.upgrade("EIO=4&transport=websocket").status == 101);
    client.frames();
    return client;
  }
  Rig& rig;
  std::string sid;
  std::vector<std::unique_ptr<RawClient>> clients;
};

// Frames side by side; of a Close the code alone.
inline std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) {
    all += (all.empty() ? "" : " ") + (text.starts_with("c:") ? text.substr(0, 6) : text);
  }
  return all;
}

struct Row {
  const char* what;
  std::function<std::string(Villain&)> act;  // what its client saw
  std::string seen;
  std::string reason;  // of its session's end; empty: it lives on
};

void play(const std::vector<Row>& rows);

}  // namespace strata::test
