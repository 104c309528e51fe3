// tests/interop/client_nginx_test.js - our client against nginx, started here with a configuration
// and folder of its own, on a free port; ended by its process id.
'use strict';
const assert = require('assert');
const {spawn, spawnSync} = require('child_process');
const fs = require('fs');
const http = require('http');
const net = require('net');
const os = require('os');
const path = require('path');
const {test} = require('./runner');
const {fetch, fetch_with, listen} = require('./fetch');

const group = 'client and nginx';
const program =
    ['nginx', '/usr/sbin/nginx'].find((name) => !spawnSync(name, ['-v'], {stdio: 'ignore'}).error);
const page = 'a page of some length\n'.repeat(1000);

const configuration = (port, behind) => `
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr crit;
events {}
http {
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  default_type text/plain;
  keepalive_requests 3;
  server {
    listen 127.0.0.1:${port};
    root files;
    add_header X-Requests $connection_requests;
    location /gzip/ { alias files/; gzip on; gzip_types text/plain; gzip_min_length 1; }
    location /slow/ { alias files/; limit_rate 100k; }
    location /moved { return 301 /page.txt; }
    location /small { client_max_body_size 1k; proxy_pass ${behind}; }
    location /node/ {
      client_max_body_size 100m;
      proxy_http_version 1.1;
      proxy_pass ${behind};
    }
  }
}
`;

// Resolves when the port answers; tried again as fast as the loop turns.
function until_open(port, child) {
  return new Promise((resolve, reject) => {
    let over = false;
    child.once('exit', (code) => (over = true, reject(new Error(`nginx ended: ${code}`))));
    const attempt = () => {
      const socket = net.connect(port, '127.0.0.1', () => (socket.destroy(), resolve()));
      socket.on('error', () => over || setTimeout(attempt, 20));
    };
    attempt();
  });
}

async function free_port() {
  const free = net.createServer();
  const port = Number(new URL(await listen(() => {}, free)).port);
  await new Promise((resolve) => free.close(resolve));
  return port;
}

let running;  // one for all tests
async function nginx() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'strata-nginx-'));
  fs.chmodSync(folder, 0o755);  // where we are root, its worker is somebody else
  fs.mkdirSync(path.join(folder, 'files'));
  fs.writeFileSync(path.join(folder, 'files/page.txt'), page);
  const keep = () => {};  // until this process ends
  const behind = http.createServer((req, res) => req.pipe(res));
  behind.unref();
  const to = await listen(keep, behind);
  process.once('exit', () => fs.rmSync(folder, {recursive: true, force: true}));
  for (let tries = 3;; --tries) {
    const port = await free_port();
    fs.writeFileSync(path.join(folder, 'nginx.conf'), configuration(port, to));
    const child = spawn(
        program, ['-p', folder, '-c', path.join(folder, 'nginx.conf'), '-e', 'stderr'],
        {stdio: ['ignore', 'ignore', 'inherit']});
    child.unref();
    process.prependOnceListener('exit', () => child.kill('SIGTERM'));  // SIGKILL leaves its worker
    try {
      await until_open(port, child);
      return `http://127.0.0.1:${port}`;
    } catch (taken) {  // somebody else had the port meanwhile
      if (tries === 1) throw taken;
    }
  }
}
const server = () => running || (running = nginx());

function with_nginx(sentence, body) {
  if (program) return test(group, sentence, body);
  console.log(`left out, there is no nginx here: ${sentence}`);
}

with_nginx('a file, its validators, its range', async () => {
  const url = await server();
  const {code, text} = await fetch('-i', `${url}/page.txt`);
  assert.strictEqual(code, 0);
  assert.ok(text.endsWith(`\r\n\r\n${page}`));
  const tag = /ETag: (\S+)/.exec(text)[1];
  const same = await fetch('-i', '-H', `If-None-Match: ${tag}`, `${url}/page.txt`);
  assert.match(same.text, /^HTTP\/1\.1 304 /);
  const part = await fetch('-i', '-H', 'Range: bytes=2-5', `${url}/page.txt`);
  assert.match(part.text, /^HTTP\/1\.1 206 [^]*\r\n\r\npage$/);
});

with_nginx('gzip, which nginx sends in chunks', async () => {
  const url = `${await server()}/gzip/page.txt`;
  const {text, trace} = await fetch('-v', '--compressed', url);
  assert.strictEqual(text, page);
  assert.match(trace, /< Content-Encoding: gzip/);
  assert.match(trace, /< Transfer-Encoding: chunked/);
});

with_nginx('one connection, until nginx has had three requests on it', async () => {
  const {text} = await fetch('-i', '--repeat', 7, `${await server()}/page.txt`);
  const counts = [...text.matchAll(/X-Requests: (\d)/g)].map((found) => found[1]);
  assert.strictEqual(counts.join(''), '1231231');
});

with_nginx('chunked content through nginx to Node and back', async () => {
  const input = Buffer.alloc(3 << 20, 'abc');
  const got = await fetch_with({input}, '-T', '-', `${await server()}/node/echo`);
  assert.strictEqual(got.code, 0, got.trace);
  assert.ok(got.body.equals(input));
});

with_nginx('content that is too large is refused before it is sent, with --expect', async () => {
  const url = `${await server()}/small`;
  const got = await fetch('-v', '--expect', '-d', 'x'.repeat(5000), url);
  assert.match(got.text, /413/);
  assert.doesNotMatch(got.trace, /> xxx/);
  assert.match((await fetch('-d', 'x'.repeat(5000), url)).text, /413/);
});

with_nginx('a slow answer, a redirect, a missing page, HEAD', async () => {
  const url = await server();
  assert.strictEqual((await fetch(`${url}/slow/page.txt`)).text, page);
  assert.strictEqual((await fetch('-L', `${url}/moved`)).text, page);
  assert.strictEqual((await fetch('--fail', `${url}/missing`)).code, 1);
  const head = await fetch('--head', `${url}/page.txt`);
  assert.ok(head.text.includes(`Content-Length: ${page.length}\r\n`));
  assert.ok(head.text.endsWith('\r\n\r\n'));
});
