// tests/interop/engineio_test.js - npm's engine.io-client against /engine.io/ of tools/echo.
'use strict';
const assert = require('assert');
const {Socket} = require('engine.io-client');
const {WebSocket} = require('ws');
const {test, next, inbox, limited} = require('./runner');
const {server, reference} = require('./server');
const {ask, raw} = require('./asks');
const {fall_silent} = require('./silence');

const ways = {
  polling: {transports: ['polling']},
  websocket: {transports: ['websocket']},
  upgrade: {transports: ['polling', 'websocket']},
};

async function open(after, options, ...flags) {
  const {url} = await server(...flags);
  const socket = new Socket(url, {path: '/engine.io/', ...options});
  after(() => socket.close());
  socket.messages = inbox(socket, 'message');
  const upgraded = options.transports.length > 1 ? next(socket, 'upgrade', 'upgradeError') : null;
  await next(socket, 'open', 'error');
  await upgraded;
  return socket;
}

for (const [way, options] of Object.entries(ways)) {
  const group = `engine.io ${way}`;

  test(group, 'text comes back as text, binary as binary', async ({after}) => {
    const socket = await open(after, options);
    socket.binaryType = 'nodebuffer';
    assert.strictEqual(socket.transport.name, way === 'polling' ? 'polling' : 'websocket');
    socket.send('hello');
    socket.send('');
    socket.send('utf-8: \u20ac \u{1F600} \u0000 end');
    socket.send(Buffer.from([1, 2, 3, 4]));
    assert.deepStrictEqual(await socket.messages.take(), ['hello']);
    assert.strictEqual(
        (await socket.messages.take())[0] || '', '');  // the client has no word for ""
    assert.deepStrictEqual(await socket.messages.take(), ['utf-8: \u20ac \u{1F600} \u0000 end']);
    assert.deepStrictEqual(
        Buffer.from((await socket.messages.take())[0]), Buffer.from([1, 2, 3, 4]));
  });

  test(group, '500 messages come back in order', async ({after}) => {
    const socket = await open(after, options);
    for (let i = 0; i < 500; ++i) socket.send(`${i}`);
    for (let i = 0; i < 500; ++i) assert.deepStrictEqual(await socket.messages.take(), [`${i}`]);
  });

  test(group, 'a message of 500 KB comes back whole', async ({after}) => {
    const socket = await open(after, options);
    const text = '0123456789'.repeat(50000);
    socket.send(text);
    assert.strictEqual((await socket.messages.take())[0] === text, true);
  });

  test(group, 'close() ends the session', async ({after}) => {
    const socket = await open(after, options);
    const {url} = await server();
    const id = socket.id;
    const closed = next(socket, 'close');
    socket.close();
    assert.strictEqual((await closed)[0], 'forced close');
    const gone = async () =>
        (await ask(`${url}/engine.io/?EIO=4&transport=polling&sid=${id}`)).body.toString();
    await limited(
        (async () => {
          while (!/unknown|^6?\x1e?1?$/.test(await gone()))
            ;
        })(),
        'end of the session');
  });
}

// By every way at once: these are about time, and take some.
const by_each = (body) => Promise.all(Object.values(ways).map(body));
const beats = ['--ping-interval', '200', '--ping-timeout', '2500'];

test(
    'engine.io', 'a session outlives several heartbeats, by each transport',
    ({after}) => by_each(async (options) => {
      const socket = await open(after, options, ...beats);
      const opened = Date.now();
      const pings = inbox(socket, 'ping');
      while (Date.now() - opened < 3000) await pings.take();  // it lives 2.7 s without
      socket.send('alive');
      assert.deepStrictEqual(await socket.messages.take(), ['alive']);
    }));

test(
    'engine.io', 'a client that does not answer pings is closed, by each transport',
    ({after}) => by_each(async (options) => {
      const socket = await open(after, options, ...beats);
      const closed = next(socket, 'close');
      fall_silent(socket);
      assert.match((await closed)[0], /^transport (close|error)$/);
    }));

test('engine.io', 'what is sent during the upgrade arrives once, in order', async ({after}) => {
  const {url} = await server();
  const socket = new Socket(url, {path: '/engine.io/', ...ways.upgrade});
  after(() => socket.close());
  const messages = inbox(socket, 'message');
  await next(socket, 'open', 'error');
  let sent = 0;
  let upgraded = false;
  socket.on('upgrade', () => {
    upgraded = true;
  });
  while (!upgraded || sent < 50) {
    socket.send(`${sent++}`);
    await new Promise(setImmediate);
    if (sent > 20000) throw new Error('no upgrade');
  }
  for (let i = 0; i < sent; ++i) assert.deepStrictEqual(await messages.take(), [`${i}`]);
});

test('engine.io', 'the open packet holds the five keys in the reference\'s order', async () => {
  const {url} =
      await server('--ping-interval', '300', '--ping-timeout', '200', '--max-payload', '100000');
  const answer = await ask(`${url}/engine.io/?EIO=4&transport=polling`);
  assert.strictEqual(answer.status, 200);
  assert.match(answer.headers['content-type'], /^text\/plain; charset=UTF-8$/);
  assert.strictEqual(answer.headers['cache-control'], 'no-store');
  const body = answer.body.toString();
  assert.strictEqual(
      body.replace(/"sid":"[A-Za-z0-9_-]{20,24}"/, '"sid":SID'),
      '0{"sid":SID,"upgrades":["websocket"],' +
          '"pingInterval":300,"pingTimeout":200,"maxPayload":100000}');
});

const errors = [
  ['no transport', 'GET', '?EIO=4', 400, '{"code":0,"message":"Transport unknown"}'],
  [
    'an unknown transport', 'GET', '?EIO=4&transport=abc', 400,
    '{"code":0,"message":"Transport unknown"}'
  ],
  [
    'an unknown session', 'GET', '?EIO=4&transport=polling&sid=abc', 400,
    '{"code":1,"message":"Session ID unknown"}'
  ],
  [
    'a handshake by POST', 'POST', '?EIO=4&transport=polling', 400,
    '{"code":2,"message":"Bad handshake method"}'
  ],
  [
    'websocket without Upgrade', 'GET', '?EIO=4&transport=websocket', 400,
    '{"code":3,"message":"Bad request"}'
  ],
  [
    'another protocol version', 'GET', '?EIO=3&transport=polling', 400,
    '{"code":5,"message":"Unsupported protocol version"}'
  ],
];
for (const [what, method, query, status, body] of errors) {
  for (const base of ['/engine.io/', '/socket.io/']) {
    test(`engine.io ${base}`, `${what} is refused with ${body}`, async () => {
      const {url} = await server();
      const answer = await ask(url + base + query, {method});
      assert.strictEqual(answer.status, status);
      assert.strictEqual(answer.headers['content-type'], 'application/json');
      assert.strictEqual(answer.body.toString(), body);
    });
  }
}

async function session(flags = []) {
  const {url, port} = await server(...flags);
  const body = (await ask(`${url}/engine.io/?EIO=4&transport=polling`)).body.toString();
  const {sid} = JSON.parse(body.slice(1));
  return {sid, port, url: `${url}/engine.io/?EIO=4&transport=polling&sid=${sid}`};
}
const ws_url = (port, sid) =>
    `ws://127.0.0.1:${port}/engine.io/?EIO=4&transport=websocket&sid=${sid}`;

test('engine.io', 'a payload over max-payload is 413 and the session stays', async () => {
  const {url} = await session(['--max-payload', '1000']);
  const answer = await ask(url, {
    method: 'POST',
    body: '4' +
        'x'.repeat(1000)
  });
  assert.strictEqual(answer.status, 413);
  assert.strictEqual(answer.body.length, 0);
  assert.strictEqual((await ask(url, {method: 'POST', body: '4ok'})).body.toString(), 'ok');
  assert.strictEqual((await ask(url)).body.toString(), '4ok');
});

test('engine.io', 'a POST is answered ok, text/html', async () => {
  const {url} = await session();
  const answer = await ask(url, {method: 'POST', body: '4a\x1ebAQIDBA==\x1e4b'});
  assert.strictEqual(answer.headers['content-type'], 'text/html');
  assert.strictEqual(answer.body.toString(), 'ok');
  assert.strictEqual((await ask(url)).body.toString(), '4a\x1ebAQIDBA==\x1e4b');
});

test('engine.io', 'a second poll at once ends the session', async () => {
  const {url} = await session();
  // On two connections: which of them is the first, nobody knows.
  const both = await Promise.all([ask(url), ask(url)]);
  const [first, second] = both.sort((one, other) => one.status - other.status);
  assert.ok([400, 500].includes(second.status));
  assert.strictEqual(first.body.toString(), '1');
  assert.strictEqual((await ask(url)).body.toString(), '{"code":1,"message":"Session ID unknown"}');
});

test('engine.io', 'a broken packet ends the session', async () => {
  const {url} = await session();
  await ask(url, {method: 'POST', body: 'abc'}).catch(() => {});
  assert.strictEqual((await ask(url)).body.toString(), '{"code":1,"message":"Session ID unknown"}');
});

test(
    'engine.io', 'a probe that says anything but 2probe is closed and the session stays',
    async ({after}) => {
      const {url, port, sid} = await session();
      const probe = new WebSocket(ws_url(port, sid));
      after(() => probe.terminate());
      probe.on('error', () => {});
      await next(probe, 'open', 'error');
      probe.send('4nonsense');
      await next(probe, 'close');
      assert.strictEqual((await ask(url, {method: 'POST', body: '4still'})).body.toString(), 'ok');
      assert.strictEqual((await ask(url)).body.toString(), '4still');
    });

test('engine.io', 'polling after the upgrade is refused', async ({after}) => {
  const {url, port, sid} = await session();
  const ws = new WebSocket(ws_url(port, sid));
  after(() => ws.terminate());
  const messages = inbox(ws, 'message');
  await next(ws, 'open', 'error');
  const poll = ask(url);
  ws.send('2probe');
  assert.strictEqual(String((await messages.take())[0]), '3probe');
  assert.strictEqual((await poll).body.toString(), '6');
  ws.send('5');
  ws.send('4on websocket');
  assert.strictEqual(String((await messages.take())[0]), '4on websocket');
  const late = await ask(url);
  assert.strictEqual(late.status, 400);
  assert.strictEqual(late.body.toString(), '{"code":3,"message":"Bad request"}');
});

test(
    'engine.io', 'a message over max-payload on websocket is closed with 1009', async ({after}) => {
      const {port} = await server('--max-payload', '1000');
      const ws = new WebSocket(`ws://127.0.0.1:${port}/engine.io/?EIO=4&transport=websocket`);
      after(() => ws.terminate());
      ws.on('error', () => {});
      await next(ws, 'open', 'error');
      ws.send(
          '4' +
          'x'.repeat(1000));
      assert.strictEqual((await next(ws, 'close'))[0], 1009);
    });

test('engine.io', 'an upgrade to an unknown session is refused before 101', async () => {
  const {port} = await server();
  const got = await raw(
      port,
      'GET /engine.io/?EIO=4&transport=websocket&sid=none HTTP/1.1\r\nHost: x\r\n' +
          'Upgrade: websocket\r\nConnection: Upgrade\r\n' +
          'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
          'Sec-WebSocket-Version: 13\r\n\r\n');
  assert.match(got, /^HTTP\/1\.1 400 /);
});

test('engine.io', 'a foreign Origin is refused, a listed one is not', async () => {
  const plain = await server();
  const listed = await server('--origin', 'http://good.example');
  const shake = (one, origin) =>
      ask(`${one.url}/engine.io/?EIO=4&transport=polling`, {headers: {Origin: origin}});
  const good = await shake(listed, 'http://good.example');
  assert.strictEqual(good.status, 200);
  assert.strictEqual(good.headers['access-control-allow-origin'], 'http://good.example');
  assert.strictEqual(
      (await shake(plain, 'http://evil.example')).headers['access-control-allow-origin'],
      undefined);
  if (reference()) return;  // the npm server lets foreign upgrades pass
  const got = await raw(
      plain.port,
      'GET /engine.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\n' +
          'Origin: http://evil.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
          'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n');
  assert.match(got, /^HTTP\/1\.1 403 /);
});
