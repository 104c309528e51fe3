// tests/browser/http_test.js - what a page can do with an HTTP server, in a real browser.
'use strict';
const assert = require('assert');
const fs = require('fs');
const path = require('path');
const {test} = require('../interop/runner');
const {spawn_server} = require('../interop/server');
const {Browser} = require('./chromium');

const here = {};  // server, browser and tab, from the first test on
// In the page: what it measured of the newest answer from `url`, the `count`th, which may be a
// moment later than its text.
const measured = `async (url, count) => {
  for (;;) {
    const entries = performance.getEntriesByName(url);
    if (entries.length >= count) return entries.pop();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}`;
const text_of = (url, init = '{}') =>
    `fetch(${JSON.stringify(url)}, ${init}).then((r) => r.text())`;

test('http', 'a page is loaded', async () => {
  here.server = await spawn_server(path.resolve('build/tests/site'), []);
  here.browser = new Browser();
  here.tab = await here.browser.open(here.server.url + '/');
  await here.tab.until(`document.readyState === "complete" && document.title === "site"`);
});

test('http', 'a long text arrives compressed, and whole', async () => {
  const [length, encoded, entry] = await here.tab.evaluate(`
    fetch('/long').then(async (r) => {
      const text = await r.text();
      const entry = await (${measured})(r.url, 1);
      return [text.length, entry.encodedBodySize, entry.decodedBodySize];
    })`);
  assert.strictEqual(length, 208890);
  assert.strictEqual(entry, length);
  assert.ok(encoded < length / 2, `${encoded} bytes on the wire`);
});

test('http', 'a file is asked for again with its tag, and is not sent again', async () => {
  const file = fs.readFileSync('tools/chat/public/chat.css', 'utf8');
  const seen = await here.tab.evaluate(`(async () => {
    const sizes = [];
    performance.clearResourceTimings();
    for (const cache of ['default', 'no-cache', 'default']) {
      const answer = await fetch('/files/chat.css', {cache});
      const text = await answer.text();
      sizes.push([answer.status, text === ${JSON.stringify(file)},
                  (await (${measured})(answer.url, sizes.length + 1)).transferSize]);
    }
    return sizes;
  })()`);
  assert.deepStrictEqual(seen.map(([status, same]) => [status, same]), Array(3).fill([200, true]));
  assert.ok(seen[1][2] < seen[0][2], `a 304 has no content: ${JSON.stringify(seen)}`);
});

test('http', 'a range of a file', async () => {
  const [status, text, range] = await here.tab.evaluate(`
    fetch('/files/icon.svg', {headers: {Range: 'bytes=0-3'}})
      .then(async (r) => [r.status, await r.text(), r.headers.get('content-range')])`);
  assert.deepStrictEqual([status, text], [206, '<svg']);
  assert.ok(/^bytes 0-3\/\d+$/.test(range), range);
});

test('http', 'pieces of an answer arrive as they are written', async () => {
  const got = await here.tab.evaluate(`(async () => {
    const reader = (await fetch('/pieces')).body.getReader();
    const got = [];
    const decode = (chunk) => new TextDecoder().decode(chunk);
    for (const piece of ['second', 'third', '']) {
      const {value} = await reader.read();
      got.push(decode(value));
      await fetch('/pieces', {method: 'POST', body: piece});
    }
    got.push((await reader.read()).done);
    return got;
  })()`);
  assert.deepStrictEqual(got, ['first', 'second', 'third', true]);
});

test('http', 'an upload of 20 MB is counted as it comes', async () => {
  const counted = await here.tab.evaluate(
      text_of('/count', `{method: 'POST', body: new Blob([new Uint8Array(20_000_000)])}`));
  assert.strictEqual(counted, '20000000');
});

test('http', 'a form with a file', async () => {
  const answer = await here.tab.evaluate(`(() => {
    const form = new FormData();
    form.append('title', 'Gr\\u00fc\\u00dfe');
    form.append('file', new File([new Uint8Array(5000)], 'a "b" c.bin'));
    return fetch('/form', {method: 'POST', body: form}).then((r) => r.text());
  })()`);
  // Browsers write a quote in a name as %22 (WHATWG), and do not escape the percent sign: what was
  // meant cannot be told, so the name is given as it was sent.
  assert.strictEqual(answer, 'Gr\u00fc\u00dfe, a %22b%22 c.bin, 5000');
});

test('http', 'events arrive, and a browser that comes back goes on behind the last', async () => {
  const seen = await here.tab.evaluate(`new Promise((resolve) => {
    const seen = [];
    const source = new EventSource('/events');
    source.addEventListener('count', (event) => {
      seen.push([event.lastEventId, event.data]);
      if (seen.length === 6) { source.close(); resolve(seen); }
    });
  })`);
  assert.deepStrictEqual(seen, [1, 2, 3, 4, 5, 6].map((n) => [`${n}`, `number\n${n}`]));
});

test('http', 'a cookie is kept, and hidden from scripts', async () => {
  assert.strictEqual(await here.tab.evaluate(text_of('/cookie')), 'none');
  assert.strictEqual(await here.tab.evaluate(text_of('/cookie')), 'yes');
  assert.strictEqual(await here.tab.evaluate('document.cookie'), '');
});

test('http', 'a redirect is followed', async () => {
  assert.strictEqual(await here.tab.evaluate(text_of('/moved')), 'redirect');
});

test('http', 'an error is told as text, never as HTML', async () => {
  const [status, type, text] = await here.tab.evaluate(`fetch('/error').then(
    async (r) => [r.status, r.headers.get('content-type'), await r.text()])`);
  assert.deepStrictEqual([status, type, text], [418, 'text/plain; charset=utf-8', 'a <teapot>']);
});

test('http', 'another origin reads what is shared with it, and nothing else', async () => {
  const other = await here.browser.open(here.server.url.replace('127.0.0.1', 'localhost') + '/');
  await other.until(`document.readyState === "complete"`);
  const ask = (where, init) => other.evaluate(
      `fetch('${here.server.url}${where}', ${init}).then((r) => r.text(), () => 'refused')`);
  assert.strictEqual(await ask('/shared', `{credentials: 'include'}`), 'for GET');
  assert.strictEqual(await ask('/shared', `{method: 'PUT', headers: {'X-Any': '1'}}`), 'for PUT');
  assert.strictEqual(await ask('/private', '{}'), 'refused');
  assert.strictEqual(await ask('/private', `{method: 'PUT'}`), 'refused');
  await other.close();
});

test('http', 'hundred requests at once are all answered', async () => {
  const statuses = await here.tab.evaluate(`Promise.all(Array.from({length: 100}, (_, i) =>
    fetch('/arrived?by=' + i).then(async (r) => (await r.text()) === String(i))))`);
  assert.deepStrictEqual(statuses, Array(100).fill(true));
});

test('http', 'the server drains at SIGTERM and ends', async () => {
  here.server.child.kill('SIGTERM');
  assert.deepStrictEqual(await here.server.ended, {code: 0, signal: null});
  await here.browser.close();
});
