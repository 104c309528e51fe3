// tests/browser/reference_chat.js - the chat's server on npm's socket.io: what the page is checked
// against when one wants to know whether the page or our server is wrong.
'use strict';
const fs = require('fs');
const http = require('http');
const path = require('path');
const {Server} = require('socket.io');

const port = Number(process.argv[process.argv.indexOf('--port') + 1]);
const root = path.join(__dirname, '../../tools/chat/public');
const client = path.join(
    __dirname, '../../build/node/chat/node_modules/socket.io-client/dist/socket.io.min.js');
const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml'
};
const app = http.createServer((request, response) => {
  const name = request.url === '/' ? '/index.html' : request.url.split('?')[0];
  const file = name === '/socket.io.min.js' ? client : path.join(root, path.basename(name));
  if (!fs.existsSync(file)) return void response.writeHead(404).end();
  response.writeHead(200, {'Content-Type': types[path.extname(file)] || 'text/plain'});
  response.end(fs.readFileSync(file));
});
const people = new Map();
const history = [];
new Server(app).on('connection', (socket) => {
  socket.on('join', (name, ack) => {
    if ([...people.values()].includes(name))
      return ack({ok: false, error: `${name} is here already`});
    people.set(socket.id, name);
    ack({ok: true, people: [...people].map(([id, name]) => ({id, name})), history});
    socket.broadcast.emit('joined', {id: socket.id, name});
  });
  socket.on('say', (text) => {
    const message = {from: socket.id, name: people.get(socket.id), text, at: Date.now()};
    history.push(message);
    socket.emit('message', message);
    socket.broadcast.emit('message', message);
  });
  socket.on('typing', (on) => socket.broadcast.emit('typing', {id: socket.id, on}));
  socket.on('disconnect', () => {
    if (people.has(socket.id))
      socket.broadcast.emit('left', {id: socket.id, name: people.get(socket.id)});
    people.delete(socket.id);
  });
});
app.listen(
    port, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${app.address().port}`));
process.on('SIGTERM', () => process.exit(0));
