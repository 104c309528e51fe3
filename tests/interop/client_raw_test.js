// tests/interop/client_raw_test.js - our client against servers that are torn, slow, oversize or
// wrong: bytes written by hand.
'use strict';
const assert = require('assert');
const net = require('net');
const zlib = require('zlib');
const {test} = require('./runner');
const {fetch, listen} = require('./fetch');

const group = 'client and raw bytes';
const ok = 'HTTP/1.1 200 OK\r\n';

// Answers each request with `answer`, and then ends as `how` says.
function serve(after, answer, how = 'keep') {
  return listen(after, net.createServer((socket) => {
    let head = '';
    socket.on('data', (data) => {
      head += data.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      head = '';
      if (typeof answer === 'function') return answer(socket);
      socket.write(answer, 'latin1', () => {
        if (how === 'fin') socket.end();
        if (how === 'reset') socket.resetAndDestroy();
      });
    });
  }));
}

const rows = [
  // what, answer, how it ends, exit code, content
  ['until close', `${ok}\r\nhello`, 'fin', 0, 'hello'],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\nhello', 'fin', 0, 'hello'],
  ['no reason', 'HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nhi', 'keep', 0, 'hi'],
  [
    'chunk extensions', `${ok}Transfer-Encoding: chunked\r\n\r\n2;a="b;\\""\r\nhi\r\n0\r\n\r\n`,
    'keep', 0, 'hi'
  ],
  ['a second answer behind it', `${ok}Content-Length: 2\r\n\r\nhi${ok}\r\n`, 'keep', 0, 'hi'],
  ['closed at once', '', 'fin', 3, ''],
  ['reset at once', '', 'reset', 3, ''],
  ['closed in the head', 'HTTP/1.1 200', 'fin', 5, ''],
  ['closed in the content', `${ok}Content-Length: 5\r\n\r\nhell`, 'fin', 5, 'hell'],
  ['closed in a chunk', `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhell`, 'fin', 5, 'hell'],
  [
    'closed before the last chunk', `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n`, 'fin', 5,
    'hi'
  ],
  [
    'both framings', `${ok}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    'keep', 5, ''
  ],
  ['two lengths', `${ok}Content-Length: 2\r\nContent-Length: 3\r\n\r\nhey`, 'keep', 5, ''],
  ['a signed length', `${ok}Content-Length: +2\r\n\r\nhi`, 'keep', 5, ''],
  ['a length beyond 64 bits', `${ok}Content-Length: 99999999999999999999\r\n\r\nhi`, 'keep', 5, ''],
  ['LF alone', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nhi', 'keep', 5, ''],
  ['obs-fold', `${ok}A: b\r\n c\r\nContent-Length: 2\r\n\r\nhi`, 'keep', 5, ''],
  ['no HTTP', '220 mail.example ESMTP\r\n', 'keep', 5, ''],
  ['HTTP/2', 'HTTP/2.0 200 OK\r\n\r\n', 'keep', 5, ''],
  ['a head of 20 KB', `${ok}A: ${'a'.repeat(20000)}\r\n\r\n`, 'keep', 5, ''],
  ['1000 fields', `${ok}${'A: b\r\n'.repeat(1000)}\r\n`, 'keep', 5, ''],
  ['1xx without end', 'HTTP/1.1 103 E\r\n\r\n'.repeat(1000), 'keep', 5, ''],
  [
    'a switch that nobody asked for', 'HTTP/1.1 101 S\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    'keep', 5, ''
  ],
];
for (const [what, answer, how, code, content] of rows) {
  test(group, `${what}: exit code ${code}`, async ({after}) => {
    const got = await fetch(await serve(after, answer, how));
    assert.strictEqual(got.code, code, got.trace);
    assert.strictEqual(got.text, content);
    if (code !== 0) assert.match(got.trace, /^fetch: /);
  });
}

test(group, 'an answer that comes byte by byte', async ({after}) => {
  const answer = `HTTP/1.1 103 E\r\nLink: x\r\n\r\n${ok}Transfer-Encoding: chunked\r\n\r\n` +
      '2\r\nhi\r\n3;x=y\r\n you\r\n0\r\nA: b\r\n\r\n';
  const fixed = answer.replace('3;x=y', '4;x=y');
  const url = await serve(after, (socket) => {
    let at = 0;
    socket.setNoDelay(true);
    const step = () => {
      if (at < fixed.length) socket.write(fixed[at++], () => setImmediate(step));
    };
    step();
  });
  const {code, text} = await fetch(url);
  assert.strictEqual(code, 0);
  assert.strictEqual(text, 'hi you');
});

test(group, 'silence: no answer, half a head, half the content', async ({after}) => {
  for (const answer of ['', 'HTTP/1.1 200 OK\r\nCont', `${ok}Content-Length: 5\r\n\r\nhe`]) {
    const got = await fetch('--timeout', 300, await serve(after, answer));
    assert.strictEqual(got.code, 4);
  }
});

test(group, 'a gzip bomb ends at the limit', async ({after}) => {
  const bomb = zlib.gzipSync(Buffer.alloc(100 << 20));
  const head = `${ok}Content-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`;
  const url = await serve(after, head + bomb.toString('latin1'));
  const got = await fetch('--compressed', '--max-body', 1000000, url);
  assert.strictEqual(got.code, 5);
  assert.ok(got.body.length <= 1000000);
});

test(group, 'an endless answer ends at the limit', async ({after}) => {
  const piece = 'x'.repeat(65536);
  const url = await serve(after, (socket) => {
    socket.write(`${ok}\r\n`);
    const more = () => {
      while (!socket.destroyed && socket.write(piece)) {
      }
      if (!socket.destroyed) socket.once('drain', more);
    };
    more();
  });
  const got = await fetch('--max-body', 1000000, url);
  assert.strictEqual(got.code, 5);
  assert.ok(got.body.length <= 1000000);
});
