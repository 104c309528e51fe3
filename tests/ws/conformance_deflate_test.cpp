// tests/ws/conformance_deflate_test.cpp - the conformance table's rows of compressed messages,
// before our server and our client alike.
#include "tests/ws/conformance_deflate_rows.h"
#include "tests/ws/conformance_run.h"

using namespace strata::conformance;

namespace {

Rows sharing_rows() {
  Rows rows = deflate_size_rows();
  rows += window_rows();
  rows += context_rows();
  return rows;
}

Rows hostile_rows() {
  Rows rows = wrong_deflate_rows();
  rows += deflated_text_rows();
  rows += bomb_rows();
  return rows;
}

}  // namespace

TEST_CASE("to our server, compressed messages",
          "[ws][table][rfc7692-6][rfc7692-7.1.1][rfc7692-7.1.2][rfc7692-7.2.3]") {
  check_at_our_server(sharing_rows());
}

TEST_CASE("to our client, compressed messages",
          "[ws][client][table][rfc7692-6][rfc7692-7.1.1][rfc7692-7.1.2][rfc7692-7.2.3]") {
  check_at_our_client(sharing_rows());
}

TEST_CASE("to our server, compressed messages that are wrong or too large",
          "[ws][table][rfc7692-6.1][rfc7692-7.2.2][rfc7692-8]") {
  check_at_our_server(hostile_rows());
}

TEST_CASE("to our client, compressed messages that are wrong or too large",
          "[ws][client][table][rfc7692-6.1][rfc7692-7.2.2][rfc7692-8]") {
  check_at_our_client(hostile_rows());
}
