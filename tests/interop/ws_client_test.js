// tests/interop/ws_client_test.js PROGRAM [WORD] - our client, and the server of npm's ws.
'use strict';
const assert = require('assert');
const http = require('http');
const net = require('net');
const path = require('path');
const {test, run, next, inbox} = require('./runner');
const {choose, fetch, listen, folder} = require('./fetch');
const {serve} = require('./ws_server');

const [program = 'build/tests/ws_client', word = ''] = process.argv.slice(2);
choose(program);
const group = 'ws client and npm ws';

test(group, 'messages of every length form come back, text and binary', async ({after}) => {
  const {url, connected} = await serve(after, {maxPayload: 64 * 1024 * 1024});
  const ended = fetch(`${url}/chat?a=b`);
  const [socket, request] = await connected;
  assert.strictEqual(request.url, '/chat?a=b');
  const messages = inbox(socket, 'message');
  for (const size of [0, 1, 125, 126, 65535, 65536, 16 * 1024 * 1024]) {
    for (const binary of [false, true]) {
      const sent = Buffer.alloc(size, binary ? 0xfe : 'x');
      socket.send(sent, {binary});
      const [back, is_binary] = await messages.take();
      assert.strictEqual(is_binary, binary);
      assert.ok(back.equals(sent), `${size} bytes`);
    }
  }
  socket.close(1001, 'goodbye');
  assert.deepStrictEqual(await next(socket, 'close').then(([code]) => code), 1001);
  const {code, text} = await ended;
  assert.strictEqual(code, 0);
  assert.strictEqual(text, 'open \nclose 1001 goodbye\n');
});

test(group, 'fragments, with pings between them', async ({after}) => {
  const {url, connected} = await serve(after);
  const ended = fetch(url);
  const [socket] = await connected;
  const messages = inbox(socket, 'message'), pings = inbox(socket, 'ping'),
        pongs = inbox(socket, 'pong');
  socket.send('Käse', {fin: false});
  socket.ping('between');
  socket.send(' und ', {fin: false});
  socket.send('Brot', {fin: true});
  assert.strictEqual(`${(await messages.take())[0]}`, 'Käse und Brot');
  assert.strictEqual(`${(await pongs.take())[0]}`, 'between');
  assert.strictEqual(`${(await pings.take())[0]}`, 'between');
  socket.close();
  assert.strictEqual((await ended).text, 'open \nclose 1005 \n');
});

test(group, 'the client closes, with a code and a reason', async ({after}) => {
  const {url, connected} = await serve(after);
  const ended = fetch(url);
  const [socket] = await connected;
  const closed = next(socket, 'close');
  socket.send('leave');
  const [code, reason] = await closed;
  assert.strictEqual(code, 4001);
  assert.strictEqual(`${reason}`, 'as asked');
  assert.strictEqual((await ended).text, 'open \nclose 4001 as asked\n');
});

test(group, 'a server that is gone without a Close', async ({after}) => {
  const {url, connected} = await serve(after);
  const ended = fetch(url);
  const [socket] = await connected;
  socket.terminate();
  assert.match((await ended).text, /^open \nclose 1006 /);
});

test(group, 'subprotocols and fields', async ({after}) => {
  const {url, connected} = await serve(after, {handleProtocols: (offered) => [...offered].pop()});
  const ended = fetch(url, '--subprotocol', 'a', '--subprotocol', 'b', '--header', 'X-A: c d');
  const [socket, request] = await connected;
  assert.strictEqual(request.headers['x-a'], 'c d');
  assert.strictEqual(request.headers['sec-websocket-protocol'], 'a, b');
  assert.strictEqual(socket.protocol, 'b');
  socket.close(1000);
  assert.strictEqual((await ended).text, 'open b\nclose 1000 \n');
});

test(group, 'a refusal, with its status', async ({after}) => {
  const {url} = await serve(after, {verifyClient: (info, done) => done(false, 401, 'Who are you')});
  assert.match((await fetch(url)).text, /^error 6 .*\(status 401\)\n$/);
});

test(group, 'a redirect: refused, or followed where allowed', async ({after}) => {
  const {url, connected} = await serve(after);
  const answer = (req, res) => res.writeHead(302, {Location: `${url}/there`}).end();
  const other = http.createServer(answer).on('upgrade', (req, socket) => {
    socket.end(`HTTP/1.1 302 Found\r\nLocation: ${url}/there\r\n\r\n`);
  });
  const from = (await listen(after, other)).replace('http:', 'ws:');
  assert.match((await fetch(from)).text, /^error 6 .*\(status 302\)\n$/);
  const ended = fetch(from, '--redirects', 1);
  const [socket, request] = await connected;
  assert.strictEqual(request.url, '/there');
  socket.close(1000);
  assert.strictEqual((await ended).text, 'open \nclose 1000 \n');
});

test(group, 'a Unix socket', async ({after}) => {
  const at = path.join(folder(after), 's');
  const {connected} = await serve(after, {}, {path: at});
  const ended = fetch('ws://example.com/x', '--unix', at);
  const [socket, request] = await connected;
  assert.strictEqual(request.headers.host, 'example.com');
  socket.close(1000);
  assert.strictEqual((await ended).text, 'open \nclose 1000 \n');
});

test(group, 'a tunnel through a proxy', async ({after}) => {
  const {url, connected} = await serve(after);
  const seen = [];
  const proxy = http.createServer().on('connect', (req, client, head) => {
    seen.push([req.url, req.headers['proxy-authorization']]);
    const [host, port] = req.url.split(':');
    const server = net.connect(port, host, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      server.write(head);
      server.pipe(client).pipe(server);
    });
    server.on('error', () => client.destroy());
  });
  const via = (await listen(after, proxy)).replace('//', '//user:secret@');
  const ended = fetch(url, '--proxy', via);
  const [socket] = await connected;
  socket.close(1000);
  assert.strictEqual((await ended).text, 'open \nclose 1000 \n');
  const basic = `Basic ${Buffer.from('user:secret').toString('base64')}`;
  assert.deepStrictEqual(seen, [[url.slice(5), basic]]);
});

require('./ws_client_compression_test');
run(word);
