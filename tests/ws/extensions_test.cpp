// tests/ws/extensions_test.cpp - what two ends agree on, offer by offer and answer by answer.
#include "ws/extensions.h"

#include "tests/catch.h"
#include "tests/support/splits.h"

using namespace strata;
using ws::DeflateParameters;

namespace {

constexpr DeflateParameters open_to_all{};
constexpr DeflateParameters frugal{true, true, 10, 11};

struct Offer {
  const char* offers;
  const char* answer;  // null: declined
  DeflateParameters agreed = {};
};

// rfc7692-7.1: the four parameters, alone and together.
const Offer good_offers[] = {
    {"permessage-deflate", "permessage-deflate", {}},
    {"permessage-deflate; server_no_context_takeover",
     "permessage-deflate; server_no_context_takeover",
     {true, false, 15, 15}},
    {"permessage-deflate; client_no_context_takeover",
     "permessage-deflate; client_no_context_takeover",
     {false, true, 15, 15}},
    {"permessage-deflate; server_max_window_bits=15",
     "permessage-deflate; server_max_window_bits=15",
     {}},
    {"permessage-deflate; server_max_window_bits=8",
     "permessage-deflate; server_max_window_bits=8",
     {false, false, 8, 15}},
    {"permessage-deflate; server_max_window_bits=\"10\"",
     "permessage-deflate; server_max_window_bits=10",
     {false, false, 10, 15}},
    {"permessage-deflate ;\tserver_max_window_bits = 9 ",
     "permessage-deflate; server_max_window_bits=9",
     {false, false, 9, 15}},
    {"permessage-deflate; client_max_window_bits", "permessage-deflate", {}},
    {"permessage-deflate; client_max_window_bits=15", "permessage-deflate", {}},
    {"permessage-deflate; client_max_window_bits=8",
     "permessage-deflate; client_max_window_bits=8",
     {false, false, 15, 8}},
    {"permessage-deflate; client_max_window_bits=12; server_max_window_bits=11; "
     "client_no_context_takeover; server_no_context_takeover",
     "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
     "server_max_window_bits=11; client_max_window_bits=12",
     {true, true, 11, 12}},
    {"x-unknown, permessage-deflate", "permessage-deflate", {}},
    {"x-unknown; a=1; b, , permessage-deflate; server_max_window_bits=9",
     "permessage-deflate; server_max_window_bits=9",
     {false, false, 9, 15}},
    {"permessage-deflate; unknown, permessage-deflate", "permessage-deflate", {}},
    {"permessage-deflate; server_max_window_bits=7, permessage-deflate; "
     "server_no_context_takeover",
     "permessage-deflate; server_no_context_takeover",
     {true, false, 15, 15}},
    {"permessage-deflate; server_max_window_bits=9, permessage-deflate",
     "permessage-deflate; server_max_window_bits=9",
     {false, false, 9, 15}},
};

const char* const declined[] = {
    "",
    "x-webkit-deflate-frame",
    "permessage-deflat",
    "permessage-deflate2",
    "constructor",
    "permessage-deflate; unknown",
    "permessage-deflate; unknown=1",
    "permessage-deflate; server_no_context_takeover=1",
    "permessage-deflate; client_no_context_takeover=true",
    "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
    "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
    "permessage-deflate; server_max_window_bits",
    "permessage-deflate; server_max_window_bits=7",
    "permessage-deflate; server_max_window_bits=16",
    "permessage-deflate; server_max_window_bits=0",
    "permessage-deflate; server_max_window_bits=08",
    "permessage-deflate; server_max_window_bits=+9",
    "permessage-deflate; server_max_window_bits=9.0",
    "permessage-deflate; server_max_window_bits=nine",
    "permessage-deflate; server_max_window_bits=18446744073709551625",
    "permessage-deflate; server_max_window_bits=9; server_max_window_bits=9",
    "permessage-deflate; client_max_window_bits=7",
    "permessage-deflate; client_max_window_bits=16",
    "permessage-deflate; client_max_window_bits=010",
    "permessage-deflate; client_max_window_bits; client_max_window_bits",
    "permessage-deflate; client_max_window_bits; client_max_window_bits=9",
    "permessage-deflate; client_max_window_bits=9; client_max_window_bits",
    "permessage-deflate; server_max_window_bits=",  // malformed: the handshake fails by it
    "permessage-deflate;",
    "permessage-deflate permessage-deflate",
    "permessage-deflate, @",
};

struct Answer {
  const char* answer;
  const char* why;  // null: it is taken
  DeflateParameters agreed = {};
};

}  // namespace

TEST_CASE("the first offer that makes sense is taken", "[ws][codec][rfc7692-5][rfc7692-7.1]") {
  for (const Offer& row : good_offers) {
    CAPTURE(row.offers);
    const auto accepted = ws::accept_offer(row.offers, open_to_all);
    REQUIRE(accepted);
    CHECK(accepted->answer == row.answer);
    CHECK(accepted->agreed == row.agreed);
    // Whatever a server answers, a client that offered everything takes it as the same.
    const auto read = ws::read_answer(accepted->answer, open_to_all);
    REQUIRE(read);
    CHECK(*read == row.agreed);
  }
}

TEST_CASE("an offer of nonsense is declined", "[ws][codec][rfc7692-7.1]") {
  for (const char* offers : declined) {
    CAPTURE(offers);
    CHECK_FALSE(ws::accept_offer(offers, open_to_all));
  }
}

TEST_CASE("a server may want less than was offered, and says so",
          "[ws][codec][rfc7692-7.1.1][rfc7692-7.1.2]") {
  const Offer rows[] = {
      // rfc7692-7.1.2.2: a client that did not say it can be told is not told.
      {"permessage-deflate",
       "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
       "server_max_window_bits=10",
       {true, true, 10, 15}},
      {"permessage-deflate; client_max_window_bits",
       "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
       "server_max_window_bits=10; client_max_window_bits=11",
       {true, true, 10, 11}},
      {"permessage-deflate; client_max_window_bits=9; server_max_window_bits=8",
       "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
       "server_max_window_bits=8; client_max_window_bits=9",
       {true, true, 8, 9}},
  };
  for (const Offer& row : rows) {
    CAPTURE(row.offers);
    const auto accepted = ws::accept_offer(row.offers, frugal);
    REQUIRE(accepted);
    CHECK(accepted->answer == row.answer);
    CHECK(accepted->agreed == row.agreed);
  }
}

TEST_CASE("all of 8 to 15 bits and both takeovers can be agreed on", "[ws][codec][rfc7692-7.1]") {
  for (int bits = 0; bits < 8 * 8 * 4; ++bits) {
    const DeflateParameters wanted{(bits & 1) != 0, (bits & 2) != 0,
                                   static_cast<std::uint8_t>(8 + (bits >> 2) % 8),
                                   static_cast<std::uint8_t>(8 + (bits >> 5))};
    const std::string offer = ws::write_offer(wanted);
    CAPTURE(offer);
    const auto accepted = ws::accept_offer(offer, open_to_all);
    REQUIRE(accepted);
    CHECK(accepted->agreed == wanted);
    const auto read = ws::read_answer(accepted->answer, wanted);
    REQUIRE(read);
    CHECK(*read == wanted);
  }
}

TEST_CASE("a client offers all it can, and takes only an answer to that",
          "[ws][codec][rfc7692-7.1.1.1][rfc7692-7.1.2.1][rfc7692-7.1.2.2]") {
  CHECK(ws::write_offer(open_to_all) == "permessage-deflate; client_max_window_bits");
  CHECK(ws::write_offer(frugal) ==
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
        "server_max_window_bits=10; client_max_window_bits=11");
  const char* const bad_parameter =
      "permessage-deflate with a parameter unknown, repeated or out of range";
  const Answer to_all[] = {
      {"permessage-deflate", nullptr, {}},
      {" permessage-deflate ; server_max_window_bits=\"9\"", nullptr, {false, false, 9, 15}},
      {"permessage-deflate; client_max_window_bits=8", nullptr, {false, false, 15, 8}},
      {"", "a malformed Sec-WebSocket-Extensions"},
      {",", "a malformed Sec-WebSocket-Extensions"},
      {"x-other", "an extension that was not offered"},
      {"permessage-deflate, permessage-deflate", "more extensions than were offered"},
      {"permessage-deflate, x-other", "more extensions than were offered"},
      {"x-other, permessage-deflate", "an extension that was not offered"},
      {"permessage-deflate; unknown", bad_parameter},
      {"permessage-deflate; client_max_window_bits", bad_parameter},
      {"permessage-deflate; server_max_window_bits", bad_parameter},
      {"permessage-deflate; server_max_window_bits=16", bad_parameter},
      {"permessage-deflate; server_max_window_bits=08", bad_parameter},
      {"permessage-deflate; client_max_window_bits=7", bad_parameter},
      {"permessage-deflate; server_no_context_takeover=", "a malformed Sec-WebSocket-Extensions"},
      {"permessage-deflate; server_no_context_takeover=1", bad_parameter},
      {"permessage-deflate; server_no_context_takeover; server_no_context_takeover", bad_parameter},
      {"permessage-deflate; server_max_window_bits=9; server_max_window_bits=10", bad_parameter},
      {"permessage-deflate; server_max_window_bits=9 @", "a malformed Sec-WebSocket-Extensions"},
  };
  for (const Answer& row : to_all) {
    CAPTURE(row.answer);
    const auto read = ws::read_answer(row.answer, open_to_all);
    REQUIRE(read.has_value() == (row.why == nullptr));
    if (read) CHECK(*read == row.agreed);
    if (!read) CHECK(read.error() == std::string(row.why));
  }
  const std::string both =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
  const Answer to_frugal[] = {
      // rfc7692-7.1.2.2: told nothing of its own window, the client keeps to its own offer.
      {"permessage-deflate; server_no_context_takeover; server_max_window_bits=10", nullptr,
       frugal},
      {"permessage-deflate; server_no_context_takeover; server_max_window_bits=9; "
       "client_max_window_bits=8",
       nullptr,
       {true, true, 9, 8}},
      {"permessage-deflate; server_max_window_bits=10",
       "no server_no_context_takeover, which was asked for"},
      {"permessage-deflate; server_no_context_takeover",
       "server_max_window_bits over what was offered"},
      {"permessage-deflate; server_no_context_takeover; server_max_window_bits=11",
       "server_max_window_bits over what was offered"},
      {"permessage-deflate; server_no_context_takeover; server_max_window_bits=10; "
       "client_max_window_bits=12",
       "client_max_window_bits over what was offered"},
  };
  for (const Answer& row : to_frugal) {
    CAPTURE(row.answer);
    const auto read = ws::read_answer(row.answer, frugal);
    REQUIRE(read.has_value() == (row.why == nullptr));
    if (read) CHECK(*read == row.agreed);
    if (!read) CHECK(read.error() == std::string(row.why));
  }
}

TEST_CASE("every end of a list gives an answer, and a long one is read once",
          "[ws][codec][rfc6455-9.1]") {
  const std::string offers =
      "a; b=\"c\\d\", permessage-deflate; server_max_window_bits=9; client_max_window_bits";
  for (std::size_t cut = 0; cut <= offers.size(); ++cut) {
    CAPTURE(cut);
    const std::string exact = offers.substr(0, cut);
    if (!ws::is_extension_list(exact)) CHECK_FALSE(ws::accept_offer(exact, open_to_all));
  }
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += "permessage-deflate; x, ";
  CHECK_FALSE(ws::accept_offer(many, open_to_all));
  CHECK(ws::accept_offer(many + "permessage-deflate", open_to_all));
}
