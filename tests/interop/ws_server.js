// tests/interop/ws_server.js - a server of npm's ws, for one test.
'use strict';
const http = require('http');
const {WebSocketServer} = require('ws');
const {next} = require('./runner');
const {listen} = require('./fetch');

// `at` as listen() has it. Gives its URL, and the promise of its first connection.
async function serve(after, options = {}, at = undefined) {
  const server = http.createServer();
  const wss = new WebSocketServer({server, ...options});
  const connected = next(wss, 'connection').catch(() => []);
  const url = await listen(after, server, at);
  after(() => wss.close());
  return {wss, url: url.replace('http:', 'ws:'), connected};
}

module.exports = {serve};
