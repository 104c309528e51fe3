// tests/support/allocations.cpp - operator new and delete of the test programs.
#include "tests/support/allocations.h"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/support/faults.h"

namespace {

// Under a sanitizer blocks are not pooled, so that it sees each: there nothing is counted.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool counts = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool counts = false;
#else
constexpr bool counts = true;
#endif
#else
constexpr bool counts = true;
#endif

std::atomic<std::size_t> count{0};
std::atomic<std::size_t> held{0};
thread_local std::size_t until_failure = 0;  // 0: none fails
thread_local std::size_t failures_left = 0;

bool fails() {
  if (failures_left == 0 || !strata::test::Armed::now()) return false;
  if (until_failure > 1) {
    --until_failure;
    return false;
  }
  until_failure = 0;
  --failures_left;
  return true;
}

void* counted(void* memory) {
  if (counts && memory != nullptr)
    held.fetch_add(malloc_usable_size(memory), std::memory_order_relaxed);
  return memory;
}

void give_back(void* memory) noexcept {
  if (counts && memory != nullptr)
    held.fetch_sub(malloc_usable_size(memory), std::memory_order_relaxed);
  std::free(memory);
}

void* take(std::size_t bytes) noexcept {
  if (counts) count.fetch_add(1, std::memory_order_relaxed);
  return fails() ? nullptr : counted(std::malloc(bytes != 0 ? bytes : 1));
}

void* take(std::size_t bytes, std::align_val_t alignment) noexcept {
  if (counts) count.fetch_add(1, std::memory_order_relaxed);
  const auto align = static_cast<std::size_t>(alignment);
  return fails() ? nullptr
                 : counted(std::aligned_alloc(align, (bytes + align - 1) / align * align));
}

void* or_throw(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

namespace strata::test {

std::size_t allocations() { return count.load(std::memory_order_relaxed); }
std::size_t allocated_bytes() { return held.load(std::memory_order_relaxed); }

FailedAllocation::FailedAllocation(std::size_t nth, std::size_t more) {
  until_failure = nth;
  failures_left = 1 + more;
}
FailedAllocation::~FailedAllocation() { until_failure = failures_left = 0; }
bool FailedAllocation::happened() const { return until_failure == 0; }

}  // namespace strata::test

void* operator new(std::size_t bytes) { return or_throw(take(bytes)); }
void* operator new[](std::size_t bytes) { return or_throw(take(bytes)); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return take(bytes); }
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept { return take(bytes); }
void* operator new(std::size_t bytes, std::align_val_t a) { return or_throw(take(bytes, a)); }
void* operator new[](std::size_t bytes, std::align_val_t a) { return or_throw(take(bytes, a)); }
void operator delete(void* at) noexcept { give_back(at); }
void operator delete[](void* at) noexcept { give_back(at); }
void operator delete(void* at, std::size_t) noexcept { give_back(at); }
void operator delete[](void* at, std::size_t) noexcept { give_back(at); }
void operator delete(void* at, std::align_val_t) noexcept { give_back(at); }
void operator delete[](void* at, std::align_val_t) noexcept { give_back(at); }
void operator delete(void* at, std::size_t, std::align_val_t) noexcept { give_back(at); }
void operator delete[](void* at, std::size_t, std::align_val_t) noexcept { give_back(at); }
