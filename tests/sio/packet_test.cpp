// Socket.IO packets: golden rows both ways, every truncation, every refusal with its reason.
#include "sio/packet.h"

#include <random>

#include "tests/catch.h"

using namespace strata;
using namespace strata::sio;

namespace {

struct Golden {
  std::string_view wire;
  PacketType type;
  std::string_view nsp;
  std::optional<std::uint64_t> id;
  std::string_view data;
  std::size_t attachments = 0;
};
const Golden golden[] = {
    {"0", PacketType::connect, "/", {}, ""},
    {"0/admin,", PacketType::connect, "/admin", {}, ""},
    {"0/admin", PacketType::connect, "/admin", {}, ""},  // without the comma, sio5-connect
    {"0{\"token\":\"123\"}", PacketType::connect, "/", {}, "{\"token\":\"123\"}"},
    {"0/admin,{\"token\":\"123\"}", PacketType::connect, "/admin", {}, "{\"token\":\"123\"}"},
    {"0/foo?x=1,", PacketType::connect, "/foo?x=1", {}, ""},  // a query is part of the name
    {"0/,", PacketType::connect, "/", {}, ""},
    {"1", PacketType::disconnect, "/", {}, ""},
    {"1/admin,", PacketType::disconnect, "/admin", {}, ""},
    {"2[\"foo\",1]", PacketType::event, "/", {}, "[\"foo\",1]"},
    {"2/admin,[\"foo\"]", PacketType::event, "/admin", {}, "[\"foo\"]"},
    {"212[\"foo\"]", PacketType::event, "/", 12, "[\"foo\"]"},
    {"2/admin,13[\"foo\"]", PacketType::event, "/admin", 13, "[\"foo\"]"},
    {"20[\"foo\"]", PacketType::event, "/", 0, "[\"foo\"]"},
    {"29007199254740991[\"foo\"]", PacketType::event, "/", 9007199254740991, "[\"foo\"]"},
    {"2[1,2]", PacketType::event, "/", {}, "[1,2]"},  // a number may name an event
    {"2[\"error\"]", PacketType::event, "/", {}, "[\"error\"]"},
    {"2[\"a\\u0062\", 1 ]", PacketType::event, "/", {}, "[\"a\\u0062\", 1 ]"},
    {"312[\"bar\"]", PacketType::ack, "/", 12, "[\"bar\"]"},
    {"3/admin,13[\"bar\"]", PacketType::ack, "/admin", 13, "[\"bar\"]"},
    {"312[]", PacketType::ack, "/", 12, "[]"},
    {"4{\"message\":\"Not authorized\"}",
     PacketType::connect_error,
     "/",
     {},
     "{\"message\":\"Not authorized\"}"},
    {"4/random,{\"message\":\"Invalid namespace\"}",
     PacketType::connect_error,
     "/random",
     {},
     "{\"message\":\"Invalid namespace\"}"},
    {"4\"old\"", PacketType::connect_error, "/", {}, "\"old\""},
    {"51-[\"baz\",{\"_placeholder\":true,\"num\":0}]",
     PacketType::binary_event,
     "/",
     {},
     "[\"baz\",{\"_placeholder\":true,\"num\":0}]",
     1},
    {"52-/admin,7[\"baz\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]",
     PacketType::binary_event, "/admin", 7,
     "[\"baz\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]", 2},
    {"61-15[\"bar\",{\"_placeholder\":true,\"num\":0}]", PacketType::binary_ack, "/", 15,
     "[\"bar\",{\"_placeholder\":true,\"num\":0}]", 1},
    {"510-[\"x\"]", PacketType::binary_event, "/", {}, "[\"x\"]", 10},
};

struct Refused {
  std::string wire;
  PacketError why;
};
std::vector<Refused> refused() {
  using enum PacketError;
  const std::string long_name(256, 'x');
  std::vector<Refused> rows = {
      {"", empty},
      {"7", unknown_type},
      {"9[\"a\"]", unknown_type},
      {"a", unknown_type},
      {"-1", unknown_type},
      {" 2[\"a\"]", unknown_type},
      {std::string(1, '\0'), unknown_type},
      {"\xff", unknown_type},
      {"[\"a\"]", unknown_type},
      // attachments
      {"5", attachment_count},
      {"5[\"a\"]", attachment_count},
      {"5-[\"a\"]", attachment_count},
      {"50-[\"a\"]", attachment_count},
      {"500-[\"a\"]", attachment_count},
      {"511-[\"a\"]", attachment_count},
      {"51[\"a\"]", attachment_count},
      {"51", attachment_count},
      {"5a-[\"a\"]", attachment_count},
      {"5 1-[\"a\"]", attachment_count},
      {"5+1-[\"a\"]", attachment_count},
      {"5-1-[\"a\"]", attachment_count},
      {"51.0-[\"a\"]", attachment_count},
      {"50x1-[\"a\"]", attachment_count},
      {"51e0-[\"a\"]", attachment_count},
      {"5/a,[\"a\"]", attachment_count},
      {"599999999999999999999999-[\"a\"]", attachment_count},
      {"518446744073709551617-[\"a\"]", attachment_count},  // 2^64 + 1
      {"6-[\"a\"]", attachment_count},
      {"60-1[]", attachment_count},
      {"6[]", attachment_count},
      {"51-", payload},
      {"51-/a,", payload},
      {"61-1", payload},
      // namespaces
      {"0/" + long_name, namespace_name},
      {"0/" + long_name + ",", namespace_name},
      {"0/\xff,", namespace_name},
      {"2/\xc0\x80,[\"a\"]", namespace_name},
      // ids
      {"29007199254740992[\"a\"]", ack_id},
      {"299999999999999999999999[\"a\"]", ack_id},
      {"218446744073709551616[\"a\"]", ack_id},
      {"39007199254740992[]", ack_id},
      {"2-1[\"a\"]", json},
      {"21.5[\"a\"]", json},
      {"2+1[\"a\"]", json},
      // JSON
      {"2abc[\"a\"]", json},
      {"2[", json},
      {"2[\"a\"", json},
      {"2[\"a\"]]", json},
      {"2[\"a\",]", json},
      {"2[\"a\"]x", json},
      {"2[\"a\",undefined]", json},
      {"2[\"\xff\"]", json},
      {"2['a']", json},
      {"0{", json},
      {"0x", json},
      {"3[", json},
      {"1x", json},
      {"4{\"a\"}", json},
      {"2,[\"a\"]", json},
      {"2admin,[\"a\"]", json},
      {"2[\"a\"," + std::string(200, '[') + std::string(200, ']') + "]", json},
      {"2" + std::string(100'000, '['), json},
      // shapes
      {"2", payload},
      {"25", payload},
      {"3", payload},
      {"39", payload},
      {"4", payload},
      {"2/admin,", payload},
      {"2[]", payload},
      {"2{}", payload},
      {"2\"a\"", payload},
      {"2null", payload},
      {"2true", payload},
      {"0[1]", payload},
      {"0\"a\"", payload},
      {"0null", payload},
      {"0true", payload},
      {"1{}", payload},
      {"1[]", payload},
      {"1\"a\"", payload},
      {"1null", payload},
      {"3{}", payload},
      {"31{}", payload},
      {"3null", payload},
      {"4[]", payload},
      {"4null", payload},
      {"41", payload},
      {"51-{}", payload},
      {"61-1{}", payload},
      {"51-[]", payload},
      // names
      {"2[null]", event_name},
      {"2[true]", event_name},
      {"2[{}]", event_name},
      {"2[[\"a\"]]", event_name},
      {"2[{\"toString\":\"a\"}]", event_name},
      {"2[\"" + long_name + "\"]", event_name},
      {"2[\"\\u0041" + long_name + "\"]", event_name},
      {"2[1" + std::string(300, '0') + "]", event_name},
      {"2[\"connect\"]", reserved_name},
      {"2[\"connect_error\"]", reserved_name},
      {"2[\"disconnect\"]", reserved_name},
      {"2[\"disconnecting\"]", reserved_name},
      {"2[\"newListener\"]", reserved_name},
      {"2[\"removeListener\"]", reserved_name},
      {"212[\"disconnect\"]", reserved_name},
      {"2[\"\\u0063onnect\"]", reserved_name},
      {"51-[\"disconnect\",{\"_placeholder\":true,\"num\":0}]", reserved_name},
      {"2[\"a\",\"" + std::string(1'000'000, 'x') + "\"]", too_large},
  };
  return rows;
}

// In a block of exactly its size, so that a read behind its end faults.
net::Result<Packet, PacketError> decode(std::string_view wire, std::vector<char>& exact) {
  static std::vector<std::string_view> elements;
  exact.assign(wire.begin(), wire.end());
  return decode_packet({exact.data(), exact.size()}, PacketLimits{}, elements);
}

// `room` is what the writer leaves in front.
std::string encode(const Golden& row, std::size_t room = 0) {
  std::string out;
  switch (row.type) {
    case PacketType::disconnect:
      append_disconnect(out, row.nsp);
      return out;
    case PacketType::event:
    case PacketType::ack: {
      PacketWriter writer(out, room);
      writer.begin(row.type, row.nsp);
      std::vector<std::string_view> elements;
      check_json(row.data, 128, &elements);
      for (const std::string_view element : elements) writer.next().append(element);
      writer.finish(row.id);
      CHECK(writer.with_room().size() == room + writer.text().size());
      return std::string(writer.text());
    }
    default:
      return out;
  }
}

}  // namespace

TEST_CASE("P1 packets are decoded to the letter", "[sio][codec][sio5-grammar]") {
  std::vector<char> exact;
  for (const Golden& row : golden) {
    INFO(row.wire);
    const auto packet = decode(row.wire, exact);
    REQUIRE(packet);
    CHECK(packet->type == row.type);
    CHECK(packet->nsp == row.nsp);
    CHECK(packet->id == row.id);
    CHECK(packet->data == row.data);
    CHECK(packet->attachments == row.attachments);
  }
}

TEST_CASE("P1 packets are encoded to the letter", "[sio][codec][sio5-grammar]") {
  for (const Golden& row : golden) {
    const bool ours = row.type == PacketType::event || row.type == PacketType::ack ||
                      row.type == PacketType::disconnect;
    if (!ours || row.wire.find(" ]") != std::string_view::npos) continue;
    CHECK(encode(row) == row.wire);
    CHECK(encode(row, 15) == row.wire);
  }
  std::string out;
  append_connect(out, "/", "BIQl");
  CHECK(out == "0{\"sid\":\"BIQl\"}");
  out.clear();
  append_connect(out, "/admin", "x");
  CHECK(out == "0/admin,{\"sid\":\"x\"}");
  out.clear();
  append_connect_error(out, "/random", "Invalid namespace", nullptr);
  CHECK(out == "4/random,{\"message\":\"Invalid namespace\"}");
  out.clear();
  const Json data = {{"code", 42}};
  append_connect_error(out, "/mw", "nope", &data);
  CHECK(out == "4/mw,{\"message\":\"nope\",\"data\":{\"code\":42}}");
}

TEST_CASE("P3 P4 every refusal has its reason", "[sio][codec][sio5-grammar]") {
  const auto rows = refused();
  CHECK(rows.size() >= 60);
  std::vector<char> exact;
  for (const Refused& row : rows) {
    INFO(row.wire.substr(0, 80));
    const auto packet = decode(row.wire, exact);
    REQUIRE_FALSE(packet);
    CHECK(describe(packet.error()) == describe(row.why));
  }
}

TEST_CASE("a packet cut short is refused or another packet, never a fault",
          "[sio][codec][sio5-grammar]") {
  std::vector<char> exact;
  for (const Golden& row : golden) {
    for (std::size_t cut = 0; cut < row.wire.size(); ++cut) {
      const auto packet = decode(row.wire.substr(0, cut), exact);
      INFO(row.wire.substr(0, cut));
      // An event or an ack ends with its bracket: without it none is left.
      if (row.type != PacketType::connect && row.type != PacketType::disconnect)
        CHECK_FALSE(packet);
    }
  }
}

TEST_CASE("any change of a byte is survived", "[sio][codec][property]") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  std::vector<char> exact;
  for (int round = 0; round < 20'000; ++round) {
    std::string wire(golden[random() % std::size(golden)].wire);
    for (auto n = random() % 3 + 1; n > 0; --n)
      wire[random() % wire.size()] = static_cast<char>(random() % 256);
    const auto packet = decode(wire, exact);
    if (packet && packet->type == PacketType::event) CHECK(packet->data[0] == '[');
  }
}

TEST_CASE("event names are text, numbers become JavaScript's", "[sio][codec][sio5-grammar]") {
  std::string scratch;
  CHECK(event_name("\"foo\"", scratch) == "foo");
  CHECK(event_name("\"f\\u006fo\"", scratch) == "foo");
  CHECK(event_name("1.0", scratch) == "1");
  CHECK(event_name("-0", scratch) == "0");
}
