// tests/interop/client_main.js FETCH [WORD] - runs the suites about our client.
'use strict';
const {run} = require('./runner');
const {choose} = require('./fetch');

const [program = 'build/bin/fetch', word = ''] = process.argv.slice(2);
choose(program);
require('./client_node_test');
require('./client_raw_test');
require('./client_proxy_test');
require('./client_nginx_test');
run(word);
