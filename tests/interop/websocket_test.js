// tests/interop/websocket_test.js - npm's ws as a client of tools/echo.
'use strict';
const assert = require('assert');
const crypto = require('crypto');
const {WebSocket} = require('ws');
const {test, next, inbox} = require('./runner');
const {server, reference} = require('./server');
const {raw} = require('./asks');

async function open(after, target, protocols = [], flags = [], perMessageDeflate = false) {
  const {port} = await server(...flags);
  const ws = new WebSocket(`ws://127.0.0.1:${port}${target}`, protocols, {perMessageDeflate});
  ws.on('error', () => {});
  ws.on('upgrade', ({headers}) => ws.agreed = headers['sec-websocket-extensions']);
  after(() => ws.terminate());
  ws.messages = inbox(ws, 'message');
  await next(ws, 'open', 'error');
  return ws;
}

for (const target of ['/', '/ws', '/echo']) {
  test('ws', `${target} echoes text as text and binary as binary`, async ({after}) => {
    const ws = await open(after, target);
    ws.send('hello');
    ws.send(Buffer.from([0, 255, 1]));
    assert.deepStrictEqual(await ws.messages.take(), [Buffer.from('hello'), false]);
    assert.deepStrictEqual(await ws.messages.take(), [Buffer.from([0, 255, 1]), true]);
  });
}

test('ws', 'every length boundary comes back whole', async ({after}) => {
  const ws = await open(after, '/ws');
  for (const size of [0, 1, 125, 126, 127, 65535, 65536, 1024 * 1024]) {
    const payload = crypto.randomBytes(size);
    ws.send(payload);
    const [echoed, binary] = await ws.messages.take();
    assert.ok(binary && payload.equals(echoed), `${size} bytes`);
  }
});

test('ws', 'fragments are answered as one message, with a ping between them', async ({after}) => {
  const ws = await open(after, '/ws');
  ws.send('Hel', {fin: false});
  const pong = next(ws, 'pong');
  ws.ping('now?');
  ws.send('lo', {fin: true});
  assert.strictEqual(String((await pong)[0]), 'now?');
  assert.deepStrictEqual(await ws.messages.take(), [Buffer.from('Hello'), false]);
});

test('ws', 'a thousand messages sent at once come back in order', async ({after}) => {
  const ws = await open(after, '/ws');
  for (let i = 0; i < 1000; ++i) ws.send(`message ${i}`);
  for (let i = 0; i < 1000; ++i)
    assert.strictEqual(String((await ws.messages.take())[0]), `message ${i}`);
});

test('ws', 'the subprotocol echo is chosen when offered', async ({after}) => {
  assert.strictEqual((await open(after, '/ws', ['other', 'echo'])).protocol, 'echo');
  assert.strictEqual((await open(after, '/ws')).protocol, '');
});

test('ws', '/broadcast reaches all others and not the sender', async ({after}) => {
  const [one, two, three] = [
    await open(after, '/broadcast'), await open(after, '/broadcast'),
    await open(after, '/broadcast')
  ];
  one.send('to all');
  assert.strictEqual(String((await two.messages.take())[0]), 'to all');
  assert.strictEqual(String((await three.messages.take())[0]), 'to all');
  two.send(Buffer.from([7]));  // what comes first to `one` is this, not its own
  assert.deepStrictEqual(await one.messages.take(), [Buffer.from([7]), true]);
});

test('ws', 'a close is answered with its code', async ({after}) => {
  const ws = await open(after, '/ws');
  ws.close(4001, 'enough');
  const [code] = await next(ws, 'close');
  assert.strictEqual(code, 4001);
});

test('ws', 'a message over max-message is closed with 1009', async ({after}) => {
  const ws = await open(after, '/ws', [], ['--max-message', '1000']);
  ws.send(Buffer.alloc(1001));
  assert.strictEqual((await next(ws, 'close'))[0], 1009);
});

test('ws', 'text that is not UTF-8 is closed with 1007', async ({after}) => {
  const ws = await open(after, '/ws');
  ws.send(Buffer.from([0xc3, 0x28]), {binary: false});
  assert.strictEqual((await next(ws, 'close'))[0], 1007);
});

test('ws', 'an unmasked frame is closed with 1002', async ({after}) => {
  const ws = await open(after, '/ws');
  ws.send('hello', {mask: false});
  assert.strictEqual((await next(ws, 'close'))[0], 1002);
});

test('ws', 'the accept key is that of rfc6455-1.3', async () => {
  const {port} = await server();
  const got = await raw(
      port,
      'GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
          'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
      (text) => text.includes('\r\n\r\n'));
  assert.match(got, /^HTTP\/1\.1 101 /);
  assert.match(got, /\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/i);
});

// Offers of npm's ws, and what is agreed; its own threshold is 1 byte, ours the default.
const offers = [
  [{}, 'permessage-deflate'],
  [{serverNoContextTakeover: true}, 'permessage-deflate; server_no_context_takeover'],
  [{clientNoContextTakeover: true}, 'permessage-deflate; client_no_context_takeover'],
  [{serverMaxWindowBits: 9}, 'permessage-deflate; server_max_window_bits=9'],
  [{serverMaxWindowBits: 8}, 'permessage-deflate; server_max_window_bits=8'],
  [{clientMaxWindowBits: 10}, 'permessage-deflate; client_max_window_bits=10'],
  [
    {
      serverNoContextTakeover: true,
      clientNoContextTakeover: true,
      serverMaxWindowBits: 11,
      clientMaxWindowBits: 12
    },
    'permessage-deflate; server_no_context_takeover; client_no_context_takeover; ' +
        'server_max_window_bits=11; client_max_window_bits=12'
  ],
];

for (const [options, agreed] of offers) {
  test('ws', `compressed messages come back: ${agreed}`, async ({after}) => {
    if (reference()) return;  // the npm server knows no such flag
    const flags = ['--compression', 'on'];
    const ws = await open(after, '/ws', [], flags, {threshold: 1, ...options});
    assert.strictEqual(ws.agreed, agreed);
    const texts = ['', 'a', 'Hello '.repeat(10), 'Hello '.repeat(1000), 'x'.repeat(1000000)];
    for (const text of [...texts, ...texts]) {
      ws.send(text);
      assert.deepStrictEqual(await ws.messages.take(), [Buffer.from(text), false]);
    }
    const noise = crypto.randomBytes(300000);
    ws.send(noise);
    assert.ok(noise.equals((await ws.messages.take())[0]));
    const pong = next(ws, 'pong');
    ws.send('in '.repeat(500), {fin: false});
    ws.ping('between');
    ws.send('', {fin: false});
    ws.send('pieces '.repeat(500), {fin: true});
    assert.strictEqual(
        String((await ws.messages.take())[0]), 'in '.repeat(500) + 'pieces '.repeat(500));
    assert.strictEqual(String((await pong)[0]), 'between');
    ws.send('as it is '.repeat(500), {compress: false});
    assert.deepStrictEqual(await ws.messages.take(), [Buffer.from('as it is '.repeat(500)), false]);
    ws.close(4000, 'enough');
    assert.strictEqual((await next(ws, 'close'))[0], 4000);
  });
}

test('ws', 'a long message is compressed on its way back', async ({after}) => {
  if (reference()) return;
  const ws = await open(after, '/ws', [], ['--compression', 'on'], true);
  const before = ws._socket.bytesRead;
  ws.send('x'.repeat(1000000));
  assert.strictEqual((await ws.messages.take())[0].length, 1000000);
  assert.ok(ws._socket.bytesRead - before < 5000);
});

test('ws', 'a compressed message over max-message is closed with 1009', async ({after}) => {
  if (reference()) return;
  const ws = await open(after, '/ws', [], ['--compression', 'on', '--max-message', '1000'], true);
  ws.send('x'.repeat(1000000));
  assert.strictEqual((await next(ws, 'close'))[0], 1009);
});

test('ws', 'compression is off by default, and an offer of it no error', async ({after}) => {
  const ws = await open(after, '/ws', [], [], true);
  assert.strictEqual(ws.agreed, undefined);
  ws.send('x'.repeat(5000));
  assert.strictEqual((await ws.messages.take())[0].length, 5000);
});
