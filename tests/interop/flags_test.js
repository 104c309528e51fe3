// tests/interop/flags_test.js - every row of the README's tables of limits and times is a flag of
// tools/echo, and does what the row says.
'use strict';
const assert = require('assert');
const fs = require('fs');
const net = require('net');
const path = require('path');
const {spawnSync} = require('child_process');
const {WebSocket} = require('ws');
const {test, next, inbox, limited} = require('./runner');
const {server, start, help, program, reference} = require('./server');
const {ask, raw} = require('./asks');

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const get = (target, fields = '') =>
    `GET ${target} HTTP/1.1\r\nHost: a\r\n${fields}Connection: close\r\n\r\n`;

// The status of the answer to `text`, and whether the server then closed.
async function status(flags, text) {
  const {port} = await server(...flags);
  return Number((await raw(port, text)).slice(9, 12));
}

async function open(after, target, flags = [], options = {}) {
  const {port} = Array.isArray(flags) ? await server(...flags) : flags;
  const ws =
      new WebSocket(`ws://127.0.0.1:${port}${target}`, {perMessageDeflate: false, ...options});
  ws.on('error', () => {});
  after(() => ws.terminate());
  ws.messages = inbox(ws, 'message');
  await next(ws, 'open', 'error');
  ws.take = async () => String((await ws.messages.take())[0]);
  return ws;
}
const engine = '/engine.io/?EIO=4&transport=websocket';

// A Socket.IO connection by hand, in the namespace `nsp`.
async function socket_io(after, flags, nsp = '/') {
  const ws =
      await open(after, '/socket.io/?EIO=4&transport=websocket', ['--quiet-connect', ...flags]);
  assert.match(await ws.take(), /^0\{/);
  if (nsp) {
    ws.send(`40${nsp},`);
    assert.match(await ws.take(), /^40.*"sid"/);
  }
  return ws;
}

async function closes(after, flags, good, bad) {
  const ws = await socket_io(after, flags);
  ws.send(good);
  assert.match(await ws.take(), /^(43|46)/);
  const closed = next(ws, 'close');
  ws.send(bad);
  await closed;
}

// How long `body` takes, which has to be within the span: from the time that the flag says, less
// the grain of clocks, to where it would be that of another limit.
async function within(least, most, body) {
  const began = Date.now();
  await body();
  const took = Date.now() - began;
  assert.ok(took >= least - 20 && took <= most, `${took} ms`);
}

// All bytes that come of `text`, of which none is taken for `pause` ms.
function slow_read(port, text, pause) {
  const socket = net.connect(port, '127.0.0.1', () => socket.write(text));
  socket.pause();
  let bytes = 0;
  socket.on('data', (data) => bytes += data.length);
  const ended = new Promise((resolve) => socket.on('close', () => resolve(bytes)));
  socket.on('error', () => {});
  setTimeout(() => socket.resume(), pause);
  return limited(ended, 'end');
}

// Connections to a server of its own, until one is refused; how many were served, and stayed.
async function accepted(flags) {
  const {port} = await server('--idle-timeout', '60000', ...flags);
  const sockets = [];
  for (let count = 0; count < 5; ++count) {
    const socket =
        net.connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
    sockets.push(socket);
    socket.on('error', () => {});
    const served = await limited(
        new Promise((resolve) => {
          socket.on('close', () => resolve(false));
          socket.on('data', (data) => resolve(/^HTTP\/1.1 200 /.test(data)));
        }),
        'answer or end');
    if (!served) break;
  }
  const gone = sockets.slice(0, -1).filter((socket) => socket.closed);
  assert.strictEqual(gone.length, 0);
  sockets.forEach((socket) => socket.destroy());
  return sockets.length - 1;
}

// How long a server with a WebSocket whose peer never answers needs to end.
async function end_of(after, least, most, ...flags) {
  const one = await start(flags);
  const socket = net.connect(one.port, '127.0.0.1');
  after(() => socket.destroy());
  socket.on('error', () => {});
  socket.write(
      'GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n');
  await next(socket, 'data');
  await within(least, most, () => {
    one.child.kill('SIGTERM');
    return one.ended;
  });
  assert.deepStrictEqual(await one.ended, {code: 0, signal: null});
}

// An echo that nobody reads, and 32 MiB of messages on their way to it.
async function unread(after, ...flags) {
  const ws = await open(after, '/ws', flags);
  ws.pause();
  for (let i = 0; i < 32; ++i) ws.send(Buffer.alloc(1 << 20));
  return ws;
}

const rows = {
  max_target: async () => {
    assert.strictEqual(
        await status(
            ['--max-target', '100'],
            get('/' +
                'x'.repeat(99))),
        404);
    assert.strictEqual(
        await status(
            ['--max-target', '100'],
            get('/' +
                'x'.repeat(100))),
        414);
  },
  max_head: async () => {
    assert.strictEqual(await status(['--max-head', '200'], get('/')), 200);
    assert.strictEqual(
        await status(['--max-head', '200'], get('/', `X: ${'x'.repeat(200)}\r\n`)), 431);
  },
  max_fields: async () => {
    assert.strictEqual(await status(['--max-fields', '3'], get('/', 'A: 1\r\n')), 200);
    assert.strictEqual(await status(['--max-fields', '3'], get('/', 'A: 1\r\nB: 2\r\n')), 431);
  },
  max_body: async () => {
    const {url} = await server('--max-body', '1000');
    const post = async (bytes) =>
        (await ask(`${url}/echo`, {method: 'POST', body: 'x'.repeat(bytes)})).status;
    assert.deepStrictEqual([await post(1000), await post(1001)], [200, 413]);
  },
  max_message: async (after) => {
    for (const limit of [1000, 16 << 20]) {
      const ws = await open(after, '/', ['--max-message', `${limit}`]);
      ws.send(Buffer.alloc(limit));
      assert.strictEqual((await ws.messages.take())[0].length, limit);
      ws.send(Buffer.alloc(limit + 1));
      assert.strictEqual((await next(ws, 'close'))[0], 1009);
    }
  },
  max_payload: async (after) => {
    const ws = await open(after, engine, ['--max-payload', '1000']);
    assert.match(await ws.take(), /"maxPayload":1000\b/);
    ws.send(
        '4' +
        'x'.repeat(999));
    assert.strictEqual((await ws.take()).length, 1000);
    ws.send(
        '4' +
        'x'.repeat(1000));
    assert.strictEqual((await next(ws, 'close'))[0], 1009);
  },
  max_attachments: (after) => {
    const hole = '{"_placeholder":true,"num":0}';
    return closes(after, ['--max-attachments', '0'], '421["echo",1]', `451-2["echo",${hole}]`);
  },
  max_depth: (after) =>
      closes(after, ['--max-depth', '4'], '421["echo",[[[]]]]', '422["echo",[[[[[]]]]]]'),
  max_namespaces: async (after) => {
    const ws = await socket_io(after, ['--max-namespaces', '1']);
    ws.send('40/custom,');
    assert.match(await ws.take(), /^44\/custom,/);
  },
  max_rooms: async (after) => {
    const ws = await socket_io(after, ['--max-rooms', '1'], '/limits');
    ws.send('42/limits,1["join","a"]');  // its own does not count
    assert.strictEqual(await ws.take(), '43/limits,1[true]');
    ws.send('42/limits,2["join","b"]');
    assert.match(await ws.take(), /^42\/limits,\["trouble",".*"\]$/);
    assert.strictEqual(await ws.take(), '43/limits,2[false]');
  },
  max_acks: async (after) => {
    const ws = await socket_io(after, ['--max-acks', '1'], '/limits');
    ws.send('42/limits,1["ask"]');
    assert.match(await ws.take(), /^42\/limits,\d+\["question"\]$/);
    assert.strictEqual(await ws.take(), '43/limits,1[true]');
    ws.send('42/limits,2["ask"]');
    assert.match(await ws.take(), /^42\/limits,\["trouble",".*"\]$/);
    assert.strictEqual(await ws.take(), '43/limits,2[false]');
  },
  high_water: async (after) => {
    const much = ['--high-water', '67108864', '--max-send-queue', '67108864'];
    const taken = await unread(after, ...much);
    while (taken.bufferedAmount) await sleep(20);
    const left = await unread(after, '--high-water', '1000');
    await sleep(1500);
    assert.ok(left.bufferedAmount > 0);
  },
  max_send_queue: async (after) => {
    for (const [limit, cut] of [[100000, true], [64 << 20, false]]) {
      const flags = ['--max-send-queue', `${limit}`, '--close-timeout', '100'];
      const slow = await open(after, '/broadcast', flags);
      const fast = await open(after, '/broadcast', flags);
      slow.pause();
      for (let i = 0; i < 32; ++i) fast.send(Buffer.alloc(1 << 20));
      while (fast.bufferedAmount) await sleep(20);
      await sleep(500);
      const closed = cut ? next(slow, 'close') : undefined;
      slow.resume();
      if (cut)
        assert.ok([1006, 1008].includes((await closed)[0]));
      else
        for (let i = 0; i < 32; ++i) await slow.messages.take();
      if (cut) assert.ok(slow.messages.arrived.length < 32);
    }
  },
  max_requests: async () => {
    const {port} = await server('--max-requests', '2');
    const got = await raw(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(3));
    assert.strictEqual(got.match(/HTTP\/1.1 200/g).length, 2);
    assert.match(got.slice(10).split('HTTP/1.1')[1], /\r\nConnection: close\r\n/i);
  },
  max_connections: async () => {
    assert.strictEqual(await accepted(['--max-connections', '2']), 2);
  },
  max_per_address: async () => {
    assert.strictEqual(await accepted(['--max-per-address', '3']), 3);
  },
  head_timeout: async () => {
    assert.strictEqual(await status(['--head-timeout', '200'], 'GET / HTTP/1.1\r\n'), 408);
  },
  body_timeout: async () => {
    const head = 'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf';
    assert.strictEqual(await status(['--body-timeout', '200'], head), 408);
  },
  idle_timeout: async () => {
    const {port} = await server('--idle-timeout', '300');
    await within(300, 4500, () => raw(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
  },
  response_timeout: async () => {
    assert.strictEqual(await status(['--response-timeout', '200'], get('/never')), 503);
  },
  write_timeout: async () => {
    const [impatient, patient] = await Promise.all([
      server('--write-timeout', '300').then(({port}) => slow_read(port, get('/big'), 3500)),
      server('--write-timeout', '30000').then(({port}) => slow_read(port, get('/big'), 3500)),
    ]);
    assert.ok(impatient < 32 << 20, `${impatient} bytes`);
    assert.ok(patient > 32 << 20, `${patient} bytes`);
  },
  close_timeout: (after) =>
      end_of(after, 200, 8000, '--close-timeout', '200', '--drain-timeout', '9000'),
  drain_timeout: (after) =>
      end_of(after, 300, 8000, '--close-timeout', '9000', '--drain-timeout', '300'),
  upgrade_timeout: async (after) => {
    const {url} = await server('--upgrade-timeout', '300');
    const polled = await ask(`${url}/engine.io/?EIO=4&transport=polling`);
    const {sid} = JSON.parse(String(polled.body).slice(1));
    await within(300, 8000, async () => {
      const ws = await open(after, `${engine}&sid=${sid}`, ['--upgrade-timeout', '300']);
      await next(ws, 'close');
    });
    const posted = await ask(
        `${url}/engine.io/?EIO=4&transport=polling&sid=${sid}`, {method: 'POST', body: '4x'});
    assert.strictEqual(String(posted.body), 'ok');  // the session stays
  },
  connect_timeout: async (after) => {
    await within(300, 8000, async () => {
      const ws = await socket_io(after, ['--connect-timeout', '300'], null);
      await next(ws, 'close');
    });
  },
  ping_interval: async (after) => {
    const ws = await open(after, engine, ['--ping-interval', '300']);
    assert.match(await ws.take(), /"pingInterval":300,"pingTimeout":20000/);
    assert.strictEqual(await ws.take(), '2');
  },
  ping_timeout: async (after) => {
    await within(400, 8000, async () => {
      const ws = await open(after, engine, ['--ping-interval', '100', '--ping-timeout', '300']);
      assert.match(await ws.take(), /"pingTimeout":300/);
      await next(ws, 'close');
    });
  },
};

for (const [option, body] of Object.entries(rows)) {
  test('flags', `--${option.replace(/_/g, '-')} does what its row says`, async ({after}) => {
    if (!reference()) await body(after);
  });
}

test('flags', 'each option of the README\'s table is a flag, and has its row here', async () => {
  if (reference()) return;
  const readme = fs.readFileSync(path.join(__dirname, '../../README.md'), 'utf8');
  const table = readme.split('## Limits and defaults')[1].split('\n## ')[0];
  const options = table.match(/`[a-z]+_[a-z_]+`/g).map((name) => name.slice(1, -1));
  assert.ok(options.length > 20);
  const known = help();
  const flag = (name) => `--${name.replace(/_/g, '-')}`;
  assert.deepStrictEqual(options.filter((name) => !known.includes(flag(name))), []);
  assert.deepStrictEqual(options.filter((name) => !rows[name]), []);
  assert.deepStrictEqual(Object.keys(rows).filter((name) => !options.includes(name)), []);
});

test('flags', '--origin, repeated, is the list for upgrades', async () => {
  if (reference()) return;
  const flags = ['--origin', 'http://one.example', '--origin', 'http://two.example'];
  const upgrade = async (origin) => {
    const {port} = await server(...flags);
    const got = await raw(
        port,
        'GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
            'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n' +
            `Origin: ${origin}\r\n\r\n`,
        (text) => text.includes('\r\n\r\n'));
    return got.slice(9, 12);
  };
  assert.strictEqual(await upgrade('http://one.example'), '101');
  assert.strictEqual(await upgrade('http://two.example'), '101');
  assert.strictEqual(await upgrade('http://three.example'), '403');
});

test('flags', 'a value that makes no sense is refused with a sentence', async () => {
  if (reference()) return;
  const run = (...args) => {
    const {status, stderr} = spawnSync(program(), args, {encoding: 'utf8', timeout: 30000});
    return [status, stderr.split('\n').length];
  };
  for (const option of Object.keys(rows)) {
    const flag = `--${option.replace(/_/g, '-')}`;
    for (const value of ['', 'x', '-1', '1.5', '99999999999999999999999'])
      assert.deepStrictEqual(run(flag, value), [2, 2], `${flag} ${value}`);
    assert.deepStrictEqual(run(flag), [2, 2], flag);
  }
  assert.deepStrictEqual(run('--compression', 'maybe'), [2, 2]);
  assert.deepStrictEqual(run('--no-such-flag', '1'), [2, 2]);
});
