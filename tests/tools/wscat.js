// tests/tools/wscat.js - runs wscat: what it is told, what it says, how it ends; and who it talks
// to.
'use strict';
const {spawn} = require('child_process');
const crypto = require('crypto');
const fs = require('fs');
const net = require('net');
const os = require('os');
const path = require('path');
const {WebSocketServer} = require('ws');
const {limited, next} = require('../interop/runner');
const servers = require('../interop/server');

let folder = 'build/bin';
const program = (name) => path.join(folder, name);
function choose(where) {
  folder = path.resolve(where);
  servers.choose(program('echo'));
}

// `typed` is its stdin, which then ends; null: it stays open, for type(). By default wscat is asked
// for no colors by what it writes to: a pipe.
function start(args, typed = '', name = 'wscat') {
  return watch(spawn(program(name), args), typed, name);
}

// With its stderr in the same pipe as its stdout: what is shown is in the order of writing.
function start_together(args) {
  return watch(
      spawn('sh', ['-c', 'exec "$0" "$@" 2>&1', program('wscat'), ...args]), null, 'wscat');
}

function watch(child, typed, name) {
  let out = Buffer.alloc(0), err = '', both = '';
  child.stdin.on('error', () => {});  // it may end before it has read all
  const look = new Set();
  const heard = () => look.forEach((each) => each());
  child.stdout.on('data', (data) => {
    out = Buffer.concat([out, data]);
    both += data;
    heard();
  });
  child.stderr.on('data', (data) => {
    err += data;
    both += data;
    heard();
  });
  const ended = new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({code, signal, out: `${out}`, bytes: out, err}));
  });
  if (typed !== null) child.stdin.end(typed);
  const until = (what, holds) => limited(
                                     new Promise((resolve) => {
                                       const each = () => {
                                         if (!holds()) return;
                                         look.delete(each);
                                         resolve();
                                       };
                                       look.add(each);
                                       each();
                                     }),
                                     what)
                                     .catch((late) => {
                                       throw new Error(`${late.message}; it said: ${both}`);
                                     });
  return {
    child,
    type: (line) => child.stdin.write(`${line}\n`),
    end: () => child.stdin.end(),
    says: (what) =>
        until(String(what), () => (what instanceof RegExp ? what.test(err) : err.includes(what))),
    prints: (what) => until(String(what), () => `${out}`.includes(what)),
    shown: () => both,
    until,
    ended: limited(ended, `end of ${name}`),
    kill: (signal) => child.kill(signal)
  };
}

// To its end.
const wscat = (args, typed) => start(args, typed).ended;

// wscat --listen on a port of its own; `url` once it listens.
async function listen(after, ...args) {
  const server = start(['--listen', '0', ...args], null);
  after(() => server.kill('SIGKILL'));
  await server.says(/listening on (ws:\/\/\S+)\n/);
  server.url = /listening on (ws:\/\/\S+)\n/.exec(server.shown())[1];
  return server;
}

// Our own server, with these flags.
const echo = async (...flags) =>
    (await servers.server(...flags)).url.replace('http:', 'ws:') + '/echo';

// npm's server on a port of its own.
async function npm(after, options = {}) {
  const wss = new WebSocketServer({port: 0, host: '127.0.0.1', ...options});
  after(() => wss.close());
  await next(wss, 'listening', 'error');
  return {wss, url: `ws://127.0.0.1:${wss.address().port}`};
}

// A server of bytes: answers the handshake, then says `hex`, and keeps what the client says.
async function raw(after, hex) {
  const heard = [];
  const server = net.createServer((socket) => {
    let head = '';
    socket.on('error', () => {});
    socket.on('data', (data) => {
      if (head.endsWith('\r\n\r\n')) return heard.push(data.toString('hex'));
      head += data;
      if (!head.endsWith('\r\n\r\n')) return;
      const key = /Sec-WebSocket-Key: (.*)\r\n/.exec(head)[1];
      const accept = crypto.createHash('sha1').update(key + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11');
      socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
          `Sec-WebSocket-Accept: ${accept.digest('base64')}\r\n\r\n`);
      socket.write(Buffer.from(hex, 'hex'));
    });
  });
  server.listen(0, '127.0.0.1');
  after(() => server.close());
  await next(server, 'listening', 'error');
  return {url: `ws://127.0.0.1:${server.address().port}`, heard};
}

function temporary(after, content) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'wscat-'));
  after(() => fs.rmSync(folder, {recursive: true}));
  const file = path.join(folder, 'content');
  fs.writeFileSync(file, content);
  return file;
}

module.exports = {
  choose,
  program,
  start,
  start_together,
  wscat,
  listen,
  echo,
  npm,
  raw,
  temporary
};
