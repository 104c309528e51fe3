// tests/interop/client_proxy_test.js - our client through a proxy that is Node's http and net.
'use strict';
const assert = require('assert');
const http = require('http');
const net = require('net');
const {test} = require('./runner');
const {fetch, fetch_with, listen} = require('./fetch');

const group = 'client and a proxy';

// A proxy of both kinds. `seen` holds what it was asked; with `login`, only for those who know it.
async function proxy(after, login) {
  const seen = [];
  const good = (req) => !login ||
      req.headers['proxy-authorization'] === `Basic ${Buffer.from(login).toString('base64')}`;
  const server = http.createServer((req, res) => {
    seen.push(`${req.method} ${req.url}`);
    if (!good(req)) return res.writeHead(407, {'Proxy-Authenticate': 'Basic'}), res.end('login');
    const {'proxy-authorization': mine, ...headers} = req.headers;
    const onward = http.request(req.url, {method: req.method, headers}, (answer) => {
      res.writeHead(answer.statusCode, answer.headers);
      answer.pipe(res);
    });
    req.pipe(onward);
  });
  server.on('connect', (req, socket) => {
    seen.push(`CONNECT ${req.url}`);
    socket.on('error', () => {});
    if (!good(req)) return socket.end('HTTP/1.1 407 Login\r\nContent-Length: 0\r\n\r\n');
    const [host, port] = req.url.split(':');
    const onward = net.connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.end('HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n'));
    after(() => onward.destroy());
  });
  return {url: await listen(after, server), seen};
}

const origin = (after) => listen(
    after,
    http.createServer((req, res) => res.end(`${req.url} ${req.headers['proxy-authorization']}`)));

test(group, 'absolute form, and the credentials stop at the proxy', async ({after}) => {
  const url = await origin(after);
  const {url: through, seen} = await proxy(after, 'me:secret');
  const with_login = through.replace('http://', 'http://me:secret@');
  assert.strictEqual((await fetch('--proxy', with_login, `${url}/x`)).text, '/x undefined');
  assert.deepStrictEqual(seen, [`GET ${url}/x`]);
  assert.strictEqual((await fetch('--proxy', through, `${url}/x`)).text, 'login');
});

test(group, 'a tunnel, used again', async ({after}) => {
  const url = await origin(after);
  const {url: through, seen} = await proxy(after, 'me:secret');
  const with_login = through.replace('http://', 'http://me:secret@');
  const got = await fetch('--proxy', with_login, '--proxytunnel', '--repeat', 3, `${url}/x`);
  assert.strictEqual(got.text, '/x undefined'.repeat(3));
  assert.deepStrictEqual(seen, [`CONNECT ${url.slice(7)}`]);
});

test(group, 'a tunnel that is refused', async ({after}) => {
  const {url: through} = await proxy(after, 'me:secret');
  const denied = await fetch('--proxy', through, '--proxytunnel', 'http://127.0.0.1:1/');
  assert.strictEqual(denied.code, 3);
  assert.match(denied.trace, /credentials/);
  const open = await proxy(after);
  const nobody = await fetch('--proxy', open.url, '--proxytunnel', 'http://127.0.0.1:1/');
  assert.strictEqual(nobody.code, 3);
});

test(group, 'http_proxy and no_proxy are read', async ({after}) => {
  const url = await origin(after);
  const {url: through, seen} = await proxy(after);
  const env = {http_proxy: through};
  assert.strictEqual((await fetch_with({env}, url)).code, 0);
  assert.strictEqual(seen.length, 1);
  env.no_proxy = 'a.example,127.0.0.0/8';
  assert.strictEqual((await fetch_with({env}, url)).code, 0);
  assert.strictEqual(seen.length, 1);
});

test(group, 'content goes through both ways', async ({after}) => {
  const url = await listen(after, http.createServer((req, res) => req.pipe(res)));
  const {url: through} = await proxy(after);
  const input = Buffer.alloc(2 << 20, 'abc');
  for (const flags of [[], ['--proxytunnel']]) {
    const got = await fetch_with({input}, '--proxy', through, ...flags, '-T', '-', url);
    assert.ok(got.body.equals(input));
  }
});
