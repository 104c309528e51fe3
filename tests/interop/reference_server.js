// tests/interop/reference_server.js - the contract of tools/echo on the npm packages socket.io and
// ws: what the suites are checked against, and what tools/bench compares with.
// Recorded on Node 20 with socket.io 4.8.4; on others a wording may differ.
'use strict';
const fs = require('fs');
const http = require('http');
const path = require('path');
const {Server} = require('socket.io');
const {Server: Engine} = require('engine.io');
const {WebSocketServer} = require('ws');

const flags = {
  host: '127.0.0.1',
  port: '7890',
  origin: []
};
for (let i = 2; i < process.argv.length; ++i) {
  const name = process.argv[i].slice(2);
  if (name === 'quiet-connect')
    flags[name] = true;
  else if (name === 'origin')
    flags.origin.push(process.argv[++i]);
  else
    flags[name] = process.argv[++i];
}
const number = (name, otherwise) => (flags[name] === undefined ? otherwise : Number(flags[name]));

const big = Buffer.alloc(32 * 1024 * 1024, 'x');
const max_body = number('max-body', 1e6);
const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.txt': 'text/plain'
};

function serve_static(request, response, target) {
  const root = path.resolve(flags.static);
  const file = path.resolve(root, '.' + decodeURIComponent(target.slice('/static'.length)));
  if (!file.startsWith(root + path.sep) || !fs.existsSync(file))
    return void response.writeHead(404).end();
  const body = fs.readFileSync(file);
  response.writeHead(200, {
    'Content-Type': types[path.extname(file)] || 'application/octet-stream',
    'Content-Length': body.length
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

const app = http.createServer((request, response) => {
  const target = request.url.split('?')[0];
  if (target === '/' && (request.method === 'GET' || request.method === 'HEAD'))
    return void response.end('Hello');
  if (target === '/big' && request.method === 'GET') return void response.end(big);
  if (target === '/echo' && request.method === 'POST') {
    const chunks = [];
    let size = 0;
    request.on('data', (chunk) => {
      size += chunk.length;
      if (size <= max_body) return void chunks.push(chunk);
      if (!response.headersSent) response.writeHead(413, {Connection: 'close'}).end();
    });
    request.on('end', () => size <= max_body && response.end(Buffer.concat(chunks)));
    return;
  }
  if (target === '/ws' || target === '/echo') {
    return void response.writeHead(426, {Upgrade: 'websocket', 'Sec-WebSocket-Version': '13'})
        .end();
  }
  if (flags.static && target.startsWith('/static/')) return serve_static(request, response, target);
  response.writeHead(404).end();
});

const options = {
  pingInterval: number('ping-interval', 25000),
  pingTimeout: number('ping-timeout', 20000),
  upgradeTimeout: number('upgrade-timeout', 10000),
  maxHttpBufferSize: number('max-payload', 1e6),
  destroyUpgrade: false,
  ...(flags.origin.length ? {cors: {origin: flags.origin}} : {}),
};

// Engine.IO: every message goes back unchanged.
const engine = new Engine(options);
engine.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
engine.attach(app, {...options, path: '/engine.io'});

// Socket.IO
const io = new Server(
    app, {...options, connectTimeout: number('connect-timeout', 45000), serveClient: false});
io.on('connection', (socket) => {
  if (!flags['quiet-connect']) socket.emit('auth', socket.handshake.auth);
  socket.on('echo', (...args) => {
    const ack = typeof args[args.length - 1] === 'function' ? args.pop() : null;
    if (ack)
      ack(...args);
    else
      socket.emit('echo', ...args);
  });
  socket.on('broadcast', (...args) => socket.broadcast.emit('broadcast', ...args));
  socket.on('message', (...args) => socket.emit('message-back', ...args));
  socket.on('message-with-ack', (...args) => args.pop()(...args));
});
io.of('/custom').on('connection', (socket) => {
  if (!flags['quiet-connect']) socket.emit('auth', socket.handshake.auth);
});

// WebSocket
const limits = {
  noServer: true,
  maxPayload: number('max-message', 1024 * 1024),
  handleProtocols: (offered) => (offered.has('echo') ? 'echo' : false)
};
const echo = new WebSocketServer(limits);
echo.on('connection', (ws) => {
  ws.on('error', () => {});
  ws.on('message', (data, binary) => ws.send(data, {binary}));
});
const everybody = new WebSocketServer(limits);
everybody.on('connection', (ws) => {
  ws.on('error', () => {});
  ws.on('message', (data, binary) => {
    for (const other of everybody.clients)
      if (other !== ws) other.send(data, {binary});
  });
});
app.on('upgrade', (request, socket, head) => {
  const target = request.url.split('?')[0];
  const at = {'/': echo, '/ws': echo, '/echo': echo, '/broadcast': everybody}[target];
  if (at)
    at.handleUpgrade(request, socket, head, (ws) => at.emit('connection', ws, request));
  else if (!/^\/(engine|socket)\.io\//.test(target))
    socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
});

app.listen(Number(flags.port), flags.host, () => {
  const {address, port} = app.address();
  console.log(`listening on http://${address}:${port}`);
});
process.on('SIGTERM', () => process.exit(0));
