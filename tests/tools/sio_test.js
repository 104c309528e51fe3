// tests/tools/sio_test.js - tools/sio: events, bytes, acknowledgements, what is typed.
'use strict';
const assert = require('assert');
const crypto = require('crypto');
const http = require('http');
const net = require('net');
const {test, next, limited} = require('../interop/runner');
const {temporary} = require('./wscat');
const {begin, sio, lines, event, answer, echo, npm} = require('./sio');

const group = 'sio';
const hello = event('auth', {});

for (const transports of ['polling', 'websocket', 'polling,websocket', 'websocket,polling']) {
  test(group, `events are lines of JSON, ours and theirs (${transports})`, async () => {
    const {code, out, err} = await sio(
        ['-t', transports, '--count', '2', await echo(), '-i'], 'echo {"a": [1, null]} two\n');
    assert.deepStrictEqual(lines(out), [hello, event('echo', {a: [1, null]}, 'two')]);
    assert.match(
        err,
        /^\* connected: \S+, namespace \/, id \S{20}, (polling|websocket)\n\* disconnected: .*\n$/);
    assert.strictEqual(code, 0);
  });
}

test(group, '--emit takes JSON, text, files and Base64, and reads no stdin', async ({after}) => {
  const file = temporary(after, Buffer.from([0, 1, 255]));
  const child = begin(
      [
        '-q', await echo(), '-c', '3', '-e', 'echo', '-1', 'two', '{"b":{"base64":"AAEC"}}',
        `@${file}`, 'base64:/w==', '@@at', '--emit', 'echo'
      ],
      null);
  const {code, out, err} = await child.ended;
  assert.deepStrictEqual(lines(out), [
    hello,
    event('echo', -1, 'two', {b: {base64: 'AAEC'}}, {base64: 'AAH/'}, {base64: '/w=='}, '@at'),
    event('echo')
  ]);
  assert.strictEqual(err, '');
  assert.strictEqual(code, 0);
});

test(group, '--ask waits for the answers, and prints them', async () => {
  const {code, out} = await sio(
      ['-q', await echo(), '--ask', 'message-with-ack', '1', '[2]', '-a', 'message-with-ack', 'x']);
  assert.deepStrictEqual(
      lines(out), [hello, answer('message-with-ack', 1, [2]), answer('message-with-ack', 'x')]);
  assert.strictEqual(code, 0);
});

test(group, 'a large file comes back byte for byte', async ({after}) => {
  const content = crypto.randomBytes(900000);
  const {out} =
      await sio(['-q', await echo(), '-a', 'message-with-ack', `@${temporary(after, content)}`]);
  const [, {args}] = lines(out);
  assert.ok(Buffer.from(args[0].base64, 'base64').equals(content));
});

test(group, 'what is typed is emitted; ? asks; it ends with stdin, answered', async () => {
  const {code, out, err} = await sio(
      [await echo()], '?message-with-ack 1 "a b" {"x": "}"}\n\n"echo"\n? message-with-ack last');
  assert.deepStrictEqual(
      lines(out).filter((line) => line.answer),
      [answer('message-with-ack', 1, 'a b', {x: '}'}), answer('message-with-ack', 'last')]);
  assert.ok(lines(out).some((line) => line.event === 'echo'));
  assert.match(err, /disconnected: io client disconnect\n$/);
  assert.strictEqual(code, 0);
});

test(group, 'commands: /help, /disconnect, /connect, /quit', async ({after}) => {
  const {io, url} = npm(after);
  const gone = new Promise((resolve) => {
    io.once('connection', (socket) => socket.once('disconnect', resolve));
  });
  const child = begin([url], null);
  after(() => child.kill('SIGKILL'));
  await child.says(/connected: .*\n/);
  child.type('/help');
  await child.says('/disconnect');
  child.type('/disconnect');
  await child.says(/disconnected: io client disconnect\n/);
  const again = next(io, 'connection');
  child.type('/connect');
  await again;
  assert.strictEqual(await limited(gone, 'disconnect'), 'client namespace disconnect');
  child.type('/quit');
  const {code} = await child.ended;
  assert.strictEqual(code, 0);
});

test(group, 'fifty thousand lines arrive, in order', async ({after}) => {
  const {io, url} = npm(after);
  const heard = [];
  io.on('connection', (socket) => socket.on('n', (n) => heard.push(n)));
  const typed = Array.from({length: 50000}, (_, i) => `n ${i}\n`).join('') + '?last\n';
  io.on('connection', (socket) => socket.on('last', (done) => done()));
  const {code, out} = await sio(['-q', url], typed);
  assert.deepStrictEqual(lines(out), [answer('last')]);
  assert.strictEqual(heard.length, 50000);
  assert.ok(heard.every((n, i) => n === i));
  assert.strictEqual(code, 0);
});

test(group, 'auth, fields, query, path and namespace arrive', async ({after}) => {
  const {io, url} = npm(after, {path: '/here'});
  const connected = next(io.of('/room'), 'connection');
  const child = begin(
      [
        `${url}?a=1`, '--path', '/here', '-n', '/room', '--auth', '{"token":"x"}', '-H',
        'X-Who: me', '--query', 'b=2', '-f', '0.01s'
      ],
      null);
  const [{handshake}] = await connected;
  assert.deepStrictEqual(handshake.auth, {token: 'x'});
  assert.strictEqual(handshake.headers['x-who'], 'me');
  assert.strictEqual(handshake.query.a, '1');
  assert.strictEqual(handshake.query.b, '2');
  assert.strictEqual((await child.ended).code, 0);
});

test(group, 'the URL\'s path is the namespace; auth may be a file', async ({after}) => {
  const {io, url} = npm(after);
  const connected = next(io.of('/room'), 'connection');
  const child = sio([`${url}/room`, '--auth', `@${temporary(after, '{"token":"y"}')}`, '-c', '1']);
  const [socket] = await connected;
  assert.deepStrictEqual(socket.handshake.auth, {token: 'y'});
  socket.emit('only', Buffer.from([1]));
  assert.deepStrictEqual(
      lines((await child).out), [{event: 'only', args: [{base64: 'AQ=='}], nsp: '/room'}]);
});

test(group, 'through a proxy, by CONNECT, with a name and a password', async ({after}) => {
  const proxy = http.createServer();
  const asked = [];
  proxy.on('connect', (request, client) => {
    asked.push(`${request.url} ${request.headers['proxy-authorization']}`);
    const [host, port] = request.url.split(':');
    const server = net.connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Fine\r\n\r\n');
      server.pipe(client);
      client.pipe(server);
    });
    for (const end of [client, server]) end.on('error', () => {});
  });
  proxy.listen(0, '127.0.0.1');
  after(() => proxy.close());
  await next(proxy, 'listening');
  const url = await echo();
  const {code, out} = await sio([
    '-q', '--proxy', `http://me:secret@127.0.0.1:${proxy.address().port}`, '-t', 'websocket', url,
    '-a', 'message-with-ack', '1'
  ]);
  assert.deepStrictEqual(lines(out), [hello, answer('message-with-ack', 1)]);
  assert.strictEqual(code, 0);
  assert.strictEqual(asked[0], `${new URL(url).host} Basic bWU6c2VjcmV0`);
});

test(group, '--credentials sends cookies back, and else they are forgotten', async ({after}) => {
  const {io, url} = npm(after, {cookie: {name: 'who'}});
  for (const flags of [['--credentials'], []]) {
    const connected = next(io, 'connection');
    const child = sio(['-q', '-t', 'polling', url, '-f', '0.2', '-e', 'x', ...flags]);
    const [socket] = await connected;
    const [request] = await next(socket.conn.transport, 'headers').then(([, req]) => [req]);
    assert.strictEqual(/who=/.test(request.headers.cookie || ''), flags.length === 1);
    await child;
  }
});

test(group, 'what would move the cursor is spelled', async ({after}) => {
  const {io, url} = npm(after);
  io.on('connection', (socket) => socket.emit('a\u001b[2J', '\u009b\u007f\n'));
  const {out} = await sio(['-q', '-c', '1', url]);
  assert.match(out, /"a\\u001b\[2J","args":\["\\u009b\\u007f\\n"\]/);
  assert.strictEqual(lines(out)[0].args[0], '\u009b\u007f\n');
});

test(group, '--reconnect comes back, and says what was typed meanwhile', async ({after}) => {
  const first = npm(after);
  const child = begin(['-r', '-v', first.url], null);
  after(() => child.kill('SIGKILL'));
  await child.says(/connected: /);
  await first.io.close();
  await child.says(/disconnected: transport (close|error)/);
  child.type('?meanwhile 1');
  const {Server} = require('socket.io');
  const second = new Server(Number(new URL(first.url).port));
  after(() => second.close());
  second.on('connection', (socket) => socket.on('meanwhile', (n, done) => done(n + 1)));
  await child.prints('"answer":"meanwhile","args":[2]');
  child.end();
  const {code, err} = await child.ended;
  assert.match(err, /reconnecting, attempt 1\n/);
  assert.strictEqual(code, 0);
});
