// tests/interop/eio_client.js - runs our Engine.IO client as a program, beside a server of npm's.
'use strict';
const {spawn} = require('child_process');
const http = require('http');
const path = require('path');
const {Server} = require('engine.io');
const {limited} = require('./runner');
const {listen} = require('./fetch');

let program = '';
const children = new Set();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

function choose(name) { program = path.resolve(name); }

// `next()`: the next line, but of those `skip` matches. `until(start)`: the next that begins so.
function client(after, url, ...flags) {
  const child = spawn(program, [url, ...flags.map(String)], {stdio: ['pipe', 'pipe', 'inherit']});
  children.add(child);
  const lines = [], waiting = [];
  let rest = '';
  child.stdin.on('error', () => {});
  child.stdout.on('data', (data) => {
    const parts = (rest + data).split('\n');
    rest = parts.pop();
    for (const line of parts) waiting.length ? waiting.shift()(line) : lines.push(line);
  });
  const ended = new Promise((resolve) => child.on('close', (code) => {
    children.delete(child);
    for (const each of waiting) each('(the program has ended)');
    resolve(code);
  }));
  after(() => {
    child.kill('SIGKILL');
    return ended;
  });
  const any = () => lines.length ? Promise.resolve(lines.shift()) :
                                   limited(new Promise((r) => waiting.push(r)), 'line');
  return {
    say: (...commands) => child.stdin.write(commands.join('\n') + '\n'),
    next: async (skip = /^ping$/) => {
      for (;;) {
        const line = await any();
        if (!skip.test(line)) return line;
      }
    },
    until: async (start) => {
      for (;;) {
        const line = await any();
        if (line.startsWith(start)) return line;
        if (line.startsWith('(')) throw new Error(line);
      }
    },
    lines,
    ended,
  };
}

// npm's engine.io on a free port; `requests` has what came, upgrades too.
async function serve(after, options = {}, at = undefined) {
  const app = http.createServer();
  const engine = new Server(options);
  engine.attach(app, {path: '/engine.io', ...options});
  const requests = [];  // behind attach(), which takes the listeners that are there
  for (const event of ['request', 'upgrade'])
    if (app.listenerCount(event)) app.prependListener(event, (request) => requests.push(request));
  const url = await listen(after, app, at);
  after(() => engine.close());
  return {url, engine, app, requests};
}

// A server that sends everything back; `sockets` has its sessions.
async function serve_echo(after, options, at) {
  const server = await serve(after, options, at);
  server.sockets = [];
  server.engine.on('connection', (socket) => {
    server.sockets.push(socket);
    socket.on('message', (data) => socket.send(data));
  });
  return server;
}

module.exports = {
  choose,
  client,
  serve,
  serve_echo
};
