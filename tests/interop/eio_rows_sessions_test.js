// tests/interop/eio_rows_sessions_test.js - rows E11 to E14, E16 to E25, E38: the life of a
// session.
'use strict';
const assert = require('assert');
const net = require('net');
const {Socket} = require('engine.io-client');
const {test, next, inbox} = require('./runner');
const {ask} = require('./asks');
const {up, seen, poller, websocket, sleep} = require('./rows');
const {fall_silent} = require('./silence');

const unknown = '{"code":1,"message":"Session ID unknown"}';
const why_of = async (id) => (await seen('eio', 'engine-close', (one) => one.id === id))[0].why;

async function open(after, path, options) {
  const {url} = await up('eio');
  const socket = new Socket(url, {path, ...options});
  after(() => socket.close());
  socket.messages = inbox(socket, 'message');
  await next(socket, 'open', 'error');
  return socket;
}

// `body` by either transport, at once: it is about time, and takes some.
const by_each = (body) => Promise.all(['polling', 'websocket'].map(body));

test(
    'E11', 'the server pings by either transport, and pongs keep the session',
    ({after}) => by_each(async (transport) => {
      const socket = await open(after, '/beat/', {transports: [transport]});
      const opened = Date.now();
      const pings = inbox(socket, 'ping');
      while (Date.now() - opened < 3000) await pings.take();  // it lives 2.6 s without
      socket.send('alive');
      assert.deepStrictEqual(await socket.messages.take(), ['alive']);
    }));

test(
    'E11 E38', 'silence by either transport ends with ping timeout',
    ({after}) => by_each(async (transport) => {
      const socket = await open(after, '/beat/', {transports: [transport]});
      const {id} = socket;
      fall_silent(socket);
      await next(socket, 'close');
      assert.strictEqual(await why_of(id), 'ping timeout');
    }));

for (const transport of ['polling', 'websocket']) {
  test('E17', `text and octets come back by ${transport}, several at once`, async ({after}) => {
    const socket = await open(after, '/engine/', {transports: [transport]});
    socket.binaryType = 'nodebuffer';
    const all = ['a', Buffer.from([0, 1, 255]), '\u20ac', Buffer.alloc(3000, 7), 'z'];
    all.forEach((one) => socket.send(one));
    for (const one of all) assert.deepStrictEqual((await socket.messages.take())[0], one);
  });

  test('E24 E38', `close() of the server by ${transport} loses nothing`, async ({after}) => {
    const socket = await open(after, '/engine/', {transports: [transport]});
    const {id} = socket;
    const closed = next(socket, 'close');
    socket.send('!graceful');
    for (let i = 0; i < 5; ++i) assert.deepStrictEqual(await socket.messages.take(), [`${i}`]);
    assert.match((await closed)[0], /^transport (close|error)$/);
    assert.strictEqual(await why_of(id), 'forced close');
  });

  test('E38', `close() of the client by ${transport} is transport close`, async ({after}) => {
    const socket = await open(after, '/engine/', {transports: [transport]});
    const {id} = socket;
    socket.close();
    assert.strictEqual(await why_of(id), 'transport close');
  });
}

test('E24 E38', 'a discarding close drops what no poll has fetched', async () => {
  const session = await poller('eio', '/engine/');
  await session.post('4first\x1e4!discard');
  assert.strictEqual(await why_of(session.sid), 'forced close');
  assert.strictEqual(await session.text(), unknown);
});

test('E12', 'engine.io-client upgrades and loses nothing', async ({after}) => {
  const {url} = await up('eio');
  const socket = new Socket(url, {path: '/engine/'});
  after(() => socket.close());
  const messages = inbox(socket, 'message');
  const upgraded = next(socket, 'upgrade', 'upgradeError');
  await next(socket, 'open', 'error');
  let sent = 0;
  let done = false;
  upgraded.then(() => (done = true));
  while (!done || sent < 50) {
    socket.send(`${sent++}`);
    await new Promise(setImmediate);
  }
  for (let i = 0; i < sent; ++i) assert.deepStrictEqual(await messages.take(), [`${i}`]);
  assert.strictEqual(socket.transport.name, 'websocket');
  await seen('eio', 'upgrade', (id) => id === socket.id);
});

test('E12', 'every GET while the probe lasts is answered with 6', async ({after}) => {
  const session = await poller('eio', '/engine/');
  const ws = await session.ws(after);
  const held = session.text();
  ws.send('2probe');
  assert.strictEqual(await ws.take(), '3probe');
  assert.strictEqual(await held, '6');
  for (let i = 0; i < 3; ++i) assert.strictEqual(await session.text(), '6');
  await session.post('4while it lasts');
  assert.strictEqual(await session.text(), '4while it lasts');
  ws.send('5');
  ws.send('4there');
  assert.strictEqual(await ws.take(), '4there');
  const late = await session.get();
  assert.strictEqual(late.status, 400);
  assert.strictEqual(late.body.toString(), '{"code":3,"message":"Bad request"}');
});

test('E13', 'a candidate that does not finish is closed, the session stays', async ({after}) => {
  const session = await poller('eio', '/hasty/');
  const ws = await session.ws(after);
  ws.send('2probe');
  assert.strictEqual(await ws.take(), '3probe');
  await ws.ended();
  assert.strictEqual((await session.post('4still')).body.toString(), 'ok');
  assert.strictEqual(await session.text(), '4still');
});

test('E14', 'a second candidate is closed, the session goes on', async ({after}) => {
  const session = await poller('eio', '/engine/');
  const first = await session.ws(after);
  first.send('2probe');
  assert.strictEqual(await first.take(), '3probe');
  const second = await session.ws(after);
  await second.ended();
  first.send('5');
  first.send('4first');
  assert.strictEqual(await first.take(), '4first');
  const third = await session.ws(after);
  await third.ended();
  first.send('4still');
  assert.strictEqual(await first.take(), '4still');
});

test('E16', 'engine.io-client hears of a message that is too long', async ({after}) => {
  const polling = await open(after, '/small/', {transports: ['polling']});
  const refused = next(polling, 'error');
  const closed = next(polling, 'close');
  polling.send('x'.repeat(10001));
  assert.strictEqual((await refused)[0].description, 413);
  assert.strictEqual((await closed)[0], 'transport error');
  const direct = await open(after, '/small/', {transports: ['websocket']});
  const end = next(direct, 'close');
  direct.send('x'.repeat(10001));
  const [reason, details] = await end;
  assert.strictEqual(reason, 'transport close');
  assert.strictEqual(details.context.code, 1009);
  assert.strictEqual(details.context.reason, '');
});

test('E16', 'a chunked body over the limit is 413 too, and the session stays', async () => {
  const session = await poller('eio', '/small/');
  const answer = await session.post(['4', 'x'.repeat(6000), 'x'.repeat(6000)]);
  assert.strictEqual(answer.status, 413);
  assert.strictEqual(answer.body.length, 0);
  assert.strictEqual((await session.post('4ok')).body.toString(), 'ok');
  assert.match(await session.text(), /4ok/);
});

test('E17', 'a payload is packets joined by 1e, octets as Base64', async () => {
  const session = await poller('eio', '/engine/');
  const posted = await session.post('4hello\x1ebAQIDBA==\x1e4\u4f60');
  assert.strictEqual(posted.headers['content-type'], 'text/html');
  assert.strictEqual(posted.body.toString(), 'ok');
  const answer = await session.get();
  assert.strictEqual(answer.body.toString(), '4hello\x1ebAQIDBA==\x1e4\u4f60');
});

for (const bad of ['abc', '', '4a\x1e', '9', 'b!!!'])
  test('E18 E38', `the payload ${JSON.stringify(bad)} ends with parse error`, async () => {
    const session = await poller('eio', '/engine/');
    await session.post(bad).catch(() => {});
    assert.strictEqual(await why_of(session.sid), 'parse error');
    assert.strictEqual(await session.text(), unknown);
  });

test('E18 E38', 'a bad packet on a WebSocket ends with parse error', async ({after}) => {
  const ws = await websocket(after, 'eio', '/engine/');
  const {sid} = JSON.parse((await ws.take()).slice(1));
  ws.send('abc');
  assert.strictEqual((await ws.ended())[1], '');
  assert.strictEqual(await why_of(sid), 'parse error');
});

// The server has begun with a request that is marked so: its middlewares ran. What is sent from
// here on, on another connection, comes later.
const begun = (mark) => seen('eio', 'middleware', ({target}) => target.endsWith(mark));
const marked = (session) => `&mark=of-${session.sid}`;

// A GET that the server holds: the promise of its text.
async function hold(session) {
  const text = ask(session.url + marked(session)).then(({body}) => body.toString());
  await begun(marked(session));
  return {text};
}

test('E19 E38', 'two GETs at once: 400, 1, and the end', async () => {
  const session = await poller('eio', '/hooks/');
  const first = await hold(session);
  assert.strictEqual((await session.get()).status, 400);
  assert.strictEqual(await first.text, '1');
  assert.strictEqual(await why_of(session.sid), 'transport error');
});

// The head of a POST, which the server has begun with, and a part of its content.
async function begin_post(session, after) {
  const socket = net.connect(session.port, '127.0.0.1');
  after(() => socket.destroy());
  socket.on('error', () => {});
  socket.ended = new Promise((resolve) => socket.once('close', resolve));
  await next(socket, 'connect');
  socket.write(
      `POST ${session.target} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n` +
      'Content-Type: text/plain\r\nContent-Length: 10\r\n\r\n');
  assert.match(`${(await next(socket, 'data'))[0]}`, /^HTTP\/1\.1 100 /);
  socket.write('4abc');
  return socket;
}

test('E19 E38', 'two POSTs at once: 400, the first is cut, and the end', async ({after}) => {
  const session = await poller('eio', '/engine/');
  const first = await begin_post(session, after);
  assert.strictEqual((await session.post('4b')).status, 400);
  await first.ended;
  assert.strictEqual(await why_of(session.sid), 'transport error');
});

test('E20 E38', 'a GET that its client drops ends the session', async ({after}) => {
  const session = await poller('eio', '/hooks/');
  const socket = net.connect(session.port, '127.0.0.1');
  after(() => socket.destroy());
  await next(socket, 'connect');
  socket.write(`GET ${session.target}${marked(session)} HTTP/1.1\r\nHost: a\r\n\r\n`);
  await begun(marked(session));
  socket.destroy();
  assert.strictEqual(await why_of(session.sid), 'transport error');
});

test('E20 E38', 'a POST that its client drops ends the session', async ({after}) => {
  const session = await poller('eio', '/engine/');
  (await begin_post(session, after)).destroy();
  assert.strictEqual(await why_of(session.sid), 'transport error');
});

test('E20', 'engine.io-client whose poll is cut leaves nothing', async ({after}) => {
  const socket = await open(after, '/engine/', {transports: ['polling']});
  const {id} = socket;
  socket.transport._poll = () => {};
  socket.transport.doPoll = () => {};
  for (const [, request] of Object.entries(socket.transport)) {
    if (request && request.xhr && request.abort) request.abort();
  }
  socket.close();
  assert.match(await why_of(id), /^transport (close|error)$/);
});

test('E21', 'octets are no payload: 400 and the end', async () => {
  const session = await poller('eio', '/engine/');
  const answer = await session.post(
      Buffer.from([4, 65]), {headers: {'content-type': 'application/octet-stream'}});
  assert.strictEqual(answer.status, 400);
  assert.strictEqual(answer.body.length, 0);
  assert.strictEqual(await why_of(session.sid), 'transport error');
});

test('E22', 'a body comes in chunks that split its characters', async () => {
  const session = await poller('eio', '/engine/');
  const text = '4\u4f60\u597d \u{1F600}';
  const bytes = Buffer.from(text);
  const chunks = [...bytes].map((byte) => Buffer.from([byte]));
  assert.strictEqual((await session.post(chunks)).body.toString(), 'ok');
  assert.strictEqual(await session.text(), text);
});

test('E22', 'a body comes in segments of a byte', async ({after}) => {
  const session = await poller('eio', '/engine/');
  const body = Buffer.from('4\u4f60\u597d');
  const socket = net.connect({port: session.port, host: '127.0.0.1', noDelay: true});
  after(() => socket.destroy());
  await next(socket, 'connect');
  socket.write(
      `POST ${session.target} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`);
  for (const byte of body) {
    socket.write(Buffer.from([byte]));
    await sleep(2);
  }
  assert.match(String((await next(socket, 'data'))[0]), /^HTTP\/1\.1 200 [^]*ok$/);
  assert.strictEqual(await session.text(), '4\u4f60\u597d');
});

test('E23 E38', 'a close packet by POST: ok, 6 for the poll, and the end', async () => {
  const session = await poller('eio', '/hooks/');
  const held = await hold(session);
  assert.strictEqual((await session.post('1')).body.toString(), 'ok');
  assert.strictEqual(await held.text, '6');
  assert.strictEqual(await session.text(), unknown);
  assert.strictEqual(await why_of(session.sid), 'transport close');
});

test('E25', 'engine.io-client with forceBase64 gets text and may send it', async ({after}) => {
  for (const transport of ['polling', 'websocket']) {
    const socket = await open(after, '/engine/', {transports: [transport], forceBase64: true});
    socket.binaryType = 'nodebuffer';
    socket.send(Buffer.from([1, 2, 3]));
    assert.deepStrictEqual((await socket.messages.take())[0], Buffer.from([1, 2, 3]));
  }
  const ws = await websocket(after, 'eio', '/engine/', {b64: 1});
  await ws.take();
  ws.send('bAQIDBA==');
  assert.strictEqual(await ws.take(), 'bAQIDBA==');
});

test('E38', 'a ping from the client is a transport error', async ({after}) => {
  const ws = await websocket(after, 'eio', '/engine/');
  const {sid} = JSON.parse((await ws.take()).slice(1));
  ws.send('2');
  await ws.ended();
  assert.strictEqual(await why_of(sid), 'transport error');
});

test('E38', 'a WebSocket that goes without a word is transport close', async ({after}) => {
  const ws = await websocket(after, 'eio', '/engine/');
  const {sid} = JSON.parse((await ws.take()).slice(1));
  ws.terminate();
  assert.match(await why_of(sid), /^transport (close|error)$/);
});
