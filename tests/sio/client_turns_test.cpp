// tests/sio/client_turns_test.cpp - of what a Manager and its sockets both hear, who hears it
// first.
#include "tests/catch.h"
#include "tests/sio/client_rig.h"

using namespace strata;
using namespace strata::test;
using sio::ClientSocket;

namespace {

// The handlers of the rig's manager were there first, then came the socket of "/".
struct TurnsRig : ClientRig {
  TurnsRig() : first(connected()) {
    note_close("close 2");
    socket("/b");
    let_in("/b", "S2");
    note_close("close 3");
    REQUIRE(heard() == "/b.connect");
  }
  sio::ListenerId note_close(const std::string& what) {
    return manager->on("close", [this, what] { notes.note(what); });
  }
  std::string lost() {
    heard();
    say("9");
    return heard();
  }
  ClientSocket& first;
};

}  // namespace

TEST_CASE("the end of a connection is told in the order in which handlers and sockets came",
          "[sio][client][L3][L13]") {
  TurnsRig rig;
  SECTION("a socket came when it became active") {
    CHECK(rig.lost() ==
          "close:parse error disconnect:parse error close 2 /b.disconnect:parse error close 3");
  }
  SECTION("and comes anew when it becomes active again") {
    rig.first.disconnect();
    rig.first.connect();
    rig.let_in("/", "S3");
    CHECK(rig.lost() ==
          "close:parse error close 2 /b.disconnect:parse error close 3 disconnect:parse error");
  }
  SECTION("with the handlers gone by their name, sockets hear it all the same") {
    rig.manager->off("close");
    CHECK(rig.lost() == "disconnect:parse error /b.disconnect:parse error");
  }
  SECTION("what a handler puts in front is in front") {
    rig.manager->prepend("close", [&] { rig.notes.note("close 0"); });
    CHECK(rig.lost().starts_with("close 0 close:parse error disconnect:"));
  }
}

TEST_CASE("who leaves and joins again while an end is told hears of it once",
          "[sio][client][L13][L15]") {
  TurnsRig rig;
  rig.notes.then = [&rig](const std::string& what) {
    if (what != "close:parse error") return;
    rig.first.disconnect();
    rig.first.connect();
  };
  CHECK(rig.lost() ==
        "close:parse error disconnect:io client disconnect close 2 /b.disconnect:parse error "
        "close 3");
  CHECK((rig.first.active() && !rig.first.connected()));
}

TEST_CASE("an error on the way is heard by a socket before a handler that came later",
          "[sio][client][L3][L4]") {
  ScriptedSio world;
  world.server.listener.reset();
  sio::Manager manager(world.loop, "http://127.0.0.1", plain({.reconnection_attempts = 1}));
  Notes notes;
  notes.watch(manager.socket());
  notes.watch(manager);
  world.loop.settle();
  CHECK(notes.take() == "connect_error:websocket error error:websocket error");
  world.loop.advance(1s);
  CHECK(notes.take() ==
        "attempt:1 connect_error:websocket error error:websocket error reconnect_failed "
        "reconnect_error:websocket error");
}
