// tests/sio/eio_packet_test.cpp - packets and payloads: golden rows both ways, and what is refused.
#include "sio/eio/packet.h"

#include <random>
#include <string>
#include <vector>

#include "sio/eio/payload.h"
#include "sio/eio/server.h"
#include "tests/catch.h"

using namespace strata;
using namespace strata::sio::eio;
using namespace std::string_literals;

namespace {

struct Row {
  std::string wire;
  PacketType type;
  bool binary;
  std::string data;
};

const std::vector<Row> golden = {
    {"4hello", PacketType::message, false, "hello"},
    {"4", PacketType::message, false, ""},
    {"4\xE4\xBD\xA0\xE5\xA5\xBD", PacketType::message, false, "\xE4\xBD\xA0\xE5\xA5\xBD"},
    {"4\0zero"s, PacketType::message, false, "\0zero"s},
    {"2", PacketType::ping, false, ""},
    {"2probe", PacketType::ping, false, "probe"},
    {"3", PacketType::pong, false, ""},
    {"3probe", PacketType::pong, false, "probe"},
    {"0{\"sid\":\"x\"}", PacketType::open, false, "{\"sid\":\"x\"}"},
    {"1", PacketType::close, false, ""},
    {"5", PacketType::upgrade, false, ""},
    {"6", PacketType::noop, false, ""},
    {"bAQIDBA==", PacketType::message, true, "\x01\x02\x03\x04"},
    {"bAQID", PacketType::message, true, "\x01\x02\x03"},
    {"b", PacketType::message, true, ""},
    {"b//79", PacketType::message, true, "\xFF\xFE\xFD"},
};

const std::vector<std::string> bad = {
    "",
    "7",
    "9x",
    "a",
    "B",
    "abc",
    "-4",
    " 4hello",
    "bA",
    "bAQIDBA=",
    "bAQIDBA",
    "b===",
    "bAQIDBB==",
    "bA-_A",
    "bAQ ID",
    "4\xFF",
    "4\xC3",
    "4\xED\xA0\x80",
    "4\xC0\xAF",
    "4\xF4\x90\x80\x80",
    "b4AQIDBA==",
    "\xEF\xBB\xBF"
    "4",
};

std::string encoded(PacketType type, bool binary, std::string_view data) {
  std::string out;
  if (binary) {
    append_binary_packet(net::as_bytes(data), out);
  } else {
    append_packet(type, data, out);
  }
  return out;
}

// What a body says: each packet as it would be encoded again, and "!" where it went wrong.
std::vector<std::string> read_all(std::string_view body) {
  std::vector<std::string> seen;
  PayloadReader reader(body);
  while (const auto packet = reader.next()) {
    const bool good = packet->has_value();
    seen.push_back(good ? encoded((**packet).type, (**packet).binary, (**packet).data) : "!");
  }
  return seen;
}

}  // namespace

TEST_CASE("each golden packet decodes, and encodes to the same bytes",
          "[sio][eio][codec][eio4-packet]") {
  for (const Row& row : golden) {
    INFO(row.wire);
    std::string scratch;
    const auto packet = decode_packet(row.wire, scratch);
    REQUIRE(packet.has_value());
    CHECK(packet->type == row.type);
    CHECK(packet->binary == row.binary);
    CHECK(packet->data == row.data);
    CHECK(encoded(row.type, row.binary, row.data) == row.wire);
  }
}

TEST_CASE("what is no packet is refused with a sentence of ours",
          "[sio][eio][codec][eio4-packet]") {
  for (const std::string& wire : bad) {
    INFO(wire);
    std::string scratch;
    const auto packet = decode_packet(wire, scratch);
    REQUIRE_FALSE(packet.has_value());
    CHECK(std::string(packet.error().why).size() > 4);
  }
}

TEST_CASE("text that somebody has validated is not validated again",
          "[sio][eio][codec][eio4-packet]") {
  std::string scratch;
  CHECK_FALSE(decode_packet("4\xFF", scratch).has_value());
  CHECK(decode_packet("4\xFF", scratch, true).has_value());
}

TEST_CASE("every truncation of a binary packet but the whole quartets is refused",
          "[sio][eio][codec][eio4-packet]") {
  const std::string wire = "bAQIDBAUGBwgJCg==";
  for (std::size_t size = 0; size <= wire.size(); ++size) {
    INFO(size);
    std::string scratch;
    const bool whole = size > 0 && (size - 1) % 4 == 0;
    CHECK(decode_packet(wire.substr(0, size), scratch).has_value() == whole);
  }
}

TEST_CASE("a payload is its packets joined by the record separator",
          "[sio][eio][codec][eio4-payload]") {
  Outbox out;
  CHECK(out.empty());
  out.append(PacketType::message, "hello");
  out.append(PacketType::ping);
  const std::uint8_t octets[] = {1, 2, 3, 4};
  out.append_binary(octets);
  out.append_encoded("4again");
  CHECK(out.bytes() == 6 + 1 + 1 + 1 + 9 + 1 + 6);
  const std::string body = out.take_body();
  CHECK(body ==
        "4hello\x1e"
        "2\x1e"
        "bAQIDBA==\x1e"
        "4again");
  CHECK(out.empty());
  CHECK(read_all(body) == std::vector<std::string>{"4hello", "2", "bAQIDBA==", "4again"});
}

TEST_CASE("a payload is read up to its first bad packet", "[sio][eio][codec][eio4-payload]") {
  using Seen = std::vector<std::string>;
  CHECK(read_all("") == Seen{"!"});
  CHECK(read_all("\x1e") == Seen{"!"});
  CHECK(read_all("4a\x1e") == Seen{"4a", "!"});
  CHECK(read_all("\x1e"
                 "4a") == Seen{"!"});
  CHECK(read_all("4a\x1e\x1e"
                 "4b") == Seen{"4a", "!"});
  CHECK(read_all("4a\x1e"
                 "7\x1e"
                 "4b") == Seen{"4a", "!"});
  CHECK(read_all("4a\x1e"
                 "b*\x1e"
                 "4b") == Seen{"4a", "!"});
  CHECK(read_all("abc") == Seen{"!"});
  CHECK(read_all("4\x1e"
                 "4\x1e"
                 "4") == Seen{"4", "4", "4"});
  CHECK(read_all("4\xE4\xBD\x1e\xA0") == Seen{"!"});  // a character does not span packets
}

TEST_CASE("every truncation of a payload gives a prefix of its packets, then at most one error",
          "[sio][eio][codec][eio4-payload]") {
  const std::string body =
      "4hello\x1e"
      "2\x1e"
      "bAQIDBA==\x1e"
      "4\xE4\xBD\xA0\x1e"
      "6";
  for (std::size_t size = 0; size < body.size(); ++size) {
    INFO(size);
    const std::vector<std::string> seen = read_all(body.substr(0, size));
    std::string again;
    for (const std::string& packet : seen) {
      if (packet == "!") break;
      if (!again.empty()) again += record_separator;
      again += packet;
    }
    CHECK(body.compare(0, again.size(), again) == 0);
    for (std::size_t i = 0; i + 1 < seen.size(); ++i) CHECK(seen[i] != "!");
  }
}

TEST_CASE("random payloads survive the way there and back", "[sio][eio][codec][eio4-payload]") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 200; ++round) {
    Outbox out;
    std::vector<std::string> sent;
    const std::size_t packets = 1 + random() % 8;
    for (std::size_t i = 0; i < packets; ++i) {
      const Row& row = golden[random() % golden.size()];
      std::string octets(random() % 70, '\0');
      for (char& c : octets) c = static_cast<char>(random());
      if (row.binary) {
        out.append_binary(net::as_bytes(octets));
      } else {
        out.append(row.type, row.data);
      }
      sent.push_back(row.binary ? encoded(row.type, true, octets) : row.wire);
    }
    CHECK(read_all(out.take_body()) == sent);
  }
}

TEST_CASE("a shared message is one frame and one packet for everybody",
          "[sio][eio][codec][eio4-packet]") {
  SharedMessage text = SharedMessage::text("hello");
  CHECK_FALSE(text.is_binary());
  CHECK(*text.frame() ==
        "\x81\x06"
        "4hello");
  CHECK(text.packet() == "4hello");
  CHECK(net::as_text(text.content()) == "hello");
  const std::uint8_t octets[] = {1, 2, 3, 4};
  SharedMessage binary = SharedMessage::binary(octets);
  CHECK(binary.is_binary());
  CHECK(*binary.frame() == "\x82\x04\x01\x02\x03\x04");
  CHECK(binary.packet() == "bAQIDBA==");
  CHECK(binary.packet().data() == binary.packet().data());  // made once
  for (const std::size_t size : {0U, 124U, 125U, 126U, 65534U, 65535U, 65536U}) {
    INFO(size);
    const std::string long_text(size, 'x');
    SharedMessage message = SharedMessage::text(long_text);
    CHECK(net::as_text(message.content()) == long_text);
    CHECK(message.packet() == "4" + long_text);
    CHECK(net::as_text(SharedMessage::binary(net::as_bytes(long_text)).content()) == long_text);
  }
}
