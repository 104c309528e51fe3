// tests/ws/conformance_text_test.cpp - the conformance table's rows of UTF-8, before our server and
// our client alike.
#include "tests/ws/conformance_run.h"
#include "tests/ws/conformance_text_rows.h"

using namespace strata::conformance;

TEST_CASE("to our server, text right and wrong", "[ws][table][rfc6455-8.1][rfc3629-4]") {
  check_at_our_server(text_rows());
}

TEST_CASE("to our client, text right and wrong", "[ws][client][table][rfc6455-8.1][rfc3629-4]") {
  check_at_our_client(text_rows());
}

TEST_CASE("to our server, letters at every place", "[ws][table][rfc6455-5.6][rfc6455-8.1]") {
  check_at_our_server(text_place_rows());
}

TEST_CASE("to our client, letters at every place",
          "[ws][client][table][rfc6455-5.6][rfc6455-8.1]") {
  check_at_our_client(text_place_rows());
}
