// Node's own HTTP server: a peer for echo_path.
const server = require('http').createServer((req, res) => {
  res.writeHead(200, {'Content-Type': 'text/plain', 'Content-Length': 5});
  res.end('Hello');
});
server.keepAliveTimeout = 600000;
server.listen(0, '127.0.0.1', () => console.log(`http:${server.address().port}`));
