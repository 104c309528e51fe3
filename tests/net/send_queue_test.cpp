// tests/net/send_queue_test.cpp - what goes in comes out, in order, however it went in.
#include "net/send_queue.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <random>
#include <string>

#include "net/block_pool.h"
#include "tests/catch.h"

using namespace strata;
using namespace strata::net;

namespace {

std::string text_of(std::size_t bytes, char first = 'a') {
  std::string text(bytes, ' ');
  for (std::size_t i = 0; i < bytes; ++i)
    text[i] = static_cast<char>(first + static_cast<int>(i % 23));
  return text;
}

SharedBytes shared(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

// Everything that gather() shows, and how many views it took.
std::string shown(const SendQueue& queue, std::size_t* count = nullptr) {
  std::array<Bytes, 256> views;
  const std::size_t filled = queue.gather(views);
  if (count != nullptr) *count = filled;
  std::string all;
  for (std::size_t i = 0; i < filled; ++i) all += as_text(views[i]);
  return all;
}

struct Hooked {
  explicit Hooked(SendQueue& queue) {
    queue.set_hook([](void* self) { ++static_cast<Hooked*>(self)->calls; }, this);
  }
  int calls = 0;
};

}  // namespace

TEST_CASE("a text of any length is copied and comes out whole", "[net][codec]") {
  for (const std::size_t bytes : {0u, 1u, 2u, 991u, 992u, 993u, 1023u, 1024u, 1025u, 16351u, 16352u,
                                  16353u, 16384u, 65536u, 200000u}) {
    INFO(bytes);
    BlockPool pool;
    {
      SendQueue queue(&pool);
      std::string text = text_of(bytes);
      queue.append(std::string_view(text));
      const std::string kept = text;
      std::fill(text.begin(), text.end(), '#');  // a copy: the caller's bytes are its own again
      CHECK(queue.size() == bytes);
      CHECK(queue.empty() == (bytes == 0));
      CHECK(shown(queue) == kept);
      CHECK(queue.take_text() == kept);
      CHECK(queue.empty());
    }
    CHECK(pool.taken_bytes() == 0);
  }
}

TEST_CASE("small appends share one view", "[net][codec]") {
  SendQueue queue;
  for (int i = 0; i < 20; ++i) queue.append("0123456789");
  std::size_t views = 0;
  CHECK(shown(queue, &views).size() == 200);
  CHECK(views == 1);
}

TEST_CASE("shared bytes are referred to from 1 KiB on, and copied below", "[net][codec]") {
  for (const std::size_t bytes : {1u, 1023u, 1024u, 100000u}) {
    INFO(bytes);
    SendQueue queue;
    const SharedBytes frame = shared(text_of(bytes));
    queue.append(frame);
    CHECK(frame.use_count() == (bytes >= 1024 ? 2 : 1));
    CHECK(shown(queue) == *frame);
    queue.consume(bytes - 1);
    CHECK(frame.use_count() == (bytes >= 1024 ? 2 : 1));
    queue.consume(1);
    CHECK(frame.use_count() == 1);
    CHECK(queue.empty());
  }
  SendQueue queue;
  queue.append(SharedBytes());
  CHECK(queue.empty());
}

TEST_CASE("a string is moved from 1 KiB on", "[net][codec]") {
  SendQueue queue;
  std::string large = text_of(4096);
  const char* const place = large.data();
  queue.append(std::move(large));
  std::array<Bytes, 4> views;
  REQUIRE(queue.gather(views) == 1);
  CHECK(static_cast<const void*>(views[0].data()) == place);
  queue.append(std::string("small"));
  CHECK(queue.take_text() == text_of(4096) + "small");
}

TEST_CASE("bytes with an owner are moved from 1 KiB on", "[net][codec]") {
  for (const std::size_t bytes : {1u, 1023u, 1024u, 100'000u}) {
    INFO(bytes);
    const std::string text = text_of(bytes);
    std::vector<std::uint8_t> octets(text.begin(), text.end());
    OwnedBytes owned(as_bytes(text));
    const void* const first = octets.data();
    const void* const second = owned.data();
    SendQueue queue;
    queue.append(std::move(octets));
    queue.append(std::move(owned));
    std::array<Bytes, 4> views;
    const std::size_t count = queue.gather(views);
    CHECK((views[0].data() == first) == (bytes >= 1024));
    CHECK((views[count - 1].data() == second) == (bytes >= 1024));
    CHECK(queue.size() == 2 * bytes);
    queue.consume(bytes);
    CHECK(queue.take_text() == text);
  }
}

TEST_CASE("a queue is appended to another as it is", "[net][codec]") {
  BlockPool pool;
  {
    SendQueue queue(&pool), other(&pool);
    const Hooked hook(queue);
    queue.append(std::move(other));
    CHECK(hook.calls == 0);
    other.append("two ");
    other.append(text_of(5000));
    queue.append(std::move(other));
    CHECK(hook.calls == 1);
    CHECK(other.empty());
    other.append("three");
    queue.append("and ");
    queue.append(std::move(other));
    CHECK(hook.calls == 1);
    CHECK(queue.size() == 5013);
    CHECK(queue.take_text() == "two " + text_of(5000) + "and three");
    other.append("late");
    queue.finish();
    queue.append(std::move(other));
    CHECK(queue.size() == 0);
  }
  CHECK(pool.taken_bytes() == 0);
}

TEST_CASE("reserve and commit encode in place", "[net][codec]") {
  for (const std::size_t bytes : {1u, 100u, 992u, 993u, 5000u, 16352u, 16353u, 100000u}) {
    INFO(bytes);
    BlockPool pool;
    {
      SendQueue queue(&pool);
      const Hooked hook(queue);
      queue.append("head ");
      const std::string text = text_of(bytes);
      const MutableBytes room = queue.reserve(bytes);
      REQUIRE(room.size() >= bytes);
      std::memcpy(room.data(), text.data(), bytes);
      CHECK(queue.size() == 5);  // not before commit()
      queue.commit(bytes);
      queue.append(" tail");
      CHECK(shown(queue) == "head " + text + " tail");
      CHECK(hook.calls == 1);
    }
    CHECK(pool.taken_bytes() == 0);
  }
}

TEST_CASE("room that is reserved and not committed is nothing to send", "[net][codec]") {
  BlockPool pool;
  SendQueue queue(&pool);
  const Hooked hook(queue);
  queue.reserve(100);
  queue.commit(0);
  CHECK(queue.empty());
  CHECK(shown(queue).empty());
  CHECK(queue.front_file() == nullptr);
  CHECK(hook.calls == 0);
  queue.append("x");
  CHECK(hook.calls == 1);
  CHECK(queue.take_text() == "x");
  queue.reserve(100);
  queue.close();
  const MutableBytes room = queue.reserve(10);  // writing there must stay harmless
  std::fill(room.begin(), room.end(), std::uint8_t{1});
  queue.commit(10);
  CHECK(queue.size() == 0);
  CHECK(pool.taken_bytes() == 0);
}

TEST_CASE("the hook is called when the queue turns non-empty and when it is finished",
          "[net][codec]") {
  SendQueue queue;
  const Hooked hook(queue);
  queue.append("");
  CHECK(hook.calls == 0);
  queue.append("one");
  queue.append("two");
  queue.append(shared(text_of(2000)));
  CHECK(hook.calls == 1);
  queue.consume(2006);
  queue.append(shared(text_of(2000)));
  CHECK(hook.calls == 2);
  queue.consume(2000);
  queue.append(std::string(3000, 'x'));
  CHECK(hook.calls == 3);
  queue.finish();
  CHECK(hook.calls == 4);
  queue.finish();
  queue.append("late");
  CHECK(hook.calls == 4);
  CHECK(queue.size() == 3000);
}

TEST_CASE("after finish() or close() appends are dropped", "[net][codec]") {
  for (const bool closes : {false, true}) {
    SendQueue queue;
    queue.append("before");
    closes ? queue.close() : queue.finish();
    queue.append("text");
    queue.append(std::string(2000, 'x'));
    const SharedBytes frame = shared(text_of(2000));
    queue.append(frame);
    queue.reserve(4);
    queue.commit(4);
    queue.append_file({Fd(-1), 0, 10});
    CHECK(frame.use_count() == 1);
    CHECK(queue.take_text() == (closes ? "" : "before"));
    CHECK(queue.empty());
  }
}

TEST_CASE("gather stops at a file range, and size does not count it", "[net][codec]") {
  SendQueue queue;
  const Hooked hook(queue);
  queue.append_file({Fd(-1), 7, 100});
  CHECK(hook.calls == 1);
  CHECK(queue.size() == 0);
  CHECK_FALSE(queue.empty());
  queue.append("behind");
  CHECK(hook.calls == 1);
  CHECK(shown(queue).empty());
  REQUIRE(queue.front_file() != nullptr);
  queue.consume(40);
  REQUIRE(queue.front_file() != nullptr);
  CHECK(queue.front_file()->offset == 47);
  CHECK(queue.front_file()->bytes == 60);
  queue.consume(60);
  CHECK(queue.front_file() == nullptr);
  CHECK(shown(queue) == "behind");
  queue.append_file({Fd(-1), 0, 0});  // empty: nothing to wait for
  queue.consume(6);
  CHECK(queue.empty());
}

TEST_CASE("take_text leaves the files", "[net][codec]") {
  SendQueue queue;
  queue.append("a");
  queue.append_file({Fd(-1), 1, 5});
  queue.append("b");
  queue.append_file({Fd(-1), 2, 6});
  queue.append("c");
  CHECK(queue.take_text() == "abc");
  REQUIRE(queue.front_file() != nullptr);
  CHECK(queue.front_file()->offset == 1);
  queue.consume(5);
  CHECK(queue.front_file()->offset == 2);
  queue.append("d");
  queue.consume(6);
  CHECK(queue.take_text() == "d");
}

TEST_CASE("consuming any prefix leaves the rest", "[net][codec]") {
  const std::string whole = text_of(10) + text_of(1500, 'A') + text_of(17000) + text_of(3, '0');
  for (std::size_t cut = 0; cut <= whole.size(); cut += cut < 1600 ? 1 : 97) {
    SendQueue queue;
    queue.append(std::string_view(whole).substr(0, 10));
    queue.append(shared(whole.substr(10, 1500)));
    queue.append(std::string_view(whole).substr(1510, 17000));
    queue.append(std::string_view(whole).substr(18510));
    queue.consume(cut);
    if (queue.size() != whole.size() - cut) FAIL(cut);
    if (shown(queue) != whole.substr(cut)) FAIL(cut);
  }
}

TEST_CASE("any sequence of calls behaves as one string does", "[net][codec]") {
  const unsigned seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const auto below = [&](std::size_t n) { return std::size_t{random()} % n; };
  BlockPool pool;
  {
    SendQueue queue(&pool);
    std::string model;
    for (int step = 0; step < 20000; ++step) {
      const std::size_t bytes = below(10) == 0 ? below(40000) : below(2000);
      const std::string text = text_of(bytes, static_cast<char>('a' + below(4)));
      switch (below(7)) {
        case 0:
          queue.append(std::string_view(text));
          model += text;
          break;
        case 1:
          queue.append(shared(text));
          model += text;
          break;
        case 2:
          queue.append(std::string(text));
          model += text;
          break;
        case 3: {
          const std::size_t used = below(bytes + 1);
          std::memcpy(queue.reserve(bytes).data(), text.data(), used);
          queue.commit(used);
          model.append(text, 0, used);
          break;
        }
        default: {
          const std::size_t gone = std::min(model.size(), below(4000));
          queue.consume(gone);
          model.erase(0, gone);
          if (model.size() > 100000) {
            REQUIRE(queue.take_text() == model);
            model.clear();
          }
        }
      }
      if (queue.size() != model.size() || queue.empty() != model.empty()) FAIL("step " << step);
      if (step % 50 == 0) REQUIRE(shown(queue) == model.substr(0, shown(queue).size()));
    }
    CHECK(queue.take_text() == model);
  }
  CHECK(pool.taken_bytes() == 0);
}

TEST_CASE("an empty queue is a few words and holds nothing of the pool", "[net][codec]") {
  STATIC_REQUIRE(sizeof(SendQueue) <= 7 * sizeof(void*));
  BlockPool pool;
  SendQueue queue(&pool);
  CHECK(pool.taken_bytes() == 0);
  queue.append("message");
  CHECK(pool.taken_bytes() == 1024);
  queue.consume(7);
  CHECK(pool.taken_bytes() == 0);
}

TEST_CASE("octets grow through the pool's blocks into the heap, and give each block back",
          "[net][codec]") {
  BlockPool pool;
  {
    OwnedBytes bytes(&pool);
    std::string wanted;
    while (wanted.size() < 3 * BlockPool::largest_bytes) {
      const std::string more(1 + wanted.size() / 3, static_cast<char>('a' + wanted.size() % 26));
      wanted += more;
      bytes.append(as_bytes(more));
      REQUIRE(as_text(bytes) == wanted);
      REQUIRE(bytes.in_pool() == (wanted.size() <= BlockPool::largest_bytes));
      REQUIRE(pool.taken_bytes() == (bytes.in_pool() ? bytes.capacity() : 0));
    }
    bytes.clear();
    CHECK(bytes.capacity() == 0);
    bytes.append(as_bytes("again"));
    CHECK(pool.taken_bytes() == BlockPool::smallest_bytes);

    SendQueue out(&pool);
    bytes.append(as_bytes(std::string(5000, 'x')));
    const std::uint8_t* const place = bytes.data();
    out.append(std::move(bytes));
    std::array<Bytes, 1> views;
    REQUIRE(out.gather(views) == 1);
    CHECK(views[0].data() == place);      // moved, not copied
    bytes.append(as_bytes("and again"));  // from the pool still
    CHECK(bytes.in_pool());
  }
  CHECK(pool.taken_bytes() == 0);
}
