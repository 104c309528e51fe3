// tests/browser/main.js PROGRAM|--reference - two tabs of the chat page, in one real browser.
'use strict';
const path = require('path');
const {run} = require('../interop/runner');
const {choose} = require('../interop/server');

choose(process.argv[2] || 'build/bin/chat', path.join(__dirname, 'reference_chat.js'));
require('./chat_test');
run('');
