// tests/interop/ws_client_compression_test.js - our client and the server of npm's ws, with
// permessage-deflate: every parameter from either end.
'use strict';
const assert = require('assert');
const crypto = require('crypto');
const {test, next, inbox} = require('./runner');
const {fetch} = require('./fetch');
const {serve} = require('./ws_server');
const group = 'ws client and npm ws, compressed';

// The client's flags, the server's settings, and what they agree on: server forgets, client
// forgets, server's bits, client's bits.
const rows = [
  [[], {}, '0 0 15 15'],
  [['--server-forgets', 1], {}, '1 0 15 15'],
  [['--client-forgets', 1], {}, '0 1 15 15'],
  [['--server-forgets', 1, '--client-forgets', 1], {}, '1 1 15 15'],
  [['--server-bits', 9], {}, '0 0 9 15'],
  [['--client-bits', 9], {}, '0 0 15 9'],
  [['--client-bits', 8], {}, '0 0 15 8'],
  [[], {serverNoContextTakeover: true}, '1 0 15 15'],
  [[], {clientNoContextTakeover: true}, '0 1 15 15'],
  [[], {serverMaxWindowBits: 10}, '0 0 10 15'],
  [[], {clientMaxWindowBits: 12}, '0 0 15 12'],
  [
    ['--server-bits', 12, '--client-bits', 13], {
      serverNoContextTakeover: true,
      clientNoContextTakeover: true,
      serverMaxWindowBits: 11,
      clientMaxWindowBits: 10
    },
    '1 1 11 10'
  ],
];

const messages = [
  '', 'a', 'Hello', 'Hello', 'Käse 🧀 '.repeat(30), 'x'.repeat(125), 'x'.repeat(126),
  'y'.repeat(65535), 'y'.repeat(65536), 'Hello '.repeat(3000), 'z'.repeat(1 << 20),
  'Hello '.repeat(3000)
];

for (const [flags, settings, agreed] of rows) {
  const name = `${agreed} of ${flags.join(' ') || 'a plain offer'}` +
      ` and ${JSON.stringify(settings)}`;
  test(group, `${name}: messages come back, whole and in fragments`, async ({after}) => {
    const {url, connected} = await serve(after, {perMessageDeflate: {threshold: 0, ...settings}});
    const ended = fetch(url, '--compress', 1, ...flags);
    const [socket] = await connected;
    const received = inbox(socket, 'message'), pongs = inbox(socket, 'pong');
    for (const binary of [false, true]) {
      for (const message of messages) {
        socket.send(message, {binary});
        const [back, is_binary] = await received.take();
        assert.strictEqual(is_binary, binary);
        assert.ok(back.equals(Buffer.from(message)), `${message.length} bytes`);
      }
    }
    const noise = crypto.randomBytes(1 << 20);
    socket.send(noise);
    assert.ok((await received.take())[0].equals(noise));
    socket.send('in '.repeat(500), {fin: false});
    socket.ping('between');
    socket.send('', {fin: false});
    socket.send('pieces '.repeat(500), {fin: true});
    assert.strictEqual(`${(await received.take())[0]}`, 'in '.repeat(500) + 'pieces '.repeat(500));
    assert.strictEqual(`${(await pongs.take())[0]}`, 'between');
    socket.send('some of it as it is '.repeat(50), {compress: false});
    assert.strictEqual((await received.take())[0].length, 1000);
    socket.close(3000, 'goodbye');
    assert.strictEqual((await next(socket, 'close'))[0], 3000);
    assert.strictEqual((await ended).text, `open \ncompressed ${agreed}\nclose 3000 goodbye\n`);
  });
}

test(group, 'an extension is not agreed to unasked, nor asked for', async ({after}) => {
  const {url, connected} = await serve(after, {perMessageDeflate: true});
  const ended = fetch(url);
  const [socket, request] = await connected;
  assert.strictEqual(socket.extensions, '');
  assert.strictEqual(request.headers['sec-websocket-extensions'], undefined);
  socket.close(1000);
  assert.strictEqual((await ended).text, 'open \nclose 1000 \n');
});

test(group, 'a server that declines is spoken to as ever', async ({after}) => {
  const {url, connected} = await serve(after, {perMessageDeflate: false});
  const ended = fetch(url, '--compress', 1);
  const [socket] = await connected;
  const received = inbox(socket, 'message');
  socket.send('x'.repeat(5000));
  assert.strictEqual((await received.take())[0].length, 5000);
  socket.close(1000);
  assert.strictEqual((await ended).text, 'open \nuncompressed\nclose 1000 \n');
});

test(group, 'what is long goes out short', async ({after}) => {
  const {url, connected} = await serve(after, {perMessageDeflate: true});
  const ended = fetch(url, '--compress', 1);
  const [socket] = await connected;
  const received = inbox(socket, 'message');
  const before = socket._socket.bytesRead;
  socket.send('x'.repeat(1000000));
  assert.strictEqual((await received.take())[0].length, 1000000);
  assert.ok(socket._socket.bytesRead - before < 5000);
  socket.close(1000);
  await ended;
});

test(group, 'a bomb ends at the limit, with 1009', async ({after}) => {
  const {url, connected} = await serve(after, {perMessageDeflate: true});
  const ended = fetch(url, '--compress', 1, '--max-message', 1000);
  const [socket] = await connected;
  const closed = next(socket, 'close');
  socket.send('x'.repeat(20000000));
  assert.strictEqual((await closed)[0], 1009);
  assert.match((await ended).text, /\nclose 1006 /);
});
