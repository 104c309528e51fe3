// tests/browser/chat_test.js - what two people at two tabs see.
'use strict';
const assert = require('assert');
const fs = require('fs');
const {test} = require('../interop/runner');
const {start} = require('../interop/server');
const {Browser} = require('./chromium');

const picture = 'build/browser/chat.png';
const here = {};  // server, browser, and the tabs of Ann and Ben, from the first test on

const texts = `[...document.querySelectorAll(".message .text")].map((row) => row.textContent)`;
const names =
    `[...document.querySelectorAll("#people .name")].map((row) => row.textContent).sort().join()`;
const says = (text) => `${texts}.includes(${JSON.stringify(text)})`;

async function enter(name, ...size) {
  const tab = await here.browser.open(here.server.url + '/', ...size);
  await tab.until(`document.readyState === "complete" && socket.connected`, 'connected page');
  await tab.type('#name', name);
  await tab.press_enter();
  return tab;
}
async function say(tab, text) {
  await tab.type('#text', text);
  await tab.press_enter();
}

test('chat', 'the server starts and the browser loads its page', async () => {
  here.server = await start([]);
  here.browser = new Browser();
  here.ann = await enter('Ann');
  await here.ann.until(`!document.querySelector(".app").hidden`, 'entry');
  assert.strictEqual(await here.ann.evaluate('document.title'), 'strata chat');
});

test('chat', 'the connection is upgraded to websocket', async () => {
  await here.ann.until(`socket.io.engine.transport.name === "websocket"`, 'upgrade');
  await here.ann.until(`document.getElementById("link").textContent === "connected by websocket"`);
});

test('chat', 'both tabs list both people', async () => {
  here.ben = await enter('Ben');
  for (const tab of [here.ann, here.ben]) await tab.until(`${names} === "Ann,Ben"`);
  await here.ann.until(`document.body.textContent.includes("Ben came in")`);
});

test('chat', 'a name that is taken is refused', async () => {
  const tab = await enter('Ann');
  await tab.until(`document.getElementById("refused").textContent.includes("Ann")`);
  await tab.close();
});

test('chat', 'what is typed in one tab appears in both, in order', async () => {
  const talk = [
    ['ann', 'Hello Ben! Are you on the same server?'],
    ['ben', 'I am. One epoll loop, five layers, two of us.'], ['ben', 'No framework in sight.'],
    ['ann', 'Text and <b>markup</b> & \u20ac arrive as they were written:'],
    ['ann', 'line after line, without a reload.'], ['ben', 'Then let us call it a chat.']
  ];
  for (const [who, text] of talk) {
    await say(here[who], text);
    for (const tab of [here.ann, here.ben]) await tab.until(says(text), text);
  }
  const expected = talk.map(([, text]) => text);
  for (const tab of [here.ann, here.ben])
    assert.deepStrictEqual(await tab.evaluate(texts), expected);
});

test('chat', 'one\'s own messages stand apart from the other\'s', async () => {
  const own = `document.querySelectorAll(".message.own").length`;
  assert.strictEqual(await here.ann.evaluate(own), 3);
  assert.strictEqual(await here.ben.evaluate(own), 3);
});

test('chat', 'the other sees that somebody is typing, until the message is there', async () => {
  // All that it ever says: it is taken back after a while.
  await here.ann.evaluate(`{
    window.told_typing = [];
    const line = document.getElementById("typing");
    new MutationObserver(() => told_typing.push(line.textContent)).observe(line, {childList: true});
  }`);
  await here.ben.type('#text', 'What else');
  await here.ann.until(`told_typing.includes("Ben is typing")`);
  await here.ann.picture(picture);
  await here.ben.press_enter();
  await here.ann.until(`document.getElementById("typing").textContent === ""`);
});

test('chat', 'a picture of the page is left in build/browser', async () => {
  const png = fs.readFileSync(picture);
  assert.strictEqual(png.toString('latin1', 1, 4), 'PNG');
  assert.ok(png.length > 20000, `${png.length} bytes are too few for a page with text`);
});

test('chat', 'the page asks nobody but its own server', async () => {
  const host = new URL(here.server.url).host;
  for (const tab of [here.ann, here.ben]) {
    assert.ok(tab.requests.length > 3);
    for (const url of tab.requests)
      assert.ok(/^(data|about):/.test(url) || new URL(url).host === host, url);
  }
});

test('chat', 'who comes later gets what was said before', async () => {
  here.cleo = await enter('Cleo', 420, 720);
  await here.cleo.until(says('Then let us call it a chat.'));
  await here.cleo.picture('build/browser/chat-narrow.png');
});

test('chat', 'a closed tab leaves the list of the others', async () => {
  await here.cleo.close();
  await here.ann.until(`${names} === "Ann,Ben"`);
  await here.ann.until(`document.body.textContent.includes("Cleo left")`);
});

// What the 101 of the tab's WebSocket said about compression.
const extensions = (tab) => {
  const last = tab.handshakes[tab.handshakes.length - 1];
  const names = Object.keys(last.headers);
  const name = names.find((each) => each.toLowerCase() === 'sec-websocket-extensions');
  return name ? last.headers[name] : '';
};

test('chat', 'nothing is compressed unless the server says so', async () => {
  assert.strictEqual(extensions(here.ann), '');
});

test(
    'chat', 'with --compress both tabs speak permessage-deflate, and read each other', async () => {
      const server = await start(['--compress']);
      const tabs = [];
      for (const name of ['Dora', 'Emil']) {
        const tab = await here.browser.open(server.url + '/');
        await tab.until(`document.readyState === "complete" && socket.connected`, 'connected page');
        await tab.until(`socket.io.engine.transport.name === "websocket"`, 'upgrade');
        assert.ok(/^permessage-deflate/.test(extensions(tab)), extensions(tab));
        await tab.type('#name', name);
        await tab.press_enter();
        tabs.push(tab);
      }
      // Above the threshold of 1,024 bytes, and below it.
      for (const text
               of ['All along the untrodden paths of the future. '.repeat(100).trim(), 'Yes.']) {
        await tabs[0].evaluate(`void socket.emit("say", ${JSON.stringify(text)})`);
        for (const tab of tabs) await tab.until(says(text), text.slice(0, 20));
      }
      for (const tab of tabs) {
        assert.deepStrictEqual(tab.errors, []);
        await tab.close();
      }
      server.child.kill('SIGTERM');
      assert.deepStrictEqual(await server.ended, {code: 0, signal: null});
    });

test('chat', 'no script of the page failed', async () => {
  for (const tab of [here.ann, here.ben]) assert.deepStrictEqual(tab.errors, []);
});

test('chat', 'the server ends cleanly at SIGTERM, with tabs open', async () => {
  here.server.child.kill('SIGTERM');
  assert.deepStrictEqual(await here.server.ended, {code: 0, signal: null});
  await here.ann.until(`document.getElementById("link").textContent === "reconnecting"`);
  await here.browser.close();
});
