// tests/events/allocations.h - how often operator new was called; lifetime_test.cpp replaces it.
#pragma once
#include <cstddef>

extern std::size_t allocations;
