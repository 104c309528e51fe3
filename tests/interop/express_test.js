// tests/interop/express_test.js PROGRAM [WORD] - one table of requests, sent to an Express app and
// to our router with the same routes; their answers are the same but for the departures below.
//
// Recorded with express 5.3.0 under Node 20.
'use strict';
const assert = require('assert');
const fs = require('fs');
const http = require('http');
const path = require('path');
const {test, run} = require('./runner');
const {choose, start} = require('./server');
const routes = require('./express_routes');

const [program = 'build/tests/express_routes', word = ''] = process.argv.slice(2);
choose(program);
const file = __filename;

// The endings that http/mime.cpp knows.
const endings = [
  ...fs.readFileSync(path.join(__dirname, '../../http/mime.cpp'), 'utf8').matchAll(/\{"(\w+)", "/g)
].map(([, ending]) => ending);

const get = (target, headers) => ({method: 'GET', target, headers});
const ask = (method, target, headers, body) => ({method, target, headers, body});
const json = (body, type = 'application/json') =>
    ask('POST', '/json', {'Content-Type': type}, body);
const form = (body, type = 'application/x-www-form-urlencoded') =>
    ask('POST', '/form', {'Content-Type': type}, body);

// The rows of the table that the router keeps, by what they show.
const rows = {
  'case and a slash at the end do not matter':
      [get('/u/42'), get('/U/42'), get('/u/42/'), get('/u/42//'), get('/u/'), get('/u/1/2')],
  'params are decoded, or 400': [
    get('/u/a%20b'), get('/u/%C3%A4'), get('/u/a%2Fb'), get('/u/%zz'), get('/u/%'), get('/u/%ff'),
    get('/files/%zz/a'), get('/files/a/%ff')
  ],
  'wildcards': [get('/files/a/b/c.txt'), get('/files/a%2Fb/c'), get('/files/'), get('/files/a/')],
  'optional parts': [get('/opt'), get('/opt/'), get('/opt/1'), get('/opt/1/2')],
  'several names in a segment':
      [get('/t/LAX-SFO'), get('/t/a-b-c'), get('/t/-b'), get('/t/a--'), get('/t/a')],
  'several paths': [get('/one'), get('/two/2'), get('/two')],
  'queries are flat': [
    get('/q?y=2&y=3&z[a]=1'), get('/q'), get('/q?y=a+b%20c&z[a]'), get('/q?y=%zz%41&&y'),
    get('/q?%79=1')
  ],
  'methods': [
    get('/both'), ask('POST', '/both'), ask('HEAD', '/both'), ask('PUT', '/both'),
    ask('DELETE', '/all'), ask('PROPFIND', '/dav'), ask('GET', '/dav'), ask('PATCH', '/route'),
    get('/route'), ask('POST', '/route'), ask('HEAD', '/route'), ask('HEAD', '/none')
  ],
  'OPTIONS by itself': [
    ask('OPTIONS', '/both'), ask('OPTIONS', '/all'), ask('OPTIONS', '/none'),
    ask('OPTIONS', '/dav'), ask('OPTIONS', '/api/acme/x/1'), ask('OPTIONS', '/u/1')
  ],
  'routers in routers': [
    get('/api/acme'), get('/api/acme/?q=1'), get('/API/acme/x/1?q=%20'), get('/merge/acme/x/1'),
    get('/api/acme/leave'), get('/api/acme/none')
  ],
  'case and slash, where they matter':
      [get('/exact/Exact'), get('/exact/exact'), get('/exact/Exact/'), get('/EXACT/Exact')],
  'middleware, in order, and next': [get('/order'), get('/order?skip'), get('/leaving')],
  'errors': [
    get('/throw'), get('/throw/418'), get('/throw/503'), get('/next/409'), get('/later'),
    get('/caught'), get('/passed'), get('/none')
  ],
  'app.param': [get('/param/a%20b'), get('/param/none'), get('/param/skip')],
  'send': [
    get('/send/text'), ask('HEAD', '/send/text'), get('/send/bytes'), get('/send/object'),
    get('/send/typed'), get('/send/empty'), ask('POST', '/send/text'), get('/end')
  ],
  'types by name': [
    'bin', 'no-such', 'text%2Fhtml', 'a%2Fb', 'image%2Fpng', 'application%2Fjson', ...endings
  ].map((type) => get('/send/type/' + type)),
  'statuses':
      [200, 201, 204, 205, 304, 400, 404, 500, 503].map((code) => get('/send/status/' + code)),
  'sendStatus': [200, 204, 205, 304, 400, 401, 403, 404, 418, 500, 503, 504].map(
      (code) => get('/status/' + code)),
  'fresh or not': [
    get('/tagged', {'If-None-Match': '"1"'}), get('/tagged', {'If-None-Match': 'W/"1"'}),
    get('/tagged', {'If-None-Match': '"2", "1"'}), get('/tagged', {'If-None-Match': '*'}),
    get('/tagged', {'If-None-Match': '"2"'}),
    get('/tagged', {'If-Modified-Since': 'Sun, 06 Nov 1994 08:49:37 GMT'}),
    get('/tagged', {'If-Modified-Since': 'Sun, 06 Nov 1994 08:49:36 GMT'}),
    get('/tagged', {'If-None-Match': '"1"', 'Cache-Control': 'no-cache'})
  ],
  'redirects': [
    get('/redirect?to=/x'), get('/redirect?to=/x', {Accept: 'text/html'}),
    get('/redirect?to=/%3Cb%3E%26%27', {Accept: 'text/html'}),
    get('/redirect?to=/x', {Accept: 'image/png'}), get('/redirect?to=/a%20b%0D%0AX:%20y'),
    get('/redirect?to=/%25zz%2520%C3%A4'), get('/redirect?to=back'), get('/redirect/301'),
    get('/redirect/308'), ask('HEAD', '/redirect/303'),
    get('/location?to=http://x.org/%7C%5E%60%7B%7D%5B%5D%22%5C')
  ],
  'cookies': [
    get('/cookie'), get('/cookies', {Cookie: 'a=1; b=x%20y; a=2; c; d="q"; e=%zz; f=a=b'}),
    get('/cookies')
  ],
  'format': [
    get('/format'), get('/format', {Accept: 'text/html'}), get('/format', {Accept: '*/*'}),
    get('/format', {Accept: 'text/plain;q=0.5, application/json'}),
    get('/format', {Accept: 'image/png'}), get('/format?default', {Accept: 'image/png'})
  ],
  'JSON bodies': [
    json('{"a":[1,"ä"]}'), json('[]'), json('{'), json('1'), json(''),
    json('{"a":1}', 'text/plain'),
    json(
        '"' +
        'x'.repeat(60) + '"'),
    json('{}', 'application/json; charset=utf-8'), json('{}', 'application/json; charset=latin1'),
    ask('POST', '/json')
  ],
  'forms': [form('a=1&a=2&b=x+y%21'), form(''), form('a=1', 'text/plain'), form('a=%zz%41')],
  'fields': [
    get('/vary'), get('/links'), get('/append'), get('/attachment'), get('/attachment?name=a.png'),
    get('/attachment?name=/tmp/the%20%22plans%22.pdf'),
    get('/attachment?name=%E2%82%AC%20rates.txt'), get('/attachment?name=100%2525.txt')
  ],
  'what a request says': [
    get('/asks'), get('/asks', {Accept: 'application/json, text/html;q=0.5'}),
    get('/asks', {Accept: 'image/png', 'Accept-Encoding': 'gzip, br'}),
    get('/asks', {'Accept-Encoding': 'gzip;q=0.1, identity;q=0.5', 'Accept-Charset': 'latin1'}),
    get('/asks', {'Accept-Language': 'de, en;q=0.9'}), get('/asks', {'Accept-Language': 'fr'}),
    get('/asks', {Accept: 'text/*;q=0.3, text/html;q=0.1, */*;q=0.2'}),
    ask('POST', '/asks', {'Content-Type': 'application/json'}, '1'),
    ask('POST', '/asks', {'Content-Type': 'application/problem+json'}, '1'),
    ask('POST', '/asks', {'Content-Type': 'application/x-www-form-urlencoded'}, 'a'), get('/asks', {
      Host: 'a.b.example.org:81',
      'X-Requested-With': 'XMLHttpRequest',
      Referer: '/r',
      Range: 'bytes=1-2',
      'X-Forwarded-Proto': 'https'
    }),
    get('/asks', {Host: '[::1]:81'})
  ],
  'files': [
    get('/file'), ask('HEAD', '/file'), get('/file', {Range: 'bytes=0-9'}),
    get('/file', {Range: 'bytes=-5'}), get('/file', {Range: 'bytes=99999999-'}),
    get('/file', {'If-Modified-Since': 'Fri, 31 Dec 9999 23:59:59 GMT'}),
    get('/file', {'If-Match': '"no"'}),
    get('/file', {'If-Unmodified-Since': 'Sun, 06 Nov 1994 08:49:37 GMT'}),
    get('/file', {Range: 'bytes=0-9', 'If-Range': '"no"'}), get('/download'), get('/no-file')
  ],
};

// Where ours is another, by decision: what of ours is so, in which rows, and why. A departure that
// is none any more fails too.
const is_page = ({theirs}) => /default-src 'none'/.test(theirs.headers['content-security-policy']);
const departures = [
  {
    why: 'a status without handler is its phrase or sentence as plain text, never HTML',
    when: is_page,
    fields: ['body', 'content-type', 'content-length', 'content-security-policy']
  },
  {
    why: 'a phrase as plain text needs no nosniff',
    when: ({name, ours}) => [404, 412, 416].includes(ours.status) &&
        /^(Not Found|Precondition Failed|Range Not Satisfiable|)$/.test(ours.body),
    fields: ['x-content-type-options']
  },
  {
    why: 'an ETag is made where a client can use it: GET and HEAD, below 300, by `send`',
    when: ({ours, method}) => ours.status >= 300 || !/GET|HEAD/.test(method),
    fields: ['etag']
  },
  {why: 'sendStatus makes no ETag', when: ({name}) => /\/status\//.test(name), fields: ['etag']},
  {
    why: 'the automatic answer to OPTIONS names its charset',
    when: ({name, ours}) => /OPTIONS/.test(name) && ours.headers.allow,
    fields: ['content-type']
  },
  {
    why: 'a 304 keeps its type: hooks decide by it',
    when: ({ours}) => ours.status === 304,
    fields: ['content-type']
  },
  {
    why: 'an error in place of a file keeps no field of the file',
    when: ({target, ours}) => target === '/file' && ours.status >= 400,
    fields: ['accept-ranges', 'last-modified']
  },
  {
    why: '418 is unused (rfc9110-15.5.19), so its number stands for a phrase',
    when: ({name}) => name.startsWith('GET /status/418 '),
    fields: ['body', 'content-length']
  },
  {
    why: 'Cache-Control is the program\'s: none is invented for files',
    when: ({name}) => /\/(file|download)/.test(name),
    fields: ['cache-control']
  },
  {
    why: 'in a form as in a query: an escape that is none is kept, and those beside it decoded',
    when: ({name}) => name.startsWith('POST /form '),
    fields: ['body', 'content-length']
  },
];

const compared = [
  'content-type',
  'content-length',
  'location',
  'vary',
  'allow',
  'link',
  'set-cookie',
  'content-disposition',
  'content-range',
  'accept-ranges',
  'last-modified',
  'cache-control',
  'content-security-policy',
  'x-content-type-options',
  'x-order',
  'x-all',
  'x-passed',
  'x-param',
  'x-a',
  'x-b',
  'etag'
];

// One request on a connection of its own; the target is sent as it stands.
function send(port, {method, target, headers = {}, body}) {
  return new Promise((resolve, reject) => {
    const request = http.request(
        {port, host: '127.0.0.1', method, path: target, headers, agent: false}, (response) => {
          const chunks = [];
          response.on('data', (chunk) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => resolve({
                               status: response.statusCode,
                               headers: response.headers,
                               body: Buffer.concat(chunks).toString('latin1')
                             }));
        });
    request.on('error', reject);
    if (body !== undefined) request.setHeader('Content-Length', Buffer.byteLength(body));
    request.end(body);
  });
}

// What may differ from second to second, or is ours by right: an ETag's hash; an Expires that is
// now; the order of an object's members.
function value_of(answer, field) {
  if (field === 'status') return answer.status;
  if (field === 'body') {
    if (!/json/.test(answer.headers['content-type'])) return answer.body;
    try {
      return JSON.parse(answer.body);
    } catch {
      return answer.body;
    }
  }
  const value = answer.headers[field];
  if (value === undefined) return undefined;
  if (field === 'etag') return /^"/.test(value) ? value : value.replace(/^W\/".*"$/, 'W/"..."');
  if (field === 'set-cookie')
    return value.map(
        (line) => line.replace(
            /(Max-Age.*Expires=)([^;]*)/,
            (_, before, date) => before + (Math.abs(Date.parse(date) - Date.now()) < 5000)));
  return value;
}

function same(a, b) {
  try {
    assert.deepStrictEqual(a, b);
    return true;
  } catch {
    return false;
  }
}

const used = new Set();

function compare(name, {method, target}, ours, theirs) {
  const differences = [];
  const allowed = departures.filter((each) => each.when({name, method, target, ours, theirs}));
  for (const field of ['status', 'body', ...compared]) {
    const [a, b] = [value_of(ours, field), value_of(theirs, field)];
    if (same(a, b)) continue;
    const departure = allowed.find((each) => each.fields.includes(field));
    if (departure)
      used.add(departure.why + ' / ' + field);
    else
      differences.push(`${name}: ${field}: ours ${JSON.stringify(a)}, theirs ${JSON.stringify(b)}`);
  }
  return differences;
}

let servers;
function both() {
  servers = servers || (async () => {
              const ours = await start_ours();
              const express = await new Promise((resolve) => {
                const listening = routes(file).listen(0, '127.0.0.1', () => resolve(listening));
              });
              return {ours: ours.port, theirs: express.address().port};
            })();
  return servers;
}

function start_ours() { return start([file]); }

for (const [name, requests] of Object.entries(rows)) {
  test('express', name, async () => {
    const {ours, theirs} = await both();
    const differences = [];
    for (const request of requests) {
      const title = `${request.method} ${request.target} ${JSON.stringify(request.headers || {})}`;
      const answers = [await send(ours, request), await send(theirs, request)];
      differences.push(...compare(title, request, ...answers));
    }
    assert.deepStrictEqual(differences, []);
  });
}

test('express', 'patterns match as path-to-regexp does, at random', async () => {
  const {ours, theirs} = await both();
  const seed = Number(process.env.SEED) || Date.now() % 1000000;
  let state = seed;
  const random = (below) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor(state / 65536) % below;
  };
  const pick = (from) => from[random(from.length)];
  const pattern = () => {
    let [out, names] = ['/', 0];
    const parts = ['a', '/', '-', '.', 'b/', 'x', '\\:'];
    const piece = () =>
        random(2) ? pick(parts) : (random(3) ? ':' : '*') + 'n' + names++ + pick(parts);
    for (let i = 1 + random(4); i > 0; --i) out += random(5) ? piece() : `{${piece()}${piece()}}`;
    return out;
  };
  const place = () => {
    let out = '/';
    for (let i = random(9); i > 0; --i) out += pick(['a', '/', '-', '.', 'b', 'x', 'A', ':']);
    return out;
  };
  let lines = [];
  for (let i = 0; i < 3000; ++i) {
    const one = pattern();
    for (let k = 0; k < 4; ++k) lines.push(`${one} ${place()}`);
  }
  const request = {
    method: 'POST',
    target: '/match',
    headers: {'Content-Type': 'text/plain'},
    body: lines.join('\n')
  };
  const [a, b] = [await send(ours, request), await send(theirs, request)];
  const [mine, others] = [a.body.split('\n'), b.body.split('\n')];
  assert.strictEqual(mine.length, lines.length + 1);
  const wrong = lines.map((line, i) => `${line}: ours ${mine[i]}, theirs ${others[i]}`)
                    .filter((_, i) => mine[i] !== others[i]);
  assert.deepStrictEqual(wrong.slice(0, 20), [], `${wrong.length} differ, SEED=${seed}`);
  const matches = mine.filter((each) => each.startsWith('yes ')).length;
  assert.ok(matches > 200, `only ${matches} matched: the test would show nothing`);
});

if (!word) {
  test('express', 'every departure that is listed is one', () => {
    const unused = departures.flatMap(
        ({why, fields}) =>
            fields.map((field) => why + ' / ' + field).filter((each) => !used.has(each)));
    assert.deepStrictEqual(unused, []);
  });
}

run(word);
