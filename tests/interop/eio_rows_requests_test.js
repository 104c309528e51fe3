// tests/interop/eio_rows_requests_test.js - rows E1 to E10, E15, E22, E26 to E30, E33 to E35, E40:
// what requests are answered.
'use strict';
const assert = require('assert');
const {Socket} = require('engine.io-client');
const {test, next, inbox} = require('./runner');
const {ask, raw} = require('./asks');
const {up, seen, shake, refused, websocket} = require('./rows');

const client = async (after, path, options) => {
  const {url} = await up('eio');
  const socket = new Socket(url, {path, ...options});
  after(() => socket.close());
  return socket;
};
const bodies = [
  '{"code":0,"message":"Transport unknown"}', '{"code":1,"message":"Session ID unknown"}',
  '{"code":2,"message":"Bad handshake method"}', '{"code":3,"message":"Bad request"}',
  '{"code":4,"message":"Forbidden"}', '{"code":5,"message":"Unsupported protocol version"}'
];

test('E1', 'a path is matched with one slash, and what is behind it is the server\'s', async () => {
  const {url} = await up('eio');
  const status = async (target) => (await ask(`${url}${target}?EIO=4&transport=polling`)).status;
  assert.strictEqual(await status('/engine/'), 200);
  assert.strictEqual(await status('/engine/default/'), 200);
  assert.strictEqual(await status('/engine'), 404);
  assert.strictEqual(await status('/engin'), 404);
  assert.strictEqual(await status('/bare'), 200);
});

test('E1', 'the client may leave the slash out where the server does', async ({after}) => {
  const socket = await client(after, '/bare', {addTrailingSlash: false});
  await next(socket, 'open', 'error');
  socket.send('hi');
  assert.deepStrictEqual(await next(socket, 'message'), ['hi']);
});

test('E2', 'a polling handshake has the five keys in their order', async () => {
  const answer = await shake('eio', '/engine/');
  assert.strictEqual(answer.status, 200);
  assert.strictEqual(answer.headers['content-type'], 'text/plain; charset=UTF-8');
  assert.strictEqual(answer.headers['cache-control'], 'no-store');
  assert.match(
      answer.body.toString(),
      new RegExp(
          '^0\\{"sid":"[\\w-]{20,24}","upgrades":\\["websocket"\\],"pingInterval":25000,' +
          '"pingTimeout":20000,"maxPayload":1000000\\}$'));
});

for (const transports of [['polling'], ['websocket']])
  test('E2 E3', `engine.io-client is told by ${transports[0]}`, async ({after}) => {
    const socket = await client(after, '/engine/', {transports});
    const [data] = await next(socket, 'handshake', 'error');
    assert.strictEqual(data.pingInterval, 25000);
    assert.strictEqual(data.pingTimeout, 20000);
    assert.strictEqual(data.maxPayload, 1000000);
    assert.deepStrictEqual(data.upgrades, transports[0] === 'polling' ? ['websocket'] : []);
  });

const checks = [
  ['E4', 'a version that is not 4', 'GET', '?EIO=3&transport=polling', 5],
  ['E4', 'no version', 'GET', '?transport=polling', 5],
  ['E4', 'version abc', 'GET', '?EIO=abc&transport=polling', 5],
  ['E5', 'no transport', 'GET', '?EIO=4', 0],
  ['E5', 'an unknown transport', 'GET', '?EIO=4&transport=tobi', 0],
  ['E5', 'the transport constructor', 'GET', '?EIO=4&transport=constructor', 0],
  ['E5', 'the transport __proto__', 'GET', '?EIO=4&transport=__proto__', 0],
  ['E5', 'webtransport by GET', 'GET', '?EIO=4&transport=webtransport', 0],
  ['E6', 'a handshake by POST', 'POST', '?EIO=4&transport=polling', 2],
  ['E6', 'a handshake by PUT', 'PUT', '?EIO=4&transport=polling', 2],
  ['E6', 'a handshake by OPTIONS without cors', 'OPTIONS', '?EIO=4&transport=polling', 2],
  ['E7', 'an unknown session', 'GET', '?EIO=4&transport=polling&sid=tobi', 1],
  ['E7', 'an unknown session by POST', 'POST', '?EIO=4&transport=polling&sid=__proto__', 1],
];
for (const [row, what, method, query, code] of checks)
  test(row, `${what} is refused with ${bodies[code]}`, async () => {
    const {url} = await up('eio');
    const answer = await ask(`${url}/engine/${query}`, {method});
    assert.strictEqual(answer.status, 400);
    assert.strictEqual(answer.headers['content-type'], 'application/json');
    assert.strictEqual(answer.body.toString(), bodies[code]);
  });

test('E4 E7', 'an upgrade is refused before any 101', async () => {
  assert.deepStrictEqual(
      await refused('eio', '/engine/', {EIO: 3}), {status: 400, body: bodies[5]});
  assert.deepStrictEqual(
      await refused('eio', '/engine/', {sid: 'tobi'}), {status: 400, body: bodies[1]});
});

test('E7', 'engine.io-client hears that its session is unknown', async ({after}) => {
  for (const transport of ['polling', 'websocket']) {
    const socket =
        await client(after, '/engine/', {transports: [transport], query: {sid: 'invalid'}});
    let text = '';  // a client that has given up forgets it
    socket.once('error', ({context}) => (text = context && context.responseText));
    const [error] = await next(socket, 'error', 'open');
    assert.strictEqual(error.type, 'TransportError');
    if (transport === 'websocket') continue;
    assert.strictEqual(error.description, 400);
    assert.strictEqual(text, bodies[1]);
  }
});

test('E8', 'an Origin with characters that it may not have is refused', async () => {
  const {port} = await up('eio');
  const got = await raw(
      port,
      'GET /engine/?EIO=4&transport=polling HTTP/1.1\r\nHost: a\r\nOrigin: a\u0007b\r\n' +
          'Connection: close\r\n\r\n');
  assert.match(got, /^HTTP\/1\.1 400 /);
});

for (const later of [{}, {later: 1}]) {
  const when = later.later ? 'later' : 'at once';
  test('E9', `allow_request lets pass, or refuses with its sentence, ${when}`, async () => {
    assert.strictEqual((await shake('eio', '/hooks/', later)).status, 200);
    const no = await shake('eio', '/hooks/', {...later, refuse: 'why'});
    assert.strictEqual(no.status, 403);
    assert.strictEqual(no.body.toString(), '{"code":4,"message":"why"}');
    const upgrade = await refused('eio', '/hooks/', {...later, refuse: 'why'});
    assert.ok([400, 403].includes(upgrade.status));
    assert.match(upgrade.body, /why/);
  });

  test('E10', `generate_id chooses the id, or fails, ${when}`, async () => {
    const id = `mine-${when.replace(' ', '-')}`;
    const {open} = await shake('eio', '/hooks/', {...later, id});
    assert.strictEqual(open.sid, id);
    const failed = await shake('eio', '/hooks/', {...later, id: 'fail'});
    assert.strictEqual(failed.status, 400);
    assert.strictEqual(failed.body.toString(), bodies[3]);
    assert.deepStrictEqual(
        await refused('eio', '/hooks/', {...later, id: 'fail'}), {status: 400, body: bodies[3]});
  });
}

test('E9', 'engine.io-client is refused on either transport', async ({after}) => {
  for (const transport of ['polling', 'websocket']) {
    const socket =
        await client(after, '/hooks/', {transports: [transport], query: {refuse: 'why', later: 1}});
    const [error] = await next(socket, 'error', 'open');
    assert.strictEqual(
        error.message, transport === 'polling' ? 'xhr poll error' : 'websocket error');
  }
});

test('E10', 'without it each session has an id of its own', async () => {
  const ids = new Set();
  for (let i = 0; i < 50; ++i) ids.add((await shake('eio', '/engine/')).open.sid);
  assert.strictEqual(ids.size, 50);
});

const suggestions = [
  ['/engine/', {status: 200, upgrades: ['websocket']}, true],
  ['/polling/', {status: 200, upgrades: []}, false],
  ['/stay/', {status: 200, upgrades: []}, true],
  ['/websocket/', {status: 400, upgrades: undefined}, true],
];
for (const [path, {status, upgrades}, direct] of suggestions)
  test('E15', `${path} suggests and takes what its options allow`, async ({after}) => {
    const answer = await shake('eio', path);
    assert.strictEqual(answer.status, status);
    assert.deepStrictEqual(answer.open && answer.open.upgrades, upgrades);
    if (direct) {
      const ws = await websocket(after, 'eio', path);
      assert.deepStrictEqual(JSON.parse((await ws.take()).slice(1)).upgrades, []);
    } else {
      assert.deepStrictEqual(await refused('eio', path, {}), {status: 400, body: bodies[0]});
    }
  });

test('E26', 'the cookie is on the handshake by polling, and nowhere else', async () => {
  const answer = await shake('eio', '/hooks/');
  assert.ok(answer.headers['set-cookie'].includes(
      `io=${answer.open.sid}; Path=/; HttpOnly; SameSite=Lax`));
  const {url} = await up('eio');
  const posted = await ask(
      `${url}/hooks/?EIO=4&transport=polling&sid=${answer.open.sid}`, {method: 'POST', body: '4a'});
  assert.strictEqual(posted.headers['set-cookie'], undefined);
  assert.strictEqual((await shake('eio', '/engine/')).headers['set-cookie'], undefined);
});

test('E27', 'a preflight is answered 204 and every answer carries the fields', async () => {
  const {url} = await up('eio');
  const origin = 'http://a.example';
  const preflight = await ask(`${url}/cors/?EIO=4&transport=polling`, {
    method: 'OPTIONS',
    headers:
        {origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-foo'}
  });
  assert.strictEqual(preflight.status, 204);
  const fields = preflight.headers;
  assert.strictEqual(fields['access-control-allow-origin'], origin);
  assert.strictEqual(fields['access-control-allow-credentials'], 'true');
  assert.strictEqual(fields['access-control-allow-headers'], 'x-foo');
  assert.strictEqual(fields['access-control-allow-methods'], 'GET,HEAD,PUT,PATCH,POST,DELETE');
  assert.match(fields.vary, /Origin/);
  const good = await shake('eio', '/cors/', {}, {headers: {origin}});
  assert.strictEqual(good.headers['access-control-allow-origin'], origin);
  const bad = await shake('eio', '/cors/', {sid: 'tobi'}, {headers: {origin}});
  assert.strictEqual(bad.status, 400);
  assert.strictEqual(bad.headers['access-control-allow-origin'], origin);
  const none = await shake('eio', '/engine/');
  assert.strictEqual(none.headers['access-control-allow-origin'], undefined);
});

test('E28', 'initial_headers are on the first answer, headers on each', async ({after}) => {
  const first = await shake('eio', '/hooks/');
  assert.strictEqual(first.headers['x-initial'], 'GET');
  assert.strictEqual(first.headers['x-every'], 'yes');
  assert.deepStrictEqual(
      first.headers['set-cookie'].filter((one) => !one.startsWith('io=')), ['one=1', 'two=2']);
  const {url} = await up('eio');
  const second = await ask(
      `${url}/hooks/?EIO=4&transport=polling&sid=${first.open.sid}`, {method: 'POST', body: '4a'});
  assert.strictEqual(second.headers['x-initial'], undefined);
  assert.strictEqual(second.headers['x-every'], 'yes');
  const socket = await client(after, '/hooks/', {transports: ['websocket']});
  const [response] = await next(socket.transport.ws, 'upgrade');
  assert.strictEqual(response.headers['x-every'], 'yes');
});

test('E28', 'engine.io-client keeps the cookies and sends them', async ({after}) => {
  const socket = await client(after, '/hooks/', {transports: ['polling'], withCredentials: true});
  await next(socket, 'open', 'error');
  socket.send('a');
  await next(socket, 'message', 'close');
});

test('E29', 'middlewares run in order on requests and upgrades', async ({after}) => {
  const {open, headers} = await shake('eio', '/hooks/', {mark: 'E29'});
  assert.strictEqual(headers['x-first'], '1');
  const ws = await websocket(after, 'eio', '/hooks/', {sid: open.sid, mark: 'E29'});
  ws.close();
  const found = await seen('eio', 'middleware', ({target}) => target.includes('mark=E29'), 2);
  assert.match(found[1].target, /transport=websocket/);
});

test('E29', 'a middleware answers itself, fails, or takes its time', async () => {
  const ended = await shake('eio', '/hooks/', {middleware: 'end'});
  assert.strictEqual(ended.status, 401);
  assert.strictEqual(ended.body.toString(), 'ended');
  assert.strictEqual((await refused('eio', '/hooks/', {middleware: 'end'})).status, 401);
  const error = await shake('eio', '/hooks/', {middleware: 'error'});
  assert.strictEqual(error.status, 400);
  assert.strictEqual(error.body.toString(), bodies[3]);
  assert.strictEqual((await refused('eio', '/hooks/', {middleware: 'error'})).status, 400);
  assert.strictEqual((await shake('eio', '/hooks/', {middleware: 'later'})).status, 200);
});

test('E30', 'connection_error tells code, message and context of each refusal', async () => {
  const {url} = await up('eio');
  const cases = [
    ['?EIO=4&transport=tobi', 'GET', 0, ['transport', 'tobi']],
    ['?EIO=4&transport=polling&sid=tobi', 'GET', 1, ['sid', 'tobi']],
    ['?EIO=4&transport=polling', 'POST', 2, ['method', 'POST']],
    ['?EIO=4&transport=websocket', 'GET', 3, ['name', 'TRANSPORT_HANDSHAKE_ERROR']],
    ['?EIO=4&transport=polling&refuse=why', 'GET', 4, ['message', 'why']],
    ['?EIO=3&transport=polling', 'GET', 5, ['protocol', '3']],
  ];
  for (const [query, method, code, context] of cases) {
    const mark = `&mark=E30-${code}`;
    await ask(`${url}/hooks/${query}${mark}`, {method});
    const [error] = await seen('eio', 'connection_error', ({target}) => target.endsWith(mark));
    assert.strictEqual(error.code, code);
    assert.deepStrictEqual(error.context, context);
    assert.strictEqual(error.message, JSON.parse(bodies[code]).message);
  }
});

test('E33', 'the initial packet is a message right behind the open packet', async ({after}) => {
  const body = (await shake('eio', '/initial/')).body.toString();
  assert.strictEqual(body.split('\x1e')[1], '4welcome');
  for (const transport of ['polling', 'websocket']) {
    const socket = await client(after, '/initial/', {transports: [transport]});
    const messages = inbox(socket, 'message');
    await next(socket, 'open', 'error');
    assert.deepStrictEqual(await messages.take(), ['welcome']);
  }
});

test('E34', 'an upgrade on a path of nobody is answered at once', async () => {
  // The reference would answer after a second. One of some is enough: a process may stand still.
  const times = [];
  while (times.length < 10 && !times.some((time) => time < 900)) {
    const started = Date.now();
    assert.strictEqual((await refused('eio', '/nobody/', {})).status, 404);
    times.push(Date.now() - started);
  }
  assert.ok(times.some((time) => time < 900), `${times} ms`);
});

test('E35', 'the routes of the HTTP server stay, and several engines share it', async () => {
  const {url} = await up('eio');
  assert.strictEqual((await ask(`${url}/`)).body.toString(), 'a route of its own');
  for (const path of ['/engine/', '/stay/', '/initial/'])
    assert.strictEqual((await shake('eio', path)).status, 200);
});

test('E40', 'Internet Explorer is told to leave answers alone', async () => {
  const agent = (text) => ({headers: {'user-agent': text}});
  const old = await shake('eio', '/engine/', {}, agent('Mozilla/5.0 (Trident/7.0; rv:11.0)'));
  assert.strictEqual(old.headers['x-xss-protection'], '0');
  const other = await shake('eio', '/engine/', {}, agent('Mozilla/5.0'));
  assert.strictEqual(other.headers['x-xss-protection'], undefined);
});
