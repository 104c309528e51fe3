// The npm package `socket.io` as an echo server: a peer for echo_path, idle and broadcast.
const http = require('http').createServer();
const io = new (require('socket.io').Server)(http, {pingInterval: 600000});
io.on('connection', (socket) => {
  socket.on('echo', (...args) => {
    const last = args[args.length - 1];
    if (typeof last === 'function')
      last(...args.slice(0, -1));
    else
      socket.emit('echo', ...args);
  });
  socket.on('broadcast', (...args) => socket.broadcast.emit('broadcast', ...args));
});
http.listen(0, '127.0.0.1', () => console.log(`socket.io:${http.address().port}`));
