// tests/interop/eio_client_edges_test.js - our Engine.IO client and npm's engine.io: fields and
// proxies, ends, errors and time.
'use strict';
const assert = require('assert');
const http = require('http');
const net = require('net');
const {test, next} = require('./runner');
const {client, serve, serve_echo} = require('./eio_client');
const {listen} = require('./fetch');

test('C8', 'further fields and credentials go with every request', async ({after}) => {
  const {url, requests} = await serve_echo(after);
  const c = client(after, url.replace('//', '//user:secret@'), '--header', 'X-A: b c');
  c.say('open');
  await c.until('upgrade ');
  assert.ok(requests.length >= 3);
  for (const {headers} of requests) {
    assert.strictEqual(headers['x-a'], 'b c');
    assert.strictEqual(headers.authorization, 'Basic dXNlcjpzZWNyZXQ=');
  }
});

test('C8', 'messages are compressed where both want it, plain ones not', async ({after}) => {
  const {url, sockets} = await serve_echo(after, {perMessageDeflate: {threshold: 0}});
  const c = client(after, url, '--transport', 'websocket');
  c.say('open');
  await c.until('open');
  assert.match(sockets[0].transport.socket.extensions, /permessage-deflate/);
  const tcp = sockets[0].request.socket;
  const before = tcp.bytesRead;
  const long = 'x'.repeat(1900);
  c.say(`send ${long}`);
  assert.strictEqual(await c.next(), `text ${long}`);
  const packed = tcp.bytesRead - before;
  assert.ok(packed < 200, `${packed} bytes`);
  c.say(`send_plain ${long}`);
  assert.strictEqual(await c.next(), `text ${long}`);
  assert.ok(tcp.bytesRead - before - packed > 1900);
  const d = client(after, url, '--transport', 'websocket', '--no-deflate');
  d.say('open');
  await d.until('open');
  assert.strictEqual(sockets[1].transport.socket.extensions, '');
});

test('C8', 'polls and the WebSocket go through tunnels of a proxy', async ({after}) => {
  const {url} = await serve_echo(after);
  const seen = [];
  const proxy = http.createServer();
  proxy.on('connect', (request, socket, head) => {
    seen.push(request.headers['proxy-authorization']);
    const [host, port] = request.url.split(':');
    const on = net.connect(port, host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      on.write(head);
      on.pipe(socket).pipe(on);
    });
    on.on('error', () => socket.destroy());
    socket.on('error', () => on.destroy());
  });
  const via = await listen(after, proxy);
  const c = client(after, url, '--proxy', via.replace('//', '//user:secret@'));
  c.say('open');
  await c.until('upgrade ');
  c.say('send hello');
  assert.strictEqual(await c.next(), 'text hello');
  assert.ok(seen.length >= 2);
  const basic = `Basic ${Buffer.from('user:secret').toString('base64')}`;
  assert.deepStrictEqual(seen, seen.map(() => basic));
});

test('C9', 'close() lets what was sent arrive first', async ({after}) => {
  const {url, engine} = await serve(after);
  for (const flags of [['--transport', 'polling'], ['--transport', 'websocket'], []]) {
    const connected = next(engine, 'connection');
    const c = client(after, url, ...flags);
    c.say('open');
    const [socket] = await connected;
    const got = [];
    socket.on('message', (text) => got.push(text.length));
    const closed = next(socket, 'close');
    c.say('many 50 20000', 'close', 'send dropped');
    assert.strictEqual(await c.until('close'), 'close forced close||0|0|');
    assert.strictEqual((await closed)[0], 'transport close');
    assert.deepStrictEqual(got, Array(50).fill(20000));
  }
});

test('C9', 'close() during an upgrade waits for it', async ({after}) => {
  const {url, engine} = await serve(after);
  const connected = next(engine, 'connection');
  const c = client(after, url);
  c.say('open');
  const [socket] = await connected;
  const got = [];
  socket.on('message', (text) => got.push(text));
  const closed = next(socket, 'close');
  assert.strictEqual(await c.until('upgrading'), 'upgrading websocket');
  c.say('send last', 'close');
  assert.strictEqual(await c.until('close'), 'close forced close||0|0|');
  assert.strictEqual((await closed)[0], 'transport close');
  assert.deepStrictEqual(got, ['last']);
});

test('C10', 'a refusal has its status and its body', async ({after}) => {
  const {url} = await serve(after, {allowRequest: (request, done) => done('not you', false)});
  const c = client(after, url);
  c.say('open');
  assert.strictEqual(await c.next(), 'error xhr poll error|403|0|{"code":4,"message":"not you"}');
  const d = client(after, url, '--transport', 'websocket');
  d.say('open');
  assert.match(await d.next(), /^error websocket error\|400\|0\|/);
});

test('C10', 'a session that the server does not know any more', async ({after}) => {
  const {url, engine} = await serve_echo(after);
  const c = client(after, url, '--transport', 'polling');
  c.say('open');
  await c.until('open');
  for (const id of Object.keys(engine.clients)) delete engine.clients[id];
  c.say('send x');
  const why = '{"code":1,"message":"Session ID unknown"}';
  const line = await c.next();  // of the POST, or of a poll that came late
  assert.match(line, /^error xhr (post|poll) error\|400\|0\|/);
  assert.ok(line.endsWith(why));
  assert.strictEqual(await c.next(), line.replace('error ', 'close transport error|'));
});

test('C10', 'a message that is too long for the server', async ({after}) => {
  const {url} = await serve_echo(after, {maxHttpBufferSize: 5});
  const c = client(after, url, '--transport', 'polling');
  c.say('open');
  await c.until('open');
  c.say('send far too long');
  assert.strictEqual(await c.next(), 'error xhr post error|413|0|');
  assert.strictEqual(await c.next(), 'close transport error|xhr post error|413|0|');
  const d = client(after, url, '--transport', 'websocket');
  d.say('open');
  await d.until('open');
  d.say('send far too long');
  assert.strictEqual(await d.next(), 'close transport close|websocket connection closed|0|1009|');
});

test('C10', 'the server closes', async ({after}) => {
  const {url, sockets} = await serve_echo(after);
  const c = client(after, url, '--transport', 'polling');
  c.say('open', 'send x');
  await c.until('text');
  sockets[0].close();
  assert.strictEqual(await c.next(), 'close transport close|transport closed by the server|0|0|');
  const d = client(after, url, '--transport', 'websocket');
  d.say('open', 'send x');
  await d.until('text');
  sockets[1].close();
  assert.strictEqual(await d.next(), 'close transport close|websocket connection closed|0|1005|');
});

test('C10', 'the connection is cut', async ({after}) => {
  const {url, sockets} = await serve_echo(after);
  const c = client(after, url, '--transport', 'websocket');
  c.say('open', 'send x');
  await c.until('text');
  sockets[0].request.socket.destroy();
  assert.match(await c.next(), /^close transport close\|websocket connection closed\|0\|1006\|/);
  const d = client(after, 'http://127.0.0.1:1');
  d.say('open');
  assert.match(await d.next(), /^error xhr poll error\|0\|0\|.*refused/);
});

test('C11', 'pings are answered, for longer than a session lives without', async ({after}) => {
  const {url, sockets} = await serve_echo(after, {pingInterval: 100, pingTimeout: 2500});
  await Promise.all(['polling', 'websocket'].map(async (transport) => {
    const c = client(after, url, '--transport', transport);
    c.say('open');
    await c.until('open');
    const opened = Date.now();
    while (Date.now() - opened < 3000) assert.strictEqual(await c.next(/^$/), 'ping');
  }));
  assert.deepStrictEqual(sockets.map(({readyState}) => readyState), ['open', 'open']);
});

test('C11', 'a server without pings is given up', async ({after}) => {
  const {url, engine} = await serve(after, {pingInterval: 100, pingTimeout: 200});
  engine.on('connection', (socket) => clearTimeout(socket.pingIntervalTimer));
  const c = client(after, url, '--transport', 'polling');
  c.say('open');
  await c.until('open');
  assert.match(await c.until('close'), /^close ping timeout\|/);
});

test('C12', 'a request that takes too long is an error', async ({after}) => {
  const {url} = await serve_echo(after);
  const c = client(after, url, '--transport', 'polling', '--request-timeout', 2500);
  c.say('open');
  assert.strictEqual(await c.next(), 'open polling');
  assert.match(await c.next(), /^error xhr poll error\|0\|0\|/);
});

test('C12', 'the WebSocket offers its protocols', async ({after}) => {
  const {url, requests} = await serve_echo(after);
  const offer = ['--protocol', 'one', '--protocol', 'two'];
  const c = client(after, url, '--transport', 'websocket', ...offer);
  c.say('open', 'send x');
  assert.strictEqual(await c.next(), 'open websocket');
  assert.strictEqual(requests[0].headers['sec-websocket-protocol'].replace(/ /g, ''), 'one,two');
  await c.until('text');
});
