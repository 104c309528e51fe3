// tests/browser/main.js PROGRAM|--reference - two tabs of the chat page, then a page that tries
// what an HTTP server has to offer: in a real browser.
'use strict';
const path = require('path');
const {run} = require('../interop/runner');
const {choose, reference} = require('../interop/server');

choose(process.argv[2] || 'build/bin/chat', path.join(__dirname, 'reference_chat.js'));
require('./chat_test');
if (!reference()) require('./http_test');
run('');
