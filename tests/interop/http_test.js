// tests/interop/http_test.js - Node's own HTTP client, and bytes on a socket, against tools/echo.
'use strict';
const assert = require('assert');
const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const net = require('net');
const os = require('os');
const path = require('path');
const {once} = require('events');
const {spawn} = require('child_process');
const {test, limited} = require('./runner');
const {server, start, help, reference} = require('./server');
const {ask, raw} = require('./asks');

test('http', 'GET / answers 200 with Hello', async () => {
  const {url} = await server();
  const answer = await ask(url + '/');
  assert.strictEqual(answer.status, 200);
  assert.strictEqual(answer.body.toString(), 'Hello');
  assert.strictEqual(answer.headers['content-length'], '5');
  assert.ok(Math.abs(Date.parse(answer.headers.date) - Date.now()) < 5000, 'Date is now');
});

test('http', 'HEAD / has the length of GET and no content', async () => {
  const {url} = await server();
  const answer = await ask(url + '/', {method: 'HEAD'});
  assert.strictEqual(answer.status, 200);
  assert.strictEqual(answer.body.length, 0);
});

test('http', 'fetch gets Hello too', async () => {
  const {url} = await server();
  const answer = await fetch(url + '/');
  assert.strictEqual(answer.status, 200);
  assert.strictEqual(await answer.text(), 'Hello');
});

test('http', 'an unknown path is 404', async () => {
  const {url} = await server();
  assert.strictEqual((await ask(url + '/no/such')).status, 404);
});

test('http', 'POST /echo returns a body that came with Content-Length', async () => {
  const {url} = await server();
  for (const size of [0, 1, 65536, 999999]) {
    const body = crypto.randomBytes(size);
    const answer =
        await ask(url + '/echo', {method: 'POST', body, headers: {'Content-Length': size}});
    assert.strictEqual(answer.status, 200);
    assert.ok(answer.body.equals(body), `${size} bytes`);
  }
});

test('http', 'POST /echo returns a body that came in chunks', async () => {
  const {url} = await server();
  const chunks = [1, 2, 4095, 70000, 3].map((size) => crypto.randomBytes(size));
  const answer = await ask(url + '/echo', {method: 'POST', body: chunks});
  assert.strictEqual(answer.status, 200);
  assert.ok(answer.body.equals(Buffer.concat(chunks)));
});

test('http', 'a body over max-body is 413', async () => {
  const {url} = await server('--max-body', '1000');
  const answer = await ask(url + '/echo', {method: 'POST', body: Buffer.alloc(1001)});
  assert.strictEqual(answer.status, 413);
  assert.strictEqual(
      (await ask(url + '/echo', {method: 'POST', body: Buffer.alloc(1000)})).status, 200);
});

test('http', 'Expect: 100-continue is answered before the body is sent', async () => {
  const {url} = await server();
  const body = await limited(
      new Promise((resolve, reject) => {
        const request = http.request(
            url + '/echo',
            {method: 'POST', headers: {Expect: '100-continue', 'Content-Length': 5}});
        request.on('continue', () => request.end('later'));
        request.on('error', reject);
        request.on(
            'response', (response) => response.on('data', (data) => resolve(data.toString())));
        request.flushHeaders();
      }),
      '100 Continue');
  assert.strictEqual(body, 'later');
});

test('http', 'GET /big is 32 MiB, whole, also for a slow reader', async () => {
  const {url} = await server();
  const size = await new Promise((resolve, reject) => {
    http.get(url + '/big', (response) => {
          let bytes = 0;
          let pauses = 20;
          response.on('data', (chunk) => {
            bytes += chunk.length;
            if (pauses-- > 0) {
              response.pause();
              setImmediate(() => response.resume());
            }
          });
          response.on('end', () => resolve(bytes));
          response.on('error', reject);
        }).on('error', reject);
  });
  assert.strictEqual(size, 32 * 1024 * 1024);
});

test('http', 'a connection is kept for the next request', async ({after}) => {
  const {url} = await server();
  const agent = new http.Agent({keepAlive: true, maxSockets: 1});
  after(() => agent.destroy());
  const first = await ask(url + '/', {agent});
  const second = await ask(url + '/echo', {agent, method: 'POST', body: 'again'});
  assert.strictEqual(second.body.toString(), 'again');
  assert.strictEqual(first.socket, second.socket);
});

test('http', 'Connection: close is obeyed', async () => {
  const {port} = await server();
  const got = await raw(port, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  assert.match(got, /^HTTP\/1\.1 200 /);
  assert.ok(got.endsWith('\r\n\r\nHello'));
});

test('http', 'pipelined requests are answered in order', async () => {
  const {port} = await server();
  const posts = ['one', 'two', 'three'].map(
      (word) => `POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: ${word.length}\r\n\r\n${word}`);
  const got =
      await raw(port, posts.join('') + 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  assert.strictEqual(got.split('HTTP/1.1 200 ').length - 1, 4);
  const order = ['\r\n\r\none', '\r\n\r\ntwo', '\r\n\r\nthree', '\r\n\r\nHello'].map(
      (part) => got.indexOf(part));
  assert.ok(order.every((at, i) => at > 0 && (i === 0 || at > order[i - 1])), got);
});

test('http', 'HTTP/1.0 is served and closed', async () => {
  const {port} = await server();
  const got = await raw(port, 'GET / HTTP/1.0\r\n\r\n');
  assert.match(got, /^HTTP\/1\.[01] 200 /);
  assert.ok(got.endsWith('Hello'));
});

// wrk's own count: what is no 2xx or 3xx, and what failed at the socket, has a line of its own. It
// runs for a second, as often as it needs to have asked enough.
async function wrk(after, url, script) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'strata-wrk-'));
  after(() => fs.rmSync(folder, {recursive: true}));
  const file = path.join(folder, 'script.lua');
  fs.writeFileSync(file, script);
  for (let requests = 0; requests < 100;) {
    const run = spawn('wrk', ['-t1', '-c32', '-d1s', '--timeout', '60s', '-s', file, url + '/']);
    let printed = '';
    run.stdout.on('data', (data) => printed += data);
    await limited(once(run, 'close'), 'end of wrk');
    assert.doesNotMatch(printed, /Non-2xx|Socket errors/);
    requests += Number(/(\d+) requests in/.exec(printed)[1]);
  }
}

test('http', 'wrk finds no wrong answer and no broken connection', async ({after}) => {
  const {url} = await server();
  await wrk(after, url, '');
});

test('http', 'nor with sixteen requests in one piece', async ({after}) => {
  const {url} = await server();
  await wrk(after, url, `init = function(args)
      local one = wrk.format("GET", "/")
      sixteen = string.rep(one, 16)
    end
    request = function() return sixteen end`);
});

test('http', 'an offer of HTTP/2 by Upgrade is ignored, as curl makes it', async () => {
  if (reference()) return;  // Node hands every upgrade to its upgrade listeners
  const {port} = await server();
  const got = await raw(
      port,
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n' +
          'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n',
      (all) => all.endsWith('Hello'));
  assert.match(got, /^HTTP\/1\.1 200 /);
});

const broken = {
  'no Host': ['GET / HTTP/1.1\r\n\r\n', 400],
  'a space before the colon': ['GET / HTTP/1.1\r\nHost : x\r\n\r\n', 400],
  'both Content-Length and chunked': [
    'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n' +
        'Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400
  ],
  'differing Content-Lengths':
      ['POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd', 400],
  'a bad chunk size':
      ['POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n', 400],
  'garbage': ['\x16\x03\x01\x02\x00\x01\x00\r\n\r\n', 400],
  'a head of 20 KB': [`GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20000)}\r\n\r\n`, 431],
};
for (const [what, [text, status]] of Object.entries(broken)) {
  test('http', `${what} is ${status}, then the connection is closed`, async () => {
    const {port, url} = await server();
    const got = await raw(port, text);
    assert.match(got, new RegExp(`^HTTP/1\\.1 ${status} `));
    assert.strictEqual((await ask(url + '/')).status, 200, 'another connection is served');
  });
}

test('http', 'GET /ws and /echo without Upgrade are 426', async () => {
  const {url} = await server();
  for (const target of ['/ws', '/echo']) {
    const answer = await ask(url + target);
    assert.strictEqual(answer.status, 426);
    assert.match(answer.headers.upgrade || '', /websocket/i);
  }
});

test(
    'http', '/static serves files with their type, and nothing above its folder',
    async ({after}) => {
      const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'strata-static-'));
      after(() => fs.rmSync(dir, {recursive: true}));
      fs.mkdirSync(path.join(dir, 'public', 'sub'), {recursive: true});
      fs.writeFileSync(path.join(dir, 'secret.txt'), 'secret');
      fs.writeFileSync(path.join(dir, 'public', 'page.html'), '<p>hi</p>');
      fs.writeFileSync(path.join(dir, 'public', 'sub', 'a b.js'), '1;');
      const one = await start(['--static', path.join(dir, 'public')]);
      after(() => {
        one.child.kill('SIGKILL');
        return one.ended;
      });
      const page = await ask(one.url + '/static/page.html');
      assert.strictEqual(page.status, 200);
      assert.strictEqual(page.body.toString(), '<p>hi</p>');
      assert.match(page.headers['content-type'], /^text\/html/);
      assert.strictEqual((await ask(one.url + '/static/sub/a%20b.js')).body.toString(), '1;');
      assert.strictEqual((await ask(one.url + '/static/none')).status, 404);
      for (const escape
               of ['/static/../secret.txt', '/static/%2e%2e/secret.txt', '/static/..%2fsecret.txt',
                   '/static/sub/../../secret.txt']) {
        const got =
            await raw(one.port, `GET ${escape} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
        assert.match(got, /^HTTP\/1\.1 4\d\d /, escape);
        assert.ok(!got.includes('secret\n') && !got.endsWith('secret'), escape);
      }
    });

test(
    'http', 'SIGTERM ends the server with exit code 0, also with connections open',
    async ({after}) => {
      const one = await start([]);
      after(() => one.child.kill('SIGKILL'));
      const idle = net.connect(one.port, '127.0.0.1');
      idle.on('error', () => {});
      await new Promise((resolve) => idle.once('connect', resolve));
      await ask(one.url + '/', {headers: {Connection: 'close'}});
      one.child.kill('SIGTERM');
      const how = await limited(one.ended, 'exit');
      assert.deepStrictEqual(how, {code: 0, signal: null});
    });

test('echo', 'it prints one line when it listens', async () => {
  const {printed} = await server();
  assert.strictEqual(printed().split('\n').filter(Boolean).length, 1, printed());
});

test('echo', 'more than one worker is refused with a sentence', async () => {
  if (reference()) return;
  const why = await start(['--workers', '2']).then(() => '', (error) => error.message);
  assert.match(why, /"code":[1-9]/);
});
