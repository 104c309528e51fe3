// tests/lesson/lesson_test.js - runs each program of tools/lesson, talks to it, reads its lines.
'use strict';
const assert = require('assert');
const {execFile, spawn} = require('child_process');
const crypto = require('crypto');
const http = require('http');
const net = require('net');
const path = require('path');
const {test, run, next, limited} = require('../interop/runner');

const folder = path.resolve(process.argv[2] || 'build/bin');
const program = (name) => path.join(folder, `lesson-${name}`);

// What a program that ends by itself printed, and its exit code.
function output(name, ...args) {
  return new Promise(
      (resolve) => execFile(program(name), args, {timeout: 60000}, (error, out, err) => {
        resolve({code: error ? error.code : 0, out, err});
      }));
}

// The same of one that reads what is typed.
function output_for(name, typed) {
  return new Promise((resolve) => {
    const child = execFile(program(name), [], {timeout: 60000}, (error, out, err) => {
      resolve({code: error ? error.code : 0, out, err});
    });
    child.stdin.end(typed);
  });
}

// A server on a port of its own. stop() sends SIGTERM, which has to end it in order.
async function serve(name, after) {
  const child = spawn(program(name), ['0'], {stdio: ['ignore', 'pipe', 'inherit']});
  after(() => child.kill('SIGKILL'));
  let printed = '';
  const ended = new Promise((resolve) => child.on('close', (code) => resolve(code)));
  const port = await limited(
      new Promise((resolve, reject) => {
        ended.then((code) => reject(new Error(`${name} ended at once: ${code}`)));
        child.stdout.on('data', (data) => {
          printed += data;
          const listens = /listens on .*:(\d+)\n/.exec(printed);
          if (listens) resolve(Number(listens[1]));
        });
      }),
      'listening server');
  return {
    port,
    printed: () => printed,
    says: (what) => limited(
        new Promise((resolve) => {
          const look = () => {
            if (!what.test(printed)) return;
            child.stdout.off('data', look);
            resolve();
          };
          child.stdout.on('data', look);
          look();
        }),
        String(what)),
    async stop() {
      child.kill('SIGTERM');
      assert.strictEqual(await limited(ended, 'end after SIGTERM'), 0, 'exit code');
      assert.match(printed, /stops\n$/);
    }
  };
}

function request(port, method, target, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const asked = http.request({port, method, path: target, headers, agent: false}, (response) => {
      let text = '';
      response.on('data', (data) => (text += data));
      response.on(
          'end', () => resolve({status: response.statusCode, headers: response.headers, text}));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

// The three segments of a table: [flags, seq, ack] each.
function segments(out) {
  return out.split('\n').filter((line) => /^ {2}(client|server)/.test(line)).map((line) => {
    const [, flags, seq, ack] = line.trim().split(/\s+/);
    return [flags, seq, ack];
  });
}

function check_real(out) {
  const [syn, syn_ack, ack] = segments(out);
  const plus_one = (number) => String((Number(number) + 1) % 2 ** 32);
  const [a, b] = [syn[1], syn_ack[1]];
  assert.notStrictEqual(a, b);
  assert.deepStrictEqual(syn, ['SYN', a, '-']);
  assert.deepStrictEqual(syn_ack, ['SYN-ACK', b, plus_one(a)]);
  assert.deepStrictEqual(ack, ['ACK', plus_one(a), plus_one(b)]);
}

test('handshake', 'derived numbers are relative and say so', async () => {
  const {code, out} = await output('tcp_handshake', '--mode=derived');
  assert.strictEqual(code, 0, out);
  assert.match(out, /derived from TCP_INFO/);
  assert.deepStrictEqual(
      segments(out), [['SYN', 'A', '-'], ['SYN-ACK', 'B', 'A+1'], ['ACK', 'A+1', 'B+1']]);
});

for (const mode of ['packet', 'namespace', 'auto']) {
  test('handshake', `SYN, SYN-ACK and ACK carry A, A+1, B, B+1 (${mode})`, async () => {
    const {code, out, err} = await output('tcp_handshake', `--mode=${mode}`);
    if (code !== 0 && /not permitted|denied|No space/.test(err)) {  // all that may be missing
      assert.notStrictEqual(mode, 'auto', 'auto always finds a way');
      return console.log(`      not permitted here: ${err.trim()}`);
    }
    assert.strictEqual(code, 0, out + err);
    if (mode === 'auto' && /derived/.test(out)) return;
    check_real(out);
  });
}

test('handshake', 'an unknown flag is refused', async () => {
  const {code, err} = await output('tcp_handshake', '--mode=magic');
  assert.strictEqual(code, 2);
  assert.match(err, /usage/);
});

test('emitter', 'on, once, off, error and a mismatch print their lines', async () => {
  const {code, out} = await output('emitter');
  assert.strictEqual(code, 0);
  const lines = out.split('\n').filter((line) => line.startsWith('  ')).map((line) => line.trim());
  assert.deepStrictEqual(lines, [
    'greet: hello, spot',
    'count: dog number 1',
    'greet: hello, rex',
    'count: dog number 2',
    'once:  fido is 3',
    'greet: hello, fido',
    'count: dog number 3',
    'greet: hello, bella',
    'count: dog number 4',
    'greet: hello, luna',
    'emit returned false: nobody is listening',
    'thrown: the dog ran away',
    'heard: the dog ran away',
    'age: 3 years',
    'heard: event "age": argument 1: expected int, found double 3.5',
    'heard: event "age": argument 1: expected int, found text',
    'walk:  with spot',
    'walk:  woof',
    'walk:  woof, woof',
    'main:  the walk is going on',
    'walk:  home again',
    'main:  the walk is over'
  ]);
});

test('event target', 'once, signal, stop and prevent show in what each key prints', async () => {
  const keys = ['a', 'Tab', 'Enter', 'Escape', 'b'];
  const {code, out} = await output_for('event_target', keys.join('\n') + '\n');
  assert.strictEqual(code, 0);
  const once = '  target:  that was the first\n', signal = '  target:  Escape stops this\n';
  const last = '  target:  the last, but for Enter\n';
  const does = '  default: the key does what it does\n', prevented = '  default: prevented\n';
  const after = [
    once + signal + last + does, signal + last + prevented, signal + does, signal + last + does,
    last + does
  ];
  const printed = (key, i) =>
      `${key}\n  emitter: ${key}\n  emitter: ${key}\n  target:  ${key}\n${after[i]}`;
  assert.strictEqual(out, keys.map(printed).join('') + '5 keys\n');
});

test(
    'tcp echo', 'what comes goes back, whatever its size, and FIN is answered', async ({after}) => {
      const server = await serve('tcp_echo', after);
      for (const size of [1, 5, 3000000]) {
        const sent = crypto.randomBytes(size);
        const got = [];
        const socket = net.connect(server.port, '127.0.0.1');
        socket.on('data', (data) => got.push(data));
        socket.end(sent);
        await next(socket, 'end', 'error');
        assert.ok(Buffer.concat(got).equals(sent), `${size} bytes`);
      }
      await server.stop();
      assert.match(server.printed(), /connected\n.* sent 1 bytes\n.* is gone\n/);
    });

test('tcp echo', 'stops with connections open', async ({after}) => {
  const server = await serve('tcp_echo', after);
  const socket = net.connect(server.port, '127.0.0.1');
  socket.write('x');
  await next(socket, 'data', 'error');
  socket.on('error', () => {});
  await server.stop();
});

test('http dogs', 'POST /dogs answers 201 and emits new_dog', async ({after}) => {
  const server = await serve('http_dogs', after);
  const made = await request(server.port, 'POST', '/dogs', 'spot');
  assert.strictEqual(made.status, 201);
  assert.strictEqual(made.headers.location, '/dogs/1');
  assert.deepStrictEqual(JSON.parse(made.text), {id: 1, name: 'spot'});
  await request(server.port, 'POST', '/dogs', 'rex');
  assert.deepStrictEqual(
      JSON.parse((await request(server.port, 'GET', '/dogs')).text),
      [{id: 1, name: 'spot'}, {id: 2, name: 'rex'}]);
  assert.strictEqual((await request(server.port, 'GET', '/dogs/2')).text, '{"id":2,"name":"rex"}');
  assert.strictEqual((await request(server.port, 'GET', '/dogs/3')).status, 404);
  assert.strictEqual((await request(server.port, 'GET', '/cats')).status, 404);
  assert.strictEqual((await request(server.port, 'POST', '/dogs', 'no "quotes"')).status, 400);
  await server.stop();
  const printed = server.printed();
  assert.match(printed, /> POST \/dogs HTTP\/1\.1\n(> {3}.*\n)+> {3}body: 4 bytes\n/);
  assert.match(printed, /\* new_dog: number 1 is spot\n< 201\n/);
  assert.strictEqual(printed.match(/new_dog/g).length, 2);
});

// A client frame that fits into 125 bytes: masked, as a client's must be (rfc6455-5.3).
function frame(opcode, payload) {
  const mask = crypto.randomBytes(4);
  const masked = Buffer.from(payload).map((byte, i) => byte ^ mask[i % 4]);
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | masked.length]), mask, masked]);
}

test('websocket echo', 'messages come back with their type, Close is answered', async ({after}) => {
  const server = await serve('websocket_echo', after);
  assert.match((await request(server.port, 'GET', '/')).text, /new WebSocket/);
  assert.strictEqual((await request(server.port, 'GET', '/echo')).status, 426);
  const open = () => new Promise((resolve, reject) => {
    const asked = http.get({
      port: server.port,
      path: '/echo',
      agent: false,
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': crypto.randomBytes(16).toString('base64')
      }
    });
    asked.on('upgrade', (response, socket, head) => {
      assert.strictEqual(response.statusCode, 101);
      assert.strictEqual(head.length, 0);
      resolve(socket);
    });
    asked.on('response', (response) => reject(new Error(`no upgrade: ${response.statusCode}`)));
    asked.on('error', reject);
  });
  const socket = await open();
  const say = async (opcode, payload) => {
    socket.write(frame(opcode, payload));
    return (await next(socket, 'data', 'error'))[0].toString('hex');
  };
  assert.strictEqual(await say(1, 'hello'), '8105' + Buffer.from('hello').toString('hex'));
  assert.strictEqual(await say(2, [1, 2, 3]), '8203010203');
  assert.strictEqual(await say(9, 'p'), '8a0170');
  assert.strictEqual(await say(8, [0x03, 0xe8]), '880203e8');
  socket.end();
  await next(socket, 'close');

  const other = await open();
  const goodbye = next(other, 'data', 'error');
  const stopped = server.stop();
  assert.strictEqual((await goodbye)[0].toString('hex').slice(0, 8), '880203e9', '1001');
  other.write(frame(8, [0x03, 0xe9]));
  await stopped;
  assert.match(
      server.printed(),
      /text message of 5 bytes\nbinary message of 3 bytes\nclosed: 1000\n(.*\n)*closed: 1001\n/);
});

require('./socketio_test')(program, serve);

const ask = (port, method, target, headers, body) => request(port, method, target, body, headers);
test('http parts', 'every method is answered, and both messages are printed', async ({after}) => {
  const server = await serve('http_parts', after);
  for (const method
           of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']) {
    const body = /POST|PUT|PATCH/.test(method) ? 'hello' : undefined;
    const answer = await ask(server.port, method, '/echo?a=1', {'X-Mark': method}, body);
    assert.strictEqual(answer.status, 200, method);
    assert.strictEqual(answer.headers['x-method'], method);
    assert.strictEqual(answer.text, body || '');
    await server.says(new RegExp(`field   X-Mark: ${method}\n(.*\n)*?< response\n`));
  }
  assert.match(
      server.printed(),
      /> request\n> {3}method {2}PATCH\n> {3}target {2}\/echo\?a=1\n> {3}version HTTP\/1.1\n/);
  assert.match(
      server.printed(),
      new RegExp(
          'method  PATCH\n(>.*\n)*>   body    5 bytes\n< response\n' +
          '<   version HTTP/1.1\n<   status  200\n<   phrase  OK\n' +
          '<   field   X-Method: PATCH\n(<   field .*\n)*<   body    5 bytes\n'));
  await server.stop();
});

test('http parts', 'every status that IANA has is answered with its phrase', async ({after}) => {
  const server = await serve('http_parts', after);
  const all = JSON.parse((await ask(server.port, 'GET', '/status')).text);
  for (const [code, phrase] of Object.entries(http.STATUS_CODES)) {
    if (['418', '509', '510'].includes(code)) continue;  // unused, not IANA's, and obsoleted
    const ours = {413: 'Content Too Large', 422: 'Unprocessable Content'}[code] || phrase;
    assert.strictEqual(all[code], ours.replace('Payload', 'Content'), code);
  }
  for (const code of Object.keys(all).map(Number).filter((each) => each >= 200)) {
    const answer = await ask(server.port, 'GET', `/status/${code}`);
    assert.strictEqual(answer.status, code);
    if (![204, 205, 304].includes(code))
      assert.ok(answer.text.startsWith(`${code} ${all[code]}`), answer.text);
    await server.says(new RegExp(`status  ${code}\n<   phrase  ${all[code]}\n`));
  }
  assert.match((await ask(server.port, 'GET', '/status/504')).text, /did not answer in time/);
  assert.strictEqual((await ask(server.port, 'GET', '/status/99')).status, 400);
  await server.stop();
});

test('http parts', 'the statuses of the lesson come from what happened', async ({after}) => {
  const server = await serve('http_parts', after);
  const {port} = server;
  const json = {'Content-Type': 'application/json'};
  const basic = (who) => ({Authorization: 'Basic ' + Buffer.from(who).toString('base64')});
  const list = await ask(port, 'GET', '/dogs');
  const rows = [
    [200, 'GET', '/dogs'], [201, 'POST', '/dogs', json, '{"name":"rex"}'],
    [304, 'GET', '/dogs/1', {'If-None-Match': '*'}], [204, 'DELETE', '/dogs/2'],
    [301, 'GET', '/old'], [400, 'POST', '/dogs', json, '{'], [415, 'POST', '/dogs', {}, 'rex'],
    [401, 'GET', '/secret'], [403, 'GET', '/secret', basic('me:wrong')],
    [200, 'GET', '/secret', basic('me:secret')], [404, 'GET', '/dogs/9'], [404, 'GET', '/none'],
    [405, 'PUT', '/dogs', {}, 'x'], [500, 'GET', '/crash'], [503, 'GET', '/busy'],
    [504, 'GET', '/far']
  ];
  for (const [status, method, target, headers, body] of rows)
    assert.strictEqual(
        (await ask(port, method, target, headers, body)).status, status, `${method} ${target}`);
  assert.strictEqual(list.text, '[{"id":1,"name":"spot"}]');
  assert.strictEqual((await ask(port, 'GET', '/old')).headers.location, '/dogs');
  assert.strictEqual((await ask(port, 'GET', '/busy')).headers['retry-after'], '1');
  assert.match((await ask(port, 'GET', '/secret')).headers['www-authenticate'], /^Basic realm=/);
  assert.strictEqual((await ask(port, 'PUT', '/dogs', {}, 'x')).headers.allow, 'GET, HEAD, POST');
  await server.stop();
});

for (const name of ['tcp_echo', 'http_dogs', 'http_parts', 'websocket_echo', 'socketio_server']) {
  test('a port that is taken', `${name} says so and ends`, async ({after}) => {
    const taken = net.createServer().listen({port: 0, host: '::'});
    after(() => taken.close());
    await next(taken, 'listening', 'error');
    const {port} = taken.address();
    const {code, err} = await output(name, String(port));
    assert.strictEqual(code, 1);
    assert.match(err, new RegExp(`^${name}: port ${port}: address already in use\n$`, 'i'));
  });
}

run();
