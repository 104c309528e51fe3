#!/bin/sh
# tests/lesson/run.sh [FOLDER] - every program of the lesson runs, and prints what it should.
# FOLDER is where they are, by default build/bin.
cd "$(dirname "$0")/../.." || exit 1
NODE_PATH=$PWD/build/node/interop/node_modules exec node tests/lesson/lesson_test.js "${1:-build/bin}"
