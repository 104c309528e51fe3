// tests/interop/eio_client_test.js PROGRAM [WORD] - our Engine.IO client and npm's engine.io; the
// name of each test begins with the row of the reference's table that it proves. --names lists
// them.
'use strict';
const assert = require('assert');
const path = require('path');
const {test, run, names, next, limited} = require('./runner');
const {choose, client, serve, serve_echo} = require('./eio_client');
const {folder} = require('./fetch');

const [program = 'build/tests/eio_client', word = ''] = process.argv.slice(2);
choose(program);

const line_of = (request) => `${request.method} ${request.url}`;

test('C1', 'a URL with a path, and without a slash behind it', async ({after}) => {
  const {url, requests} = await serve_echo(after, {path: '/chat', addTrailingSlash: false});
  const c = client(after, `${url}/chat?a=b`, '--no-slash', '--transport', 'polling');
  c.say('open', 'send hello');
  assert.strictEqual(await c.next(), 'open polling');
  assert.strictEqual(await c.next(), 'text hello');
  assert.match(line_of(requests[0]), /^GET \/chat\?a=b&EIO=4&transport=polling&t=[0-9a-z.]+$/);
});

test('C1', 'an IPv6 address', async ({after}) => {
  const {url, app} = await serve_echo(after, {}, {port: 0, host: '::1'});
  assert.ok(url);
  const c = client(after, `http://[::1]:${app.address().port}`);
  c.say('open');
  assert.strictEqual(await c.next(), 'open polling');
  assert.strictEqual(await c.until('upgrade '), 'upgrade websocket');
});

test('C1', 'a Unix socket, with the upgrade', async ({after}) => {
  const at = path.join(folder(after), 's');
  await serve_echo(after, {}, {path: at});
  const c = client(after, `http://unix:${at}:/engine.io`);
  c.say('open');
  assert.strictEqual(await c.until('upgrade '), 'upgrade websocket');
  c.say('send hello');
  assert.strictEqual(await c.next(), 'text hello');
});

for (const [name, flags, transport] of [
         ['polling alone', ['--transport', 'polling'], 'polling'],
         ['a WebSocket alone', ['--transport', 'websocket'], 'websocket'],
         ['polling that is upgraded', [], 'websocket'],
]) {
  test('C2', `text and octets, short and long, over ${name}`, async ({after}) => {
    const {url, sockets} = await serve_echo(after);
    const c = client(after, url, ...flags);
    c.say('open');
    await c.until('open');
    if (!flags.length) assert.strictEqual(await c.until('upgrade '), 'upgrade websocket');
    c.say('send Käse', 'send ', 'binary 00ff10', 'binary ', 'many 2 400000');
    const long = 'text (400000)';
    for (const line of ['text Käse', 'text ', 'binary 00ff10', 'binary ', long, long])
      assert.strictEqual(await c.next(), line);
    assert.strictEqual(sockets[0].transport.name, transport);
    sockets[0].send('x'.repeat(900000));
    sockets[0].send(Buffer.alloc(500000));
    assert.strictEqual(await c.next(), 'text (900000)');
    assert.strictEqual(await c.next(), 'binary (1000000)');
    const closed = next(sockets[0], 'close');
    c.say('close');
    assert.strictEqual(await c.next(), 'close forced close||0|0|');
    assert.strictEqual((await closed)[0], 'transport close');
  });
}

test('C2', 'messages of both ends during the upgrade arrive once and in order', async ({after}) => {
  const {url, engine} = await serve(after);
  const got = [];
  const all = new Promise((resolve) => engine.on('connection', (socket) => {
    let sent = 0;
    const timer = setInterval(() => socket.send(`s${sent++}`), 1);
    after(() => clearInterval(timer));
    socket.on('message', (text) => got.push(text) < 200 || resolve());
  }));
  const c = client(after, url);
  c.say('open');
  for (let i = 0; i < 200; ++i) c.say(`send c${i}`);
  const texts = [];
  while (texts.length < 200) {
    const line = await c.next();
    if (line.startsWith('text s')) texts.push(line);
  }
  assert.deepStrictEqual(texts, texts.map((_, i) => `text s${i}`));
  await limited(all, 'last message of the client');
  assert.deepStrictEqual(got, Array.from({length: 200}, (_, i) => `c${i}`));
});

test('C2', 'no upgrade where one of both does not want it', async ({after}) => {
  const {url, sockets} = await serve_echo(after, {allowUpgrades: false});
  const c = client(after, url);
  c.say('open', 'send a');
  assert.strictEqual(await c.next(), 'open polling');
  assert.strictEqual(await c.next(), 'text a');
  const other = await serve_echo(after);
  const d = client(after, other.url, '--no-upgrade');
  d.say('open', 'send a');
  assert.strictEqual(await d.next(), 'open polling');
  assert.strictEqual(await d.next(), 'text a');
  assert.strictEqual(sockets[0].transport.name, 'polling');
  assert.strictEqual(other.sockets[0].transport.name, 'polling');
});

test('C3', 'the next transport where the first cannot open', async ({after}) => {
  const {url} = await serve_echo(after, {transports: ['polling']});
  const order = ['--transport', 'websocket', '--transport', 'polling'];
  const c = client(after, url, ...order, '--try-all');
  c.say('open', 'send hello');
  assert.strictEqual(await c.next(), 'open polling');
  assert.strictEqual(await c.next(), 'text hello');
  const d = client(after, url, ...order);
  d.say('open');
  assert.match(await d.next(), /^error websocket error\|400\|/);
});

test('C4', 'the next session begins with the WebSocket that the last came to', async ({after}) => {
  const {url, requests} = await serve_echo(after);
  const c = client(after, url, '--remember');
  c.say('open');
  assert.strictEqual(await c.next(), 'open polling');
  await c.until('upgrade ');
  c.say('close');
  await c.until('close');
  const before = requests.length;
  c.say('open', 'send hello');
  assert.strictEqual(await c.next(), 'open websocket');
  assert.strictEqual(await c.next(), 'text hello');
  assert.strictEqual(requests.length, before + 1);
});

test('C5', 'the query comes with every request, timestamps where wanted', async ({after}) => {
  const {url, requests, sockets} = await serve_echo(after);
  const c = client(after, `${url}?in=url`, '--query', 'a=b c', '--query', 'ä=&', '--stamp-all');
  c.say('open');
  await c.until('upgrade ');
  const stamps = new Set();
  for (const {url: target} of requests) {
    const query = new URL(target, url).searchParams;
    assert.strictEqual(query.get('in'), 'url');
    assert.strictEqual(query.get('a'), 'b c');
    assert.strictEqual(query.get('ä'), '&');
    assert.strictEqual(query.get('EIO'), '4');
    stamps.add(query.get('t'));
  }
  assert.strictEqual(stamps.size, requests.length);
  assert.ok(!stamps.has(null));
  assert.strictEqual(sockets[0].request._query.a, 'b c');
});

test('C5', 'with base64 no octets go over a WebSocket', async ({after}) => {
  const {url, sockets, requests} = await serve_echo(after);
  const c = client(after, url, '--transport', 'websocket', '--base64');
  c.say('open', 'binary 00ff10');
  assert.strictEqual(await c.next(), 'open websocket');
  assert.strictEqual(await c.next(), 'binary 00ff10');
  assert.match(requests[0].url, /&b64=1/);
  assert.strictEqual(sockets[0].transport.supportsBinary, false);
});

test('C6', 'many messages are put into POSTs that the server takes', async ({after}) => {
  const {url, engine, requests} = await serve(after, {maxHttpBufferSize: 1000});
  const got = [];
  engine.on('connection', (socket) => socket.on('message', (text) => {
    got.push(text.length);
    if (got.length === 100) socket.send('all');
  }));
  const c = client(after, url, '--transport', 'polling');
  c.say('open');
  await c.until('open');
  c.say('many 100 90');
  assert.strictEqual(await c.next(), 'text all');
  assert.deepStrictEqual(got, Array(100).fill(90));
  // 1 + 10 x 92 + 90 = 1011: ten of them in each
  const posts = requests.filter(({method}) => method === 'POST');
  assert.strictEqual(posts.length, 10);
  for (const {headers} of posts) assert.ok(headers['content-length'] <= 1000);
});

test('C7', 'cookies come back where they are wanted', async ({after}) => {
  const {url, requests, sockets} = await serve_echo(after, {cookie: true});
  const c = client(after, url, '--cookies');
  c.say('open');
  await c.until('upgrade ');
  assert.strictEqual(requests[0].headers.cookie, undefined);
  for (const {headers} of requests.slice(1))
    assert.strictEqual(headers.cookie, `io=${sockets[0].id}`);
  const before = requests.length;
  const d = client(after, url);
  d.say('open');
  await d.until('upgrade ');
  for (const {headers} of requests.slice(before)) assert.strictEqual(headers.cookie, undefined);
});

require('./eio_client_edges_test');
if (program === '--names')
  for (const name of names()) console.log(name);
else
  run(word);
