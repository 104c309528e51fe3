// tests/ws/conformance_table_test.cpp - the conformance table as a whole: how many rows it has, and
// a sample of them over TCP, cut at random.
#include <algorithm>
#include <random>
#include <set>

#include "tests/ws/conformance_close_rows.h"
#include "tests/ws/conformance_fragment_rows.h"
#include "tests/ws/conformance_frame_rows.h"
#include "tests/ws/conformance_handshake_rows.h"
#include "tests/ws/conformance_offer_rows.h"
#include "tests/ws/conformance_run.h"
#include "tests/ws/conformance_text_rows.h"

using namespace strata::conformance;

namespace {

// All but those of 16 MiB, and of handshakes that fail.
Rows table() {
  Rows rows;
  for (const Rows& some :
       {size_rows(),       length_rows(),        sequence_rows(),      mask_rows(),
        ping_rows(),       reserved_bit_rows(),  opcode_rows(),        fragment_rows(),
        small_room_rows(), large_rows(),         text_rows(),          text_place_rows(),
        close_code_rows(), close_rows(),         deflate_size_rows(),  window_rows(),
        context_rows(),    wrong_deflate_rows(), deflated_text_rows(), bomb_rows(),
        taken_rows(),      declined_rows(),      answer_rows()})
    rows += some;
  return rows;
}

// Each row of the sample once, in pieces of random sizes.
void check_sample(Ours& ours, std::mt19937& random) {
  for (const Row& row : table()) {
    if (!is_for(row, ours) || random() % 4 != 0) continue;
    const std::string wire = wire_of(row, !ours.is_client);
    if (wire.size() > 8192) continue;
    const std::size_t most = random() % 3 == 0 ? 1 : 2 * wire.size() / 3 + 1;
    Cuts cuts;
    for (std::size_t at = 1 + random() % most; at < wire.size(); at += 1 + random() % most)
      cuts.push_back(at);
    INFO((ours.is_client ? "to our client: " : "to our server: ") << row.what);
    CHECK(run(ours, row, wire, cuts) == "");
  }
}

}  // namespace

TEST_CASE("the conformance table has rows for both of our ends, and each has a name",
          "[ws][table]") {
  const Rows rows = table();
  const std::size_t of_server =
      request_line_rows().size() + upgrade_rows().size() + key_rows().size() + list_rows().size();
  const std::size_t of_client = answer_head_rows().size() + agreement_rows().size();
  const auto not_for = [&rows](For other) {
    return static_cast<std::size_t>(
        std::count_if(rows.begin(), rows.end(), [&](const Row& row) { return row.who != other; }));
  };
  CHECK(not_for(For::client) + of_server >= 1000);
  CHECK(not_for(For::server) + of_client >= 900);
  std::set<std::string> names;
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK(names.insert(row.what).second);
    if (!std::string(row.section).starts_with("rfc") || row.sent.empty()) FAIL_CHECK(row.section);
  }
}

TEST_CASE("rows hold over TCP, to our server", "[ws][table][tcp]") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  OurServer server(strata::net::Address::loopback(0));
  check_sample(server, random);
}

TEST_CASE("rows hold over TCP, to our client", "[ws][client][table][tcp]") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  OurClient client(strata::net::Address::loopback(0));
  check_sample(client, random);
}

TEST_CASE("our client masks each frame with another key", "[ws][client][table][rfc6455-5.3]") {
  OurClient client(unix_address("keys"));
  Raw raw = client.open(well_row());
  client.send(raw, to_wire(times(200, ping("p")) + times(200, text("x")), false));
  Replies replies(client, well_row());
  REQUIRE(client.turn_until([&] {
    raw.take();
    replies.read(raw.got);
    return replies.frames.size() == 400;
  }));
  const std::set<Key> keys(replies.keys().begin(), replies.keys().end());
  CHECK(keys.size() >= 399);  // of 2^32: two of 400 are the same once in 50,000 runs
  std::set<char> firsts;
  for (const Key& key : keys) firsts.insert(key[0]);
  CHECK(firsts.size() > 100);
}
