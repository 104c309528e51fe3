// tests/interop/sio_client_server.js - the server of sio_client_rows_*.cpp on npm's socket.io.
// sio_client_server.cpp is the same on ours, sio_client_server.py on Python's.
//
// Says "listening on http://127.0.0.1:PORT", then answers each line of stdin by a line:
//   down                    stops listening, drops every connection, forgets everything
//   up                      listens again, on the same port
//   cut                     drops every connection, and forgets nothing
//   emit PATH EVENT JSON    to everybody in the main namespace of that path
//   seen TOPIC              what was noted since the last time, as an array
// and ends with its stdin.
//
// Paths: /socket.io, and with one option each
//   /beat       100 ms ping interval, 2.5 s ping timeout      /small      1000 bytes
//   /recover    connection state recovery                     /cookie     a cookie named io
//   /polling /websocket   that transport only                 /deny       403 to everybody
//   /late       every handshake takes 2.5 s                   /deflate    permessage-deflate
//   /raw        answers CONNECT and "echo", and notes what comes in `wire`, byte for byte
//   /v2         says what a server of Socket.IO 2 would say
// Namespaces: / /foo /abc /asd; /hello emits "first" ten times; /slow lets in after 200 ms;
//   /no refuses with data; /token refuses whose auth has no {"token": "abc"}.
'use strict';
const http = require('http');
const readline = require('readline');
const {Server} = require('socket.io');
const {Server: Engine} = require('engine.io');

const say = (line) => process.stdout.write(`${line}\n`);
let noted = {};
const note = (topic, value) => (noted[topic] = noted[topic] || []).push(value);

function speak(socket) {
  const held = [];
  const on = (event, handler) => socket.on(event, (...args) => {
    const ack = typeof args[args.length - 1] === 'function' ? args.pop() : null;
    handler(ack, ...args);
  });
  on('echo', (ack, ...args) => (ack ? ack(...args) : socket.emit('echo', ...args)));
  on('never', () => {});
  on('hold', (ack, value) => held.push(() => ack(value)));
  on('release', () => held.splice(0).forEach((answer) => answer()));
  on('late', (ack, ms, value) => setTimeout(() => ack(value), ms));
  on('flaky', (ack, key, fails) => {
    note('flaky', key);
    if (noted.flaky.filter((one) => one === key).length > fails) ack(key);
  });
  on('note', (ack, value) => {
    note('note', value);
    if (ack) ack();
  });
  on('ask',
     (ack, value) =>
         socket.emit('question', value, (...answers) => socket.emit('answered', ...answers)));
  on('burst', (ack, times) => {
    for (let i = 0; i < times; ++i) socket.emit('burst', i);
  });
  on('bye', (ack, close) => socket.disconnect(close));
  on('close-engine', () => socket.conn.close());
  on('bad', () => socket.conn.write('bad'));
  on('info', (ack) => ack({
               id: socket.id,
               nsp: socket.nsp.name,
               conn: socket.conn.id,
               transport: socket.conn.transport.name,
               auth: socket.handshake.auth,
               query: socket.handshake.query,
               headers: socket.handshake.headers,
               recovered: socket.recovered,
             }));
  socket.on('disconnect', (why) => note('disconnect', {nsp: socket.nsp.name, why}));
}

function serve(app, path, options = {}) {
  const io = new Server(app, {path, serveClient: false, ...options});
  for (const name of ['/', '/foo', '/abc', '/asd', '/hello', '/slow', '/no', '/token']) {
    io.of(name).on('connection', (socket) => {
      note('connection', name);
      speak(socket);
      if (name === '/hello')
        for (let i = 0; i < 10; ++i) socket.emit('first', i);
    });
  }
  io.of('/slow').use((socket, next) => setTimeout(next, 200));
  io.of('/no').use((socket, next) => {
    const error = new Error('Auth failed (namespace)');
    error.data = {a: 'b', c: 3};
    note('refused', '/no');
    next(error);
  });
  io.of('/token').use(
      (socket, next) =>
          next(socket.handshake.auth.token === 'abc' ? undefined : new Error('no token')));
  return io;
}

// "0/nsp,{...}" is answered "0/nsp,{"sid":...}", "2/nsp,7["echo",...]" "3/nsp,7[...]".
function serve_raw(socket) {
  socket.on('message', (data) => {
    if (typeof data !== 'string') return note('wire', `<${data.length} octets>`);
    note('wire', data);
    const [, type, nsp = '', id, body] = /^(\d)(\/[^,]*,)?(\d*)([^]*)$/.exec(data) || [];
    if (type === '0') {
      if (nsp === '/early,')
        for (const i of [1, 2]) socket.send(`2${nsp}["early",${i}]`);
      socket.send(`0${nsp}{"sid":"sid-of-${nsp}"}`);
    }
    if (type === '2' && id && body.startsWith('["echo"'))
      socket.send(`3${nsp}${id}${JSON.stringify(JSON.parse(body).slice(1))}`);
  });
}

function raw_engine(app, path, on_connection) {
  const engine = new Engine({});
  engine.on('connection', on_connection);
  engine.attach(app, {path, destroyUpgrade: false});
}

let app;
let ios;
let sockets;
function start(port) {
  app = http.createServer((request, response) => response.writeHead(404).end());
  app.setMaxListeners(30);
  sockets = new Set();
  app.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const wait = (request, done) => setTimeout(() => done(null, true), 2500);
  const refuse = (request, done) => done('denied', false);
  ios = {
    '/socket.io': serve(app, '/socket.io'),
    '/beat': serve(app, '/beat', {pingInterval: 100, pingTimeout: 2500}),
    '/small': serve(app, '/small', {maxHttpBufferSize: 1000}),
    '/recover': serve(app, '/recover', {connectionStateRecovery: {}}),
    '/cookie': serve(app, '/cookie', {cookie: {name: 'io'}}),
    '/polling': serve(app, '/polling', {transports: ['polling']}),
    '/websocket': serve(app, '/websocket', {transports: ['websocket']}),
    '/deflate': serve(app, '/deflate', {perMessageDeflate: true}),
    '/deny': serve(app, '/deny', {allowRequest: refuse}),
    '/late': serve(app, '/late', {allowRequest: wait}),
  };
  raw_engine(app, '/raw', serve_raw);
  raw_engine(app, '/v2', (socket) => socket.send('0'));
  return new Promise((resolve) => app.listen(port, '127.0.0.1', resolve));
}

async function turns_until(done) {
  for (let turn = 0; turn < 100 && !done(); ++turn)
    await new Promise((resolve) => setTimeout(resolve, 2));
}

// Polls that were sent before the command have come, and their sessions have heard of the end when
// it is answered: what is emitted next is not written to a connection that is dead.
async function cut_heard() {
  const polling = Object.values(ios).flatMap(
      ({engine}) => Object.values(engine.clients).filter((s) => s.transport.name === 'polling'));
  const gone = (session) => session.readyState === 'closed';
  await turns_until(() => polling.every((s) => s.transport.writable || gone(s)));
  cut();
  await turns_until(() => sockets.size === 0 && polling.every(gone));
}

function cut() {
  for (const socket of sockets) socket.destroy();
}

const commands = {
  down: async (port) => {
    const closed = new Promise((resolve) => app.close(resolve));
    for (const io of Object.values(ios)) io.removeAllListeners();
    cut();
    await closed;
    noted = {};
    return 'down';
  },
  up: async (port) => {
    await start(port);
    return 'up';
  },
  cut: async () => {
    await cut_heard();
    return 'cut';
  },
  emit: async (port, path, event, json) => {
    ios[path].emit(event, JSON.parse(json));
    return 'emitted';
  },
  seen: async (port, topic) => {
    const all = noted[topic] || [];
    delete noted[topic];
    return JSON.stringify(all);
  },
};

async function main() {
  await start(0);
  const {port} = app.address();
  say(`listening on http://127.0.0.1:${port}`);
  for await (const line of readline.createInterface({input: process.stdin})) {
    const [command, ...words] = line.split(' ');
    say(await commands[command](port, ...words));
  }
  process.exit(0);
}
main();
