// tests/events/matching_test.cpp - which argument reaches which parameter, and what is said else.
#include <limits>

#include "events/event_emitter.h"
#include "tests/catch.h"

using namespace strata::events;

namespace {

// What a listener with a P gets from `value`: the mismatch, or nothing if it was called.
template <class P, class... Values>
std::string mismatch(const Values&... values) {
  EventEmitter emitter;
  bool called = false;
  emitter.on("move", [&](P) { called = true; });
  try {
    emitter.emit("move", values...);
  } catch (const MismatchError& error) {
    CHECK_FALSE(called);
    CHECK(error.event() == "move");
    CHECK(error.position() == 1);
    CHECK(error.code() == "ERR_LISTENER_MISMATCH");
    return "expected " + error.expected() + ", found " + error.found();
  }
  CHECK(called);
  return "";
}
template <class P, class Value>
bool reaches(const Value& value, const P& as) {
  EventEmitter emitter;
  std::optional<P> got;
  emitter.on("x", [&](P given) { got = given; });
  emitter.on("error", [] {});
  emitter.emit("x", value);
  return got.has_value() && *got == as;
}
template <class P, class Value>
bool refuses(const Value& value) {
  return !mismatch<P>(value).empty();
}

struct Animal {
  virtual ~Animal() = default;
  int legs = 4;
};
struct Named {
  std::string name = "spot";
};
struct Dog : Animal, Named {};
struct Puppy : virtual Dog {};
struct Secret : private Animal {};
struct Cat {};
struct MoveOnly {
  explicit MoveOnly(int n) : number(std::make_unique<int>(n)) {}
  std::unique_ptr<int> number;
};

}  // namespace

TEST_CASE("text in any form reaches every form of text", "[events][codec]") {
  const std::string string = "spot";
  char buffer[16] = "spot";
  const char full[4] = {'s', 'p', 'o', 't'};
  const char* pointer = "spot";
  EventEmitter emitter;
  int calls = 0;
  emitter.on("x", [&](std::string_view text) { calls += text == "spot"; });
  emitter.on("x", [&](const std::string_view& text) { calls += text == "spot"; });
  emitter.on("x", [&](const std::string& text) { calls += text == "spot"; });
  emitter.on("x", [&](std::string text) { calls += text == "spot"; });
  emitter.emit("x", string);
  emitter.emit("x", std::string_view("spotted").substr(0, 4));
  emitter.emit("x", "spot");
  emitter.emit("x", pointer);
  emitter.emit("x", buffer);
  emitter.emit("x", full);
  emitter.emit("x", static_cast<char*>(buffer));
  CHECK(calls == 7 * 4);
  CHECK(mismatch<std::string_view>(static_cast<const char*>(nullptr)) ==
        "expected text, found null");
  CHECK(mismatch<const std::string&>(5) == "expected text, found int 5");
  CHECK(mismatch<int>("5") == "expected int, found text");
}

TEST_CASE("a string given as one is not copied", "[events][codec]") {
  const std::string given = "the very same";
  EventEmitter emitter;
  emitter.on("x", [&](const std::string& got) { CHECK(&got == &given); });
  CHECK(emitter.emit("x", given));
}

TEST_CASE("a number reaches every arithmetic type that holds it exactly", "[events][codec]") {
  constexpr auto max64 = std::numeric_limits<std::uint64_t>::max();
  constexpr auto min64 = std::numeric_limits<std::int64_t>::min();
  CHECK(reaches<int>(7, 7));
  CHECK(reaches<double>(7, 7.0));
  CHECK(reaches<int>(7.0, 7));
  CHECK(reaches<std::int8_t>(-128, std::int8_t{-128}));
  CHECK(reaches<std::uint8_t>(255L, std::uint8_t{255}));
  CHECK(reaches<std::uint64_t>(max64, max64));
  CHECK(reaches<long double>(min64, static_cast<long double>(min64)));
  CHECK(reaches<std::int64_t>(-9223372036854775808.0, min64));
  CHECK(reaches<bool>(1, true));
  CHECK(reaches<int>(true, 1));
  CHECK(reaches<char>(65, 'A'));
  CHECK(reaches<float>(0.5, 0.5f));
  CHECK(reaches<double>(0.1f, static_cast<double>(0.1f)));
  CHECK(reaches<float>(std::numeric_limits<double>::infinity(),
                       std::numeric_limits<float>::infinity()));
}

TEST_CASE("a number that would change on the way is a mismatch", "[events][codec]") {
  CHECK(mismatch<int>(1.5) == "expected int, found double 1.5");
  CHECK(mismatch<std::uint8_t>(256) == "expected unsigned char, found int 256");
  CHECK(mismatch<unsigned>(-1) == "expected unsigned int, found int -1");
  CHECK(mismatch<int>(5'000'000'000L) == "expected int, found long 5000000000");
  CHECK(refuses<std::int8_t>(128));
  CHECK(refuses<std::int8_t>(-129));
  CHECK(refuses<bool>(2));
  CHECK(refuses<float>(0.1));
  CHECK(refuses<float>(1e300));
  CHECK(refuses<double>((1LL << 53) + 1));
  CHECK(refuses<double>(std::numeric_limits<std::uint64_t>::max()));
  CHECK(refuses<std::int64_t>(9223372036854775808.0));
  CHECK(refuses<std::uint64_t>(18446744073709551616.0));
  CHECK(refuses<std::int64_t>(std::numeric_limits<std::uint64_t>::max()));
  CHECK(refuses<int>(std::numeric_limits<double>::quiet_NaN()));
  CHECK(refuses<int>(std::numeric_limits<double>::infinity()));
}

TEST_CASE("a derived object reaches references to its bases", "[events][codec]") {
  EventEmitter emitter;
  Puppy puppy;
  const Animal* animal = nullptr;
  const Named* named = nullptr;
  emitter.on("x", [&](const Animal& got) { animal = &got; });
  emitter.on("x", [&](const Named& got) { named = &got; });
  emitter.emit("x", puppy);
  CHECK(animal == static_cast<Animal*>(&puppy));
  CHECK(named == static_cast<Named*>(&puppy));
  CHECK(upcast_by_throw<Named>(Argument::of(puppy)) == named);
  CHECK(upcast_by_throw<Cat>(Argument::of(puppy)) == nullptr);
  CHECK(mismatch<const Animal&>(Cat()).find("Animal, found ") != std::string::npos);
  CHECK(refuses<const Dog&>(Animal()));
  CHECK(refuses<const Animal&>(Secret()));
  CHECK(refuses<Animal>(Dog()));  // by value it would be sliced
  CHECK(mismatch<Animal>(Animal()).empty());
}

TEST_CASE("objects are shared, and only std::ref lets them be changed", "[events][codec]") {
  EventEmitter emitter;
  Dog dog;
  emitter.on("x", [](Dog& given) { given.legs = 3; });
  emitter.on("x", [&](const Dog& given) { CHECK(&given == &dog); });
  emitter.emit("x", std::ref(dog));
  CHECK(dog.legs == 3);
  CHECK(mismatch<Dog&>(dog).find("Dog&, found ") != std::string::npos);
  CHECK(refuses<Dog&>(std::cref(dog)));

  int number = 0;
  emitter.on("count", [&](const MoveOnly& only) { number = *only.number; });
  emitter.emit("count", MoveOnly(5));
  CHECK(number == 5);
}

TEST_CASE("extra arguments are ignored, a missing one is a mismatch", "[events][codec]") {
  EventEmitter emitter;
  int calls = 0;
  emitter.on("x", [&](int) { ++calls; });
  CHECK(emitter.emit("x", 1, "more", Cat()));
  CHECK(calls == 1);
  CHECK(mismatch<int>() == "expected int, found nothing");
  emitter.on("two", [](int, const std::string&) {});
  CHECK_THROWS_WITH(emitter.emit("two", 1),
                    "event \"two\": argument 2: expected text, found nothing");
  CHECK_THROWS_WITH(emitter.emit("two", 1, 2),
                    "event \"two\": argument 2: expected text, found int 2");
}

TEST_CASE("an optional takes its value, null or nothing", "[events][codec]") {
  EventEmitter emitter;
  std::string got;
  emitter.on("x", [&](std::optional<int> i, const std::optional<std::string>& s) {
    got = (i ? std::to_string(*i) : "-") + "," + s.value_or("-");
  });
  const auto emit = [&](const auto&... values) {
    emitter.emit("x", values...);
    return got;
  };
  CHECK(emit() == "-,-");
  CHECK(emit(1) == "1,-");
  CHECK(emit(1.0, "s") == "1,s");
  CHECK(emit(nullptr, std::nullopt) == "-,-");
  CHECK(emit(std::optional<int>(4), std::optional<std::string>("t")) == "4,t");
  CHECK(mismatch<std::optional<int>>("s") == "expected int or nothing, found text");
}

TEST_CASE("events::Args takes everything", "[events][codec]") {
  EventEmitter emitter;
  std::size_t count = 9;
  emitter.on("x", [&](const Args& args) {
    count = args.size();
    if (count < 2) return;
    CHECK(args.get<std::string>(0) == "a");
    CHECK(args.get<long>(1) == 2);
    CHECK_FALSE(args.get<std::string>(1));
    CHECK_FALSE(args.get<int>(2));
  });
  emitter.emit("x", "a", 2);
  CHECK(count == 2);
  emitter.emit("x");
  CHECK(count == 0);
}

TEST_CASE("a mismatch goes to the error listeners and the others are called", "[events][codec]") {
  EventEmitter emitter;
  std::string what;
  int calls = 0;
  emitter.on("x", [&](int) { ++calls; });
  emitter.on("x", [&](std::string_view) { ++calls; });
  emitter.on("error", [&](const MismatchError& error) { what = error.what(); });
  CHECK(emitter.emit("x", "text"));
  CHECK(calls == 1);
  CHECK(what == "event \"x\": argument 1: expected int, found text");
}

TEST_CASE("a mismatch of an error listener is thrown, not told again", "[events][codec]") {
  EventEmitter emitter;
  emitter.on("error", [](const std::exception&) {});
  CHECK_THROWS_AS(emitter.emit("error", 5), MismatchError);
}

TEST_CASE("every kind of function object listens", "[events][codec]") {
  struct Functor {
    int* calls;
    void operator()(int) const noexcept { ++*calls; }
  };
  EventEmitter emitter;
  int calls = 0;
  emitter.on("x", [&calls](int) mutable { ++calls; });
  emitter.on("x", [&calls](int) noexcept { return ++calls; });
  emitter.on("x", Functor{&calls});
  emitter.on("x", std::function<void(double)>([&](double) { ++calls; }));
  emitter.on("x", [&calls, owned = std::make_unique<int>(1)](int) { calls += *owned; });
  const Functor kept{&calls};
  emitter.on("x", kept);
  emitter.emit("x", 1);
  CHECK(calls == 6);
}

TEST_CASE("an exception is reached through its exception_ptr", "[events][codec]") {
  EventEmitter emitter;
  std::string heard;
  emitter.on("x", [&](const std::exception& error) { heard += error.what(); });
  emitter.on("x", [&](const std::runtime_error& error) { heard += error.what(); });
  emitter.on("x", [&](std::exception_ptr pointer) { heard += pointer != nullptr ? "!" : "?"; });
  emitter.emit("x", std::make_exception_ptr(std::range_error("lost ")));
  CHECK(heard == "lost lost !");
  emitter.off(emitter.listeners("x")[0]);
  CHECK_THROWS_AS(emitter.emit("x", std::make_exception_ptr(std::bad_alloc())), MismatchError);
  CHECK_THROWS_AS(emitter.emit("x", std::make_exception_ptr(7)), MismatchError);
  CHECK_THROWS_AS(emitter.emit("x", std::exception_ptr()), MismatchError);
}
