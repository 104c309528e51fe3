// tests/interop/fetch.js - runs build/bin/fetch, and servers on free ports that end with the test.
'use strict';
const {spawn} = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const {limited} = require('./runner');

let program = '';
const children = new Set();

function choose(name) { program = path.resolve(name); }

// What a run gave: {code, body, text, trace}. `input` goes to its stdin.
function fetch(...args) { return fetch_with({}, ...args); }
function fetch_with({input = '', env = {}}, ...args) {
  const child =
      spawn(program, args.map(String), {stdio: 'pipe', env: {...env, PATH: process.env.PATH}});
  children.add(child);
  const out = [], err = [];
  child.stdout.on('data', (data) => out.push(data));
  child.stderr.on('data', (data) => err.push(data));
  child.stdin.on('error', () => {});  // it need not read
  child.stdin.end(input);
  const done = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      children.delete(child);
      const body = Buffer.concat(out);
      resolve({code: signal || code, body, text: body.toString(), trace: `${Buffer.concat(err)}`});
    });
  });
  return limited(done, `end of fetch ${args.join(' ')}`).finally(() => child.kill('SIGKILL'));
}

// Listens on a free port (or a path) until the test ends; answers its URL.
function listen(after, server, at = {
  port: 0,
  host: '127.0.0.1'
}) {
  const sockets = new Set();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(
        at, () => resolve(at.path ? at.path : `http://127.0.0.1:${server.address().port}`));
  });
}

// A folder of its own, until the test ends.
function folder(after) {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'strata-'));
  after(() => fs.rmSync(made, {recursive: true}));
  return made;
}

// However this process ends, nothing that it started outlives it.
process.once('SIGTERM', () => process.exit(1));
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

module.exports = {
  choose,
  fetch,
  fetch_with,
  listen,
  folder,
  children
};
