// tools/wscat/wscat.cpp - WebSocket at a terminal: a client, or a server of the simplest kind.
//   wscat ws://localhost:7890/echo               type, and see what comes
//   wscat --frames ws://localhost:7890/echo      and each frame, bit by bit
//   wscat -m hello ws://localhost:7890/echo      for scripts: sends, prints the answers, ends
//   wscat --listen 7000                          the other end: what is typed goes to all clients
// --help lists the flags and the exit codes, /help what can be typed.
#include "tools/wscat/ends.h"

using namespace strata;

int main(int argc, char** argv) {
  wscat::Settings settings;
  if (const int answer = wscat::read_settings(argc, argv, settings)) return answer < 0 ? 0 : answer;
  net::EventLoop loop;
  return settings.listen.empty() ? wscat::dial(loop, settings) : wscat::listen(loop, settings);
}
