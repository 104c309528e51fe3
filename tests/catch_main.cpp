// tests/catch_main.cpp - Catch2's main, where the system has no library with one.
#define CATCH_CONFIG_MAIN
#include "tests/catch.h"
