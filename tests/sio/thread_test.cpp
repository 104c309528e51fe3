// What is safe from any thread: SocketRef, Ack, io.emit, io.to(...).emit, post; on the real loop.
#include <atomic>
#include <thread>

#include "net/event_loop.h"
#include "sio/hub.h"
#include "sio/socket.h"
#include "tests/catch.h"
#include "tests/sio/fake_session.h"

using namespace strata;
using namespace strata::sio;
using test::FakeSession;

TEST_CASE("refs, acks and broadcasts work from other threads, in the loop's own",
          "[sio][threads]") {
  net::EventLoop loop;
  Hub hub(loop, {});
  Namespace& nsp = hub.of("/n");
  FakeSession client(hub);
  Socket* socket = nullptr;
  Ack kept;
  nsp.on_connection([&](Socket& made) {
    socket = &made;
    made.on("ask", [&](Ack ack) { kept = ack; });
  });
  client.join("/n");
  client.say("2/n,9[\"ask\"]");
  client.sent.clear();
  const SocketRef ref = socket->ref();
  constexpr int each = 50;
  std::atomic<int> accepted{0};
  std::string heard;
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < each; ++i) {
        accepted += ref.emit("r", t, {{"i", i}}) ? 1 : 0;
        accepted += nsp.emit("b", std::vector<std::uint8_t>{1, 2}) ? 1 : 0;
        accepted += nsp.to("room").except("none").emit("never", 1) ? 1 : 0;
      }
      ref.join("later");
      kept(t);
    });
  }
  threads.emplace_back([&] { ref.emit("q", [&](std::string_view answer) { heard = answer; }); });
  for (std::thread& thread : threads) thread.join();
  CHECK(client.sent.empty());  // nothing but posts
  loop.post([&] { loop.stop(); });
  CHECK_FALSE(loop.run());
  CHECK(accepted == 3 * each * 3);
  int refs = 0, broadcasts = 0, bytes = 0, answers = 0, questions = 0;
  for (const std::string& text : client.sent) {
    refs += text.starts_with("2/n,[\"r\",");
    broadcasts += text == "51-/n,[\"b\",{\"_placeholder\":true,\"num\":0}]";
    bytes += text == "b:\x01\x02";
    answers += text.starts_with("3/n,9[");
    questions += text == "2/n,0[\"q\"]";
  }
  CHECK(refs == 3 * each);
  CHECK(broadcasts == 3 * each);
  CHECK(bytes == 3 * each);
  CHECK(answers == 1);
  CHECK(questions == 1);
  CHECK(client.sent.size() == static_cast<std::size_t>(3 * 3 * each + 2));
  CHECK(nsp.adapter().size_of("later") == 1);
  client.say("3/n,0[\"fine\"]");
  CHECK(heard == "fine");
}

TEST_CASE("a ref that outlives its hub is used in vain, from any thread", "[sio][threads]") {
  net::EventLoop loop;
  SocketRef ref;
  std::vector<std::string> log;
  {
    Hub hub(loop, {});
    hub.on_log([&](std::string_view line) { log.emplace_back(line); });
    FakeSession client(hub);
    hub.of("/").on_connection([&](Socket& socket) { ref = socket.ref(); });
    client.join();
    client.say("1");
    std::thread([&] { CHECK(ref.emit("late")); }).join();  // posted: the loop finds nobody
    loop.poll_once();
    CHECK(log == std::vector<std::string>{"a SocketRef was used: its socket is gone"});
  }
  std::thread([&] { CHECK_FALSE(ref.emit("too late")); }).join();
  CHECK_FALSE(ref.emit("too late"));
}
