// tests/tools/sio_ends_test.js - tools/sio: records, replays, exit codes, what makes no sense.
'use strict';
const assert = require('assert');
const fs = require('fs');
const net = require('net');
const {test, next} = require('../interop/runner');
const {temporary} = require('./wscat');
const {begin, sio, lines, event, echo, npm} = require('./sio');

const group = 'sio';

// --- records and replays
// --------------------------------------------------------------------------

const entries = (file) => fs.readFileSync(file, 'utf8').split('\n').filter(Boolean).map(JSON.parse);
const untimed = (file) => entries(file).map(({at, ...rest}) => rest);

test(group, '--record keeps both ways, --replay --fast --expect says it again', async ({after}) => {
  const file = temporary(after, '');
  const url = await echo();
  const typed = 'echo {"base64":"AAEC"} 1\n?message-with-ack 2\n';
  assert.strictEqual((await sio(['--record', file, url], typed)).code, 0);
  const [head, ...said] = untimed(file);
  assert.deepStrictEqual(head, {sio: 1, url, nsp: '/'});
  assert.deepStrictEqual(
      said.filter((each) => each.out),
      [{out: 'echo', args: [{base64: 'AAEC'}, 1]}, {out: 'message-with-ack', args: [2], ask: 0}]);
  assert.deepStrictEqual(
      said.filter((each) => each.in),
      [{in : 'auth', args: [{}]}, {in : 'echo', args: [{base64: 'AAEC'}, 1]}]);
  assert.deepStrictEqual(said.filter((each) => 'answer' in each), [{answer: 0, args: [2]}]);
  const times = entries(file).slice(1).map(({at}) => at);
  assert.deepStrictEqual(times, [...times].sort((a, b) => a - b));

  const again = await sio(['--replay', file, '--fast', '--expect', url]);
  assert.strictEqual(again.code, 0, again.err);
  assert.strictEqual(lines(again.out).length, 3);
});

test(group, '--replay emits at the recorded pace', async ({after}) => {
  const {io, url} = npm(after);
  let times = [];
  io.on('connection', (socket) => socket.on('tick', () => times.push(Date.now())));
  const file = temporary(
      after,
      '{"sio":1}\n{"at":0.01,"out":"tick"}\n{"at":0.31,"out":"tick"}\n' +
          '{"at":0.31,"out":"end","ask":0}\n');
  io.on('connection', (socket) => socket.on('end', (done) => done()));
  // Who stands still for a while may hear both at once: that is not so each time.
  const paces = [];
  while (paces.length < 10 && !paces.some((pace) => pace > 100)) {
    times = [];
    assert.strictEqual((await sio(['--replay', file, url])).code, 0);
    assert.strictEqual(times.length, 2);
    paces.push(times[1] - times[0]);
  }
  assert.ok(paces.some((pace) => pace > 100), `${paces} ms`);
});

test(group, '--expect: another event, or none: exit code 5 and a sentence', async ({after}) => {
  const url = await echo();
  const rows = [
    ['{"at":0,"in":"auth","args":[1]}', 'expected auth \\[1\\], heard auth \\[{}\\]'],
    [
      '{"at":0,"in":"auth","args":[{}]}\n{"at":0,"out":"echo","args":[1]}\n{"at":0,"in":"other"}',
      'expected other \\[\\], heard echo \\[1\\]'
    ],
    ['{"at":0,"in":"auth","args":[{}]}\n{"at":1,"in":"never"}', 'did not come: never \\[\\]'],
    [
      '{"at":0,"in":"auth","args":[{}]}\n{"at":0,"out":"message-with-ack","args":[1],"ask":7}\n' +
          '{"at":0,"answer":7,"args":[2]}',
      'expected the answer \\[2\\], heard \\[1\\]'
    ]
  ];
  for (const [said, why] of rows) {
    const file = temporary(after, `{"sio":1}\n${said}\n`);
    const {code, err} =
        await sio(['-q', '--replay', file, '--fast', '--expect', '--timeout', '3', url]);
    assert.match(err, new RegExp(`^sio: ${why}.*\n$`));
    assert.strictEqual(code, 5);
  }
});

test(group, 'a recording that is none, or is not there', async ({after}) => {
  const url = await echo();
  const bad = await sio(['--replay', temporary(after, '{"sio":1}\n{"at":1}\n'), url]);
  assert.match(bad.err, /^sio: '.*': line 2 is none of "out", "in" and "answer".*\n$/);
  assert.strictEqual(bad.code, 1);
  assert.strictEqual((await sio(['--replay', '/none/at/all', url])).code, 7);
  assert.strictEqual((await sio(['--record', '/none/at/all', url])).code, 7);
});

// --- exit codes
// -----------------------------------------------------------------------------------

test(group, 'nobody there: exit code 2', async () => {
  const closed = net.createServer().listen(0, '127.0.0.1');
  await next(closed, 'listening');
  const {port} = closed.address();
  await new Promise((resolve) => closed.close(resolve));
  for (const transport of ['polling', 'websocket']) {
    const {code, out, err} = await sio(['-t', transport, `http://127.0.0.1:${port}`]);
    assert.match(err, /^sio: not connected: .*\n$/);
    assert.strictEqual(out, '');
    assert.strictEqual(code, 2);
  }
});

test(group, 'somebody who says nothing: exit code 2 after --timeout', async ({after}) => {
  const silent = net.createServer(() => {}).listen(0, '127.0.0.1');
  after(() => silent.close());
  await next(silent, 'listening');
  const {code} = await sio(['--timeout', '0.2', `http://127.0.0.1:${silent.address().port}`]);
  assert.strictEqual(code, 2);
});

test(group, 'refused by the server: exit code 3 and its words', async ({after}) => {
  const {io, url} = npm(after);
  io.use((socket, go_on) => go_on(Object.assign(new Error('who are you'), {data: {code: 7}})));
  const {code, err} = await sio([url, '-e', 'x']);
  assert.match(err, /^sio: refused: who are you, \{"code":7\}\n$/);
  assert.strictEqual(code, 3);
  assert.strictEqual((await sio(['-n', '/none', await echo()])).code, 3);
});

test(group, 'an acknowledgement that does not come: exit code 4', async ({after}) => {
  const {io, url} = npm(after);
  io.on('connection', (socket) => socket.on('fine', (done) => done('yes')));
  const {code, out, err} =
      await sio(['-q', '--timeout', '3', url, '-a', 'silent', '1', '-a', 'fine']);
  assert.deepStrictEqual(lines(out), [{answer: 'fine', args: ['yes'], nsp: '/'}]);
  assert.match(err, /^sio: no answer to silent: operation has timed out\n$/);
  assert.strictEqual(code, 4);
});

test(group, 'more questions than can be awaited end all the same', async ({after}) => {
  const {url} = npm(after);
  const asks = 66000;
  const typed = await sio(['-q', '--timeout', '3', url], '?never\n'.repeat(asks));
  assert.strictEqual(typed.err.match(/no answer to never/g).length, asks);  // none is dropped
  assert.strictEqual(typed.code, 4);
  const said = Array.from({length: asks}, (_, i) => `{"at":0,"out":"never","ask":${i}}\n`);
  const file = temporary(after, '{"sio":1}\n' + said.join(''));
  const played = await sio(['-q', '--replay', file, '--fast', '--timeout', '3', url]);
  assert.match(played.err, /too many answers are awaited/);
  assert.strictEqual(played.code, 4);
});

test(group, 'fewer events than --count within --for: exit code 5', async ({after}) => {
  const {io, url} = npm(after);
  io.on('connection', (socket) => socket.emit('one'));
  const {code, out, err} = await sio(['-q', '--count', '2', '--for', '3', url]);
  assert.deepStrictEqual(lines(out), [event('one')]);
  assert.match(err, /^sio: 1 events came, and not 2\n$/);
  assert.strictEqual(code, 5);
  assert.strictEqual((await sio(['-q', '--count', '1', '--for', '60', url])).code, 0);
});

test(group, 'disconnected by the server, or lost: exit code 6', async ({after}) => {
  const {io, url} = npm(after);
  io.on('connection', (socket) => {
    socket.on('out', () => socket.disconnect());
    socket.on('lost', () => socket.conn.transport.socket.terminate());
  });
  const ended = await sio(['-q', '-r', '-i', url], 'out\n?never\n');
  assert.match(ended.err, /^sio: disconnected: io server disconnect\n/);
  assert.strictEqual(ended.code, 6);
  const lost = await sio(['-q', '-t', 'websocket', url], 'lost\n?never\n');
  assert.match(lost.err, /^sio: disconnected: transport (close|error)/);
  assert.strictEqual(lost.code, 6);
});

test(group, 'a line that makes no sense is told, not sent: exit code 7', async () => {
  const url = await echo();
  for (const [typed, why] of [
           ['/nothing\n', 'no command /nothing'], ['echo {\n', 'is no JSON'],
           ['echo @/none/at/all\n', 'cannot be read'], ['connect\n', 'reserved event name'],
           [Buffer.from([0xff, 0x0a]), 'no UTF-8']]) {
    const {code, err} = await sio(['-q', url], Buffer.concat([Buffer.from(typed)]));
    assert.match(err, new RegExp(`^sio: .*${why}.*\n$`));
    assert.strictEqual(code, 7);
  }
});

test(group, 'SIGINT leaves in order', async ({after}) => {
  const {io, url} = npm(after);
  const connected = next(io, 'connection');
  const child = begin([url], null);
  after(() => child.kill('SIGKILL'));
  const [socket] = await connected;
  await child.says('connected');
  const gone = next(socket, 'disconnect');
  child.kill('SIGINT');
  assert.strictEqual((await gone)[0], 'client namespace disconnect');
  assert.strictEqual((await child.ended).code, 0);
});

// --- what makes no sense
// --------------------------------------------------------------------------

for (const args
         of [[], ['--nonsense', 'http://a/'], ['http://a/', 'http://b/'],
             ['-H', 'no colon', 'http://a/'], ['--for', 'long', 'http://a/'], ['http://a/', '-e'],
             ['http://a/', '-e', ''], ['http://a/', '-e', 'x', '{'],
             ['http://a/', '-e', 'x', '@/none/at/all'], ['--auth', '1', 'http://a/'],
             ['--auth', '{', 'http://a/'], ['-n', 'room', 'http://a/'], ['-n', '/a,b', 'http://a/'],
             ['-t', 'pigeon', 'http://a/'], ['-t', '', 'http://a/'], ['-c', '0', 'http://a/'],
             ['--path', 'x', 'http://a/'], ['--query', '=x', 'http://a/'], ['--fast', 'http://a/'],
             ['--expect', 'http://a/'], ['--timeout', '0', 'http://a/'], ['-q=1', 'http://a/'],
             ['--quiet=1', 'http://a/']]) {
  test(group, `usage: ${JSON.stringify(args)} is refused with a sentence`, async () => {
    const {code, out, err} = await sio(args);
    assert.match(err, /^sio: .*\n$/);
    assert.strictEqual(out, '');
    assert.strictEqual(code, 1);
  });
}

test(group, '--help lists every flag and the exit codes, on stdout', async () => {
  const {code, out} = await sio(['--help']);
  for (const flag of ['--emit', '--ask', '--record', '--expect', '--auth', '--count', 'Exit code'])
    assert.ok(out.includes(flag), flag);
  assert.strictEqual(code, 0);
});
