// The npm package `ws` as an echo server: a peer for echo_path, idle and broadcast.
const {WebSocketServer} = require('ws');
const server = new WebSocketServer(
    {port: 0, host: '127.0.0.1', perMessageDeflate: false},
    () => console.log(`ws:${server.address().port}`));
server.on('connection', (socket, request) => {
  const toOthers = (data, isBinary) => server.clients.forEach((other) => {
    if (other !== socket) other.send(data, {binary: isBinary});
  });
  const echo = (data, isBinary) => socket.send(data, {binary: isBinary});
  socket.on('message', request.url === '/broadcast' ? toOthers : echo);
});
