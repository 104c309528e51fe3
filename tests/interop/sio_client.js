// tests/interop/sio_client.js - npm's socket.io-client at a server of sio_rows.cpp.
'use strict';
const {io} = require('socket.io-client');
const {next, limited} = require('./runner');
const {up, seen} = require('./rows');

const ways = {
  polling: {transports: ['polling']},
  websocket: {transports: ['websocket']},
};
const direct = ways.websocket;

// Not connected yet; `where` is a path and a namespace: "/main", "/main /custom".
async function client(after, where, options = {}) {
  const {url} = await up('sio');
  const [path, nsp = '/'] = where.split(' ');
  const socket = io(url + nsp, {
    path: `${path}/`,
    forceNew: true,
    reconnection: false,
    autoConnect: false,
    ...direct,
    ...options
  });
  after(() => socket.disconnect());
  socket.ask = (...args) => socket.timeout(30000).emitWithAck(...args);
  // The answer with all its arguments.
  socket.all = (...args) => limited(
      new Promise((resolve) => socket.emit(...args, (...answer) => resolve(answer))), 'answer');
  return socket;
}

async function connect(after, where = '/main', options = {}) {
  const socket = await client(after, where, options);
  const connected = next(socket, 'connect', 'connect_error');
  socket.connect();
  await connected;
  return socket;
}

// Another namespace on the connection of `socket`.
async function beside(socket, nsp, options) {
  const other = socket.io.socket(nsp, options);
  other.ask = (...args) => other.timeout(30000).emitWithAck(...args);
  const connected = next(other, 'connect', 'connect_error');
  other.connect();
  await connected;
  return other;
}

// How the server says that a socket has ended.
const end_of = async (id) => (await seen('sio', 'disconnect', (one) => one.id === id))[0].why;

module.exports = {
  ways,
  direct,
  client,
  connect,
  beside,
  end_of
};
