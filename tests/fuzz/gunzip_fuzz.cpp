// tests/fuzz/gunzip_fuzz.cpp - any bytes as compressed content: never more out than the limit, the
// same in pieces as whole, and what gzip writes inflates to what it was. rfc1952
//
// The first byte is the format and the limit, the rest is the content.
#include <cstdlib>
#include <string>

#include "http/compression.h"
#include "tests/support/cuts.h"

using namespace strata;
using namespace strata::http;

static void demand(bool holds) {
  if (!holds) std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto format = (data[0] & 1) != 0 ? Gunzip::Format::zlib : Gunzip::Format::gzip;
  const std::uint64_t limit = std::uint64_t{1} << (data[0] >> 4);  // 1 to 32768 bytes
  test::ExactBytes exact(net::as_text({data + 1, size - 1}));
  const net::Bytes packed = exact.view();

  const auto whole = gunzip(packed, limit, format);
  if (whole) demand((*whole).size() <= limit);

  Gunzip reader(limit, format);
  std::string text;
  const std::size_t step = 1 + data[0] % 7;
  for (std::size_t at = 0; at < packed.size() && !reader.failed(); at += step) {
    net::Bytes in = packed.subspan(at, std::min(step, packed.size() - at));
    std::uint8_t room[5];
    std::size_t got = 0;
    do {
      got = reader.read(in, room);
      demand(got <= sizeof room);
      text += net::as_text(net::Bytes(room, got));
    } while (!reader.failed() && (got == sizeof room || !in.empty()));
  }
  demand(text.size() <= limit && text.size() == reader.bytes_out());
  demand(reader.finish() == whole.has_value());
  if (whole) demand(text == *whole);
  if (!whole) demand(reader.error() == whole.error());

  if (size < 512) {
    const auto again = gunzip(net::as_bytes(gzip(packed)), size);
    demand(again && *again == net::as_text(packed));
  }
  return 0;
}
