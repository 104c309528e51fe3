// tests/sio/eio_client_outbox_test.cpp - how a client's packets are put into POSTs.
#include <random>

#include "sio/eio/client_outbox.h"
#include "sio/eio/payload.h"
#include "tests/catch.h"
#include "tests/support/allocations.h"

using namespace strata;
using namespace strata::sio::eio;

namespace {

// How many packets each body has: sizes are of text, negative ones of octets.
std::string batches(const std::vector<int>& sizes, std::size_t max_payload) {
  ClientOutbox out;
  for (const int size : sizes) {
    const std::string data(static_cast<std::size_t>(std::abs(size)), 'x');
    out.append({PacketType::message, size < 0, true, data});
  }
  std::string counts;
  while (!out.empty()) {
    const std::string body = out.take_body(max_payload);
    PayloadReader reader(body);
    int count = 0;
    while (reader.next()) ++count;
    counts += (counts.empty() ? "" : " ") + std::to_string(count);
  }
  return counts;
}

}  // namespace

TEST_CASE("C6: packets are put into bodies of the server's maxPayload, as the reference counts",
          "[sio][codec][eio-client][eio4-client]") {
  // 1 + 33 + 2 + 33 + 2 + 29 = 100; one more is too many
  CHECK(batches({33, 33, 29}, 100) == "3");
  CHECK(batches({33, 33, 30}, 100) == "2 1");
  CHECK(batches({99}, 100) == "1");
  CHECK(batches({99, 1}, 100) == "1 1");
  CHECK(batches({96, 1}, 100) == "2");
  CHECK(batches({97, 1}, 100) == "1 1");
  CHECK(batches({500, 500}, 100) == "1 1");  // one that is too long goes alone
  CHECK(batches({500, 1, 1}, 100) == "1 2");
  CHECK(batches({-72, -20, -20, -72}, 100) == "1 2 1");
  CHECK(batches({-72, 0}, 100) == "2");    // 1 + ceil(95.76) + 2 + 0 = 99
  CHECK(batches({-73, 0}, 100) == "1 1");  // 101
  CHECK(batches({0, 0, 0, 0}, 5) == "3 1");
  CHECK(batches({1, 2, 3}, 0) == "3");  // the server did not say
  CHECK(batches({5, 5}, 1) == "1 1");
}

TEST_CASE("C6: a body is what was appended, in order", "[sio][codec][eio-client][eio4-payload]") {
  ClientOutbox out;
  out.append({PacketType::message, false, true, "hello"});
  out.append({PacketType::pong, false, true, ""});
  out.append({PacketType::message, true, true, std::string_view("\1\2\3\4", 4)});
  out.append({PacketType::message, false, true, ""});
  CHECK(out.bytes() == 5 + 4 + 4 * 2);
  CHECK(out.take_body(0) ==
        "4hello\x1e"
        "3\x1e"
        "bAQIDBA==\x1e"
        "4");
  CHECK(out.empty());
  CHECK(out.bytes() == 0);
  CHECK(out.take_body(0).empty());
}

TEST_CASE("C6: what is appended while bodies are taken stays in order",
          "[sio][codec][eio-client][eio4-client]") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  ClientOutbox out;
  std::string sent, got;
  std::size_t waiting = 0;
  for (int round = 0; round < 20000; ++round) {
    if (random() % 3 != 0) {
      const std::string data(random() % 200, static_cast<char>('a' + random() % 26));
      out.append({PacketType::message, false, true, data});
      sent += "4" + data + "\x1e";
      waiting += data.size() + 2;
    } else if (!out.empty() && random() % 2 != 0) {
      const std::string body = out.take_body(random() % 2000) + "\x1e";
      got += body;
      waiting -= body.size();
    } else if (!out.empty()) {
      const std::string data(out.front().data);
      out.pop();
      got += "4" + data + "\x1e";
      waiting -= data.size() + 2;
    }
    REQUIRE(out.bytes() == waiting);
  }
  if (!out.empty()) got += out.take_body(0) + "\x1e";
  CHECK((got == sent));
}

TEST_CASE("C6: an outbox that held as much before allocates nothing",
          "[sio][codec][eio-client][eio4-client]") {
  ClientOutbox out;
  const auto round = [&out] {
    for (int i = 0; i < 100; ++i) out.append({PacketType::message, false, true, "hello, world"});
    while (!out.empty()) out.pop();
  };
  round();
  const std::size_t before = test::allocations();
  for (int i = 0; i < 10; ++i) round();
  CHECK(test::allocations() == before);
}
