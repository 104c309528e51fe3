// tests/browser/websocket_test.js - WebSockets of a page, in a real browser. Between the two stands
// a proxy that counts: what is compressed is seen by its bytes.
'use strict';
const assert = require('assert');
const net = require('net');
const path = require('path');
const {test, limited} = require('../interop/runner');
const {spawn_server} = require('../interop/server');
const {Browser} = require('./chromium');

const here = {};  // server, proxy, browser and tab, from the first test on
const wire = {
  up: 0,
  down: 0
};

function proxy_to(port) {
  return new Promise((resolve) => {
    const sockets = new Set();
    const proxy = net.createServer((page) => {
      const server = net.connect(port, '127.0.0.1');
      for (const [one, other, way] of [[page, server, 'up'], [server, page, 'down']]) {
        sockets.add(one);
        one.on('data', (data) => wire[way] += data.length);
        one.on('error', () => other.destroy());
        one.on('close', () => sockets.delete(one));
        one.pipe(other);
      }
    });
    proxy.end = () => {
      proxy.close();
      for (const socket of sockets) socket.destroy();
    };
    proxy.listen(0, '127.0.0.1', () => resolve(proxy));
  });
}

// In the page: open(path, protocols) gives a WebSocket with take(), its next message, and ended,
// how it closed.
const library = `
  window.open_socket = (path, ...protocols) => new Promise((resolve, reject) => {
    const ws = new WebSocket(new URL(path, location.href.replace('http', 'ws')), protocols);
    ws.binaryType = 'arraybuffer';
    const arrived = [], waiting = [];
    ws.onmessage = ({data}) => waiting.length ? waiting.shift()(data) : arrived.push(data);
    ws.take = () => new Promise((taken) => arrived.length ? taken(arrived.shift())
                                                          : waiting.push(taken));
    ws.ended = new Promise((ended) => ws.onclose = ({code, reason, wasClean}) =>
                               ended([code, reason, wasClean]));
    ws.onopen = () => resolve(ws);
    ws.onerror = () => reject(new Error('refused'));
  });
  window.same = (a, b) => {
    const [x, y] = [new Uint8Array(a), new Uint8Array(b)];
    return x.length === y.length && x.every((byte, at) => byte === y[at]);
  };
  'ready'`;

// What `body`, with the open socket as ws, returns.
const on_socket = (route, body, protocols = '') => here.tab.evaluate(
    `open_socket('/socket/${route}'${protocols}).then(async (ws) => { ${body} })`);
const header = (response, name) => {
  const found = Object.keys(response.headers).find((key) => key.toLowerCase() === name);
  return found && response.headers[found];
};

test('websocket', 'a page is loaded', async () => {
  here.server = await spawn_server(path.resolve('build/tests/site'), []);
  here.proxy = await proxy_to(here.server.port);
  here.url = `http://127.0.0.1:${here.proxy.address().port}/`;
  here.browser = new Browser();
  here.tab = await here.browser.open(here.url);
  await here.tab.until(`document.readyState === "complete" && document.title === "site"`);
  assert.strictEqual(await here.tab.evaluate(library), 'ready');
});

const routes = [
  ['plain', undefined],
  ['compressed', 'permessage-deflate'],
  [
    'forgetful',
    'permessage-deflate; server_no_context_takeover; client_no_context_takeover; ' +
        'server_max_window_bits=10; client_max_window_bits=9'
  ],
];

for (const [route, agreed] of routes) {
  test('websocket', `${route}: the handshake agrees on ${agreed || 'nothing'}`, async () => {
    const [extensions, protocol] = await on_socket(
        route, `ws.close(); await ws.ended; return [ws.extensions, ws.protocol];`,
        `, 'echo', 'other'`);
    const response = here.tab.handshakes.pop();
    assert.strictEqual(response.status, 101);
    assert.strictEqual(header(response, 'sec-websocket-extensions'), agreed);
    assert.strictEqual(header(response, 'sec-websocket-protocol'), 'echo');
    assert.strictEqual(extensions, agreed || '');
    assert.strictEqual(protocol, 'echo');
  });

  test('websocket', `${route}: text and binary come back`, async () => {
    const wrong = await on_socket(route, `
      const wrong = [];
      const texts = ['', 'a', 'K\\u00e4se \\u{1F9C0}', 'x'.repeat(125), 'x'.repeat(126),
                     'Hello '.repeat(3000), 'x'.repeat(65535), 'x'.repeat(65536), 'Hello'];
      for (const text of [...texts, ...texts]) {
        ws.send(text);
        if (await ws.take() !== text) wrong.push(text.length);
      }
      for (const size of [0, 1, 125, 126, 65535, 65536, 300000]) {
        const bytes = new Uint8Array(size);
        for (let at = 0; at < size; at += 65536)
          crypto.getRandomValues(bytes.subarray(at, at + 65536));
        ws.send(size % 2 ? bytes : new Blob([bytes]));
        if (!same(await ws.take(), bytes)) wrong.push(size);
      }
      ws.close();
      return wrong;`);
    assert.deepStrictEqual(wrong, []);
  });

  test('websocket', `${route}: 4 MiB each way, and what that is on the wire`, async () => {
    Object.assign(wire, {up: 0, down: 0});
    const equal = await on_socket(route, `
      const bytes = new Uint8Array(4 << 20).map((_, at) => at >> 8);
      ws.send(bytes);
      const back = await ws.take();
      ws.close();
      return same(back, bytes);`);
    assert.ok(equal);
    for (const way of ['up', 'down']) {
      if (agreed)
        assert.ok(wire[way] < 1 << 18, `${way}: ${wire[way]} bytes`);
      else
        assert.ok(wire[way] > 1 << 22, `${way}: ${wire[way]} bytes`);
    }
  });

  test('websocket', `${route}: a thousand messages come back in order`, async () => {
    const right = await on_socket(route, `
      for (let i = 0; i < 1000; ++i) ws.send('message ' + i + ' ' + 'x'.repeat(i));
      let right = 0;
      for (let i = 0; i < 1000; ++i)
        right += (await ws.take()).startsWith('message ' + i + ' ');
      ws.close();
      return right;`);
    assert.strictEqual(right, 1000);
  });
}

const last_close = () => here.tab.evaluate(`fetch('/closed').then((r) => r.text())`);

test('websocket', 'the server closes: the page has its code and reason', async () => {
  for (const route of ['plain', 'compressed']) {
    for (const [code, reason] of [[1000, ''], [1001, 'away'], [4321, 'gr\u00fcn']]) {
      const ended = await on_socket(route, `ws.send('close ${code} ${reason}'); return ws.ended;`);
      assert.deepStrictEqual(ended, [code, reason, true]);
    }
  }
});

test('websocket', 'the page closes: the server has its code and reason', async () => {
  for (const [call, code, reason] of [
           ['', 1005, ''], ['1000', 1000, ''], [`4001, 'gr\\u00fcn'`, 4001, 'gr\u00fcn']]) {
    const ended = await on_socket('plain', `ws.close(${call}); return ws.ended;`);
    assert.deepStrictEqual(ended, [code, '', true]);
    assert.strictEqual(await last_close(), `${code} ${reason}`);
  }
});

test('websocket', 'a page that goes away is told as such', async () => {
  const tab = await here.browser.open(here.url);
  await tab.until(`document.readyState === "complete" && document.title === "site"`);
  await tab.evaluate(library);
  await tab.evaluate(`open_socket('/socket/plain').then(() => true)`);
  await tab.close();
  const told = async () => {
    while (!/^1001 /.test(await last_close())) await new Promise((go_on) => setTimeout(go_on, 20));
  };
  await limited(told(), '1001');
});

test(
    'websocket', 'a message over the limit: 1009, also where it is only when inflated',
    async () => {
      const ended = await on_socket('small', `ws.send('x'.repeat(100000)); return ws.ended;`);
      assert.strictEqual(ended[0], 1009);
    });

test('websocket', 'pings are answered by the browser', async () => {
  await on_socket('pinged', `
    while (Number(await fetch('/pongs').then((r) => r.text())) < 3) continue;
    ws.send('still here');
    await ws.take();
    ws.close();`);
});

test('websocket', 'a route that is none, and another origin, are refused', async () => {
  const refused = (tab, url) => tab.evaluate(`new Promise((resolve) => {
    const ws = new WebSocket(${JSON.stringify(url)});
    ws.onopen = () => resolve('open');
    ws.onclose = ({code}) => resolve(code);
  })`);
  const socket = here.url.replace('http', 'ws');
  assert.strictEqual(await refused(here.tab, `${socket}nothing`), 1006);
  const other = await here.browser.open(here.url.replace('127.0.0.1', 'localhost'));
  await other.until(`document.readyState === "complete"`);
  assert.strictEqual(await refused(other, `${socket}socket/plain`), 1006);
  await other.close();
});

test('websocket', 'the server drains at SIGTERM, with a WebSocket open', async () => {
  const ended = on_socket('compressed', `window.is_open = true; return ws.ended;`);
  await here.tab.until('window.is_open');
  here.server.child.kill('SIGTERM');
  assert.deepStrictEqual(await ended, [1001, '', true]);
  assert.deepStrictEqual(await here.server.ended, {code: 0, signal: null});
  here.proxy.end();
  await here.browser.close();
});
