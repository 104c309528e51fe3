// tests/tools/sio.js - runs tools/sio, and who it talks to.
'use strict';
const {Server} = require('socket.io');
const servers = require('../interop/server');
const {start} = require('./wscat');

// Its stdin is `typed` and then ends; null: it stays open.
const begin = (args, typed = '') => start(args, typed, 'sio');
// To its end.
const sio = (args, typed) => begin(args, typed).ended;

// Each line of stdout, without its time, which has to be one.
const lines = (out) => out.split('\n').filter(Boolean).map((line) => {
  const {time, ...rest} = JSON.parse(line);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(time)) throw new Error(`no time: ${line}`);
  return rest;
});
const event = (name, ...args) => ({event: name, args, nsp: '/'});
const answer = (name, ...args) => ({answer: name, args, nsp: '/'});

// Our own server. It emits "auth" to who connects, gives "echo" back, and answers
// "message-with-ack" with what it was told.
const echo = async () => (await servers.server()).url;

// npm's server on a port of its own.
function npm(after, options = {}) {
  const io = new Server(0, options);
  after(() => io.close());
  return {io, url: `http://127.0.0.1:${io.httpServer.address().port}`};
}

module.exports = {
  begin,
  sio,
  lines,
  event,
  answer,
  echo,
  npm
};
