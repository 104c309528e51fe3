// The delays of a reconnection, beside numbers that the reference's formula gave under Node.
#include "sio/client/backoff.h"

#include "tests/catch.h"

using namespace strata;
using sio::Backoff;

namespace {

std::string delays(Backoff& backoff, std::initializer_list<double> randoms) {
  std::string all;
  for (const double random : randoms) {
    const auto delay = std::chrono::duration_cast<std::chrono::milliseconds>(backoff.next(random));
    all += (all.empty() ? "" : " ") + std::to_string(delay.count());
  }
  return all;
}

}  // namespace

TEST_CASE("without jitter the delay doubles up to its most", "[sio][client][codec][L3]") {
  Backoff backoff(1s, 5s, 0);
  CHECK(delays(backoff, {0.1, 0.9, 0.5, 0.3, 0.2, 0.7}) == "1000 2000 4000 5000 5000 5000");
  CHECK(backoff.attempts() == 6);
  backoff.reset();
  CHECK(backoff.attempts() == 0);
  CHECK(delays(backoff, {0.5}) == "1000");
}

TEST_CASE("jitter takes away where the tenth is even and adds where it is odd",
          "[sio][client][codec][L3]") {
  struct Row {
    double random;
    const char* first;
  };
  // dev = floor(r * 0.5 * 1000); floor(10 r) even: minus
  const Row rows[] = {
      {0.0, "1000"},  {0.05, "975"}, {0.0999, "951"}, {0.1, "1050"}, {0.25, "875"},
      {0.35, "1175"}, {0.49, "755"}, {0.5, "1250"},   {0.65, "675"}, {0.7, "1350"},
      {0.85, "575"},  {0.9, "1450"}, {0.999, "1499"},
  };
  for (const Row& row : rows) {
    INFO(row.random);
    Backoff backoff(1s, 5s, 0.5);
    CHECK(delays(backoff, {row.random}) == row.first);
  }
}

TEST_CASE("the most counts after the jitter, and what is left is cut to whole milliseconds",
          "[sio][client][codec][L3]") {
  Backoff backoff(1s, 5s, 0.5);
  // 1000+250, 2000+500, 4000+1000 = 5000, 8000-6400*... even: 8000 - floor(.8*.5*8000) = 4800
  CHECK(delays(backoff, {0.5, 0.5, 0.5, 0.8, 0.5}) == "1250 2500 5000 4800 5000");
  Backoff odd(1500us, 5s, 0);
  CHECK(delays(odd, {0.5, 0.5}) == "1 3");
}

TEST_CASE("a factor outside of 0 to 1 is none, and a thousand attempts do not wear it out",
          "[sio][client][codec][L3]") {
  for (const double factor : {-0.5, 1.5, 0.0}) {
    Backoff backoff(1s, 5s, factor);
    CHECK(delays(backoff, {0.9}) == "1000");
  }
  Backoff whole(1s, 5s, 1);
  CHECK(delays(whole, {0.9}) == "1900");
  for (int i = 0; i < 5000; ++i) whole.next(0.3);
  CHECK(whole.attempts() == 5001);  // all are counted: a limit above a thousand is reached
  CHECK(delays(whole, {0.3, 0.2}) == "5000 5000");
  Backoff none(0s, 0s, 0.5);
  CHECK(delays(none, {0.9, 0.9}) == "0 0");
}

TEST_CASE("its numbers can be changed on the way", "[sio][client][codec][L3]") {
  Backoff backoff(1s, 5s, 0.5);
  backoff.set_min(100ms);
  backoff.set_max(300ms);
  backoff.set_factor(0);
  CHECK(delays(backoff, {0.5, 0.5, 0.5}) == "100 200 300");
  CHECK((backoff.min() == 100ms && backoff.max() == 300ms && backoff.factor() == 0));
}
