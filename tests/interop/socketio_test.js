// tests/interop/socketio_test.js - npm's socket.io-client against /socket.io/ of tools/echo, the
// same sentences over polling, over websocket, and after the upgrade from one to the other.
'use strict';
const assert = require('assert');
const crypto = require('crypto');
const {io} = require('socket.io-client');
const {test, next, inbox} = require('./runner');
const {server} = require('./server');

const ways = {
  polling: {transports: ['polling']},
  websocket: {transports: ['websocket']},
  upgrade: {transports: ['polling', 'websocket']},
};

// A connected client; `name` is a namespace. Its "auth" event is kept in socket.auths.
async function connect(after, options, name = '/', ...flags) {
  const {url} = await server(...flags);
  const socket = io(url + name, {forceNew: true, reconnection: false, ...options});
  after(() => socket.disconnect());
  socket.auths = inbox(socket, 'auth');
  const upgraded = options.transports && options.transports.length > 1 ?
      next(socket.io.engine || socket.io, 'upgrade') :
      null;
  await next(socket, 'connect', 'connect_error');
  await upgraded;
  return socket;
}

const buffer = (value) => Buffer.from(value);
const values = [
  1, '2', {3: [true, null]}, 1.5, -7, 2 ** 53 - 1, '\u20ac \u{1F600} "\\\n\u2028', [], {},
  [[['deep']]], false
];

for (const [way, options] of Object.entries(ways)) {
  const group = `socket.io ${way}`;

  test(group, 'connects, with an id that is not the engine\'s', async ({after}) => {
    const socket = await connect(after, options);
    assert.strictEqual(socket.connected, true);
    assert.strictEqual(
        socket.io.engine.transport.name, way === 'polling' ? 'polling' : 'websocket');
    assert.match(socket.id, /^[A-Za-z0-9_-]{20}$/);
    assert.notStrictEqual(socket.id, socket.io.engine.id);
  });

  test(
      group, 'the auth object arrives and is emitted back, {} if there was none',
      async ({after}) => {
        const none = await connect(after, options);
        assert.deepStrictEqual(await none.auths.take(), [{}]);
        const some = await connect(after, {...options, auth: {token: '123', n: [1, 2]}});
        assert.deepStrictEqual(await some.auths.take(), [{token: '123', n: [1, 2]}]);
      });

  test(group, 'an event comes back with each of its arguments unchanged', async ({after}) => {
    const socket = await connect(after, options);
    const back = next(socket, 'message-back');
    socket.emit('message', ...values);
    assert.deepStrictEqual(await back, values);
  });

  test(group, 'an event without arguments comes back without', async ({after}) => {
    const socket = await connect(after, options);
    const back = next(socket, 'message-back');
    socket.emit('message');
    assert.deepStrictEqual(await back, []);
  });

  test(group, 'an acknowledgement brings the arguments back', async ({after}) => {
    const socket = await connect(after, options);
    const got = await new Promise(
        (resolve) => socket.emit('message-with-ack', ...values, (...args) => resolve(args)));
    assert.deepStrictEqual(got, values);
    assert.deepStrictEqual(
        await socket.timeout(30000).emitWithAck('message-with-ack', 'once more'), 'once more');
  });

  test(group, 'echo answers by acknowledgement when asked, else by an event', async ({after}) => {
    const socket = await connect(after, options);
    assert.strictEqual(await socket.timeout(30000).emitWithAck('echo', 'asked'), 'asked');
    const back = next(socket, 'echo');
    socket.emit('echo', 'not asked', 2);
    assert.deepStrictEqual(await back, ['not asked', 2]);
  });

  test(group, 'binary comes back, at any depth, also empty', async ({after}) => {
    const socket = await connect(after, options);
    const back = next(socket, 'message-back');
    socket.emit(
        'message', buffer([1, 2, 3]), {a: [{b: buffer([])}, buffer('x')], c: 'text'}, 'end');
    assert.deepStrictEqual(
        await back, [buffer([1, 2, 3]), {a: [{b: buffer([])}, buffer('x')], c: 'text'}, 'end']);
  });

  test(group, 'binary comes back in an acknowledgement', async ({after}) => {
    const socket = await connect(after, options);
    const bytes = crypto.randomBytes(1000);
    const got = await new Promise(
        (resolve) =>
            socket.emit('message-with-ack', {deep: [bytes]}, bytes, 1, (...args) => resolve(args)));
    assert.deepStrictEqual(got, [{deep: [bytes]}, bytes, 1]);
  });

  test(group, 'ten attachments in one event come back in order', async ({after}) => {
    const socket = await connect(after, options);
    const ten = Array.from({length: 10}, (_, i) => buffer([i, i + 1]));
    const back = next(socket, 'message-back');
    socket.emit('message', ten);
    assert.deepStrictEqual(await back, [ten]);
  });

  test(group, '300 KB of text and of bytes come back whole', async ({after}) => {
    const socket = await connect(after, options);
    const text = '\u20ac23'.repeat(60000);
    const bytes = crypto.randomBytes(300000);
    const back = inbox(socket, 'message-back');
    socket.emit('message', text);
    socket.emit('message', bytes);
    assert.strictEqual((await back.take())[0] === text, true);
    assert.ok(bytes.equals((await back.take())[0]));
  });

  test(group, '500 events and their acknowledgements keep their order', async ({after}) => {
    const socket = await connect(after, options);
    const order = [];
    await Promise.all(
        Array.from({length: 500}, (_, i) => new Promise((resolve) => socket.emit('echo', i, (n) => {
                                    order.push(n);
                                    resolve();
                                  }))));
    assert.deepStrictEqual(order, Array.from({length: 500}, (_, i) => i));
  });

  test(group, 'a broadcast reaches all others and not the sender', async ({after}) => {
    const [one, two, three] = await Promise.all([0, 1, 2].map(() => connect(after, options)));
    const own = inbox(one, 'broadcast');
    const [at_two, at_three] = [next(two, 'broadcast'), next(three, 'broadcast')];
    one.emit('broadcast', 'hi', {n: 1}, buffer([9]));
    assert.deepStrictEqual(await at_two, ['hi', {n: 1}, buffer([9])]);
    assert.deepStrictEqual(await at_three, ['hi', {n: 1}, buffer([9])]);
    await one.timeout(30000).emitWithAck('echo', 0);  // what was on its way has arrived by now
    assert.deepStrictEqual(own.arrived, []);
  });

  test(group, '/custom is a namespace of its own on the same connection', async ({after}) => {
    const main = await connect(after, options);
    const custom = main.io.socket('/custom', {auth: {who: 'me'}});
    const auth = next(custom, 'auth');
    await next(custom, 'connect', 'connect_error');
    assert.deepStrictEqual(await auth, [{who: 'me'}]);
    assert.notStrictEqual(custom.id, main.id);
    const gone = next(custom, 'disconnect');
    custom.disconnect();
    assert.strictEqual((await gone)[0], 'io client disconnect');
    assert.strictEqual(await main.timeout(30000).emitWithAck('echo', 'still here'), 'still here');
  });

  test(group, 'an unknown namespace is refused with Invalid namespace', async ({after}) => {
    const {url} = await server();
    const socket = io(`${url}/random`, {forceNew: true, reconnection: false, ...options});
    after(() => socket.disconnect());
    const [error] = await next(socket, 'connect_error', 'connect');
    assert.strictEqual(error.message, 'Invalid namespace');
  });

  test(group, 'disconnect() ends with the client\'s reason and others stay', async ({after}) => {
    const [one, two] = [await connect(after, options), await connect(after, options)];
    const gone = next(one, 'disconnect');
    one.disconnect();
    assert.strictEqual((await gone)[0], 'io client disconnect');
    assert.strictEqual(await two.timeout(30000).emitWithAck('echo', 1), 1);
  });

  test(group, 'the same client can connect again, with a new id', async ({after}) => {
    const socket = await connect(after, options);
    const id = socket.id;
    socket.disconnect();
    await next(socket.connect(), 'connect', 'connect_error');
    assert.notStrictEqual(socket.id, id);
    assert.strictEqual(await socket.timeout(30000).emitWithAck('echo', 'again'), 'again');
  });

  test(
      group, 'events emitted before the connection are delivered after it, in order',
      async ({after}) => {
        const {url} = await server();
        const socket =
            io(url, {forceNew: true, autoConnect: false, reconnection: false, ...options});
        after(() => socket.disconnect());
        const back = inbox(socket, 'message-back');
        for (let i = 0; i < 10; ++i) socket.emit('message', i);
        socket.connect();
        for (let i = 0; i < 10; ++i) assert.deepStrictEqual(await back.take(), [i]);
      });
}

test('socket.io', 'a connection outlives heartbeats, by each transport', async ({after}) => {
  const beats = ['--ping-interval', '200', '--ping-timeout', '2500'];
  await Promise.all(Object.values(ways).map(async (options) => {
    const socket = await connect(after, options, '/', ...beats);
    const connected = Date.now();
    const pings = inbox(socket.io, 'ping');
    while (Date.now() - connected < 3000) await pings.take();  // it lives 2.7 s without
    assert.strictEqual(await socket.timeout(30000).emitWithAck('echo', 'alive'), 'alive');
  }));
});

module.exports = {
  connect,
  ways
};
