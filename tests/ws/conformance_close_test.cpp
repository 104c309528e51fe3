// tests/ws/conformance_close_test.cpp - the conformance table's rows of the close handshake, before
// our server and our client alike; and what a peer gets that never answers a Close.
#include "tests/ws/conformance_close_rows.h"
#include "tests/ws/conformance_run.h"

using namespace strata::conformance;

namespace {

constexpr auto patience = std::chrono::milliseconds(20);

Rows rows_of_closing() {
  Rows rows = close_code_rows();
  rows += close_rows();
  return rows;
}

// The peer never answers our Close, or never ends TCP: our end does, by itself.
void check_deadline(Ours& ours, const Frames& sent, int told) {
  Raw raw = ours.open(well_row());
  ours.closes.clear();
  ours.send(raw, to_wire(sent, !ours.is_client));
  CHECK(ours.turn_until([&] { return raw.take(), raw.ended; }));
  CHECK(ours.turn_until([&] { return ours.at_rest(); }));
  CHECK(ours.closes == std::vector<int>{told});
}

}  // namespace

TEST_CASE("to our server, the close handshake",
          "[ws][table][rfc6455-5.5.1][rfc6455-7.1.1][rfc6455-7.1.7][rfc6455-7.4.1]") {
  check_at_our_server(rows_of_closing());
}

TEST_CASE("to our client, the close handshake",
          "[ws][client][table][rfc6455-5.5.1][rfc6455-7.1.1][rfc6455-7.4.1][rfc6455-7.4.2]") {
  check_at_our_client(rows_of_closing());
}

TEST_CASE("a peer that never answers our Close loses its connection",
          "[ws][table][rfc6455-7.1.1]") {
  OurServer server(unix_address("late"), patience);
  check_deadline(server, {text("please close")}, 1006);
  OurClient client(unix_address("later"), patience);
  check_deadline(client, {text("please close")}, 1006);
}

TEST_CASE("our client waits for its server to end TCP, but not for ever",
          "[ws][client][table][rfc6455-7.1.1]") {
  OurClient client(unix_address("waits"), patience);
  check_deadline(client, {close_with(4000)}, 4000);
}
