// tests/ws/conformance_handshake_test.cpp - the conformance table's rows of the opening handshake:
// requests before our server, answers before our client, and what compression they agree on.
#include "tests/ws/conformance_handshake_rows.h"

#include "tests/ws/conformance_offer_rows.h"
#include "tests/ws/conformance_run.h"

using namespace strata::conformance;

namespace {

std::string request_of(const RequestRow& row) {
  std::string first = "GET /usual HTTP/1.1";
  std::string fields;
  for (const char* const line :
       {"GET /usual HTTP/1.1", "Host: a", "Upgrade: websocket", "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"}) {
    const std::string text = line;
    const bool drop = !row.drop.empty() && text.starts_with(row.drop);
    if (text == first) {
      if (drop) first = row.add;
    } else if (!drop) {
      fields += text + "\r\n";
    }
  }
  const bool is_line = row.drop == "GET " || row.add.empty();
  return first + "\r\n" + fields + (is_line ? "" : row.add + "\r\n") + "\r\n";
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; ++at) ++found;
  return found;
}

// A frame comes right behind the request: it is echoed, or not looked at.
std::string run_request(OurServer& server, const RequestRow& row, const std::string& wire,
                        const Cuts& cuts) {
  Raw raw = server.dial();
  std::size_t from = 0;
  for (const std::size_t cut : cuts) {
    server.send(raw, std::string_view(wire).substr(from, cut - from));
    from = cut;
  }
  server.send(raw, std::string_view(wire).substr(from));
  const std::string due = "HTTP/1.1 " + std::to_string(row.status) + " ";
  const std::string echoed = "\x81\x04well";
  const bool came = server.turn_until([&] {
    raw.take();
    const bool head = raw.got.find("\r\n\r\n") != raw.got.npos;
    return raw.ended || (head && (row.status != 101 || raw.got.ends_with(echoed)));
  });
  if (!came || !raw.got.starts_with(due)) return "answered " + raw.got.substr(0, 200);
  if (raw.got.find(row.line + "\r\n") == raw.got.npos) return "no " + row.line;
  if (count(raw.got, "Sec-WebSocket-Accept") != (row.status == 101 ? 1 : 0)) return "Accept";
  if (row.status != 101 && count(raw.got, "HTTP/1.1 ") != 1) return "answered twice";
  raw.close();
  return server.turn_until([&] { return server.at_rest(); }) ? "" : "the connection stays";
}

void check_requests(const std::vector<RequestRow>& rows) {
  OurServer server(unix_address("asked"));
  for (const RequestRow& row : rows) {
    const std::string head = request_of(row);
    // Without an Upgrade it is HTTP that goes on, and no frame may follow.
    const bool upgrades = count(head, "\r\nUpgrade") + count(head, "\r\nUPGRADE") != 0;
    const bool frame = upgrades && row.status != 404;
    const std::string wire = head + (frame ? to_wire({text("well")}, true) : "");
    const std::size_t descriptors = open_descriptors();
    std::string what = run_request(server, row, wire, {});
    for (const Cuts& cuts : {odd_cuts(head.size()), byte_cuts(head.size()), Cuts{head.size()}})
      if (what.empty()) what = run_request(server, row, wire, cuts);
    if (what.empty()) what = run(server, well_row(), wire_of(well_row(), true), {});
    if (what.empty() && open_descriptors() != descriptors) what = "a descriptor is left";
    INFO("to our server: " << row.what << " (" << row.section << ")");
    CHECK(what == "");
  }
}

// The answer's head is cut at `cuts`; a message and a Close come right behind it.
std::string run_answer(OurClient& client, const AnswerRow& row, bool compressed, bool bytes) {
  strata::ws::ClientOptions options;
  options.subprotocols = {"echo", "chat"};
  if (compressed) options.compression.emplace();
  client.closes.clear();
  std::string request;
  Raw raw = client.asked(std::move(options), request);
  std::string head = row.head;
  std::string fits = OurClient::accept_line(request).substr(22);
  for (std::size_t at; (at = head.find("ACCEPT\r\n")) != head.npos;) head.replace(at, 8, fits);
  const std::string wire = head + "\r\n" + to_wire({text("early"), close_with(1000)}, false);
  std::size_t from = 0;
  const Cuts cuts = bytes ? byte_cuts(wire.size()) : Cuts{};
  for (const std::size_t cut : cuts) {
    client.send(raw, std::string_view(wire).substr(from, cut - from));
    from = cut;
  }
  client.send(raw, std::string_view(wire).substr(from));
  if (row.why != nullptr) {
    if (!client.turn_until([&] { return raw.take(), raw.ended; })) return "it goes on";
    if (!client.opened.empty()) return "it opened";
    if (!raw.got.empty()) return "it sent " + raw.got;
    return client.refused.find(row.why) != std::string::npos ? "" : "told: " + client.refused;
  }
  Replies replies(client, well_row());
  client.turn_until([&] {
    raw.take();
    replies.read(raw.got);
    return replies.closed() || raw.ended;
  });
  if (client.opened != row.opened) return "opened with " + client.opened + client.refused;
  if (replies.frames != Frames{text("early"), close_with(1000)}) return "the frames are lost";
  raw.close();
  return client.turn_until([&] { return client.at_rest(); }) ? "" : "the connection stays";
}

void check_answers(const std::vector<AnswerRow>& rows, bool compressed) {
  OurClient client(unix_address("answered"));
  REQUIRE(run(client, well_row(), wire_of(well_row(), false), {}) == "");
  for (const AnswerRow& row : rows) {
    const std::size_t descriptors = open_descriptors();
    std::string what = run_answer(client, row, compressed, false);
    if (what.empty()) what = run_answer(client, row, compressed, true);
    if (what.empty()) what = run(client, well_row(), wire_of(well_row(), false), {});
    if (what.empty() && open_descriptors() != descriptors) what = "a descriptor is left";
    INFO("to our client: " << row.what << " (" << row.section << ")");
    CHECK(what == "");
  }
}

}  // namespace

TEST_CASE("to our server, request lines", "[ws][table][rfc6455-4.1][rfc6455-4.2.1]") {
  check_requests(request_line_rows());
}

TEST_CASE("to our server, fields of an upgrade", "[ws][table][rfc6455-4.2.1][rfc6455-10.2]") {
  check_requests(upgrade_rows());
}

TEST_CASE("to our server, keys and versions", "[ws][table][rfc6455-4.2.2][rfc6455-4.4]") {
  check_requests(key_rows());
}

TEST_CASE("to our server, extensions and subprotocols", "[ws][table][rfc6455-9.1]") {
  check_requests(list_rows());
}

TEST_CASE("to our client, answers", "[ws][client][table][rfc6455-4.1]") {
  check_answers(answer_head_rows(), false);
}

TEST_CASE("to our client, what a server agrees to",
          "[ws][client][table][rfc6455-4.1][rfc7692-7.1]") {
  check_answers(agreement_rows(), true);
  check_answers({{"an extension that was not asked for", "extension",
                  good_head("Sec-WebSocket-Extensions: permessage-deflate\r\n")}},
                false);
}

TEST_CASE("to our server, offers of compression",
          "[ws][table][rfc7692-5][rfc7692-7.1][rfc7692-7.1.2.1]") {
  check_at_our_server(taken_rows());
  check_at_our_server(declined_rows());
}

TEST_CASE("to our client, answers to its offer of compression",
          "[ws][client][table][rfc7692-7.1][rfc7692-7.1.2.2]") {
  check_at_our_client(answer_rows());
}
