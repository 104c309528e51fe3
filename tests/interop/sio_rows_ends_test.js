// tests/interop/sio_rows_ends_test.js - rows S23, S24, S26: how sockets end, and the server.
'use strict';
const assert = require('assert');
const {io} = require('socket.io-client');
const {test, next, limited} = require('./runner');
const {seen, start, websocket, poller} = require('./rows');
const {fall_silent} = require('./silence');
const {ways, connect, beside, end_of} = require('./sio_client');

for (const [way, options] of Object.entries(ways)) {
  test('S23', `disconnect() of the client by ${way}`, async ({after}) => {
    const socket = await connect(after, '/main', options);
    const {id} = socket;
    await socket.ask('join', 'a room');
    const gone = next(socket, 'disconnect');
    socket.disconnect();
    assert.strictEqual((await gone)[0], 'io client disconnect');
    assert.strictEqual(await end_of(id), 'client namespace disconnect');
    const [leaving] = await seen('sio', 'disconnecting', (one) => one.id === id);
    assert.strictEqual(leaving.why, 'client namespace disconnect');
    assert.deepStrictEqual(leaving.rooms.sort(), [id, 'a room'].sort());
  });

  test('S23', `disconnect() of the server by ${way} ends one namespace`, async ({after}) => {
    const main = await connect(after, '/main', options);
    const custom = await beside(main, '/custom');
    const {id} = custom;
    const gone = next(custom, 'disconnect');
    custom.emit('bye', false);
    assert.strictEqual((await gone)[0], 'io server disconnect');
    assert.strictEqual(await end_of(id), 'server namespace disconnect');
    assert.strictEqual(await main.ask('echo', 1), 1);
  });

  test('S23', `disconnect(true) by ${way} ends all namespaces`, async ({after}) => {
    const main = await connect(after, '/main', options);
    const custom = await beside(main, '/custom');
    const ids = [main.id, custom.id];
    const gone = [next(main, 'disconnect'), next(custom, 'disconnect')];
    custom.emit('bye', true);
    for (const [why] of await Promise.all(gone)) assert.strictEqual(why, 'io server disconnect');
    for (const id of ids) assert.strictEqual(await end_of(id), 'server namespace disconnect');
  });

  test('S23', `conn().close() by ${way} is forced close`, async ({after}) => {
    const socket = await connect(after, '/main', options);
    const {id} = socket;
    const gone = next(socket, 'disconnect');
    socket.emit('close_conn');
    assert.match((await gone)[0], /^transport (close|error)$/);
    assert.strictEqual(await end_of(id), 'forced close');
  });

  test('S23', `an engine that closes by ${way} is transport close`, async ({after}) => {
    const socket = await connect(after, '/main', options);
    const {id} = socket;
    socket.io.engine.close();
    assert.strictEqual(await end_of(id), 'transport close');
  });
}

test('S23', 'silence by either transport is ping timeout', async ({after}) => {
  await Promise.all(Object.values(ways).map(async (options) => {
    const socket = await connect(after, '/beat', options);
    const {id} = socket;
    fall_silent(socket.io.engine);
    await next(socket, 'disconnect');
    assert.strictEqual(await end_of(id), 'ping timeout');
  }));
});

test('S23', 'an overlap is transport error, a bad payload parse error', async () => {
  const session = async () => {
    const one = await poller('sio', '/main/');
    await one.post('40');
    one.socket_id = JSON.parse((await one.text()).slice(2)).sid;
    return one;
  };
  const overlap = await session();
  await Promise.all([overlap.get(), overlap.get()]);
  assert.strictEqual(await end_of(overlap.socket_id), 'transport error');
  const bad = await session();
  await bad.post('abc').catch(() => {});
  assert.strictEqual(await end_of(bad.socket_id), 'parse error');
});

// A connection by hand that has joined "/": its id is `socket_id`.
async function joined(after) {
  const ws = await websocket(after, 'sio', '/main/');
  await ws.take();
  ws.send('40');
  ws.socket_id = JSON.parse((await ws.take()).slice(2)).sid;
  return ws;
}

const violations = [
  ['a second CONNECT', '40', 'forced server close'],
  ['an event for a namespace that was not joined', '42/custom,["x"]', 'forced server close'],
  ['an event without a name', '42[]', 'forced close'],
  ['an event that is an object', '42{}', 'forced close'],
  ['a reserved name', '42["disconnect"]', 'forced close'],
  ['JSON that does not end', '42["x"', 'forced close'],
  ['an unknown type', '49', 'forced close'],
  ['a CONNECT with a list', '40/custom,[1]', 'forced close'],
  ['an attachment count that is no number', '45x-["a"]', 'forced close'],
];
for (const [what, packet, reason] of violations)
  test('S24 S23', `${what} is ${reason}, and ends no other connection`, async ({after}) => {
    const [ws, other] = [await joined(after), await connect(after)];
    ws.send(packet);
    await ws.ended();
    assert.strictEqual(await end_of(ws.socket_id), reason);
    if (reason === 'forced close') {
      const [error] = await seen('sio', 'error', (one) => one.id === ws.socket_id);
      assert.ok(error.message.length > 0);
    }
    assert.strictEqual(await other.ask('echo', 1), 1);
  });

test('S24', 'an event before any CONNECT ends the connection', async ({after}) => {
  const ws = await websocket(after, 'sio', '/main/');
  await ws.take();
  ws.send('42["echo",1]');
  await ws.ended();
});

test(
    'S26', 'close() ends every socket with its reason, and the process can end',
    async ({after}) => {
      const one = await start('sio');
      after(() => {
        one.child.kill('SIGKILL');
        return one.ended;
      });
      const sockets = Object.values(ways).map(
          (options) =>
              io(one.url, {path: '/main/', forceNew: true, reconnection: false, ...options}));
      sockets.forEach((socket) => after(() => socket.disconnect()));
      await Promise.all(sockets.map((socket) => next(socket, 'connect', 'connect_error')));
      const ids = sockets.map(({id}) => id);
      const ends = sockets.map((socket) => next(socket, 'disconnect'));
      one.child.kill('SIGTERM');
      // No `41` is sent: to the client its transport has closed.
      for (const [why] of await Promise.all(ends)) assert.match(why, /^transport (close|error)$/);
      assert.strictEqual((await limited(one.ended, 'exit')).code, 0);
      for (const id of ids)
        assert.ok(one.printed().includes(`disconnect ${id} server shutting down\n`), one.printed());
    });
