// tests/events/typed_emitter_test.cpp - events that are types, and what a listener may do to them.
#include "events/typed_emitter.h"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/events/allocations.h"

using namespace strata::events;

namespace app {
struct Named {
  std::string name;
};
struct Joined : Named {};
struct Left {
  std::string name;
  int seconds = 0;
};
enum class Light { red, green };
}  // namespace app

struct error {};  // spelled as the event that throws where nobody hears it

namespace {
using app::Joined;
using app::Left;
using app::Light;

class Chat : public TypedEmitter<Joined, Left, Light, error, std::string, std::optional<int>> {};

Joined joined(std::string name) { return {{std::move(name)}}; }
int calls_of_plain = 0;
void plain(const Left& left) { calls_of_plain += left.seconds; }
}  // namespace

TEST_CASE("a typed event reaches the listeners of its type, and no others", "[events][codec]") {
  Chat chat;
  std::string heard;
  CHECK_FALSE(chat.emit(joined("nobody")));
  chat.on<Joined>([&](const Joined& e) { heard += "+" + e.name; });
  chat.on<Left>([&](Left e) { heard += "-" + e.name + std::to_string(e.seconds); });
  chat.on<Light>([&](Light light) { heard += light == Light::red ? "r" : "g"; });
  CHECK(chat.emit(joined("spot")));
  CHECK(chat.emit(Left{"rex", 3}));
  CHECK(chat.emit<Left>({"tom", 4}));
  CHECK(chat.emit(Light::green));
  CHECK(heard == "+spot-rex3-tom4g");
}

TEST_CASE("a typed listener is whatever can be called with the event, or with nothing",
          "[events][codec]") {
  Chat chat;
  std::string heard;
  chat.on<Joined>([&] { heard += '0'; });
  chat.on<Joined>([&](const auto& e) { heard += e.name; });
  chat.on<Joined>([&](const app::Named& base) { heard += base.name; });
  chat.on<Joined>([&, calls = 0](const Joined&) mutable { heard += std::to_string(++calls); });
  chat.on<Joined>(
      std::function<int(const Joined&)>([&](const Joined&) { return heard += 'f', 1; }));
  chat.emit(joined("a"));
  chat.emit(joined("b"));
  CHECK(heard == "0aa1f0bb2f");
  calls_of_plain = 0;
  chat.on<Left>(plain);
  chat.on<Left>(&plain);
  chat.emit(Left{"", 2});
  CHECK(calls_of_plain == 4);
}

TEST_CASE("a listener sees the event itself, neither copied nor converted", "[events][codec]") {
  Chat chat;
  const void* seen = nullptr;
  const auto see = [&](const auto& e) { seen = &e; };
  chat.on<std::string>(see);
  chat.on<std::optional<int>>(see);
  chat.on<Left>(see);
  const std::string text = "text";
  chat.emit(text);
  CHECK(seen == &text);
  const std::optional<int> nothing;
  chat.emit(nothing);
  CHECK(seen == &nothing);
  const Left left;
  chat.emit(left);
  CHECK(seen == &left);
}

TEST_CASE("an empty typed listener is refused", "[events][codec]") {
  Chat chat;
  CHECK_THROWS_AS(chat.on<Left>(std::function<void(const Left&)>()), Error);
  CHECK_THROWS_AS(chat.on<Left>(static_cast<void (*)(const Left&)>(nullptr)), Error);
  CHECK(chat.listener_count<Left>() == 0);
}

TEST_CASE("no typed event is special, whatever its name", "[events][codec]") {
  Chat chat;
  CHECK_FALSE(chat.emit(error{}));
  CHECK(event_name<error> == "::error");
  CHECK(event_name<Joined> == "::app::Joined");
}

TEST_CASE("once, prepend, count, off and remove all, by type", "[events][codec]") {
  Chat chat;
  std::string heard;
  const Listener one = chat.on<Left>([&] { heard += '1'; });
  chat.prepend_listener<Left>([&] { heard += '0'; });
  chat.prepend_once_listener<Left>([&] { heard += '-'; });
  const Listener once = chat.once<Left>([&] { heard += '2'; });
  chat.on<Joined>([&] { heard += 'j'; });
  CHECK(once.once());
  CHECK_FALSE(one.once());
  CHECK(chat.listener_count<Left>() == 4);
  chat.emit(Left{});
  chat.emit(Left{});
  CHECK(heard == "-01201");
  CHECK(chat.listener_count<Left>() == 2);
  CHECK_FALSE(chat.off(once));
  CHECK(chat.off(one));
  CHECK_FALSE(chat.off(one));
  CHECK_FALSE(Chat().off(one));
  chat.remove_all_listeners<Left>();
  CHECK_FALSE(chat.emit(Left{}));
  CHECK(chat.listener_count<Joined>() == 1);
  chat.remove_all_listeners();
  CHECK_FALSE(chat.emit(joined("")));
}

TEST_CASE("typed listeners take options, and a signal removes them", "[events][codec]") {
  Chat chat;
  std::string heard;
  AbortController gone;
  chat.on<Left>([&] { heard += '1'; });
  chat.on<Left>([&](const Left&) { heard += '0'; }, {.prepend = true, .signal = gone.signal()});
  chat.emit(Left{});
  gone.abort();
  chat.emit(Left{});
  CHECK(heard == "011");
  CHECK_FALSE(chat.on<Left>([] {}, {.signal = gone.signal()}));
}

TEST_CASE("a scoped typed listener ends with its scope, before or after its emitter",
          "[events][codec]") {
  auto chat = std::make_unique<Chat>();
  int calls = 0;
  {
    const ScopedListener scope = chat->scoped(chat->on<Left>([&] { ++calls; }));
    chat->emit(Left{});
  }
  CHECK_FALSE(chat->emit(Left{}));
  const ScopedListener longer = chat->scoped(chat->on<Left>([&] { ++calls; }));
  chat.reset();
  CHECK(calls == 1);
}

TEST_CASE("typed listeners may add and remove while they are called", "[events][codec]") {
  Chat chat;
  std::string heard;
  Listener second;
  chat.on<Left>([&] {
    heard += '1';
    chat.off(second);
    chat.on<Left>([&] { heard += 'n'; });
  });
  second = chat.on<Left>([&] { heard += '2'; });
  chat.on<Left>([&] { heard += '3'; });
  chat.emit(Left{});
  CHECK(heard == "13");  // the removed one is not called any more, the new one not yet
  heard.clear();
  chat.emit(Left{});
  CHECK(heard == "13n");
}

TEST_CASE("a once typed listener runs once, also where it emits again", "[events][codec]") {
  Chat chat;
  int calls = 0;
  chat.once<Left>([&](const Left& e) {
    ++calls;
    CHECK_FALSE(chat.emit(e));
  });
  CHECK(chat.emit(Left{}));
  CHECK(calls == 1);
}

TEST_CASE("what a typed listener throws leaves emit, and the rest is not called",
          "[events][codec]") {
  Chat chat;
  std::string heard;
  chat.once<Left>([] { throw std::runtime_error("no"); });
  chat.on<Left>([&] { heard += '2'; });
  CHECK_THROWS_WITH(chat.emit(Left{}), "no");
  CHECK(heard.empty());
  CHECK(chat.emit(Left{}));
  CHECK(heard == "2");
}

TEST_CASE("a typed emitter may be destroyed inside its own emit", "[events][codec]") {
  auto chat = std::make_unique<Chat>();
  const auto kept = std::make_shared<std::string>("captured");
  std::string heard;
  chat->on<Left>([&heard, &chat, kept] {
    chat.reset();
    heard += *kept;  // the running one is kept, and its captures
  });
  chat->on<Left>([&heard, kept] { heard += "gone"; });
  CHECK(chat->emit(Left{}));
  CHECK(heard == "captured");
  CHECK(kept.use_count() == 1);
}

TEST_CASE("a typed emitter moves with its listeners", "[events][codec]") {
  Chat chat;
  int calls = 0;
  const Listener listener = chat.on<Left>([&] { ++calls; });
  Chat moved = std::move(chat);
  CHECK(moved.emit(Left{}));
  CHECK(moved.off(listener));
  CHECK(calls == 1);
}

TEST_CASE("the leak warning names the type of the event", "[events][codec]") {
  Chat chat;
  std::vector<std::string> warnings;
  chat.on_warning([&](std::string_view text) { warnings.emplace_back(text); });
  chat.set_max_listeners(1);
  for (int i = 0; i < 3; ++i) chat.on<Joined>([] {});
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].find("2 ::app::Joined listeners added") != std::string::npos);
}

TEST_CASE("a typed emit allocates nothing", "[events][codec]") {
  Chat chat;
  const Left left{"a name too long to be kept inside of a std::string", 1};
  std::size_t before = allocations;
  chat.emit(left);
  CHECK(allocations == before);
  int calls = 0;
  chat.on<Left>([&](const Left& e) { calls += e.seconds; });
  chat.on<Left>([&] { ++calls; });
  before = allocations;
  for (int i = 0; i < 10; ++i) chat.emit(left);
  const std::size_t after = allocations;
  CHECK(after == before);
  CHECK(calls == 20);
}

TEST_CASE("a typed listener is found by function or callback", "[events][codec]") {
  TypedEmitter<Joined, Left> chat;
  int calls = 0;
  const auto counts = callback([&](const Joined&) { ++calls; });
  void (*const function)(const Joined&) = [](const Joined&) {};
  chat.on<Joined>(counts);
  chat.add_listener<Joined>(function);
  chat.once<Joined>(counts);
  chat.prepend_listener<Joined>(counts);
  CHECK(chat.listener_count<Joined>(counts) == 3);
  CHECK(chat.listener_count<Joined>(function) == 1);
  chat.off<Joined>(counts).remove_listener<Joined>(function);
  CHECK(chat.listener_count<Joined>() == 2);
  chat.emit(Joined{"spot"});
  CHECK(calls == 2);
  CHECK(chat.listeners<Joined>().size() == 2);  // the once was the most recent
  CHECK_FALSE(chat.raw_listeners<Joined>()[0].once());
  CHECK(chat.remove_listener(chat.listeners<Joined>()[0]));
  chat.off<Joined>(counts);
  CHECK(chat.event_names().empty());
  CHECK(chat.get_max_listeners() == 10);
}

TEST_CASE("typed hooks are told what comes and goes", "[events][codec]") {
  TypedEmitter<Joined, Left> chat;
  std::string log;
  chat.on_new_listener([&](std::string_view event, Listener) {
    if (event == event_name<Joined>)
      log += "+joined" + std::to_string(chat.listener_count<Joined>()) + " ";
  });
  chat.on_remove_listener([&](std::string_view event, Listener listener) {
    if (event == event_name<Joined>) log += listener.once() ? "-once " : "-joined ";
  });
  const Listener first = chat.on<Joined>([] {});
  chat.once<Joined>([] {});
  chat.on<Left>([] {});
  chat.emit(Joined{"spot"});
  chat.off(first);
  CHECK(log == "+joined0 +joined1 -once -joined ");
}
