// tests/ws/conformance_frames_test.cpp - the conformance table's rows of frames and fragments,
// before our server and our client alike.
#include "tests/ws/conformance_fragment_rows.h"
#include "tests/ws/conformance_frame_rows.h"
#include "tests/ws/conformance_run.h"

using namespace strata::conformance;

namespace {

Rows frame_rows() {
  Rows rows;
  for (const Rows& some : {size_rows(), length_rows(), sequence_rows(), mask_rows()}) rows += some;
  return rows;
}

Rows control_rows() {
  Rows rows;
  for (const Rows& some : {ping_rows(), reserved_bit_rows(), opcode_rows()}) rows += some;
  return rows;
}

Rows limit_rows() {
  Rows rows;
  for (const Rows& some : {small_room_rows(), large_rows()}) rows += some;
  return rows;
}

}  // namespace

TEST_CASE("to our server, frames of every length and with every mask",
          "[ws][table][rfc6455-5.1][rfc6455-5.2][rfc6455-5.3][rfc6455-10.4]") {
  check_at_our_server(frame_rows());
}

TEST_CASE("to our client, frames of every length and with every mask",
          "[ws][client][table][rfc6455-5.1][rfc6455-5.2][rfc6455-5.6]") {
  check_at_our_client(frame_rows());
}

TEST_CASE("to our server, pings, reserved bits and opcodes",
          "[ws][table][rfc6455-5.5][rfc6455-5.5.2][rfc6455-5.5.3]") {
  check_at_our_server(control_rows());
}

TEST_CASE("to our client, pings, reserved bits and opcodes",
          "[ws][client][table][rfc6455-5.5][rfc6455-5.5.2][rfc6455-5.5.3]") {
  check_at_our_client(control_rows());
}

TEST_CASE("to our server, messages in fragments", "[ws][table][rfc6455-5.4]") {
  check_at_our_server(fragment_rows());
}

TEST_CASE("to our client, messages in fragments", "[ws][client][table][rfc6455-5.4]") {
  check_at_our_client(fragment_rows());
}

TEST_CASE("to our server, messages at their limit, and large ones", "[ws][table][rfc6455-10.4]") {
  check_at_our_server(limit_rows());
}

TEST_CASE("to our client, messages at their limit, and large ones",
          "[ws][client][table][rfc6455-10.4]") {
  check_at_our_client(limit_rows());
}

TEST_CASE("to our server, 16 MiB", "[ws][table][heavy][rfc6455-5.2]") {
  check_at_our_server(largest_rows());
}

TEST_CASE("to our client, 16 MiB", "[ws][client][table][heavy][rfc6455-5.2]") {
  check_at_our_client(largest_rows());
}
