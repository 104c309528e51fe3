// tests/interop/express_test.js PROGRAM [WORD] - one table of requests, sent to an Express app and
// to our router with the same routes; their answers are the same but for the departures below.
//
// Recorded with express 5.3.0 under Node 20.
'use strict';
const assert = require('assert');
const http = require('http');
const {test, run} = require('./runner');
const {choose, start} = require('./server');
const routes = require('./express_routes');
const {rows, make_folder} = require('./express_rows');

const [program = 'build/tests/express_routes', word = ''] = process.argv.slice(2);
choose(program);
const file = __filename;
const folder = make_folder();

// Where ours is another, by decision: what of ours is so, in which rows, and why. A departure that
// is none any more fails too.
const is_page = ({theirs}) => /default-src 'none'/.test(theirs.headers['content-security-policy']);
const is_folder = (target) => /^\/(static|hidden|shown)/.test(target);
const file_fields = ['status', 'body', 'content-length', 'accept-ranges', 'last-modified'];
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
    when: ({target, ours}) => /^\/(file|static)/.test(target) && [412, 416].includes(ours.status),
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
  {
    why: 'an answer to HEAD without content says so',
    when: ({name}) => name.startsWith('HEAD /mount/'),
    fields: ['content-length']
  },
  {
    why: 'a folder without its slash is redirected as res.redirect does it',
    when: ({target, ours}) => ours.status === 301 && is_folder(target),
    fields: ['vary', 'x-content-type-options']
  },
  {
    why: 'a 405 says so in its content',
    when: ({ours}) => ours.status === 405,
    fields: ['body', 'content-type', 'content-length']
  },
  {
    why: '`..` is refused with 403 however it is written, and NUL and broken escapes with 400',
    when: ({target, ours}) =>
        is_folder(target) && /\.\.|%2e%2e|%00|%zz/.test(target) && [400, 403].includes(ours.status),
    fields: [...file_fields, 'location', 'x-content-type-options']
  },
  {
    why: 'nothing, "." and "%2f" separate no names',
    when: ({target, ours}) =>
        is_folder(target) && /\/\/|\/\.\/|%2f/.test(target) && ours.status === 404,
    fields: [...file_fields, 'content-type']
  },
  {
    why: 'a folder without an index is not there',
    when: ({target}) => target === '/static/noindex',
    fields: ['status', 'location']
  },
  {
    why: 'what is denied is 403, whoever might be next',
    when: ({target}) => target.startsWith('/denied/'),
    fields: ['status', 'x-content-type-options']
  },
  {
    why: 'rfc9110-14.2: a range that is none is ignored, and several are answered whole',
    when: ({target, headers}) =>
        target.startsWith('/static/') && /bytes=(5-2|0-9, ?[25])/.test(headers.Range),
    fields: ['status', 'body', 'content-length', 'content-range', 'x-content-type-options']
  },
  {
    why: 'rfc9110-13.1.5: a date of If-Range is the one that was told, and HEAD has no ranges',
    when: ({target, headers}) => target === '/static/a.txt' && /9999/.test(headers['If-Range']),
    fields: ['status', 'body', 'content-length', 'content-range']
  },
  {
    why: 'JSON is UTF-8 and not compressed: else it is 415, not looked into',
    when: ({target, ours}) => target === '/json' && ours.status === 415,
    fields: ['status']
  },
  {
    why: 'half a surrogate pair is no text, and what no double holds is no number',
    when: ({target, asked}) => target === '/json' && /ud800|1e400/.test(asked),
    fields: ['status', 'body', 'content-type', 'content-length', 'x-content-type-options']
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

function compare(name, {method, target, headers = {}, body}, ours, theirs) {
  const differences = [];
  const allowed = departures.filter(
      (each) => each.when({name, method, target, headers, asked: body, ours, theirs}));
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
                const listening =
                    routes(file, folder).listen(0, '127.0.0.1', () => resolve(listening));
              });
              return {ours: ours.port, theirs: express.address().port};
            })();
  return servers;
}

function start_ours() { return start([folder, file]); }

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
