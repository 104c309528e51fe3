// tests/http/event_format_test.cpp - events as text, read back by the rules for clients.
#include "http/event_format.h"

#include <string>
#include <vector>

#include "tests/catch.h"

using namespace strata;

namespace {

// What a browser makes of a stream: WHATWG HTML, 9.2.6, line by line.
struct Client {
  struct Event {
    std::string name, data, id;
    bool operator==(const Event&) const = default;
  };
  std::vector<Event> events;
  std::string id;
  int retry = -1;

  void read(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = text.find_first_of("\r\n");
      REQUIRE(end != std::string_view::npos);
      take_line(text.substr(0, end));
      text.remove_prefix(end + (text.substr(end, 2) == "\r\n" ? 2 : 1));
    }
  }

 private:
  void take_line(std::string_view line) {
    if (line.empty()) {
      if (!data_.empty()) events.push_back({name_, data_.substr(0, data_.size() - 1), id});
      data_.clear();
      name_.clear();
      return;
    }
    const std::size_t colon = std::min(line.find(':'), line.size());
    const std::string_view field = line.substr(0, colon);
    std::string_view value = line.substr(std::min(colon + 1, line.size()));
    if (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    if (field == "data") data_ += std::string(value) + "\n";
    if (field == "event") name_ = value;
    if (field == "id" && value.find('\0') == std::string_view::npos) id = value;
    if (field == "retry") retry = std::stoi(std::string(value));
  }
  std::string data_, name_;
};

}  // namespace

TEST_CASE("an event is written as its specification draws it", "[http][codec]") {
  struct Row {
    http::ServerEvent event;
    const char* wire;
  };
  const Row rows[] = {
      {{.data = "hello"}, "data: hello\n\n"},
      {{.data = ""}, "data: \n\n"},
      {{.data = " two "}, "data:  two \n\n"},
      {{.data = "a\nb"}, "data: a\ndata: b\n\n"},
      {{.data = "a\r\nb\rc\n"}, "data: a\ndata: b\ndata: c\ndata: \n\n"},
      {{.data = "\n\r"}, "data: \ndata: \ndata: \n\n"},
      {{.data = "x: y"}, "data: x: y\n\n"},
      {{.data = "1", .event = "joined"}, "event: joined\ndata: 1\n\n"},
      {{.data = "1", .id = "7"}, "id: 7\ndata: 1\n\n"},
      {{.data = "1", .id = ""}, "id: \ndata: 1\n\n"},
      {{.data = "1", .retry = std::chrono::milliseconds(3000)}, "retry: 3000\ndata: 1\n\n"},
  };
  for (const Row& row : rows) {
    std::string wire;
    CHECK(http::append_event(wire, row.event));
    CHECK(wire == row.wire);
  }
  std::string comment;
  http::append_comment(comment, "one\ndata: two");
  CHECK(comment == ": one\n: data: two\n\n");
}

TEST_CASE("what would forge an event is refused", "[http][codec]") {
  using namespace std::string_view_literals;
  for (const std::string_view bad : {"a\nb"sv, "a\rb"sv, "\n"sv, "a\r\n\r\ndata: x"sv, "a\0b"sv}) {
    std::string wire;
    CHECK_FALSE(http::append_event(wire, {.data = "1", .event = bad}));
    CHECK_FALSE(http::append_event(wire, {.data = "1", .id = bad}));
    CHECK(wire == "");
  }
  std::string wire;
  CHECK_FALSE(http::append_event(wire, {.data = "1", .retry = std::chrono::milliseconds(-1)}));
  CHECK(wire == "");
}

TEST_CASE("whatever the data is, a client reads it back as one event", "[http][codec]") {
  const std::string_view alphabet = "a\r\n: ";
  std::string data;
  // Every text of up to five of these characters.
  for (std::size_t number = 0; number < 5 * 5 * 5 * 5 * 5; ++number) {
    data.clear();
    for (std::size_t left = number; left != 0; left /= 5) data += alphabet[left % 5];
    std::string expected;
    for (std::size_t i = 0; i < data.size(); ++i) {
      if (data[i] == '\r') {
        expected += '\n';
        if (i + 1 < data.size() && data[i + 1] == '\n') ++i;
      } else {
        expected += data[i];
      }
    }
    std::string wire;
    CHECK(http::append_event(wire, {.data = data, .event = "e", .id = "1"}));
    http::append_comment(wire, data);
    Client client;
    client.read(wire);
    CHECK(client.events == std::vector<Client::Event>{{"e", expected, "1"}});
  }
}
