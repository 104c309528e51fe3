// tests/interop/eio_rows_options_test.js - rows E31, E32, E36, E37, E39: compression, what the
// server tells of its sessions, and its end.
'use strict';
const assert = require('assert');
const zlib = require('zlib');
const {Socket} = require('engine.io-client');
const {test, next, inbox} = require('./runner');
const {ask} = require('./asks');
const {up, seen, shake, poller, websocket} = require('./rows');

async function open(after, path, options) {
  const {url} = await up('eio');
  const socket = new Socket(url, {path, ...options});
  after(() => socket.close());
  socket.messages = inbox(socket, 'message');
  await next(socket, 'open', 'error');
  return socket;
}
const accepts = (coding) => ({headers: {'accept-encoding': coding}});

for (const [coding, unpack] of [['gzip', zlib.gunzipSync], ['deflate', zlib.inflateSync]])
  test('E31', `a poll of 1,024 bytes and more goes by ${coding}`, async () => {
    const session = await poller('eio', '/engine/');
    await session.post('4!big');
    const long = await session.get(accepts(coding));
    assert.strictEqual(long.headers['content-encoding'], coding);
    assert.strictEqual(
        unpack(long.body).toString(),
        '4' +
            'y'.repeat(2000));
    await session.post('4short');
    const short = await session.get(accepts(coding));
    assert.strictEqual(short.headers['content-encoding'], undefined);
    assert.strictEqual(short.body.toString(), '4short');
  });

test('E31', 'a message may say no, and so may the client', async () => {
  const session = await poller('eio', '/engine/');
  await session.post('4!plain');
  const plain = await session.get(accepts('gzip'));
  assert.strictEqual(plain.headers['content-encoding'], undefined);
  assert.strictEqual(plain.body.length, 2001);
  await session.post('4!big');
  const none = await session.get(accepts('identity'));
  assert.strictEqual(none.headers['content-encoding'], undefined);
});

test(
    'E32', 'permessage-deflate is off, and where it is on a message may say no',
    async ({after}) => {
      const off = await websocket(after, 'eio', '/engine/');
      assert.strictEqual(off.extensions, '');
      const on = await websocket(after, 'eio', '/deflate/');
      assert.match(on.extensions, /permessage-deflate/);
      await on.take();
      const sizes = [];
      for (const order of ['4!big', '4!plain']) {
        const before = on._socket.bytesRead;
        on.send(order);
        assert.strictEqual(
            await on.take(),
            '4' +
                'y'.repeat(2000));
        sizes.push(on._socket.bytesRead - before);
      }
      assert.ok(sizes[0] < 200, `${sizes}`);
      assert.ok(sizes[1] > 2000, `${sizes}`);
    });

test('E32', 'engine.io-client with permessage-deflate is understood', async ({after}) => {
  const socket = await open(
      after, '/deflate/', {transports: ['websocket'], perMessageDeflate: {threshold: 0}});
  const text = 'hello '.repeat(1000);
  socket.send(text);
  assert.deepStrictEqual(await socket.messages.take(), [text]);
});

for (const transport of ['polling', 'websocket'])
  test(
      'E36', `packets, flush, drain and what was sent are told by ${transport}`,
      async ({after}) => {
        const socket = await open(after, '/engine/', {transports: [transport]});
        const {id} = socket;
        socket.send('!sent');
        assert.deepStrictEqual(await socket.messages.take(), ['sent']);
        await seen('eio', 'sent', (one) => one === id);
        await seen('eio', 'packet', (one) => one.id === id && one.type === 4);
        const made = await seen('eio', 'packetCreate', (one) => one.id === id, 2);
        assert.deepStrictEqual(made.map(({type}) => type), [0, 4]);
        await seen('eio', 'flush', (one) => one === id);
        await seen('eio', 'drain', (one) => one === id);
      });

test('E37', 'a session tells of itself', async ({after}) => {
  const socket = await open(after, '/engine/', {transports: ['polling', 'websocket']});
  if (socket.transport.name !== 'websocket') await next(socket, 'upgrade', 'upgradeError');
  socket.send('!info');
  const info = JSON.parse((await socket.messages.take())[0]);
  assert.strictEqual(info.id, socket.id);
  assert.strictEqual(info.transport, 'websocket');
  assert.strictEqual(info.upgraded, true);
  assert.strictEqual(info.protocol, 4);
  assert.strictEqual(info.open, true);
  assert.match(info.address, /127\.0\.0\.1$/);
  assert.match(info.url, /^\/engine\/\?EIO=4&transport=polling/);
  const closed = next(socket, 'close');
  socket.send('!close');
  await closed;
});

test('E39', 'clients are counted', async ({after}) => {
  const count = async (socket) => {
    socket.send('!info');
    return JSON.parse((await socket.messages.take())[0]).clients;
  };
  const one = await open(after, '/closing/', {transports: ['websocket']});
  const before = await count(one);
  const two = await open(after, '/closing/', {transports: ['polling']});
  assert.strictEqual(await count(one), before + 1);
  const {id} = two;
  two.close();
  await seen('eio', 'engine-close', (each) => each.id === id);
  assert.strictEqual(await count(one), before);
});

test('E39', 'close() of the server ends all its sessions, and no other\'s', async ({after}) => {
  const {url} = await up('eio');
  const ended = [];
  for (const transport of ['polling', 'websocket']) {
    const socket = await open(after, '/closing/', {transports: [transport]});
    ended.push(next(socket, 'close'));
  }
  const other = await open(after, '/engine/', {transports: ['websocket']});
  await ask(`${url}/close`, {method: 'POST'});
  for (const [why] of await Promise.all(ended)) assert.match(why, /^transport (close|error)$/);
  other.send('still');
  assert.deepStrictEqual(await other.messages.take(), ['still']);
  assert.strictEqual((await shake('eio', '/engine/')).status, 200);
});
