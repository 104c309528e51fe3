// tests/sio/eio_rig_test.cpp - see eio_rig.h; what the other tests trust is tested here.
#include "tests/sio/eio_rig.h"

#include "tests/catch.h"

namespace strata::test {

std::string Answer::field(std::string_view name) const {
  std::string values;
  for (std::size_t at = head.find("\r\n"); at != std::string::npos;
       at = head.find("\r\n", at + 2)) {
    const std::string_view line =
        std::string_view(head).substr(at + 2, head.find("\r\n", at + 2) - at - 2);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !http::equals_ignore_case(line.substr(0, colon), name)) {
      continue;
    }
    if (!values.empty()) values += '|';
    values += line.substr(colon + 2);
  }
  return values;
}

Answer take_answer(std::string& bytes) {
  Answer answer;
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string::npos) return answer;
  answer.head = bytes.substr(0, end + 2);
  const std::string length = answer.field("Content-Length");
  const std::size_t size = length.empty() ? 0 : std::stoul(length);
  if (bytes.size() < end + 4 + size) return Answer{};
  answer.status = std::stoi(bytes.substr(9, 3));
  answer.body = bytes.substr(end + 4, size);
  bytes.erase(0, end + 4 + size);
  return answer;
}

std::string client_frame(std::string_view payload, int opcode) {
  std::string frame(1, static_cast<char>(0x80 | opcode));
  const std::size_t size = payload.size();
  if (size < 126) {
    frame += static_cast<char>(0x80 | size);
  } else if (size < 65536) {
    frame += {static_cast<char>(0xFE), static_cast<char>(size >> 8), static_cast<char>(size)};
  } else {
    frame += static_cast<char>(0xFF);
    for (int shift = 56; shift >= 0; shift -= 8) frame += static_cast<char>(size >> shift);
  }
  return frame.append(4, '\0').append(payload);
}

std::vector<std::string> take_frames(std::string& bytes) {
  std::vector<std::string> frames;
  while (bytes.size() >= 2) {
    const auto octet = [&](std::size_t at) {
      return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at]));
    };
    std::size_t size = octet(1);
    std::size_t head = 2;
    if (size >= 126) {
      head = size == 126 ? 4 : 10;
      if (bytes.size() < head) break;
      size = 0;
      for (std::size_t at = 2; at < head; ++at) size = size << 8 | octet(at);
    }
    if (bytes.size() < head + size) break;
    std::string payload = bytes.substr(head, size);
    const std::size_t opcode = octet(0) & 15;
    if (opcode == 8) {
      const std::string code = size < 2 ? "-" : std::to_string(octet(head) << 8 | octet(head + 1));
      frames.push_back("c:" + code + payload.substr(std::min<std::size_t>(size, 2)));
    } else {
      frames.push_back((opcode == 1 ? "t:" : opcode == 2 ? "b:" : "?:") + payload);
    }
    bytes.erase(0, head + size);
  }
  return frames;
}

Answer RawClient::answer() {
  loop_->settle();
  collect();
  return take_answer(bytes_);
}

std::vector<std::string> RawClient::frames() {
  loop_->settle();
  collect();
  return take_frames(bytes_);
}

void RawClient::send_get(const std::string& query, std::string_view fields) {
  send("GET /engine.io/?" + query + " HTTP/1.1\r\nHost: x.example\r\n" + std::string(fields) +
       "\r\n");
}

void RawClient::send_post(const std::string& query, std::string_view body,
                          std::string_view fields) {
  send("POST /engine.io/?" + query + " HTTP/1.1\r\nHost: x.example\r\n" +
       "Content-Type: text/plain;charset=UTF-8\r\nContent-Length: " + std::to_string(body.size()) +
       "\r\n" + std::string(fields) + "\r\n" + std::string(body));
}

Answer RawClient::get(const std::string& query, std::string_view fields) {
  send_get(query, fields);
  return answer();
}

Answer RawClient::post(const std::string& query, std::string_view body, std::string_view fields) {
  send_post(query, body, fields);
  return answer();
}

Answer RawClient::upgrade(const std::string& query, std::string_view fields) {
  return get(query,
             "Upgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
                 std::string(fields));
}

Rig::Rig(sio::eio::Options options, http::ServerOptions server) : app(loop, std::move(server)) {
  engine = std::make_unique<sio::eio::Server>(app, std::move(options), echo);
  app.get("/other", [](http::Request&, http::Response& response) { response.send("other"); });
  app.listen(80);
}

Rig::~Rig() {
  engine.reset();
  app.close();
  loop.settle();
}

std::string Rig::sid_of(const Answer& answer) const {
  const std::size_t at = answer.body.find("\"sid\":\"");
  return at == std::string::npos ? "" : answer.body.substr(at + 7, 24);
}

std::string Rig::open_polling(std::string_view more) {
  RawClient first = client();
  return sid_of(first.get("EIO=4&transport=polling" + std::string(more)));
}

}  // namespace strata::test

TEST_CASE("the rig reads what it writes", "[sio][eio]") {
  using strata::test::client_frame;
  CHECK(client_frame("hi") == std::string("\x81\x82\0\0\0\0hi", 8));
  std::string bytes(
      "\x81\x03"
      "4hi\x82\x01\xFF\x88\x00\x88\x02\x03\xF1\x81\x7E",
      16);
  CHECK(strata::test::take_frames(bytes) ==
        std::vector<std::string>{"t:4hi", "b:\xFF", "c:-", "c:1009"});
  CHECK(bytes.size() == 2);  // not whole
  std::string answers = "HTTP/1.1 200 OK\r\nA: 1\r\na: 2\r\nContent-Length: 2\r\n\r\nokHTTP";
  const strata::test::Answer answer = strata::test::take_answer(answers);
  CHECK(answer == "200 ok");
  CHECK(answer.field("A") == "1|2");
  CHECK(answers == "HTTP");
}
