// Attachments: placeholders found and written, bytes awaited, arguments relayed.
#include "sio/binary.h"

#include "sio/args.h"
#include "sio/write_value.h"
#include "tests/catch.h"

using namespace strata;
using namespace strata::sio;

namespace {

// Calls `use` with the Args that `header` and `attachments` make.
template <class Use>
void with_args(std::string_view header, const std::vector<std::string>& attachments, Use use) {
  const PacketLimits limits;
  std::vector<std::string_view> elements;
  Decoder decoder(limits, elements);
  Decoder::Answer answer = decoder.on_text(header);
  for (const std::string& bytes : attachments) {
    REQUIRE(answer.need_more());
    answer = decoder.on_binary(net::as_bytes(bytes));
  }
  REQUIRE(answer.ready());
  use(Args(answer->content, 1));
}

// What an emit of `values` puts on the wire: the text, then each attachment.
template <class... V>
std::vector<std::string> written(const V&... values) {
  std::string text;
  PacketWriter writer(text, 7);  // a room that nobody needs here
  writer.begin(PacketType::event, "/");
  writer.next().append("\"e\"");
  write_values(writer, values...);
  writer.finish(std::nullopt);
  std::vector<std::string> all{std::string(writer.text())};
  for (const Bytes bytes : writer.attachments()) all.emplace_back(net::as_text(bytes));
  return all;
}

}  // namespace

TEST_CASE("placeholders are found wherever they stand", "[sio][codec][sio5-binary]") {
  const auto found = [](std::string_view text, std::size_t attachments) {
    std::vector<Placeholder> list;
    REQUIRE_FALSE(check_json(text, 128));
    return find_placeholders(text, attachments, list) ? static_cast<int>(list.size()) : -1;
  };
  CHECK(found(R"(["e",{"_placeholder":true,"num":0}])", 1) == 1);
  CHECK(found(R"(["e",{"num":0,"_placeholder":true}])", 1) == 1);
  CHECK(found(R"(["e",{ "num" : 0 , "_placeholder" : true , "more":[{}] }])", 1) == 1);
  CHECK(found(R"(["e",{"a":[{"_placeholder":true,"num":1},{"b":{"_placeholder":true,"num":0}}]}])",
              2) == 2);
  CHECK(found(R"(["e",{"_place\u0068older":true,"num":0.0}])", 1) == 1);
  CHECK(found(R"(["e",{"_placeholder":false,"num":7}])", 1) == 0);
  CHECK(found(R"(["e",{"_placeholder":"true","num":7},{"_placeholder":1},"_placeholder",true])",
              1) == 0);
  CHECK(found(R"(["e",{"_placeholder":true,"_placeholder":false,"num":7}])", 1) == 0);
  CHECK(found(R"(["e",{"_placeholder":[true],"num":7}])", 1) == 0);
  CHECK(found(R"(["e",{"a":"_placeholder","b":true}])", 1) == 0);
  // One in another goes with it.
  CHECK(found(R"(["e",{"_placeholder":true,"num":0,"in":{"_placeholder":true,"num":9}}])", 1) == 1);
  for (const char* num : {"1", "-1", "0.5", "\"0\"", "\"splice\"", "null", "true", "{}", "[0]",
                          "1e9", "18446744073709551616"}) {
    INFO(num);
    CHECK(found("[\"e\",{\"_placeholder\":true,\"num\":" + std::string(num) + "}]", 1) == -1);
  }
  CHECK(found(R"(["e",{"_placeholder":true}])", 1) == -1);
  CHECK(found(R"(["e",{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}])", 2) == -1);
}

TEST_CASE("P2 attachments are awaited, in order, and nothing else", "[sio][codec][sio5-binary]") {
  const PacketLimits limits{40, 10, 128, 255};
  std::vector<std::string_view> elements;
  const auto bytes = [](std::string_view text) { return net::as_bytes(text); };
  const std::string_view header = "51-[\"e\",{\"_placeholder\":true,\"num\":0}]";
  {
    Decoder decoder(limits, elements);
    CHECK(decoder.on_binary(bytes("x")).error() == PacketError::unexpected_binary);
  }
  {
    Decoder decoder(limits, elements);
    CHECK(decoder.on_text(header).need_more());
    CHECK(decoder.on_text("2[\"a\"]").error() == PacketError::unexpected_text);
  }
  {
    Decoder decoder(limits, elements);
    CHECK(decoder.on_text(header).need_more());
    const auto answer = decoder.on_binary(bytes(""));  // empty is legal
    REQUIRE(answer.ready());
    CHECK(answer->packet.type == PacketType::event);
    CHECK(decoder.on_binary(bytes("x")).error() == PacketError::unexpected_binary);
  }
  {
    Decoder decoder(limits, elements);
    CHECK(decoder.on_text(header).need_more());
    CHECK(decoder.on_binary(bytes("123")).error() == PacketError::too_large);  // 39 + 3 > 40
  }
  {
    Decoder decoder(limits, elements);
    CHECK(decoder.on_text("51-[\"e\",{\"_placeholder\":true,\"num\":1}]").error() ==
          PacketError::placeholder);
  }
}

TEST_CASE("P2 attachments come back as bytes, at any depth", "[sio][codec][sio5-binary]") {
  with_args(
      "52-/"
      "a,7[\"e\",{\"a\":[{\"_placeholder\":true,\"num\":1}],\"b\":1},{\"_placeholder\":true,"
      "\"num\":0}]",
      {"zero", std::string("\0\xff", 2)}, [](const Args& args) {
        REQUIRE(args.size() == 2);
        const Json first = args.json(0);
        CHECK(first["b"] == 1);
        REQUIRE(first["a"][0].is_binary());
        CHECK(first["a"][0].get_binary() == Json::binary_t({0x00, 0xff}));
        CHECK(args.get<std::vector<std::uint8_t>>(1) ==
              std::vector<std::uint8_t>{'z', 'e', 'r', 'o'});
        CHECK(args.get<std::vector<std::byte>>(1).size() == 4);
        CHECK_FALSE(args.raw(0).attachment());
        CHECK(args.raw(1).found() == "attachment");
        // Relayed: every byte of the text stays but the numbers, which are counted anew.
        CHECK(written(args) ==
              std::vector<std::string>{"52-[\"e\",{\"a\":[{\"_placeholder\":true,\"num\":0}],\"b\":"
                                       "1},{\"_placeholder\":true,\"num\":1}]",
                                       std::string("\0\xff", 2), "zero"});
        const std::vector<std::uint8_t> own{'o'};
        CHECK(written(own, args.raw(1)) ==
              std::vector<std::string>{
                  "52-[\"e\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]",
                  "o", "zero"});
      });
}

TEST_CASE("P2 attachments leave as placeholders, depth first", "[sio][codec][sio5-binary]") {
  const Json nested = {{"a", Json::array({Json::binary({1}), {{"b", Json::binary({2, 3})}}})},
                       {"z", Json::binary({})}};
  CHECK(written(nested) ==
        std::vector<std::string>{"53-[\"e\",{\"a\":[{\"_placeholder\":true,\"num\":0},{\"b\":{\"_"
                                 "placeholder\":true,\"num\":1}}],"
                                 "\"z\":{\"_placeholder\":true,\"num\":2}}]",
                                 "\x01", "\x02\x03", ""});
  CHECK(nested["a"][0].is_binary());  // what was given is unchanged
  const std::vector<std::vector<std::byte>> list{{std::byte{7}}, {}};
  CHECK(written(list)[0] ==
        "52-[\"e\",[{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]]");
}

TEST_CASE("relayed arguments keep every byte, and no tree is built", "[sio][codec][sio5-json]") {
  with_args(
      "2[\"e\",{\"z\":1.50, \"a\" :[1e2]},\"\\u00e9\\ud800\", 10000000000000000000000 ]", {},
      [](const Args& args) {
        CHECK(args.size() == 3);
        CHECK(written(args)[0] ==
              "2[\"e\",{\"z\":1.50, \"a\" :[1e2]},\"\\u00e9\\ud800\",10000000000000000000000]");
        CHECK(written(args.raw(1), 1)[0] == "2[\"e\",\"\\u00e9\\ud800\",1]");
        CHECK(written(args.raw(9))[0] == "2[\"e\",null]");
        CHECK(args.to_json()[1] == "\xc3\xa9\xef\xbf\xbd");
      });
}
