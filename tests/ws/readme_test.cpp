// tests/ws/readme_test.cpp - the lesson does not lie: every byte and bit of ws/README.md is made
// again by what it explains. A block there says by the word behind its three marks what it shows.
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "http/base64.h"
#include "tests/catch.h"
#include "tests/ws/deflated.h"
#include "tests/ws/frames.h"
#include "ws/handshake.h"
#include "ws/sha1.h"

using namespace strata;
using namespace strata::test;

namespace {

struct Block {
  std::string kind;  // "frames compressed"
  std::vector<std::string> lines;
};

std::string readme() {
  std::ifstream file("ws/README.md", std::ios::binary);
  REQUIRE(file);  // tests run at the top of the tree
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<Block> blocks(std::string_view kind) {
  std::vector<Block> all;
  std::istringstream text(readme());
  bool inside = false;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("```")) {
      inside = !inside;
      if (inside) all.push_back({line.substr(3), {}});
    } else if (inside) {
      all.back().lines.push_back(line);
    }
  }
  std::erase_if(
      all, [kind](const Block& each) { return each.kind.substr(0, each.kind.find(' ')) != kind; });
  REQUIRE(!all.empty());
  return all;
}

std::vector<std::string> words(const std::string& line) {
  std::istringstream in(line);
  return {std::istream_iterator<std::string>(in), {}};
}

bool is_made_of(const std::string& word, const char* characters) {
  return word.find_first_not_of(characters) == std::string::npos;
}

// "48 65 x3 text": the last byte three times; what is no pair of digits ends it.
std::string bytes_of(const std::vector<std::string>& line, std::size_t from) {
  std::string bytes;
  for (std::size_t i = from; i < line.size(); ++i) {
    if (line[i].size() == 2 && is_made_of(line[i], "0123456789abcdef")) {
      bytes += hex(line[i]);
    } else if (line[i][0] == 'x' && line[i].size() > 1 &&
               is_made_of(line[i].substr(1), "0123456789")) {
      bytes.append(std::stoul(line[i].substr(1)) - 1, bytes.back());
    } else {
      break;
    }
  }
  return bytes;
}

std::string bits_of(std::string_view bytes, bool lowest_first) {
  std::string bits;
  for (const char byte : bytes)
    for (int i = 0; i < 8; ++i)
      bits += (static_cast<std::uint8_t>(byte) >> (lowest_first ? i : 7 - i) & 1) != 0 ? '1' : '0';
  return bits;
}

}  // namespace

TEST_CASE("README: the Sec-WebSocket-Accept made by hand is right", "[ws][codec][rfc6455-4.2.2]") {
  const std::string text = readme();
  const std::string key = "dGhlIHNhbXBsZSBub25jZQ==";
  const std::string both = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  CHECK(both.size() == 60);
  CHECK(text.find("Sec-WebSocket-Key: " + key) != text.npos);
  CHECK(text.find("Sec-WebSocket-Accept: " + ws::accept_key(key) + "\n") != text.npos);
  CHECK(text.find('`' + both + '`') != text.npos);
  const auto digest = ws::sha1(net::as_bytes(both));
  std::string shown, base64;
  const Block table = blocks("base64")[0];
  for (const std::string& line : table.lines) {
    INFO(line);
    const std::vector<std::string> row = words(line);
    const std::string bytes = bytes_of(row, 0);
    const std::size_t groups = bytes.size() + 1;
    REQUIRE(row.size() == bytes.size() + 2 * groups + 1);
    std::string bits = bits_of(bytes, false);
    bits.resize(6 * groups, '0');
    std::string letters;
    for (std::size_t i = 0; i < groups; ++i) {
      const std::string six = bits.substr(6 * i, 6);
      const unsigned long value = std::stoul(six, nullptr, 2);
      CHECK(row[bytes.size() + i] == six);
      CHECK(row[bytes.size() + groups + i] == std::to_string(value));
      letters += "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[value];
    }
    letters.resize(4, '=');
    CHECK(row.back() == letters);
    shown += bytes;
    base64 += letters;
  }
  CHECK(net::as_bytes(shown).size() == digest.size());
  CHECK(shown == net::as_text(digest));
  CHECK(base64 == http::encode_base64(digest));
  CHECK(base64 == ws::accept_key(key));
  std::string in_text;
  for (const char byte : shown) {
    const auto value = static_cast<std::uint8_t>(byte);
    in_text += "0123456789abcdef"[value >> 4];
    in_text += "0123456789abcdef"[value & 15];
    in_text += ' ';
  }
  in_text.pop_back();
  CHECK(text.find('`' + in_text + '`') != text.npos);
}

TEST_CASE("README: the bits of a frame are those of its bytes", "[ws][codec][rfc6455-5.2]") {
  const Block drawing = blocks("bits")[0];
  const std::string bytes = bytes_of(words(drawing.lines.at(0)), 0);
  CHECK(bytes == from_client(0x81, "Hello"));
  std::string bits;
  for (const std::string& each : words(drawing.lines.at(1))) bits += each;
  CHECK(bits == bits_of(bytes, false));
}

TEST_CASE("README: the mask is the exclusive or that it shows", "[ws][codec][rfc6455-5.3]") {
  const Block table = blocks("mask")[0];
  const auto row = [&table](std::size_t at, std::size_t from) {
    return bytes_of(words(table.lines.at(at)), from);
  };
  const std::string payload = row(0, 1), key = row(1, 1), wire = row(2, 2);
  CHECK(payload == "Hello");
  CHECK(wire.size() == 5);
  for (std::size_t i = 0; i < wire.size(); ++i) {
    CHECK(wire[i] == (payload[i] ^ key[i]));
    CHECK(static_cast<std::uint8_t>(key[i]) == sample_key[i % 4]);
  }
}

// What a client says is read by a server's session that echoes; its answers are those shown.
TEST_CASE("README: a server answers the frames shown with the frames shown",
          "[ws][codec][rfc6455-5.7]") {
  for (const Block& block : blocks("frames")) {
    net::SendQueue out;
    ws::Session session(ws::Role::server, {}, out);
    if (block.kind.find("compressed") != std::string::npos) {
      session.use(ws::Compression(ws::DeflateParameters(), ws::Role::server, pool_for()));
    }
    std::string said;  // and not yet shown
    for (const std::string& line : block.lines) {
      INFO(line);
      const std::vector<std::string> row = words(line);
      if (row.empty()) continue;
      std::string bytes = bytes_of(row, 1);
      REQUIRE(!bytes.empty());
      if (row[0] == "<-") {
        CHECK(said.substr(0, bytes.size()) == bytes);
        said.erase(0, bytes.size());
        continue;
      }
      REQUIRE(row[0] == "->");
      net::MutableBytes in(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size());
      for (;;) {
        const auto event = session.next(in);
        REQUIRE_FALSE(event.failed());
        if (event.need_more()) break;
        const auto* message = std::get_if<ws::Message>(&*event);
        if (message == nullptr) continue;
        if (message->text) {
          session.send_text(message->view());
        } else {
          session.send_binary(message->payload);
        }
      }
      CHECK(in.empty());
      said += out.take_text();
    }
    CHECK(said.empty());
  }
}

// Each row begins with the bits that it explains, as they lie in the bytes from their lowest up.
TEST_CASE("README: the bits of the deflated messages are explained all",
          "[ws][codec][rfc7692-7.2]") {
  const std::vector<Block> all = blocks("deflate");
  std::string context;
  REQUIRE(all.size() == 2);
  for (const Block& block : all) {
    INFO(block.kind);
    const std::string bytes = bytes_of(words(block.kind), 1);
    std::string bits, letters;
    for (const std::string& line : block.lines) {
      const std::vector<std::string> row = words(line);
      REQUIRE(row.size() >= 2);
      REQUIRE(is_made_of(row[0], "01"));
      bits += row[0];
      if (row[0].size() != 8) continue;  // a letter: its code is 0x30 more
      CHECK(std::stoul(row[0], nullptr, 2) - 0x30 == static_cast<std::uint8_t>(row[1][0]));
      letters += row[1][0];
    }
    CHECK(bits == bits_of(bytes, true));
    CHECK(letters == (context.empty() ? "Hello" : "H"));
    context += letters;
    CHECK(bytes == (context == "Hello" ? hello_deflated : hello_again));
  }
}
