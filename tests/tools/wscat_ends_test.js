// tests/tools/wscat_ends_test.js - wscat's handshake and command line, and wscat as a server.
'use strict';
const assert = require('assert');
const fs = require('fs');
const net = require('net');
const os = require('os');
const path = require('path');
const {WebSocketServer} = require('ws');
const {test, next} = require('../interop/runner');
const {start, wscat, listen, echo, npm} = require('./wscat');

const group = 'wscat';

// --- the handshake -------------------------------------------------------------------------------

test(group, 'subprotocol, fields and Origin arrive; the choice is told', async ({after}) => {
  const {wss, url} = await npm(after, {handleProtocols: () => 'second'});
  const connected = next(wss, 'connection');
  const child = start([
    '-s', 'first', '--subprotocol', 'second', '-H', 'X-Who: me', '-H', 'Cookie: a=b', '--origin',
    'http://there.example', `${url}/room?x=y`
  ]);
  const [, request] = await connected;
  assert.strictEqual(request.url, '/room?x=y');
  assert.strictEqual(request.headers['sec-websocket-protocol'], 'first, second');
  assert.strictEqual(request.headers['x-who'], 'me');
  assert.strictEqual(request.headers.cookie, 'a=b');
  assert.strictEqual(request.headers.origin, 'http://there.example');
  const {err, code} = await child.ended;
  assert.match(err, /^\* open: .*\/room\?x=y, speaks second\n/);
  assert.strictEqual(code, 0);
});

test(group, '--verbose shows the head of the answer, also of a refusal', async () => {
  const url = await echo();
  assert.match((await wscat(['-v', url])).err, /\n  HTTP\/1.1 101 Switching.*\n(  .*\n)*\* closed/);
  const refused = await wscat(['-v', url.replace('/echo', '/nothing')]);
  assert.match(refused.err, /^wscat: .* \(status 404\)\n  HTTP\/1.1 404 Not Found\n/);
  assert.strictEqual(refused.code, 1);
});

test(group, 'a refused connection, a missing name: exit code 1 and a sentence', async () => {
  const closed = net.createServer().listen(0, '127.0.0.1');
  await next(closed, 'listening');
  const {port} = closed.address();
  await new Promise((resolve) => closed.close(resolve));
  const refused = await wscat(['-m', 'x', `ws://127.0.0.1:${port}/`]);
  assert.match(refused.err, /^wscat: .*refused\n$/);
  assert.strictEqual(refused.code, 1);
  assert.strictEqual(refused.out, '');
  assert.strictEqual((await wscat(['-m', 'x', '--unix', '/none/at/all', 'ws://a/'])).code, 1);
});

test(group, 'through a Unix socket, and without a scheme', async ({after}) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'wscat-'));
  after(() => fs.rmSync(folder, {recursive: true}));
  const server = require('http').createServer();
  const wss = new WebSocketServer({server});
  wss.on('connection', (socket) => socket.on('message', (data) => socket.send(`${data}!`)));
  server.listen(path.join(folder, 's'));
  after(() => server.close());
  await next(server, 'listening');
  const {out} = await wscat(['--unix', path.join(folder, 's'), '-m', 'x', 'ws://any/path']);
  assert.strictEqual(out, 'x!\n');
  const {out: schemeless} = await wscat(['-m', 'x', (await echo()).replace('ws://', '')]);
  assert.strictEqual(schemeless, 'x\n');
});

test(group, 'through a proxy, by CONNECT', async ({after}) => {
  const proxy = require('http').createServer();
  const asked = [];
  proxy.on('connect', (request, client) => {
    asked.push(request.url);
    const [host, port] = request.url.split(':');
    const server = net.connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Fine\r\n\r\n');
      server.pipe(client);
      client.pipe(server);
    });
  });
  proxy.listen(0, '127.0.0.1');
  after(() => proxy.close());
  await next(proxy, 'listening');
  const url = await echo();
  const {out} =
      await wscat(['--proxy', `http://127.0.0.1:${proxy.address().port}`, '-m', 'x', url]);
  assert.strictEqual(out, 'x\n');
  assert.deepStrictEqual(asked, [new URL(url).host]);
});

test(group, 'a message over --max-message closes with 1009', async ({after}) => {
  const {wss, url} = await npm(after);
  wss.on('connection', (socket) => socket.send('x'.repeat(1001)));
  const {code, err, out} = await wscat(['--max-message', '1000', '-w', 'forever', url]);
  assert.strictEqual(code, 4);
  assert.match(err, /wscat: protocol error: message over the limit\n/);
  assert.strictEqual(out, '');
});

// --- what makes no sense -------------------------------------------------------------------------

for (const args
         of [[], ['--nonsense', 'ws://a/'], ['ws://a/', 'ws://b/'], ['-H', 'no colon', 'ws://a/'],
             ['-w', 'long', 'ws://a/'], ['-b', '/none/at/all', 'ws://a/'], ['-m'], ['http://a/'],
             ['ws://a/#fragment'], ['--frames=yes', 'ws://a/'], ['--mask-key', '123', 'ws://a/'],
             ['--listen', '0', 'ws://a/'], ['--listen', 'here'], ['--listen', '0', '--proxy', 'x'],
             ['-H', 'Upgrade: other', 'ws://a/'], ['-s', 'no token', 'ws://a/'],
             ['-m', '\xff', '-x=']]) {
  test(group, `usage: ${JSON.stringify(args)} is refused with a sentence`, async () => {
    const {code, out, err} = await wscat(args);
    assert.match(err, /^wscat: .*\n$/);
    assert.strictEqual(out, '');
    assert.strictEqual(code, 2);
  });
}

test(group, '--help lists every flag and the exit codes, on stdout', async () => {
  const {code, out} = await wscat(['--help']);
  for (const flag of ['--frames', '--listen', '--message', '--wait', '--compress', 'Exit code'])
    assert.ok(out.includes(flag), flag);
  assert.strictEqual(code, 0);
});

test(group, 'a command that makes no sense is told, not sent: exit code 5', async () => {
  const url = await echo();
  for (const [typed, why] of [
           ['/nothing\n', 'no command /nothing'], ['/close 1005\n', 'a code that may travel'],
           ['/hex 123\n', 'two digits'], ['/fragments 0 x\n', 'number of frames'],
           ['/binary /none/at/all\n', 'cannot be read'],
           [`/ping ${'x'.repeat(126)}\n`, '125 bytes'],
           [`/close 1000 ${'x'.repeat(124)}\n`, '123 bytes'],
           [Buffer.from([0xff, 0x0a]), 'no UTF-8']]) {
    const {code, out, err} =
        await wscat(['-q', url], Buffer.concat([Buffer.from(typed), Buffer.from('good\n')]));
    assert.match(err, new RegExp(`^wscat: .*${why}.*\n$`));
    assert.strictEqual(out, 'good\n');
    assert.strictEqual(code, 5);
  }
});

// --- listening -----------------------------------------------------------------------------------

test(
    group, 'listening: what is typed goes to both clients, what they say is shown',
    async ({after}) => {
      const server = await listen(after);
      const [one, two] = [start([`${server.url}/a`], null), start([`${server.url}/b`], null)];
      after(() => [one, two].forEach((each) => each.kill('SIGKILL')));
      await server.says(/#1 open: .*\n(.*\n)*.*#2 open: 127\.0\.0\.1:\d+ \//);
      server.type('to all');
      await one.prints('to all\n');
      await two.prints('to all\n');
      one.type('from one');
      await server.prints('from one\n');
      two.type('/hex 0102');
      await server.prints('0102\n');
      one.end();
      assert.strictEqual((await one.ended).code, 0);
      await server.says(/#\d closed: 1000\n/);
      server.type('/close 4001 enough');
      assert.strictEqual((await two.ended).code, 3);
      server.kill('SIGTERM');
      const {code, out} = await server.ended;
      assert.strictEqual(out, 'from one\n0102\n');
      assert.strictEqual(code, 0);
    });

test(group, 'listening: another wscat\'s fields and subprotocol are seen', async ({after}) => {
  const server = await listen(after, '-v', '-s', 'chat', '--once');
  const {err, code} =
      await wscat(['-H', 'X-Who: me', '-s', 'other,chat', '--compress', `${server.url}/x?y`]);
  assert.match(err, /speaks chat/);
  assert.strictEqual(code, 0);
  await server.says(/#1 open: \S+ \/x\?y\n(  .*\n)*  X-Who: me\n/i);
  await server.says(/\n  Sec-WebSocket-Protocol: other, chat\n/i);
  assert.strictEqual((await server.ended).code, 0);
});

test(group, 'listening with --once, --echo, --compress and --frames', async ({after}) => {
  const server = await listen(after, '--once', '--echo', '--compress', '--frames');
  const {out} = await wscat(['--compress', '--mask-key', '37fa213d', '-m', 'Hello', server.url]);
  assert.strictEqual(out, 'Hello\n');
  const ended = await server.ended;
  assert.strictEqual(ended.out, 'Hello\n');
  assert.strictEqual(ended.code, 0);
  assert.match(
      ended.err,
      /#1 <- 1 100 0001 1 0000111 {9}37fa213d   text, compressed, 7 bytes: f2 48 cd c9 c9 07 00\n/);
  assert.match(ended.err, /#1 -> 1 100 0001 0 0000111 /);
});

test(group, 'listening: SIGINT closes with 1001', async ({after}) => {
  const server = await listen(after);
  const client = start([server.url], null);
  after(() => client.kill('SIGKILL'));
  await server.says('#1 open');
  server.kill('SIGINT');
  const {err, code} = await client.ended;
  assert.match(err, /\* closed: 1001\n/);
  assert.strictEqual(code, 0);
  assert.strictEqual((await server.ended).code, 0);
});

test(group, 'listening: a foreign Origin is refused unless it is let in', async ({after}) => {
  const strict = await listen(after);
  const refused = await wscat(['-o', 'http://evil.example', '-m', 'x', strict.url]);
  assert.match(refused.err, /status 403/);
  assert.strictEqual(refused.code, 1);
  const open = await listen(after, '--origin', 'http://evil.example');
  assert.strictEqual((await wscat(['-o', 'http://evil.example', '-m', 'x', open.url])).code, 0);
});

test(group, 'listening on a port that is taken: exit code 1', async ({after}) => {
  const server = await listen(after);
  const {code, err} = await wscat(['--listen', new URL(server.url).port]);
  assert.match(err, /^wscat: 127\.0\.0\.1:\d+: address already in use\n$/i);
  assert.strictEqual(code, 1);
});
