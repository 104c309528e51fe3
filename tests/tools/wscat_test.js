// tests/tools/wscat_test.js - the terminal client: messages, frames, pings, closing.
'use strict';
const assert = require('assert');
const crypto = require('crypto');
const fs = require('fs');
const {spawn} = require('child_process');
const {test, next, inbox} = require('../interop/runner');
const {program, start, wscat, echo, npm, raw, temporary} = require('./wscat');

const group = 'wscat';

// --- messages ------------------------------------------------------------------------------------

test(group, 'each line of stdin is a message, and its echo a line of stdout', async () => {
  const {code, out, err} = await wscat([await echo()], 'one\n\nKäse 🧀\n//slash\nno line feed');
  assert.strictEqual(out, 'one\n\nKäse 🧀\n/slash\nno line feed\n');
  assert.match(err, /^\* open: ws:\/\/127.0.0.1:\d+\/echo\n\* closed: 1000\n$/);
  assert.strictEqual(code, 0);
});

test(group, 'a hundred thousand lines come back, from a pipe and from a file', async ({after}) => {
  const lines = Array.from({length: 100000}, (_, i) => `${i}\n`).join('');
  const piped = await wscat(['-q', await echo()], lines);
  assert.ok(piped.out === lines, `${piped.out.length} bytes`);
  assert.strictEqual(piped.err, '');
  const file = fs.openSync(temporary(after, lines), 'r');
  after(() => fs.closeSync(file));
  const child = require('child_process').spawn(program('wscat'), ['-q', await echo()], {
    stdio: [file, 'pipe', 'inherit']
  });
  const got = [];
  child.stdout.on('data', (data) => got.push(data));
  assert.deepStrictEqual(await next(child, 'close'), [0, null]);
  assert.ok(Buffer.concat(got).toString() === lines);
});

test(group, '--message sends and reads no stdin', async () => {
  const child = start(['-m', 'first', '--message=second', await echo()], null);
  const {code, out} = await child.ended;
  assert.strictEqual(out, 'first\nsecond\n');
  assert.strictEqual(code, 0);
});

test(group, '--interactive reads it all the same', async () => {
  const {out} = await wscat(['-i', '-m', 'first', await echo()], 'typed\n');
  assert.strictEqual(out, 'first\ntyped\n');
});

test(group, 'a binary file comes back byte for byte with --raw', async ({after}) => {
  const content = crypto.randomBytes(3 << 20);
  const url = await echo('--max-message', String(4 << 20));
  const file = temporary(after, content);
  const {code, bytes} = await wscat(['--binary', file, '--raw', url]);
  assert.strictEqual(code, 0);
  assert.ok(bytes.equals(content), `${bytes.length} bytes`);
  assert.ok((await wscat(['-r', '-b', '-', url], content)).bytes.equals(content));
  const typed = await wscat(['-r', url], `/binary ${file}\n`);
  assert.ok(typed.bytes.equals(content));
});

test(group, 'binary messages print as hex digits, with --hex text does too', async () => {
  const url = await echo();
  assert.strictEqual((await wscat([url], '/hex 00 ff 0a\nab\n')).out, '00ff0a\nab\n');
  assert.strictEqual((await wscat(['--hex', url], '/hex 00FF\nab\n')).out, '00ff\n6162\n');
});

test(group, 'a message in fragments is one message', async () => {
  const {out, err} =
      await wscat(['--frames', await echo()], '/fragments 3 Käse\n/fragments 9 ab\n');
  assert.strictEqual(out, 'Käse\nab\n');
  const sent = err.split('\n').filter((line) => /^-> . 000 000/.test(line));
  assert.deepStrictEqual(
      sent.slice(0, 3).map((line) => line.slice(0, 14)),
      ['-> 0 000 0001 ', '-> 0 000 0000 ', '-> 1 000 0000 ']);
  assert.strictEqual(sent.length, 3 + 2);
});

test(group, '--compress is agreed on, and what is compressed comes back', async () => {
  const text = 'a text that says what it says, '.repeat(2000);
  const {code, out, err} = await wscat(
      ['--compress', '--frames', '-m', text, '-m', 'Hello', await echo('--compression', 'on')]);
  assert.strictEqual(out, `${text}\nHello\n`);
  assert.match(err, /^\* open: .*, compressed\n/);
  assert.match(err, /\n-> 1 100 0001 1 .* text, compressed, \d{3} bytes: /);
  assert.match(err, /\n<- 1 100 0001 0 .* text, compressed, \d{3} bytes: /);
  assert.strictEqual(code, 0);
  const refused = await wscat(['--compress', '-m', 'Hello', await echo()]);
  assert.strictEqual(refused.out, 'Hello\n');
  assert.doesNotMatch(refused.err, /compressed/);
});

// --- frames --------------------------------------------------------------------------------------

test(group, '--frames draws every bit of both directions', async () => {
  const child = start(['--frames', '--mask-key', '37fa213d', await echo()], null);
  await child.says('* open');
  child.type('Hello');
  await child.prints('Hello\n');
  child.type(
      '/hex ' +
      '00'.repeat(126));
  await child.prints('00\n');
  child.type('x'.repeat(65536));
  await child.prints('x\n');
  child.type('/ping p');
  await child.says('* pong');
  child.type('/close 4000 tab\there');
  const {code, err} = await child.ended;
  assert.strictEqual(code, 0);
  const zeros = '00 '.repeat(32) + '...', x = `"${'x'.repeat(32)}" ...`;
  assert.deepStrictEqual(err.split('\n').filter((line) => !line.startsWith('*')), [
    '   F RSV op   M length          masking key',
    '-> 1 000 0001 1 0000101         37fa213d   text, 5 bytes: "Hello"',
    '<- 1 000 0001 0 0000101                    text, 5 bytes: "Hello"',
    '-> 1 000 0010 1 1111110 007e    37fa213d   binary, 126 bytes: ' + zeros,
    '<- 1 000 0010 0 1111110 007e               binary, 126 bytes: ' + zeros,
    '-> 1 000 0001 1 1111111 0000000000010000 37fa213d text, 65536 bytes: ' + x,
    '<- 1 000 0001 0 1111111 0000000000010000   text, 65536 bytes: ' + x,
    '-> 1 000 1001 1 0000001         37fa213d   ping, 1 byte: "p"',
    '<- 1 000 1010 0 0000001                    pong, 1 byte: "p"',
    '-> 1 000 1000 1 0001010         37fa213d   close, 4000 "tab\there"',
    '<- 1 000 1000 0 0000010                    close, 4000', ''
  ]);
});

test(group, 'a frame that breaks a rule is drawn as it came, and told', async ({after}) => {
  const {url, heard} = await raw(after, 'b10548656c6c6f');
  const {code, err} = await wscat(['--frames', '--mask-key', '00000000', '-w', 'forever', url]);
  assert.match(err, /\n<- 1 011 0001 0 0000101 {20}refused: .*\n-> 1 000 1000 1 .* close, 1002/);
  assert.match(err, /\nwscat: protocol error: .*\n$/);
  assert.strictEqual(code, 4);
  while (!/^88[89a-f]./.test(heard.join(''))) await new Promise(setImmediate);
});

test(group, 'what would steer a terminal is escaped in notes and frames', async ({after}) => {
  const {url} = await raw(after, '81031b5b41 890107 880203e8'.replaceAll(' ', ''));
  const {err} = await wscat(['--frames', '--close-timeout', '0.1', '-w', 'forever', url]);
  assert.match(err, /text, 3 bytes: "\\x1b\[A"\n/);
  assert.match(err, /\* ping "\\x07"\n/);
});

test(group, 'on a terminal, messages too, and they have an arrow', async ({after}) => {
  const {url} = await raw(after, '81041b5b4121880203e8');
  const child = spawn(
      'script',
      ['-qec', `${program('wscat')} --no-color --close-timeout 0.1 -w forever ${url}`, '/dev/null'],
      {stdio: ['pipe', 'pipe', 'inherit']});
  let shown = '';
  child.stdout.on('data', (data) => (shown += data));
  assert.deepStrictEqual(await next(child, 'close', 'error'), [0, null]);
  assert.match(shown, /^\* open: .*\r\n< \\x1b\[A!\r\n\* closed: 1000.*\r\n$/);
});

// --- control -------------------------------------------------------------------------------------

test(group, '/ping shows its pong and how long it took', async () => {
  const child = start([await echo()], null);
  child.type('/ping are you there');
  await child.says(/^\* pong "are you there" after \d+\.\d\d ms\n/m);
  child.end();
  assert.strictEqual((await child.ended).code, 0);
});

test(group, 'pings of the server are shown, /pong answers nobody', async ({after}) => {
  const {wss, url} = await npm(after);
  const connected = next(wss, 'connection');
  const child = start([url], null);
  const [socket] = await connected;
  const pongs = inbox(socket, 'pong');
  socket.ping('from npm');
  await child.says('* ping "from npm"\n');
  child.type('/pong by itself');
  assert.strictEqual(String((await pongs.take())[0]), 'from npm');
  assert.strictEqual(String((await pongs.take())[0]), 'by itself');
  child.end();
  assert.strictEqual((await child.ended).code, 0);
});

test(group, '--ping-every pings by itself', async ({after}) => {
  const {wss, url} = await npm(after);
  const connected = next(wss, 'connection');
  const child = start(['--ping-every', '0.05', url], null);
  const [socket] = await connected;
  await next(socket, 'ping');
  await next(socket, 'ping');
  child.end();
  assert.strictEqual((await child.ended).code, 0);
});

test(
    group, '/close sends code and reason; the echo of our own code is in order',
    async ({after}) => {
      const {wss, url} = await npm(after);
      const connected = next(wss, 'connection');
      const child = start([url], '/close 4321 enough of it\n');
      const [socket] = await connected;
      const [code, reason] = await next(socket, 'close');
      assert.deepStrictEqual([code, String(reason)], [4321, 'enough of it']);
      assert.strictEqual((await child.ended).code, 0);
    });

for (const [code, exit] of [[1000, 0], [1001, 0], [undefined, 0], [1011, 3], [4000, 3]]) {
  test(
      group, `a server that closes with ${code || 'no code'}: exit code ${exit}`,
      async ({after}) => {
        const {wss, url} = await npm(after);
        wss.on('connection', (socket) => socket.close(code, code && 'bye'));
        const ended = await wscat(['-w', 'forever', url]);
        assert.match(
            ended.err,
            code ? `* closed: ${code} "bye"\n` && /closed: \d{4} "bye"\n/ :
                   /closed: without a code\n/);
        assert.strictEqual(ended.code, exit);
      });
}

test(group, 'a server that is gone without a Close: exit code 4', async ({after}) => {
  const {wss, url} = await npm(after);
  wss.on('connection', (socket) => socket._socket.end());
  const {code, err} = await wscat(['-w', 'forever', url]);
  assert.strictEqual(code, 4);
  assert.match(err, /wscat: broken: ended without a Close\n/);
});

test(group, 'SIGINT closes with 1000, in order', async ({after}) => {
  const {wss, url} = await npm(after);
  const connected = next(wss, 'connection');
  const child = start([url], null);
  const [socket] = await connected;
  await child.says('* open');
  child.kill('SIGINT');
  assert.strictEqual((await next(socket, 'close'))[0], 1000);
  assert.strictEqual((await child.ended).code, 0);
});

test(group, '--wait stays for answers that come later', async ({after}) => {
  const {wss, url} = await npm(after);
  wss.on('connection', (socket) => socket.on('message', () => {
    setTimeout(() => socket.send('late'), 100);
  }));
  const {code, out} = await wscat(['--wait', '3', '-m', 'x', url]);
  assert.strictEqual(out, 'late\n');
  assert.strictEqual(code, 0);
});
