// tests/interop/sio_rows_namespaces_test.js - rows S1 to S8, S30: servers, namespaces, who is
// let in.
'use strict';
const assert = require('assert');
const fs = require('fs');
const path = require('path');
const zlib = require('zlib');
const {io} = require('socket.io-client');
const {test, next, inbox} = require('./runner');
const {ask} = require('./asks');
const {up, seen, websocket, sleep} = require('./rows');
const {client, connect, beside, end_of} = require('./sio_client');

async function refusal(after, where, options) {
  const socket = await client(after, where, options);
  const refused = next(socket, 'connect_error', 'connect');
  socket.connect();
  return (await refused)[0];
}

test('S1', 'several servers on one HTTP server by path, beside its routes', async ({after}) => {
  const {url} = await up('sio');
  assert.strictEqual((await ask(`${url}/`)).body.toString(), 'a route of its own');
  assert.strictEqual((await ask(`${url}/no/such`)).status, 404);
  assert.strictEqual((await ask(`${url}/socket.io/?EIO=4&transport=polling`)).status, 404);
  const one = await connect(after, '/main');
  const two = await connect(after, '/small');
  const got = inbox(two, 'news');
  await one.all('broadcast', {from: 'all'}, 'news', 1);
  assert.strictEqual(await two.ask('echo', 1), 1);
  assert.deepStrictEqual(got.arrived, []);
});

test('S1 E35', 'a server on a port of its own closes, and listens again', async ({after}) => {
  const {url} = await up('sio');
  const own = `http://127.0.0.1:${(await ask(`${url}/port`)).body}`;
  const call = async () => {
    const socket = io(own, {forceNew: true, reconnection: false});
    after(() => socket.disconnect());
    await next(socket, 'connect', 'connect_error');
    return socket;
  };
  const before = await call();
  assert.strictEqual(await before.timeout(30000).emitWithAck('echo', 1), 1);
  const gone = next(before, 'disconnect');
  before.emit('listen again');
  await gone;
  const later = await call();
  assert.strictEqual(await later.timeout(30000).emitWithAck('echo', 2), 2);
});

const {version} = require('socket.io-client/package.json');
const dist = path.join(path.dirname(require.resolve('socket.io-client/package.json')), 'dist');
for (const name of fs.readdirSync(dist)) {
  test('S2', `${name} is served, with an ETag and packed`, async () => {
    const {url} = await up('sio');
    const get = (headers) => ask(`${url}/client/${name}?a=b`, {headers});
    const bytes = fs.readFileSync(path.join(dist, name));
    const plain = await get({origin: 'http://a.example'});
    assert.strictEqual(plain.status, 200);
    assert.ok(plain.body.equals(bytes));
    assert.strictEqual(plain.headers.etag, `"${version}"`);
    assert.strictEqual(plain.headers['cache-control'], 'public, max-age=0');
    assert.strictEqual(plain.headers['access-control-allow-origin'], 'http://a.example');
    assert.strictEqual(
        plain.headers['content-type'],
        `application/${name.endsWith('.map') ? 'json' : 'javascript'}; charset=utf-8`);
    for (const [coding, unpack] of [['gzip', zlib.gunzipSync], ['deflate', zlib.inflateSync]]) {
      const packed = await get({'accept-encoding': coding});
      assert.strictEqual(packed.headers['content-encoding'], coding);
      assert.ok(packed.body.length < bytes.length / 2);
      assert.ok(unpack(packed.body).equals(bytes));
    }
    for (const tag of [`"${version}"`, `W/"${version}"`]) {
      const fresh = await get({'if-none-match': tag});
      assert.strictEqual(fresh.status, 304);
      assert.strictEqual(fresh.body.length, 0);
    }
    assert.strictEqual((await get({'if-none-match': '"0.0.0"'})).status, 200);
  });
}

test('S2', 'another name is not, and nothing where it is off', async () => {
  const {url} = await up('sio');
  const status = async (target, method) => (await ask(url + target, {method})).status;
  assert.strictEqual(await status('/client/socket.io.js', 'HEAD'), 200);
  assert.strictEqual(await status('/client/socket.io.js', 'POST'), 405);
  assert.strictEqual(await status('/client/socket.io.jsx'), 404);
  assert.strictEqual(await status('/client/socket.io.js/socket.io.js'), 404);
  assert.ok((await status('/main/socket.io.js')) >= 400);
});

test('S3', 'a connection without a namespace is closed in time', async ({after}) => {
  const ws = await websocket(after, 'sio', '/hasty/');
  await ws.ended();
});

test('S3', 'so is one that was only refused; one that joined stays', async ({after}) => {
  const socket = await connect(after, '/hasty');
  const ws = await websocket(after, 'sio', '/hasty/');
  ws.send('40/nobody,');
  await ws.ended();  // whose time is over later than that of `socket`
  assert.strictEqual(await socket.ask('echo', 1), 1);
});

test('S4', 'namespaces on one connection are apart', async ({after}) => {
  const main = await connect(after);
  const custom = await beside(main, '/custom');
  assert.notStrictEqual(main.id, custom.id);
  assert.strictEqual((await custom.ask('info')).nsp, '/custom');
  const heard = inbox(main, 'news');
  const news = next(custom, 'news');
  await custom.ask('broadcast', {from: 'all'}, 'news', 1).catch(() => {});
  await news;
  await main.ask('echo', 1);
  assert.deepStrictEqual(heard.arrived, []);
  custom.disconnect();
  assert.strictEqual(await main.ask('echo', 2), 2);
});

test('S4', 'a namespace may be joined without /, and left and joined again', async ({after}) => {
  const socket = await connect(after, '/main /custom');
  const {id} = socket;
  socket.disconnect();
  await next(socket.connect(), 'connect', 'connect_error');
  assert.notStrictEqual(socket.id, id);
  assert.strictEqual(await socket.ask('echo', 1), 1);
});

test('S4', 'a name with a query is the name', async ({after}) => {
  const socket = await connect(after, '/main /custom?a=b');
  assert.strictEqual((await socket.ask('info')).nsp, '/custom');
});

test('S5', 'a regular expression opens what it matches, and nothing else', async ({after}) => {
  const socket = await connect(after, '/main /dyn-101');
  const info = await socket.ask('info');
  assert.strictEqual(info.nsp, '/dyn-101');
  assert.strictEqual(info.data, 'through the parent\'s middleware');
  assert.strictEqual((await refusal(after, '/main /dyn-abc')).message, 'Invalid namespace');
  assert.strictEqual((await refusal(after, '/main /xdyn-101')).message, 'Invalid namespace');
  assert.strictEqual(
      (await refusal(after, '/main /dyn-102', {auth: {word: 'refuse'}})).message, 'refused');
  await seen('sio', 'new', (name) => name === '/dyn-101');
});

test('S5', 'a function decides by name and auth, and may take its time', async ({after}) => {
  const socket = await connect(after, '/main /asked', {auth: {word: 'pass'}});
  assert.strictEqual((await socket.ask('info')).nsp, '/asked');
  const no = await refusal(after, '/dynamic /asked', {auth: {word: 'no'}});
  assert.strictEqual(no.message, 'Invalid namespace');
});

test('S5', 'two clients that race meet in one namespace', async ({after}) => {
  const two = await Promise.all(
      [0, 1].map(() => connect(after, '/dynamic /asked', {auth: {word: 'pass'}})));
  const news = next(two[1], 'news');
  await two[0].all('broadcast', {}, 'news', 'hello');
  assert.deepStrictEqual(await news, ['hello']);
  assert.strictEqual((await two[0].ask('info')).size, 2);
});

test(
    'S5', 'a name that the server itself uses belongs to the parent that matches',
    async ({after}) => {
      const socket = await connect(after, '/main /dyn-7777');
      assert.strictEqual((await socket.ask('info')).data, 'through the parent\'s middleware');
    });

const made = (name, count) => seen('sio', 'new', (one) => one === name, count);

test(
    'S6', 'an empty child goes and is made again, only where that is asked for',
    async ({after}) => {
      for (const [path, name, times] of [['/dynamic', '/dyn-600', 2], ['/main', '/dyn-601', 1]]) {
        const one = await connect(after, `${path} ${name}`);
        const {id} = one;
        one.disconnect();
        await end_of(id);
        await sleep(50);
        await connect(after, `${path} ${name}`);
        assert.strictEqual((await made(name, times)).length, times);
      }
    });

test('S6', 'a child whose only client was refused goes too', async ({after}) => {
  for (let i = 0; i < 2; ++i) {
    const error = await refusal(after, '/dynamic /dyn-602', {auth: {word: 'refuse'}});
    assert.strictEqual(error.message, 'refused');
    await sleep(50);
  }
  assert.strictEqual((await made('/dyn-602', 2)).length, 2);
});

test('S6', 'a namespace that the server named stays', async ({after}) => {
  const one = await connect(after, '/dynamic /static');
  const {id} = one;
  one.disconnect();
  await end_of(id);
  await sleep(50);
  await connect(after, '/dynamic /static');
  assert.strictEqual((await made('/static', 2)).length, 2);  // of both servers that have it
});

test('S7', 'middlewares run in order and let in', async ({after}) => {
  const socket = await connect(after, '/main /middleware', {auth: {word: 'pass'}});
  assert.deepStrictEqual((await socket.ask('info')).data, ['first', 'second']);
  const rooms = await socket.ask('rooms');
  assert.deepStrictEqual(rooms.sort(), ['joined in a middleware', socket.id].sort());
});

test('S7', 'a refusal is connect_error with its message and its data', async ({after}) => {
  const plain = await refusal(after, '/main /middleware');
  assert.strictEqual(plain.message, 'no');
  assert.strictEqual(plain.data, undefined);
  const data = await refusal(after, '/main /middleware', {auth: {word: 'data'}});
  assert.strictEqual(data.message, 'no');
  assert.deepStrictEqual(data.data, {code: 42});
  const late = await refusal(after, '/main /middleware', {auth: {word: 'later'}});
  assert.strictEqual(late.message, 'later no');
  const socket = await connect(after, '/main /middleware', {auth: {word: 'pass'}});
  while ((await socket.ask('info')).size !== 1)
    ;  // nobody of those stayed
});

test('S7', 'a refusal ends no other namespace, and the client may try again', async ({after}) => {
  const main = await connect(after);
  const other = main.io.socket('/middleware', {auth: {word: 'no'}});
  const refused = next(other, 'connect_error', 'connect');
  other.connect();
  await refused;
  assert.strictEqual(await main.ask('echo', 1), 1);
  other.auth = {word: 'pass'};
  const connected = next(other, 'connect', 'connect_error');
  other.disconnect().connect();
  await connected;
});

test('S8', 'a namespace that nobody made is Invalid namespace', async ({after}) => {
  assert.strictEqual((await refusal(after, '/main /nobody')).message, 'Invalid namespace');
  const ws = await websocket(after, 'sio', '/main/');
  await ws.take();
  ws.send('40/random');
  assert.strictEqual(await ws.take(), '44/random,{"message":"Invalid namespace"}');
});

test('S30', 'what is sent to a parent reaches all its children, by rooms too', async ({after}) => {
  const one = await connect(after, '/main /dyn-301');
  const two = await connect(after, '/main /dyn-302');
  const [at_one, at_two] = [inbox(one, 'from-parent'), inbox(two, 'from-parent')];
  one.emit('parent', [], 'all');
  assert.deepStrictEqual(await at_one.take(), ['all']);
  assert.deepStrictEqual(await at_two.take(), ['all']);
  await two.ask('join', 'room');
  one.emit('parent', ['room'], 'some');
  assert.deepStrictEqual(await at_two.take(), ['some']);
  await one.ask('echo', 1);
  assert.deepStrictEqual(at_one.arrived, []);
  assert.strictEqual(await one.ask('parent-fetch'), true);  // an error: ask the children
});
