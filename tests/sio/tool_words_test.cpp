// What is typed into tools/sio, and what it writes down: words, lines, recordings, replays.
#include <map>

#include "tests/catch.h"
#include "tools/sio/record.h"
#include "tools/sio/words.h"

using namespace strata;
using namespace strata::tools;
using sio::Json;

namespace {

std::optional<std::string> no_file(const std::string&) { return std::nullopt; }
std::optional<std::string> files(const std::string& path) {
  if (path == "two") return std::string("\x01\xff", 2);
  return std::nullopt;
}

Json bytes(std::vector<std::uint8_t> all) { return Json::binary(std::move(all)); }

Json word(std::string_view text) {
  auto value = read_word(text, files);
  INFO(text);
  REQUIRE(value);
  return *value;
}

std::vector<Entry> recording(const std::string& lines) {
  auto read = read_recording("{\"sio\":1}\n" + lines);
  if (!read) FAIL(read.error());
  return *read;
}

Entry in(std::string event, Json args) { return {{}, Entry::in, std::move(event), args, {}}; }
Entry answer(std::uint64_t to, Json args) { return {{}, Entry::answer, "", args, to}; }

}  // namespace

TEST_CASE("a word is JSON, else text, else the bytes that its mark says", "[sio][tool][codec]") {
  CHECK(word("1") == 1);
  CHECK(word("-1.5e3") == -1500);
  CHECK(word("true") == true);
  CHECK(word("null") == nullptr);
  CHECK(word("\"1\"") == "1");
  CHECK(word("{\"a\":[1,{}]}") == Json{{"a", {1, Json::object()}}});
  CHECK(word("spot") == "spot");
  CHECK(word("01") == "01");
  CHECK(word("tru") == "tru");
  CHECK(word("") == "");
  CHECK(word("Käse") == "Käse");
  CHECK(word("@two") == bytes({1, 255}));
  CHECK(word("@@two") == "@two");
  CHECK(word("base64:Af8=") == bytes({1, 255}));
  CHECK(word("base64:") == bytes({}));
  CHECK(word("{\"a\":{\"base64\":\"Af8=\"}}")["a"] == bytes({1, 255}));
  CHECK(word("[{\"base64\":\"no\"}]")[0]["base64"] == "no");
  CHECK(word("[{\"base64\":\"Af8=\",\"b\":1}]")[0]["base64"] == "Af8=");
}

TEST_CASE("a word that begins as JSON or bytes and is none is refused with a sentence",
          "[sio][tool][codec]") {
  for (const char* const wrong : {"{", "[1,]", "\"open", "{a:1}", "@none", "base64:A",
                                  "base64:A==", "base64:Af9=", "\xff", "@", "[] []"}) {
    INFO(wrong);
    const auto value = read_word(wrong, files);
    REQUIRE_FALSE(value);
    CHECK_FALSE(value.error().empty());
  }
}

TEST_CASE("a line is an event and its values, each to its own end", "[sio][tool][codec]") {
  const Command line = read_line("  chat {\"a b\": [1, \"}\\\"\"]}  3 two @two \"x y\"  ", files);
  REQUIRE(line.kind == Command::emit);
  CHECK(line.spoken.event == "chat");
  CHECK_FALSE(line.spoken.ask);
  REQUIRE(line.spoken.values.size() == 5);
  CHECK(line.spoken.values[0] == Json{{"a b", {1, "}\""}}});
  CHECK(line.spoken.values[1] == 3);
  CHECK(line.spoken.values[2] == "two");
  CHECK(line.spoken.values[3] == bytes({1, 255}));
  CHECK(line.spoken.values[4] == "x y");

  CHECK(read_line("?sum 1 2", no_file).spoken.ask);
  CHECK(read_line("? sum 1 2", no_file).spoken.event == "sum");
  CHECK(read_line("\"two words\" 1", no_file).spoken.event == "two words");
  CHECK(read_line("//slash", no_file).spoken.event == "/slash");
  CHECK(read_line("alone", no_file).spoken.values.empty());
  CHECK(read_line("", no_file).kind == Command::nothing);
  CHECK(read_line(" \t\r", no_file).kind == Command::nothing);
}

TEST_CASE("a line with / is a command, or is refused", "[sio][tool][codec]") {
  CHECK(read_line("/connect", no_file).kind == Command::connect);
  CHECK(read_line("/disconnect ", no_file).kind == Command::disconnect);
  CHECK(read_line("/quit", no_file).kind == Command::quit);
  CHECK(read_line("/help", no_file).kind == Command::help);
  for (const char* const wrong : {"/", "/nothing", "/quit now", "?", "a {", "[1] 2", "\"open",
                                  "a @x", "\xff", "{\"a\":1}", "a \xff"}) {
    INFO(wrong);
    const Command command = read_line(wrong, no_file);
    CHECK(command.kind == Command::wrong);
    CHECK_FALSE(command.why.empty());
  }
}

TEST_CASE("bytes are spelled and read back wherever they stand, ten thousand deep too",
          "[sio][tool][codec]") {
  Json value = {1, {{"a", bytes({0, 1, 2})}, {"b", {bytes({})}}}};
  const Json before = value;
  spell_bytes(value);
  CHECK(sio::dump(value) == R"([1,{"a":{"base64":"AAEC"},"b":[{"base64":""}]}])");
  read_bytes(value);
  CHECK(value == before);

  Json deep = bytes({7});
  for (int i = 0; i < 10'000; ++i) {
    Json around = Json::array();
    around.push_back(std::move(deep));
    deep = std::move(around);
  }
  spell_bytes(deep);
  const Json* inner = &deep;
  while (inner->is_array()) inner = &(*inner)[0];
  CHECK((*inner)["base64"] == "Bw==");
}

TEST_CASE("a recording is written as it is read", "[sio][tool][codec]") {
  const std::string lines = R"({"at":0.012,"out":"hello","args":["spot",{"base64":"AAEC"}]})"
                            "\n"
                            R"({"at":0.034,"out":"sum","args":[1,2.5],"ask":0})"
                            "\n"
                            R"({"at":0.035,"in":"two \"words\"","args":[]})"
                            "\n"
                            R"({"at":12,"answer":0,"args":[3.5]})"
                            "\n";
  std::string again;
  for (const Entry& entry : recording(lines)) again += entry_line(entry);
  CHECK(again == lines);
  CHECK(recording(lines)[0].args[1] == bytes({0, 1, 2}));
  CHECK(recording(lines)[1].at == 34ms);
  CHECK(head_line("http://a/\"", "/x") == "{\"sio\":1,\"url\":\"http://a/\\\"\",\"nsp\":\"/x\"}\n");
  CHECK(read_recording(head_line("http://a", "/"))->empty());
}

TEST_CASE("a recording that is none is refused, with the line", "[sio][tool][codec]") {
  const std::map<std::string, std::string> rows = {
      {"", "it is empty"},
      {"\n \n", "it is empty"},
      {"{}", "line 1 is not the head of a recording"},
      {"[1]", "line 1 is not the head of a recording"},
      {"{\"sio\":2}", "line 1 is not the head of a recording"},
      {"{\"sio\":1}\n{", "line 2 is no JSON"},
      {"{\"sio\":1}\n\n[]", "line 3 is no object"},
      {"{\"sio\":1}\n{\"out\":\"a\"}", "line 2 has no \"at\""},
      {"{\"sio\":1}\n{\"at\":-1,\"out\":\"a\"}", "line 2 has an \"at\" that is no time"},
      {"{\"sio\":1}\n{\"at\":1e300,\"out\":\"a\"}", "line 2 has an \"at\" that is no time"},
      {"{\"sio\":1}\n{\"at\":1}", "line 2 is none of \"out\", \"in\" and \"answer\", or several"},
      {"{\"sio\":1}\n{\"at\":1,\"in\":\"a\",\"out\":\"b\"}",
       "line 2 is none of \"out\", \"in\" and \"answer\", or several"},
      {"{\"sio\":1}\n{\"at\":1,\"in\":1}", "line 2 has a name that is no text"},
      {"{\"sio\":1}\n{\"at\":1,\"in\":\"a\",\"args\":{}}", "line 2 has \"args\" that are no array"},
      {"{\"sio\":1}\n{\"at\":1,\"out\":\"a\",\"ask\":-1}",
       "line 2 has an \"ask\" that is no number"},
      {"{\"sio\":1}\n{\"at\":1,\"answer\":\"0\"}", "line 2 has an \"answer\" that is no number"}};
  for (const auto& [text, why] : rows) {
    INFO(text);
    const auto read = read_recording(text);
    REQUIRE_FALSE(read);
    CHECK(read.error() == why);
  }
}

TEST_CASE("a replay sends each when it was sent then", "[sio][tool][codec]") {
  Replay replay(recording("{\"at\":0.1,\"out\":\"a\"}\n{\"at\":0.1,\"out\":\"b\"}\n"
                          "{\"at\":0.2,\"in\":\"never\"}\n{\"at\":0.3,\"out\":\"c\"}\n"),
                Replay::recorded, false);
  CHECK(replay.take(99ms) == nullptr);
  CHECK(replay.next_at() == net::Duration(100ms));
  CHECK(replay.take(100ms)->event == "a");
  CHECK(replay.take(100ms)->event == "b");
  CHECK(replay.take(299ms) == nullptr);
  CHECK(replay.next_at() == net::Duration(300ms));
  CHECK_FALSE(replay.all_sent());
  CHECK(replay.take(10s)->event == "c");
  CHECK(replay.all_sent());
  CHECK_FALSE(replay.next_at());
  CHECK(replay.take(10s) == nullptr);
  CHECK(replay.all_heard());  // where nothing is expected
  CHECK_FALSE(replay.heard(in("other", {1})));
}

TEST_CASE("a fast replay sends at once, but what was an answer waits for its question",
          "[sio][tool][codec]") {
  const std::string lines =
      "{\"at\":1,\"out\":\"a\"}\n{\"at\":2,\"in\":\"b\",\"args\":[1]}\n{\"at\":3,\"out\":\"c\"}\n";
  Replay all(recording(lines), Replay::fast, false);
  CHECK(all.take({})->event == "a");
  CHECK(all.take({})->event == "c");

  Replay expects(recording(lines), Replay::fast, true);
  CHECK(expects.take({})->event == "a");
  CHECK(expects.take({}) == nullptr);
  CHECK_FALSE(expects.next_at());
  CHECK_FALSE(expects.heard(in("b", {1})));
  CHECK(expects.next_at() == net::Duration());
  CHECK(expects.take({})->event == "c");
}

TEST_CASE("a replay tells what came otherwise, came too much, or did not come",
          "[sio][tool][codec]") {
  const std::string lines =
      "{\"at\":1,\"out\":\"ask\",\"ask\":0}\n{\"at\":2,\"in\":\"b\",\"args\":[1]}\n"
      "{\"at\":2,\"in\":\"c\"}\n{\"at\":3,\"answer\":0,\"args\":[\"yes\"]}\n";
  Replay replay(recording(lines), Replay::recorded, true);
  CHECK_FALSE(replay.all_heard());
  CHECK(replay.missing() == "did not come: b [1]");
  CHECK(replay.heard(in("b", {2})) == "expected b [1], heard b [2]");
  CHECK_FALSE(replay.heard(in("c", Json::array())));
  CHECK(replay.heard(in("c", Json::array())) == "not expected: c []");
  CHECK_FALSE(replay.all_heard());
  CHECK(replay.missing() == "did not come: an answer, [\"yes\"]");
  CHECK(replay.heard(answer(1, {1})) == "an answer that did not come then: [1]");
  CHECK(replay.heard(answer(0, {"no"})) == "expected the answer [\"yes\"], heard [\"no\"]");
  CHECK(replay.all_heard());
  CHECK(replay.missing() == "nothing is missing");

  Replay right(recording(lines), Replay::recorded, true);
  CHECK_FALSE(right.heard(answer(0, {"yes"})));
  CHECK_FALSE(right.heard(in("b", {1})));
  CHECK_FALSE(right.heard(in("c", Json::array())));
  CHECK(right.all_heard());
}
