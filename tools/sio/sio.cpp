// tools/sio/sio.cpp - Socket.IO at a terminal and in scripts.
//   sio http://localhost:7890                     type events, and see what comes
//   sio http://localhost:7890 -a sum 1 2          asks, prints the answer, ends
//   sio http://localhost:7890/chat --count 3      three events, as JSON lines
//   sio --record day http://localhost:7890        and later: sio --replay day --expect ...
// --help lists the flags and the exit codes, /help what can be typed.
#include "tools/sio/session.h"

using namespace strata;

int main(int argc, char** argv) {
  tools::Settings settings;
  if (const int answer = tools::read_settings(argc, argv, settings)) return answer < 0 ? 0 : answer;
  net::EventLoop loop;
  return tools::Session(loop, settings).run();
}
