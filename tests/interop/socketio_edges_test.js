// tests/interop/socketio_edges_test.js - the whole server's behaviour towards stock clients that
// leave, come back, cross transports or break the rules.
'use strict';
const assert = require('assert');
const {io} = require('socket.io-client');
const {WebSocket} = require('ws');
const {test, next, inbox, limited} = require('./runner');
const {server, start, reference} = require('./server');
const {ask} = require('./asks');
const {connect, ways} = require('./socketio_test');

test('socket.io', 'a broadcast crosses transports', async ({after}) => {
  const one = await connect(after, ways.polling);
  const two = await connect(after, ways.websocket);
  const three = await connect(after, ways.upgrade);
  for (const from of [one, two, three]) {
    const got = [one, two, three].filter((to) => to !== from).map((to) => next(to, 'broadcast'));
    from.emit('broadcast', from.id);
    for (const args of await Promise.all(got)) assert.deepStrictEqual(args, [from.id]);
  }
});

test(
    'socket.io', 'acknowledged events lose nothing while the transport is upgraded',
    async ({after}) => {
      const {url} = await server();
      const socket = io(url, {forceNew: true, reconnection: false});
      after(() => socket.disconnect());
      const upgraded = next(socket.io.engine, 'upgrade');  // it may come before `connect`
      await next(socket, 'connect', 'connect_error');
      let sent = 0;
      let done = false;
      upgraded.then(() => {
        done = true;
      });
      while (!done || sent < 20) {
        assert.strictEqual(await socket.timeout(30000).emitWithAck('echo', sent), sent);
        ++sent;
      }
      assert.strictEqual(socket.io.engine.transport.name, 'websocket');
    });

test('socket.io', '50 clients at once each hear the other 49', async ({after}) => {
  const kinds = Object.values(ways);
  const all = await Promise.all(
      Array.from({length: 50}, (_, i) => connect(after, kinds[i % 2], '/', '--quiet-connect')));
  const boxes = all.map((socket) => inbox(socket, 'broadcast'));
  all.forEach((socket, i) => socket.emit('broadcast', i));
  for (let i = 0; i < all.length; ++i) {
    const heard = [];
    for (let n = 0; n < all.length - 1; ++n) heard.push((await boxes[i].take())[0]);
    assert.deepStrictEqual(
        heard.sort((a, b) => a - b), all.map((_, k) => k).filter((k) => k !== i));
  }
});

test('socket.io', '--quiet-connect leaves the auth event out', async ({after}) => {
  const socket = await connect(after, ways.websocket, '/', '--quiet-connect');
  await socket.timeout(30000).emitWithAck('echo', 1);
  assert.deepStrictEqual(socket.auths.arrived, []);
});

test('socket.io', 'a client reconnects by itself after its connection was cut', async ({after}) => {
  const socket =
      await connect(after, {...ways.websocket, reconnection: true, reconnectionDelay: 10});
  const gone = next(socket, 'disconnect');
  const id = socket.id;
  socket.io.engine.transport.ws.terminate();
  assert.match((await gone)[0], /^transport (close|error)$/);
  await next(socket, 'connect', 'connect_error');
  assert.notStrictEqual(socket.id, id);
});

test('socket.io', 'the server\'s end is seen by every client', async ({after}) => {
  const one = await start([]);
  after(() => {
    one.child.kill('SIGKILL');
    return one.ended;
  });
  const sockets = [ways.polling, ways.websocket].map(
      (options) => io(one.url, {forceNew: true, reconnection: false, ...options}));
  sockets.forEach((socket) => after(() => socket.disconnect()));
  await Promise.all(sockets.map((socket) => next(socket, 'connect', 'connect_error')));
  const ends = sockets.map((socket) => next(socket, 'disconnect'));
  one.child.kill('SIGTERM');
  for (const [reason] of await Promise.all(ends)) assert.match(reason, /^transport (close|error)$/);
  assert.strictEqual((await limited(one.ended, 'exit')).code, 0);
});

// A Socket.IO connection by hand: open and CONNECT done.
async function by_hand(after, flags = []) {
  const {port} = await server(...flags);
  const ws = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`);
  after(() => ws.terminate());
  ws.on('error', () => {});
  ws.messages = inbox(ws, 'message');
  await next(ws, 'open', 'error');
  assert.match(String((await ws.messages.take())[0]), /^0\{/);
  return ws;
}
const text = async (ws) => String((await ws.messages.take())[0]);

test(
    'socket.io wire', 'CONNECT, event and acknowledgement are the reference\'s bytes',
    async ({after}) => {
      const ws = await by_hand(after);
      ws.send('40');
      assert.match(await text(ws), /^40\{"sid":"[A-Za-z0-9_-]{20}"\}$/);
      assert.strictEqual(await text(ws), '42["auth",{}]');
      ws.send('42["message",1,"2",{"3":[true]}]');
      assert.strictEqual(await text(ws), '42["message-back",1,"2",{"3":[true]}]');
      ws.send('42456["message-with-ack",1,"2",{"3":[false]}]');
      assert.strictEqual(await text(ws), '43456[1,"2",{"3":[false]}]');
      ws.send(
          '452-789["message-with-ack",{"_placeholder":true,"num":0},' +
          '{"_placeholder":true,"num":1}]');
      ws.send(Buffer.from([1, 2, 3]));
      ws.send(Buffer.from([4, 5, 6]));
      assert.strictEqual(
          await text(ws), '462-789[{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
      assert.deepStrictEqual(await ws.messages.take(), [Buffer.from([1, 2, 3]), true]);
      assert.deepStrictEqual(await ws.messages.take(), [Buffer.from([4, 5, 6]), true]);
    });

test('socket.io wire', 'namespaces are connected, refused and left by name', async ({after}) => {
  const ws = await by_hand(after, ['--quiet-connect']);
  ws.send('40/custom,');
  assert.match(await text(ws), /^40\/custom,\{"sid":"[A-Za-z0-9_-]{20}"\}$/);
  ws.send('40/random');
  assert.strictEqual(await text(ws), '44/random,{"message":"Invalid namespace"}');
  ws.send('40/');
  assert.match(await text(ws), /^40\{"sid":/);
  ws.send('41/custom,');
  ws.send('421["echo","main is still there"]');
  assert.strictEqual(await text(ws), '431["main is still there"]');
});

const broken = [
  '42[]', '42{}', '42["disconnect"]', '40[1]', '42abc', '4abc', '42["x"', '451-["a"]', '9', '2',
  '450-["x"]', '4511-["x"]', '42/custom,["not joined"]', '40', '41{}', '44{"message":"no"}'
];
for (const packet of broken) {
  test('socket.io wire', `${packet} closes that connection, and no other`, async ({after}) => {
    const [ws, other] =
        [await by_hand(after, ['--quiet-connect']), await by_hand(after, ['--quiet-connect'])];
    for (const one of [ws, other]) {
      one.send('40');
      assert.match(await text(one), /^40\{/);
    }
    const closed = next(ws, 'close');
    ws.send(packet);
    if (packet.startsWith('451-')) ws.send('text where bytes are due');
    await closed;
    other.send('427["echo",1]');
    assert.strictEqual(await text(other), '437[1]');
  });
}

test(
    'socket.io wire', 'a connection without CONNECT is closed after connect-timeout',
    async ({after}) => {
      const ws = await by_hand(after, ['--connect-timeout', '300']);
      await next(ws, 'close');
    });

test('socket.io wire', 'JSON nested 200 deep closes the connection', async ({after}) => {
  if (reference()) return;  // the npm server has no such limit
  const ws = await by_hand(after, ['--quiet-connect']);
  ws.send('40');
  await text(ws);
  const closed = next(ws, 'close');
  ws.send(`42["message",${'['.repeat(200)}${']'.repeat(200)}]`);
  await closed;
});

test('socket.io', 'the path without a slash at its end is not the server\'s', async () => {
  const {url} = await server();
  assert.strictEqual((await ask(`${url}/socket.io?EIO=4&transport=polling`)).status, 404);
});
