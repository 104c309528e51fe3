// tests/browser/main.js PROGRAM|--reference [WORD] - two tabs of the chat page, then pages that try
// what an HTTP server has to offer, and WebSockets: in a real browser.
'use strict';
const path = require('path');
const {run} = require('../interop/runner');
const {choose, reference} = require('../interop/server');

choose(process.argv[2] || 'build/bin/chat', path.join(__dirname, 'reference_chat.js'));
require('./chat_test');
if (!reference()) {
  require('./http_test');
  require('./websocket_test');
}
run(process.argv[3] || '');
