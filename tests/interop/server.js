// tests/interop/server.js - starts the echo server under test, once per set of flags.
'use strict';
const {spawn, spawnSync} = require('child_process');
const path = require('path');
const {limited} = require('./runner');

let command = [];
const running = new Map();  // flags -> server
const children = new Set();

function choose(program, npm_server = path.join(__dirname, 'reference_server.js')) {
  command = program === '--reference' ? [process.execPath, npm_server] : [path.resolve(program)];
}

// The flags that the program lists.
const help = () => spawnSync(command[0], ['--help'], {encoding: 'utf8'}).stdout.split(/\s+/);

const reference = () => command.length === 2;

const start = (flags) =>
    spawn_server(command[0], [...command.slice(1), '--host', '127.0.0.1', '--port', '0', ...flags]);

// Any program that prints where it listens.
function spawn_server(program, args) {
  const child = spawn(program, args, {stdio: ['ignore', 'pipe', 'inherit']});
  children.add(child);
  child.on('exit', () => children.delete(child));
  let printed = '';
  const ended =  // and all that it printed has come
      new Promise((resolve) => child.on('close', (code, signal) => resolve({code, signal})));
  const listening = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.stdout.on('data', (data) => {
      printed += data;
      const port = /:(\d+)\D*\n/.exec(printed);  // one line: "listening on http://127.0.0.1:7890"
      if (port) resolve(Number(port[1]));
    });
    ended.then(
        (how) => reject(new Error(
            `${program} ${args.join(' ')} ended at once: ` + JSON.stringify(how) + printed)));
  });
  return limited(listening, 'listening server').then((port) => ({
                                                       port,
                                                       ended,
                                                       child,
                                                       url: `http://127.0.0.1:${port}`,
                                                       printed: () => printed,
                                                     }));
}

// The server with these flags, shared by all tests that ask for the same.
function server(...flags) {
  const key = flags.join(' ');
  if (!running.has(key)) running.set(key, start(flags));
  return running.get(key);
}

function stop_all() {
  for (const child of children) child.kill('SIGKILL');
}

// However this process ends, no server outlives it.
process.once('exit', stop_all);
process.once('SIGTERM', () => process.exit(1));

module.exports = {
  choose,
  server,
  start,
  spawn_server,
  help,
  program : () => command[0], stop_all, reference
};
