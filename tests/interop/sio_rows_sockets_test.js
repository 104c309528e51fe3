// tests/interop/sio_rows_sockets_test.js - rows S9 to S13, S20 to S22, S25, S28, S29, S33: one
// socket.
'use strict';
const assert = require('assert');
const crypto = require('crypto');
const zlib = require('zlib');
const {test, next, inbox} = require('./runner');
const {up, seen, poller, websocket} = require('./rows');
const {ways, client, connect, beside, end_of} = require('./sio_client');

const values = [
  1, '2', {3: [true, null]}, 1.5, -7, 2 ** 53 - 1, '\u20ac \u{1F600} "\\\n\u2028', [], {},
  [[['deep']]], false, Buffer.from([1, 2, 3]), {deep: [Buffer.from([4])]}
];

for (const [way, options] of Object.entries(ways)) {
  test('S10 P2', `events come back by ${way} with all arguments unchanged`, async ({after}) => {
    const socket = await connect(after, '/main', options);
    const back = next(socket, 'echo');
    socket.emit('echo', ...values);
    assert.deepStrictEqual(await back, values);
    assert.deepStrictEqual(await socket.all('echo', ...values), values);
    assert.deepStrictEqual(await socket.all('echo'), []);
  });

  test('S10', `the server asks by ${way} and the client answers, octets too`, async ({after}) => {
    const socket = await connect(after, '/main', options);
    socket.on('question', (value, answer) => answer({got: value}));
    const question = {a: Buffer.from([9, 8])};
    assert.deepStrictEqual(await socket.all('ask', 5000, question), ['', {got: question}]);
  });

  test('S28', `600 KB of JSON and of octets come back by ${way}`, async ({after}) => {
    const socket = await connect(after, '/main', options);
    const text = 'a\u20ac'.repeat(150000);
    assert.strictEqual(await socket.ask('echo', text) === text, true);
    const bytes = crypto.randomBytes(600000);
    assert.ok(bytes.equals(await socket.ask('echo', bytes)));
  });

  test('S29', `a burst arrives in order by ${way}`, async ({after}) => {
    const socket = await connect(after, '/main', options);
    const got = inbox(socket, 'burst');
    socket.emit('burst', 500);
    for (let i = 0; i < 500; ++i) assert.deepStrictEqual(await got.take(), [i]);
  });

  test(
      'S29', `what the connection handler emits by ${way} comes first, in order`,
      async ({after}) => {
        const socket = await client(after, '/main /hello', options);
        const got = inbox(socket, 'first');
        socket.connect();
        for (let i = 0; i < 100; ++i) assert.deepStrictEqual(await got.take(), [i]);
      });
}

test('S9', 'the handshake shows fields, query, auth, address and time', async ({after}) => {
  const before = Date.now();
  const {url} = await up('sio');
  const socket = await connect(after, '/main', {
    query: {key: 'a b&c', n: 2},
    auth: {token: '123', list: [1]},
    extraHeaders: {'X-Mine': 'yes', origin: url},
    ...ways.polling
  });
  const shake = await socket.ask('handshake');
  assert.strictEqual(shake.headers['x-mine'], 'yes');
  assert.strictEqual(shake.query.key, 'a b&c');
  assert.strictEqual(shake.query.n, '2');
  assert.strictEqual(shake.query.EIO, '4');
  assert.strictEqual(shake.query.transport, 'polling');
  assert.deepStrictEqual(shake.auth, {token: '123', list: [1]});
  assert.match(shake.url, /^\/main\/\?/);
  assert.match(shake.address, /127\.0\.0\.1$/);
  assert.strictEqual(shake.xdomain, true);
  assert.strictEqual(shake.secure, false);
  assert.ok(shake.issued >= before - 1000 && shake.issued <= Date.now());
  assert.ok(Math.abs(Date.parse(shake.time) - shake.issued) < 2000);
});

test('S9', 'auth is of its namespace, the query of the connection', async ({after}) => {
  const socket = await connect(after, '/main', {query: {key: 'first'}, auth: {who: 'main'}});
  const other = await beside(socket, '/custom', {auth: {who: 'custom'}});
  assert.deepStrictEqual((await socket.ask('handshake')).auth, {who: 'main'});
  const shake = await other.ask('handshake');
  assert.deepStrictEqual(shake.auth, {who: 'custom'});
  assert.strictEqual(shake.query.key, 'first');
});

test('S9', 'auth may be a function; without it there is {}', async ({after}) => {
  const socket = await connect(after, '/main', {auth: (done) => done({late: true})});
  assert.deepStrictEqual((await socket.ask('handshake')).auth, {late: true});
  assert.deepStrictEqual((await (await connect(after)).ask('handshake')).auth, {});
});

test('S11', 'a question that nobody answers has timed out', async ({after}) => {
  const socket = await connect(after);
  assert.deepStrictEqual(await socket.all('ask', 50, 1), ['operation has timed out', null]);
  socket.on('question', (value, answer) => answer(value + 1));
  assert.deepStrictEqual(await socket.all('ask', 5000, 1), ['', 2]);
});

test('S11', 'an answer that comes too late is ignored', async ({after}) => {
  const socket = await connect(after);
  const asked = inbox(socket, 'question');
  assert.deepStrictEqual(await socket.all('ask', 30, 1), ['operation has timed out', null]);
  const [late, answer] = await asked.take();
  answer(late);
  socket.on('question', (value, answer) => answer(value));
  assert.deepStrictEqual(await socket.all('ask', 5000, 2), ['', 2]);
});

test('S12', 'volatile: without a poll nothing waits, and what is not volatile does', async () => {
  const session = await poller('sio', '/main/');
  await session.post('40');
  assert.match(await session.text(), /^40\{/);
  await session.post('42["volatile",3,"x"]');
  assert.strictEqual(await session.text(), '42["volatile-end"]');
});

for (const what of ['text', Buffer.alloc(10)])
  test(
      'S12', `volatile ${typeof what} reaches who can take it, whole or not at all`,
      async ({after}) => {
        const socket = await connect(after);
        const got = inbox(socket, 'volatile');
        const end = next(socket, 'volatile-end');
        socket.emit('volatile', 1, what);
        await end;
        assert.deepStrictEqual(got.arrived, [[0, what]]);
      });

test('S13', 'compress(false) leaves a poll as it is, and others are compressed', async () => {
  const session = await poller('sio', '/main/');
  await session.post('40');
  await session.text();
  const accepts = {headers: {'accept-encoding': 'gzip'}};
  await session.post('42["compress",true,3000]');
  const packed = await session.get(accepts);
  assert.strictEqual(packed.headers['content-encoding'], 'gzip');
  assert.match(zlib.gunzipSync(packed.body).toString(), /^42\["text","x{3000}"\]$/);
  await session.post('42["compress",false,3000]');
  const plain = await session.get(accepts);
  assert.strictEqual(plain.headers['content-encoding'], undefined);
  assert.match(plain.body.toString(), /^42\["text","x{3000}"\]$/);
});

test('S13', 'compress(false) leaves a WebSocket message as it is', async ({after}) => {
  const ws = await websocket(after, 'sio', '/deflate/');
  await ws.take();
  ws.send('40');
  await ws.take();
  const sizes = [];
  for (const on of [true, false]) {
    const before = ws._socket.bytesRead;
    ws.send(`42["compress",${on},3000]`);
    assert.match(await ws.take(), /^42\["text","x{3000}"\]$/);
    sizes.push(ws._socket.bytesRead - before);
  }
  assert.ok(sizes[0] < 200 && sizes[1] > 3000, `${sizes}`);
});

const noted = (id, which, count) =>
    seen('sio', 'any', (one) => one.id === id && one.which === which, count);

test(
    'S20', 'catch-alls hear every event, in their order, until they are taken off',
    async ({after}) => {
      const socket = await connect(after, '/main /any');
      socket.emit('unheard of', 1, 'two');
      assert.strictEqual(await socket.ask('echo', 3), 3);
      const both = await seen('sio', 'any', (one) => one.id === socket.id, 4);
      assert.deepStrictEqual(both.slice(0, 2).map(({which}) => which), ['first', 'second']);
      assert.deepStrictEqual(both[0].event, 'unheard of');
      assert.deepStrictEqual(both[0].args, [1, 'two']);
      assert.deepStrictEqual(await socket.all('off'), [true, true]);
      const before = (await noted(socket.id, 'second', 1)).length;
      await socket.ask('echo', 4);
      assert.strictEqual((await noted(socket.id, 'second', 1)).length, before);
      assert.strictEqual((await noted(socket.id, 'first', 4)).length, 4);
    });

test('S20', 'outgoing catch-alls hear what is emitted, broadcasts too', async ({after}) => {
  const [one, two] = [await connect(after, '/main /any'), await connect(after, '/main /any')];
  const got = next(one, 'echo');
  one.emit('echo', 'a');
  await got;
  const news = next(one, 'news');
  await two.all('broadcast', {}, 'news', {n: 1});
  await news;
  const out = await noted(one.id, 'outgoing', 2);
  assert.deepStrictEqual(
      out.map(({event, args}) => [event, args]), [['echo', ['a']], ['news', [{n: 1}]]]);
  const first = await noted(one.id, 'outgoing first', 2);
  assert.strictEqual(first.length, 2);
});

test('S21', 'a middleware of events lets pass, refuses, and takes its time', async ({after}) => {
  const socket = await connect(after, '/main /use');
  assert.strictEqual(await socket.ask('open', 1), 1);
  socket.emit('blocked', 1);
  const [error] = await seen('sio', 'error', (one) => one.id === socket.id);
  assert.strictEqual(error.message, 'not this one');
  assert.strictEqual(await socket.ask('later', 2), 2);
});

test('S22', 'a socket tells of itself and keeps data', async ({after}) => {
  const socket = await connect(after);
  await socket.all('data', {name: 'spot', n: [1]});
  const info = await socket.ask('info');
  assert.strictEqual(info.id, socket.id);
  assert.strictEqual(info.connected, true);
  assert.strictEqual(info.recovered, false);
  assert.strictEqual(info.nsp, '/');
  assert.strictEqual(info.conn, socket.io.engine.id);
  assert.notStrictEqual(info.conn, info.id);
  assert.strictEqual(info.transport, 'websocket');
  assert.deepStrictEqual(info.data, {name: 'spot', n: [1]});
  assert.ok(info.clients >= 1);
});

test('S25', 'a handler that throws raises an error, and the socket lives on', async ({after}) => {
  const socket = await connect(after);
  socket.emit('throw', 1);
  const [error] = await seen('sio', 'error', (one) => one.id === socket.id);
  assert.strictEqual(error.message, 'thrown by a handler');
  assert.strictEqual(await socket.ask('echo', 1), 1);
});

test('S25', 'an error that nobody hears ends nothing', async ({after}) => {
  const socket = await connect(after, '/main /silent');
  const other = await connect(after);
  const closed = next(socket, 'disconnect');
  socket.io.engine.write('2["unclosed"');
  await closed;
  assert.strictEqual(await other.ask('echo', 1), 1);
});

test('S25', 'what comes behind a disconnect is ignored', async ({after}) => {
  for (const by_server of [true, false]) {
    const [socket, other] = [await connect(after), await connect(after)];
    const {id} = socket;
    const heard = inbox(other, 'news');
    if (by_server) {
      socket.emit('bye', false);
    } else {
      socket.io.engine.write('1');
    }
    socket.emit('broadcast', {}, 'news', 'too late');
    socket.emit('throw', 1);
    assert.match(await end_of(id), /^(server|client) namespace disconnect$/);
    assert.strictEqual(await other.ask('echo', 1), 1);
    assert.deepStrictEqual(heard.arrived, []);
  }
});

test(
    'S33', 'declared events take what they declare, and say what does not fit', async ({after}) => {
      const socket = await connect(after, '/main /typed');
      assert.deepStrictEqual(await socket.all('typed', 'spot', 7), ['spot', 7]);
      const [no] = await socket.all('typed', 'spot', 256);
      assert.match(no.error, /integer from 0 to 255/);
      assert.deepStrictEqual(await socket.all('typed', 'spot', 255), ['spot', 255]);
    });
