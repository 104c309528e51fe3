// JSON as text: what is let through, where elements are cut, how JavaScript's scalars read.
#include "sio/json_text.h"

#include <limits>
#include <random>

#include "sio/json.h"
#include "tests/catch.h"

using namespace strata::sio;

namespace {

const char* const good[] = {
    "0",
    "-0",
    "1",
    "-1",
    "10",
    "0.5",
    "-0.5e-7",
    "1E+5",
    "1e5",
    "123456789012345678901234567890",
    "true",
    "false",
    "null",
    "\"\"",
    "\"a\"",
    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"\\uDBFF\\uDFFF\"",
    "\"\\udc00\\ud800\"",
    "\"\x7f\"",
    "\"\xc3\xa9\"",
    "\"\xe2\x82\xac\"",
    "\"\xf0\x9f\x98\x80\"",
    "\"\xf4\x8f\xbf\xbf\"",
    "[]",
    "{}",
    "[[]]",
    "[1,2]",
    " [ 1 , 2 ] ",
    "\t\r\n1",
    "{\"a\":1}",
    "{\"a\":{\"b\":[1,{}]},\"a\":2}",
    "{ \"\" : null }",
    "\"12345678901234567\"",
    "[\"0123456\\n89\"]",
    ("\"1234567\x7f"
     "8\""),
};

struct Bad {
  const char* what;
  std::string_view text;
};
const Bad bad[] = {
    {"nothing", ""},
    {"blank", " "},
    {"two values", "1 2"},
    {"two arrays", "[][]"},
    {"trailing comma", "[1,]"},
    {"leading comma", "[,1]"},
    {"two commas", "[1,,2]"},
    {"no comma", "[1 2]"},
    {"object comma", "{\"a\":1,}"},
    {"no colon", "{\"a\" 1}"},
    {"no value", "{\"a\":}"},
    {"number key", "{1:2}"},
    {"bare key", "{a:1}"},
    {"open array", "["},
    {"open object", "{"},
    {"crossed", "[}"},
    {"crossed object", "{]"},
    {"stray end", "]"},
    {"stray brace", "}"},
    {"open string", "\"a"},
    {"lone quote", "\""},
    {"leading zero", "01"},
    {"minus", "-"},
    {"minus zero", "-01"},
    {"plus", "+1"},
    {"point first", ".5"},
    {"point last", "1."},
    {"no exponent", "1e"},
    {"no exponent 2", "1e+"},
    {"hexadecimal", "0x10"},
    {"infinity", "Infinity"},
    {"nan", "NaN"},
    {"undefined", "undefined"},
    {"True", "True"},
    {"tru", "tru"},
    {"truex", "truex"},
    {"nul", "nul"},
    {"single quotes", "'a'"},
    {"comment", "[/*x*/]"},
    {"bad escape", "\"\\x41\""},
    {"short escape", "\"\\u12\""},
    {"escape no hex", "\"\\u12g4\""},
    {"escape at end", "\"\\"},
    {"newline in string", "\"a\nb\""},
    {"zero in string", {"\"a\0b\"", 5}},
    {"control after seven", "\"1234567\x1f\""},
    {"zero after", {"1\0", 2}},
    {"BOM",
     "\xef\xbb\xbf"
     "1"},
    {"lone continuation", "\"\x80\""},
    {"overlong", "\"\xc0\x80\""},
    {"overlong 3", "\"\xe0\x80\x80\""},
    {"surrogate bytes", "\"\xed\xa0\x80\""},
    {"above 10FFFF", "\"\xf4\x90\x80\x80\""},
    {"F5", "\"\xf5\x80\x80\x80\""},
    {"cut sequence", "\"\xe2\x82\""},
    {"cut at the end", "\"\xf0\x9f\x98"},
    {"no-break space",
     "\xc2\xa0"
     "1"},
    {"form feed", "\f1"},
    {"byte outside", "\x80"},
};

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

TEST_CASE("right JSON passes, and any part of it cut off does not", "[sio][codec][rfc8259]") {
  for (const std::string_view text : good) {
    INFO(text);
    CHECK_FALSE(check_json(text, 128));
    if (text.back() == ']' || text.back() == '}' || text.back() == '"') {
      for (std::size_t cut = 0; cut < text.size(); ++cut) {
        const std::vector<char> exact(text.begin(), text.begin() + static_cast<long>(cut));
        CHECK(check_json({exact.data(), exact.size()}, 128));
      }
    }
  }
}

TEST_CASE("wrong JSON is refused where it goes wrong", "[sio][codec][rfc8259]") {
  for (const Bad& row : bad) {
    INFO(row.what);
    CHECK(check_json(row.text, 128));
    // The same inside of an array, where its elements are wanted.
    std::vector<std::string_view> elements;
    CHECK(check_json("[\"ok\"," + std::string(row.text) + "]", 128, &elements));
  }
  CHECK(check_json("[1,x]", 128)->at == 3);
  CHECK(check_json("[\"a\x80\"]", 128)->at == 3);
}

TEST_CASE("depth is counted, not recursed", "[sio][codec][sio5-json]") {
  CHECK_FALSE(check_json(nested(128), 128));
  CHECK(check_json(nested(129), 128));
  CHECK_FALSE(check_json(nested(1), 1));
  CHECK(check_json(nested(1), 0));
  CHECK_FALSE(check_json("1", 0));
  CHECK_FALSE(check_json(nested(1024), 4096));  // whatever is asked for: 1024 at most
  CHECK(check_json(nested(1025), 4096));
  CHECK(check_json(std::string(1'000'000, '['), 128));
  CHECK(check_json(std::string(1'000'000, '{'), 128));
  std::string mixed;
  for (int i = 0; i < 64; ++i) mixed += "[{\"a\":";
  CHECK(check_json(mixed, 128)->why == std::string("the text ends early"));
  CHECK(check_json(mixed + "[", 128)->why == std::string("nested too deeply"));
}

TEST_CASE("the elements of the outermost array are views without blanks", "[sio][codec]") {
  const std::string text = " [ 1 , \"a,]\\\"\" ,[2,[3]] , { \"k\" : [ ] } ,true ] ";
  std::vector<std::string_view> elements;
  REQUIRE_FALSE(check_json(text, 128, &elements));
  CHECK(elements ==
        std::vector<std::string_view>{"1", "\"a,]\\\"\"", "[2,[3]]", "{ \"k\" : [ ] }", "true"});
  REQUIRE_FALSE(check_json("[]", 128, &elements));
  CHECK(elements.empty());
  REQUIRE_FALSE(check_json("{\"a\":[1]}", 128, &elements));
  CHECK(elements.empty());
}

TEST_CASE("numbers are written as JavaScript writes them", "[sio][codec][sio5-json]") {
  const std::pair<double, const char*> rows[] = {
      {0, "0"},
      {-0.0, "0"},
      {1, "1"},
      {-1, "-1"},
      {1.5, "1.5"},
      {0.1, "0.1"},
      {1e20, "100000000000000000000"},
      {1e21, "1e+21"},
      {1.5e21, "1.5e+21"},
      {123456789012345680000.0, "123456789012345680000"},
      {0.000001, "0.000001"},
      {0.0000001, "1e-7"},
      {1.25e-7, "1.25e-7"},
      {0.00001234, "0.00001234"},
      {1e300, "1e+300"},
      {5e-324, "5e-324"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {9007199254740993.0, "9007199254740992"},
      {100, "100"},
      {1234.5678, "1234.5678"},
      {-1e-7, "-1e-7"},
      {0.30000000000000004, "0.30000000000000004"},
      {std::numeric_limits<double>::infinity(), "null"},
      {std::numeric_limits<double>::quiet_NaN(), "null"}};
  for (const auto& [value, text] : rows) {
    std::string out;
    append_number(out, value);
    CHECK(out == text);
  }
  CHECK(dump(Json(1.0)) == "1");
  CHECK(dump(Json::array({1u, -1, 18446744073709551615u, 2.5})) ==
        "[1,-1,18446744073709551615,2.5]");
}

TEST_CASE("whole numbers are read from any spelling, and only if they are whole",
          "[sio][codec][rfc8259-6]") {
  CHECK(to_int64("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
  CHECK_FALSE(to_int64("-9223372036854775809"));
  CHECK_FALSE(to_int64("9223372036854775808"));
  CHECK(to_uint64("18446744073709551615") == std::numeric_limits<std::uint64_t>::max());
  CHECK_FALSE(to_uint64("18446744073709551616"));
  CHECK_FALSE(to_uint64("1.8446744073709552e19"));
  CHECK(to_int64("1.0") == 1);
  CHECK(to_int64("1e3") == 1000);
  CHECK(to_int64("10e-1") == 1);
  CHECK(to_uint64("-0") == 0);
  CHECK(to_int64("-0.0") == 0);
  for (const char* no : {"1.5", "1e-1", "\"1\"", "true", "null", "", "[1]", "-1e400"})
    CHECK_FALSE(to_int64(no));
  CHECK_FALSE(to_uint64("-1"));
  CHECK(to_double("1e400") == std::numeric_limits<double>::infinity());
  CHECK(to_double("-1e400") == -std::numeric_limits<double>::infinity());
  CHECK(to_double("1e-400") == 0.0);
  CHECK(to_double("0." + std::string(400, '0') + "1") == 0.0);
  CHECK(to_double("1" + std::string(400, '0')) == std::numeric_limits<double>::infinity());
  CHECK(to_double("1" + std::string(400, '0') + "e-390") == 1e10);
  CHECK(to_double("1" + std::string(800, '0') + "e-390") ==
        std::numeric_limits<double>::infinity());
}

TEST_CASE("strings lose their escapes, and get them as JSON.stringify sets them",
          "[sio][codec][rfc8259-7]") {
  const auto text_of = [](std::string_view raw) {
    std::string out;
    append_unescaped(out, raw);
    return out;
  };
  CHECK(text_of(R"("a\"\\\/\b\f\n\r\tz")") == "a\"\\/\b\f\n\r\tz");
  CHECK(text_of(R"("\u0041\u00e9\u20ac")") == "A\xc3\xa9\xe2\x82\xac");
  CHECK(text_of(R"("\ud83d\ude00")") == "\xf0\x9f\x98\x80");
  CHECK(text_of(R"("\ud83dx")") == "\xef\xbf\xbdx");  // lone surrogates have no UTF-8
  CHECK(text_of(R"("\ude00\ud83d")") == "\xef\xbf\xbd\xef\xbf\xbd");
  CHECK(text_of(R"("\ud83d\ud83d\ude00")") == "\xef\xbf\xbd\xf0\x9f\x98\x80");
  CHECK(plain_string("\"abc\"") == std::string_view("abc"));
  CHECK_FALSE(plain_string(R"("a\n")"));

  const auto quoted = [](std::string_view text) {
    std::string out;
    append_quoted(out, text);
    return out;
  };
  CHECK(quoted("a\"\\/\b\f\n\r\t\x01\x1f\x7f") == R"("a\"\\/\b\f\n\r\t\u0001\u001f)"
                                                  "\x7f\"");
  CHECK(quoted("\xc3\xa9\xf0\x9f\x98\x80") == "\"\xc3\xa9\xf0\x9f\x98\x80\"");
}

TEST_CASE("outgoing bytes that are no UTF-8 become U+FFFD", "[sio][codec][sio5-json]") {
  const std::pair<std::string, int> rows[] = {
      {"\xff", 1},         {"\x80\x80", 2},     {"\xc0\x80", 2},         {"\xe2\x82", 1},
      {"\xf0\x9f\x98", 1}, {"\xed\xa0\x80", 3}, {"\xf4\x90\x80\x80", 4}, {"\xc3(", 1}};
  for (const auto& [bytes, count] : rows) {
    std::string out;
    append_quoted(out, "<" + bytes + ">");
    INFO(out);
    int found = 0;
    for (std::size_t at = 0; (at = out.find("\xef\xbf\xbd", at)) != std::string::npos; ++at)
      ++found;
    CHECK(found == count);
    CHECK_FALSE(check_json(out, 1));
  }
}

TEST_CASE("the checker and the reader agree with nlohmann's", "[sio][codec][property]") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const std::string_view alphabet[] = {"[",       "]",  "{",    "}",      ",",    ":", "\"a\"",
                                       "\"\\n\"", "1",  "-2.5", "true",   "null", " ", "0",
                                       "e",       "\"", "1e2",  "\"b\":", "\\"};
  for (int round = 0; round < 4000; ++round) {
    std::string text;
    if (round % 2 == 0) {
      for (auto n = random() % 12; n > 0; --n) text += alphabet[random() % std::size(alphabet)];
    } else {
      text = good[random() % std::size(good)];
      if (!text.empty()) text[random() % text.size()] = static_cast<char>(random() % 256);
    }
    if (text.find("\\u") != std::string::npos) continue;  // we allow lone surrogates, it does not
    if (text.find('\0') != std::string::npos) continue;   // it takes a zero for the end
    if (text.starts_with("\xef\xbb\xbf")) continue;       // it skips a BOM
    const std::size_t e = text.find_first_of("eE");       // it refuses what no double holds
    if (e != std::string::npos && text.find_first_of("0123456789", e) + 2 < text.size()) continue;
    INFO(text);
    const Json theirs = Json::parse(text, nullptr, false);
    const auto ours = parse_json(text);
    REQUIRE(ours.has_value() == !theirs.is_discarded());
    if (ours && text.find_first_of(".eE") == std::string::npos) CHECK(*ours == theirs);
  }
}

TEST_CASE("trees are built and written without recursion, and come back the same", "[sio][codec]") {
  for (const char* text : {"[]", "{}", "[[],{},[{}]]", "{\"a\":[1,{\"b\":null}],\"c\":\"\\u0001\"}",
                           "[true,false,null,\"\",0.5,-7]"}) {
    CHECK(dump(*parse_json(text)) == text);
  }
  CHECK(dump(*parse_json("{\"b\":1,\"a\":2,\"b\":3}")) ==
        "{\"a\":2,\"b\":3}");  // the last one counts
  Json deep;
  for (int i = 0; i < 100'000; ++i) deep = Json::array({std::move(deep)});
  CHECK(dump(deep).size() == 200'004);
  CHECK(dump(Json::binary({1, 2})) == "null");
}
