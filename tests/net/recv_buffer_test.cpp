// tests/net/recv_buffer_test.cpp - the kept bytes, and the pool that they lie in.
#include "net/recv_buffer.h"

#include <random>
#include <string>
#include <vector>

#include "net/block_pool.h"
#include "tests/catch.h"

using namespace strata;
using namespace strata::net;

TEST_CASE("kept bytes are contiguous and in order, at every split", "[net][codec]") {
  const std::string text = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  for (std::size_t first = 0; first <= text.size(); ++first) {
    for (std::size_t gone = 0; gone <= first; ++gone) {
      BlockPool pool;
      RecvBuffer kept;
      kept.append(as_bytes(std::string_view(text).substr(0, first)), &pool);
      kept.consume(gone);
      kept.append(as_bytes(std::string_view(text).substr(first)), &pool);
      if (as_text(kept.bytes()) != std::string_view(text).substr(gone)) FAIL(first << ' ' << gone);
      kept.consume(text.size() - gone);
      if (!kept.empty() || pool.taken_bytes() != 0) FAIL(first << ' ' << gone);
    }
  }
}

TEST_CASE("the memory kept is at most twice what was received, and none when idle",
          "[net][codec]") {
  BlockPool pool;
  RecvBuffer kept;
  CHECK(sizeof(RecvBuffer) == sizeof(void*));
  const std::string byte = "x";
  for (std::size_t bytes = 1; bytes <= 64 * 1024; ++bytes) {
    kept.append(as_bytes(byte), &pool);
    if (pool.taken_bytes() > 2 * (bytes + 32) + 64) FAIL(bytes << ' ' << pool.taken_bytes());
  }
  CHECK(kept.size() == 64 * 1024);
  kept.clear();
  CHECK(pool.taken_bytes() == 0);
}

TEST_CASE("any sequence of appends and consumes behaves as one string does", "[net][codec]") {
  const unsigned seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  BlockPool pool;
  RecvBuffer kept;
  std::string model;
  for (int step = 0; step < 20000; ++step) {
    if (random() % 2 == 0) {
      const std::string more(random() % 700, static_cast<char>('a' + random() % 26));
      kept.append(as_bytes(more), &pool);
      model += more;
    } else {
      const std::size_t gone = model.empty() ? 0 : random() % (model.size() + 1);
      kept.consume(gone);
      model.erase(0, gone);
    }
    if (as_text(kept.bytes()) != model || kept.empty() != model.empty()) FAIL("step " << step);
  }
}

TEST_CASE("a block comes in a power of two and goes back for the next one", "[net][codec]") {
  struct Row {
    std::size_t asked, got;
  };
  BlockPool pool;
  for (const Row row : {Row{0, 64},
                        {1, 64},
                        {64, 64},
                        {65, 128},
                        {1024, 1024},
                        {1025, 2048},
                        {131072, 131072},
                        {131073, 131073},
                        {1000000, 1000000}}) {
    INFO(row.asked);
    const BlockPool::Block block = BlockPool::take(&pool, row.asked);
    CHECK(block.bytes == row.got);
    CHECK(pool.taken_bytes() == row.got);
    const std::size_t spare = pool.spare_bytes();
    BlockPool::give(&pool, block);
    CHECK(pool.taken_bytes() == 0);
    if (spare != pool.spare_bytes()) {  // under the address sanitizer nothing is kept
      CHECK(pool.spare_bytes() == spare + row.got);
      CHECK(row.got <= BlockPool::largest_bytes);
      const BlockPool::Block again = BlockPool::take(&pool, row.asked);
      CHECK(again.at == block.at);
      BlockPool::give(&pool, again);
    }
  }
  pool.trim();
  CHECK(pool.spare_bytes() == 0);
}

TEST_CASE("the pool keeps no more than its bound", "[net][codec]") {
  BlockPool pool;
  std::vector<BlockPool::Block> blocks;
  for (int i = 0; i < 200; ++i) blocks.push_back(BlockPool::take(&pool, 128 * 1024));
  for (const BlockPool::Block& block : blocks) BlockPool::give(&pool, block);
  CHECK(pool.spare_bytes() <= BlockPool::spare_bytes_max);
}
