// What waits to be sent, within its limits; and what is sent until it was acknowledged.
#include "sio/client/outbox.h"

#include "sio/client/retry_queue.h"
#include "tests/catch.h"

using namespace strata;
using namespace strata::sio;

namespace {

WaitingEvent event(std::string text, std::optional<std::uint64_t> id = {}) {
  WaitingEvent waiting;
  waiting.packet.text = std::move(text);
  waiting.id = id;
  return waiting;
}

RetriedEvent retried(std::string text) {
  RetriedEvent event;
  event.packet.text = std::move(text);
  return event;
}

template <class Pushed>
std::string texts(const Pushed& pushed) {
  std::string all = pushed.kept ? "kept" : "not kept";
  for (const auto& gone : pushed.gone) all += " " + gone.packet.text;
  return all;
}

std::string drain(Outbox<>& box) {
  std::string all;
  while (!box.empty()) all += box.pop().packet.text + " ";
  return all;
}

constexpr std::size_t price = sizeof(WaitingEvent);

}  // namespace

TEST_CASE("events leave in the order in which they came", "[sio][client][codec][L6]") {
  Outbox<> box({});
  for (const char* text : {"a", "b", "c"}) CHECK(texts(box.push(event(text))) == "kept");
  CHECK(box.size() == 3);
  CHECK(box.bytes() == 3 * (price + 1));
  CHECK(drain(box) == "a b c ");
  CHECK(box.bytes() == 0);
}

TEST_CASE("one that does not fit goes by the policy, by count and by bytes",
          "[sio][client][codec][L6]") {
  struct Row {
    const char* what;
    OutboxLimits limits;
    const char* third;  // push of the third: "ccc"
    const char* left;
  };
  const std::size_t two = 2 * (price + 1);
  const Row rows[] = {
      {"count, newest", {2, 1'000'000, Overflow::drop_newest}, "not kept ccc", "a b "},
      {"count, oldest", {2, 1'000'000, Overflow::drop_oldest}, "kept a", "b ccc "},
      {"count, disconnect", {2, 1'000'000, Overflow::disconnect}, "not kept ccc", "a b "},
      {"bytes, newest", {9, two + 2, Overflow::drop_newest}, "not kept ccc", "a b "},
      {"bytes, oldest", {9, two + 2, Overflow::drop_oldest}, "kept a", "b ccc "},
      {"bytes, both of the oldest", {9, two, Overflow::drop_oldest}, "kept a b", "ccc "},
      {"more than all, oldest", {9, price + 2, Overflow::drop_oldest}, "not kept ccc", "b "},
      {"nothing at all", {0, 1'000'000, Overflow::drop_oldest}, "not kept ccc", ""},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    Outbox<> box(row.limits);
    box.push(event("a"));
    box.push(event("b"));
    CHECK(texts(box.push(event("ccc"))) == row.third);
    CHECK(box.bytes() <= row.limits.max_bytes);
    CHECK(drain(box) == row.left);
  }
}

TEST_CASE("an attachment counts, and one event whose answer is late is taken out",
          "[sio][client][codec][L6][L8]") {
  Outbox<> box({.max_packets = 9, .max_bytes = 3 * price + 30});
  WaitingEvent heavy = event("a", 7);
  heavy.packet.attachments = {std::string(19, 'x')};
  CHECK(texts(box.push(std::move(heavy))) == "kept");
  CHECK(texts(box.push(event("b"))) == "kept");
  CHECK(texts(box.push(event(std::string(price, 'c')))).starts_with("not kept"));
  box.push(event("d", 9));
  CHECK(box.ids() == std::vector<std::uint64_t>{7, 9});
  CHECK(box.erase(7));
  CHECK_FALSE(box.erase(7));
  CHECK_FALSE(box.erase(8));
  CHECK(box.ids() == std::vector<std::uint64_t>{9});
  CHECK(drain(box) == "b d ");
  CHECK(box.bytes() == 0);
}

TEST_CASE("the oldest that is spared is not dropped", "[sio][client][codec][L9]") {
  Outbox<> box({.max_packets = 2, .overflow = Overflow::drop_oldest});
  box.push(event("a"));
  box.push(event("b"));
  CHECK(texts(box.push(event("c"), 1)) == "kept b");
  CHECK(texts(box.push(event("d"), 2)) == "not kept d");
  CHECK(drain(box) == "a c ");
}

TEST_CASE("a random life of an outbox keeps its books", "[sio][client][codec][L6]") {
  unsigned seed = 20261122;
  const auto next = [&seed](unsigned below) {
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % below;
  };
  for (const Overflow policy : {Overflow::drop_newest, Overflow::drop_oldest}) {
    Outbox<> box({.max_packets = 20, .max_bytes = 20 * price, .overflow = policy});
    std::uint64_t ids = 0;
    for (int i = 0; i < 20'000; ++i) {
      const unsigned what = next(10);
      if (what < 6) box.push(event(std::string(next(200), 'x'), ids++));
      if (what >= 6 && what < 9 && !box.empty()) box.pop();
      if (what == 9 && ids > 0) box.erase(ids - 1 - next(20) % ids);
      REQUIRE(box.size() <= 20);
      REQUIRE(box.bytes() <= 20 * price);
      REQUIRE(box.ids().size() == box.size());
      REQUIRE((box.bytes() == 0) == box.empty());
    }
  }
}

TEST_CASE("one event is on its way at a time, until it is acknowledged",
          "[sio][client][codec][L9]") {
  RetryQueue queue(1, {});
  CHECK(queue.next() == nullptr);
  queue.push(retried("a"));
  queue.push(retried("b"));
  RetriedEvent* const a = queue.next();
  REQUIRE(a != nullptr);
  CHECK((a->packet.text == "a" && a->tries == 1));
  CHECK(queue.next() == nullptr);
  CHECK_FALSE(queue.acknowledged(1));  // not that one
  const auto done = queue.acknowledged(a->number);
  REQUIRE(done);
  CHECK(done->packet.text == "a");
  CHECK_FALSE(queue.acknowledged(0));  // once
  REQUIRE(queue.next() != nullptr);
  CHECK(queue.size() == 1);
}

TEST_CASE("without an answer it is tried 1 + retries times, and a lost connection does not count",
          "[sio][client][codec][L9]") {
  RetryQueue queue(2, {});
  queue.push(retried("a"));
  queue.push(retried("b"));
  for (int lost = 0; lost < 5; ++lost) {
    REQUIRE(queue.next() != nullptr);
    queue.interrupted();
    queue.interrupted();
    CHECK_FALSE(queue.failed(0));
  }
  for (unsigned attempt = 1; attempt <= 2; ++attempt) {
    RetriedEvent* const head = queue.next();
    REQUIRE(head != nullptr);
    CHECK(head->tries == attempt);
    CHECK_FALSE(queue.failed(0));
  }
  REQUIRE(queue.next() != nullptr);
  const auto given_up = queue.failed(0);
  REQUIRE(given_up);
  CHECK(given_up->packet.text == "a");
  CHECK(queue.next()->packet.text == "b");
}

TEST_CASE("the one on its way is never dropped for a newer one", "[sio][client][codec][L9]") {
  RetryQueue queue(1, {.max_packets = 1, .overflow = Overflow::drop_oldest});
  queue.push(retried("a"));
  queue.next();
  CHECK(texts(queue.push(retried("b"))) == "not kept b");
  queue.interrupted();
  CHECK(texts(queue.push(retried("c"))) == "kept a");
}
