// tests/interop/client_node_test.js - our client against Node's http.
'use strict';
const assert = require('assert');
const fs = require('fs');
const http = require('http');
const path = require('path');
const zlib = require('zlib');
const {test} = require('./runner');
const {fetch, fetch_with, listen, folder} = require('./fetch');

const group = 'client and Node';
const megabyte = Buffer.alloc(1024 * 1024, 'x');

function collect(req, done) {
  const pieces = [];
  req.on('data', (piece) => pieces.push(piece));
  req.on('end', () => done(Buffer.concat(pieces)));
}

// A server with one handler; answers its URL.
const serve = (after, handler, at) => listen(after, http.createServer(handler), at);

test(group, 'a page, with its head', async ({after}) => {
  const url = await serve(after, (req, res) => {
    res.setHeader('X-Seen', `${req.method} ${req.url} ${req.headers.host}`);
    res.end('hello');
  });
  const {code, text} = await fetch('-i', `${url}/a%20b?c=d`);
  assert.strictEqual(code, 0);
  assert.match(text, /^HTTP\/1\.1 200 OK\r\n/);
  assert.ok(text.includes(`X-Seen: GET /a%20b?c=d ${url.slice(7)}\r\n`));
  assert.ok(text.endsWith('\r\n\r\nhello'));
});

test(group, 'chunks that come slowly, with trailers', async ({after}) => {
  const url = await serve(after, (req, res) => {
    res.writeHead(200, {Trailer: 'X-Sum'});
    let left = 5;
    const timer = setInterval(() => {
      res.write(`piece ${left}\n`);
      if (--left > 0) return;
      clearInterval(timer);
      res.addTrailers({'X-Sum': '5'});
      res.end();
    }, 20);
  });
  const {code, text, trace} = await fetch('-v', url);
  assert.strictEqual(code, 0);
  assert.strictEqual(text, 'piece 5\npiece 4\npiece 3\npiece 2\npiece 1\n');
  assert.match(trace, /< X-Sum: 5\\r/);
});

test(group, 'megabytes down, by length and in chunks', async ({after}) => {
  const url = await serve(after, (req, res) => {
    if (req.url === '/length') res.setHeader('Content-Length', 32 * megabyte.length);
    let left = 32;
    const more = () => {
      while (left-- > 0) {
        if (!res.write(megabyte)) return res.once('drain', more);
      }
      res.end();
    };
    more();
  });
  for (const target of ['/length', '/chunks']) {
    const {code, body} = await fetch(url + target);
    assert.strictEqual(code, 0);
    assert.strictEqual(body.length, 32 * megabyte.length);
  }
});

test(group, 'megabytes up, by length and in chunks, to one that reads late', async ({after}) => {
  const url = await serve(after, (req, res) => {
    const seen = `${req.headers['content-length']} ${req.headers['transfer-encoding']} `;
    setTimeout(() => collect(req, (body) => res.end(seen + body.equals(megabyte))), 100);
  });
  const file = path.join(folder(after), 'upload');
  fs.writeFileSync(file, megabyte);
  assert.strictEqual((await fetch('-T', file, url)).text, '1048576 undefined true');
  assert.strictEqual(
      (await fetch_with({input: megabyte}, '-T', '-', url)).text, 'undefined chunked true');
  assert.strictEqual((await fetch('-d', `@${file}`, url)).text, '1048576 undefined true');
});

test(group, 'one connection for several requests, and not after "close"', async ({after}) => {
  let connections = 0;
  const server = http.createServer((req, res) => {
    if (req.url === '/close') res.setHeader('Connection', 'close');
    res.end(`${connections} `);
  });
  server.on('connection', () => ++connections);
  const url = await listen(after, server);
  assert.strictEqual((await fetch('--repeat', 4, url)).text, '1 1 1 1 ');
  assert.strictEqual((await fetch('--repeat', 3, `${url}/close`)).text, '2 3 4 ');
});

test(group, 'a kept connection that Node closed is not missed', async ({after}) => {
  let connections = 0;
  const server = http.createServer((req, res) => {
    res.end(`${connections} `);
    // Closed without a word, while the next request is on its way.
    if (connections === 1) res.on('finish', () => setImmediate(() => req.socket.destroy()));
  });
  server.on('connection', () => ++connections);
  const url = await listen(after, server);
  const {code, text} = await fetch('--repeat', 3, url);
  assert.strictEqual(code, 0);
  assert.strictEqual(text, '1 2 2 ');
});

test(group, 'gzip and deflate are undone where they were asked for', async ({after}) => {
  const page = 'compress me '.repeat(10000);
  const url = await serve(after, (req, res) => {
    const asked = /gzip/.test(req.headers['accept-encoding']);
    const coding = req.url.slice(1);
    if (!asked) return res.end(page);
    res.setHeader('Content-Encoding', coding);
    res.end({gzip: zlib.gzipSync, deflate: zlib.deflateSync}[coding](page));
  });
  for (const coding of ['gzip', 'deflate']) {
    assert.strictEqual((await fetch('--compressed', `${url}/${coding}`)).text, page);
    assert.strictEqual((await fetch(`${url}/${coding}`)).text, page);
  }
});

test(group, 'a gzip stream that is flushed piece by piece', async ({after}) => {
  const url = await serve(after, (req, res) => {
    res.setHeader('Content-Encoding', 'gzip');
    const gzip = zlib.createGzip();
    gzip.pipe(res);
    let left = 5;
    const timer = setInterval(() => {
      gzip.write(`piece ${left}\n`);
      gzip.flush();
      if (--left > 0) return;
      clearInterval(timer);
      gzip.end();
    }, 20);
  });
  assert.strictEqual(
      (await fetch('--compressed', url)).text, 'piece 5\npiece 4\npiece 3\npiece 2\npiece 1\n');
});

test(group, 'redirects: followed when asked, counted, and the method changed', async ({after}) => {
  const url = await serve(after, (req, res) => {
    const [, status, left] = /^\/(\d+)\/(\d+)/.exec(req.url) || [];
    if (!status) return collect(req, (body) => res.end(`${req.method} ${body}`));
    res.writeHead(status, {Location: left === '0' ? '/end' : `/${status}/${left - 1}`});
    res.end('moved');
  });
  assert.strictEqual((await fetch(`${url}/302/0`)).text, 'moved');
  assert.strictEqual((await fetch('-L', `${url}/302/5`)).text, 'GET ');
  assert.strictEqual((await fetch('-L', '-d', 'a=b', `${url}/302/0`)).text, 'GET ');
  assert.strictEqual((await fetch('-L', '-d', 'a=b', `${url}/307/2`)).text, 'POST a=b');
  const lost = await fetch('-L', '--max-redirects', 3, `${url}/302/9`);
  assert.strictEqual(lost.code, 5);
  assert.match(lost.trace, /redirects/);
});

test(group, 'credentials do not follow a redirect to another origin', async ({after}) => {
  const seen = (req, res) => res.end(`${req.headers.authorization} ${req.headers.cookie}`);
  const other = await serve(after, seen);
  const url = await serve(after, (req, res) => {
    if (req.url === '/here') return seen(req, res);
    res.writeHead(302, {Location: req.url === '/other' ? other : '/here'});
    res.end();
  });
  const start = url.replace('http://', 'http://me:secret@');
  const fields = ['-H', 'Cookie: a=b', '-L'];
  assert.strictEqual((await fetch(...fields, `${start}/same`)).text, 'Basic bWU6c2VjcmV0 a=b');
  assert.strictEqual((await fetch(...fields, `${start}/other`)).text, 'undefined undefined');
});

test(group, 'cookies come back, and go when they are told to', async ({after}) => {
  const url = await serve(after, (req, res) => {
    const cookie = req.headers.cookie || '';
    if (!cookie) res.setHeader('Set-Cookie', ['a=1; Path=/', 'b=2; Max-Age=100; HttpOnly']);
    if (cookie === 'a=1; b=2') res.setHeader('Set-Cookie', 'a=; Max-Age=0; Path=/');
    res.end(`[${cookie}]`);
  });
  assert.strictEqual((await fetch('--cookies', '--repeat', 3, url)).text, '[][a=1; b=2][b=2]');
  assert.strictEqual((await fetch('--repeat', 2, url)).text, '[][]');
});

test(group, '100 (Continue), and a refusal in its place', async ({after}) => {
  const server = http.createServer((req, res) => collect(req, (body) => res.end(`got ${body}`)));
  server.on('checkContinue', (req, res) => {
    if (req.url === '/no') return res.writeHead(417), res.end('no');
    res.writeContinue();
    server.emit('request', req, res);
  });
  const url = await listen(after, server);
  const good = await fetch('-v', '--expect', '-d', 'content', url);
  assert.strictEqual(good.text, 'got content');
  assert.match(good.trace, /< HTTP\/1\.1 100 Continue/);
  const refused = await fetch('-v', '--expect', '-d', 'content', `${url}/no`);
  assert.strictEqual(refused.text, 'no');
  assert.doesNotMatch(refused.trace, /> content/);
});

test(group, '103 (Early Hints) before the answer', async ({after}) => {
  const url = await serve(after, (req, res) => {
    res.writeEarlyHints({link: '</a.css>; rel=preload'});
    res.end('hello');
  });
  assert.strictEqual((await fetch(url)).text, 'hello');
});

test(group, 'HEAD, 204 and 304 have no content, and the connection goes on', async ({after}) => {
  const url = await serve(after, (req, res) => {
    res.statusCode = Number(req.url.slice(1)) || 200;
    if (req.method === 'HEAD') res.setHeader('Content-Length', 1000);
    res.end();
  });
  for (const args of [['-I', url], [`${url}/204`], [`${url}/304`]]) {
    const {code, trace} = await fetch('-v', '--repeat', 2, ...args);
    assert.strictEqual(code, 0);
    assert.doesNotMatch(trace, /connection 2/);
  }
});

test(group, 'an answer before the content was read', async ({after}) => {
  const url = await serve(after, (req, res) => {
    res.writeHead(413, {Connection: 'close'});
    res.end('too large');
  });
  const {code, text} = await fetch_with({input: Buffer.alloc(8 << 20)}, '-T', '-', url);
  assert.strictEqual(code, 0);
  assert.strictEqual(text, 'too large');
});

test(group, 'an echo that answers while it still reads', async ({after}) => {
  const url = await serve(after, (req, res) => req.pipe(res));
  const input = Buffer.alloc(8 << 20, 'abc');
  const {code, body} = await fetch_with({input}, '-T', '-', url);
  assert.strictEqual(code, 0);
  assert.ok(body.equals(input));
});

test(group, 'over a Unix socket', async ({after}) => {
  const at = {path: path.join(folder(after), 's')};
  await serve(after, (req, res) => res.end(`${req.url} ${req.headers.host}`), at);
  assert.strictEqual((await fetch(`unix:${at.path}:/x`)).text, '/x localhost');
  assert.strictEqual(
      (await fetch('--unix-socket', at.path, 'http://a.example/x')).text, '/x a.example');
});

test(group, 'localhost is tried on both families', async ({after}) => {
  const url = await serve(after, (req, res) => res.end('hello'));
  assert.strictEqual((await fetch(url.replace('127.0.0.1', 'localhost'))).text, 'hello');
});

test(group, 'exit codes', async ({after}) => {
  const url = await serve(after, (req, res) => {
    if (req.url === '/silent') return;
    res.statusCode = Number(req.url.slice(1)) || 200;
    res.end('body');
  });
  const codes = [
    [0, url],
    [0, `${url}/404`],
    [1, '--fail', `${url}/404`],
    [2],
    [2, '--nonsense', url],
    [2, 'http://a b/'],
    [2, '-X', 'GE T', url],
    [2, '-H', 'A: b\r\nC: d', url],
    [3, 'http://127.0.0.1:1/'],
    [3, 'http://name.invalid/'],
    [4, '--timeout', 200, `${url}/silent`],
    [6, '-o', '/nonexistent/file', url],
  ];
  // A name is asked for once and for a second: there may be nobody to ask.
  const env = {RES_OPTIONS: 'timeout:1 attempts:1'};
  for (const [code, ...args] of codes)
    assert.strictEqual((await fetch_with({env}, ...args)).code, code, args.join(' '));
});
