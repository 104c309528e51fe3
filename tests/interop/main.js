// tests/interop/main.js PROGRAM|--reference [WORD] - runs the suites against one echo server.
'use strict';
const {run} = require('./runner');
const {choose} = require('./server');

const [program = 'build/bin/echo', word = ''] = process.argv.slice(2);
choose(program);
require('./http_test');
require('./flags_test');
require('./websocket_test');
require('./engineio_test');
require('./socketio_test');
require('./socketio_edges_test');
run(word);
