// tests/interop/express_rows.js - what express_test.js asks both, by what it shows.
'use strict';
const fs = require('fs');
const os = require('os');
const path = require('path');

// The endings that http/mime.cpp knows.
const endings = [
  ...fs.readFileSync(path.join(__dirname, '../../http/mime.cpp'), 'utf8').matchAll(/\{"(\w+)", "/g)
].map(([, ending]) => ending);

const get = (target, headers) => ({method: 'GET', target, headers});
const ask = (method, target, headers, body) => ({method, target, headers, body});
const json = (body, type = 'application/json') =>
    ask('POST', '/json', {'Content-Type': type}, body);
const coded = (coding) =>
    ask('POST', '/json', {'Content-Type': 'application/json', 'Content-Encoding': coding}, '{}');
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
    ask('POST', '/json'), json('{"a":"\\ud800"}'), json('{"a":1e400}'),
    json('{}', 'application/json; charset=utf-16'), coded('gzip'), coded('none-such')
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
  // Nested routers, errors and prefixes: express_edges.js.
  'routers three deep': ['/deep', '/merged'].flatMap(
      (base) => ['/acme', '/acme/', '/acme/team/x', '/acme/team/x/u/7', '/acme/TEAM/x/u/7/',
                 '/acme/team/x/u/7/again/9', '/a%20b/team/%C3%A4/u/%2F', '/acme/team/x/u/%zz',
                 '/%zz/team/x/u/7', '/acme//team/x', '/acme/team', '/acme/team//u/7',
                 '/acme/team/x/u/7?q=/z', '/__proto__/team/constructor/u/7']
                    .map((target) => get(base + target))),
  'next in routers of routers': [
    '/leave', '/route', '/used', '/used/x', '/wrong', '/../out', '/none'
  ].map((target) => get(target.startsWith('/..') ? '/outer/out' : '/outer/in' + target)),
  'an error in an error handler': [get('/errors/thrown'), get('/errors/kept')],
  'prefixes': [
    '/pre',         '/pre/',        '/pre/x',        '/prefix',  '/pre.x',     '/pre%2Fx',
    '/PRE/X',       '/pre//x',      '/pre?q',        '/pre/?q',  '//pre',      '//pre/x',
    '/pre/../x',    '/pre;a',       '/p%20q/x',      '/many1/x', '/many2/9/x', '/many2',
    '/maybe/end/x', '/maybe/z/end', '/maybe/z/z/end'
  ].map((target) => get(target)),
  'methods of a mounted router': ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE'].flatMap(
      (method) => ['/mount/a', '/mount/b', '/mount/head', '/mount/late', '/mount/own',
                   '/mount/every', '/mount/route', '/mount/none', '/mount', '/passing']
                      .map((target) => ask(method, target))),
  'params of routers': [
    get('/with/5'), get('/with/5/and/6'), get('/with/5/and/5'), get('/two/a%20b/c%2Fd'),
    get('/two//b'), get('/two/a/%'), get('/name.ext'), get('/.ext'), get('/name.'),
    get('/quoted/1'), get('/caf%C3%A9'), get('/sp%20ace'), get('/%61bc'), get('/abc')
  ],
  'cookies at the edges': [
    'zero', 'negative', 'fraction', 'domain', 'pathless', 'strict', 'none', 'low', 'bytes', 'empty',
    'safe', 'past', 'twice'
  ].map((name) => get('/edge-cookie/' + name)),
  'format, and an error in it': [
    'text/html', 'text/*;q=0.2, text/html;q=0.1', '*/*;q=0.1, application/json;q=0', '',
    'TEXT/HTML', 'garbage', 'text/html, ,application/json', 'text/html;q=0', 'image/*'
  ].flatMap((accept) => [get('/formats', {Accept: accept}), get('/formats/no', {Accept: accept})]),
  'redirects at the edges':
      [
        '../x', '?a=1', '//evil.example', '/\\evil.example', '/%E4%zz%41', '/a#b',
        '', 'http://\u00fc.example/\u00fc', '/a"><script>'
      ]
          .flatMap(
              (to) =>
                  [get('/redirect?to=' + encodeURIComponent(to)),
                   get('/redirect?to=' + encodeURIComponent(to), {Accept: 'text/html'})]),
  'lists of tags': ['"y", "x"', 'W/"x"', 'x', '', '"x', '"y",W/"x"', '"a,b", "x"', '*'].flatMap(
      (tags) => ['GET', 'HEAD', 'POST'].map(
          (method) => ask(method, '/tag', {'If-None-Match': tags}))),
  'a folder': ['/static', '/bare', '/hidden', '/shown'].flatMap(
      (mount) => ['', '/', '/?q', '/a.txt', '/a.txt/', '/page', '/sub', '/sub?q=1', '/sub/',
                  '/none', '/none/', '/.secret', '/.hidden/x', '/sp%20ace/%C3%A4.txt', '/a%2etxt',
                  '/A.TXT', '/100%25', '/...', '/empty', '/a.txt?q']
                     .map((target) => get(mount + target))),
  'a folder, and what is no GET': ['HEAD', 'POST', 'OPTIONS'].flatMap(
      (method) => ['/static/a.txt', '/static/sub', '/strict/a.txt', '/strict/none'].map(
          (target) => ask(method, target))),
  'a folder, refused or not there': [
    '/static/../a.txt', '/static/sub/%2e%2e/a.txt', '/static/..%2fa.txt', '/static/a.txt%00',
    '/static/%zz', '/static//a.txt', '/static/./a.txt', '/static/sub%2findex.html',
    '/static/noindex', '/static//evil.example/..', '/denied/.secret'
  ].map((target) => get(target)),
  'a range of a file': [
    'bytes=0-9', 'bytes=-5', 'bytes=90-', 'bytes=90-9000', 'bytes=9000-', 'bytes=0-0', 'bytes=-0',
    'bytes=0-9,20-29', 'bytes=0-9, 5-12', 'items=0-5', 'bytes=a-b', 'bytes=', 'bytes=5-2'
  ].flatMap((range) => [get('/static/a.txt', {Range: range}), get('/static/empty', {
                          Range: range
                        })]),
  'conditions of a file': [
    {'If-None-Match': '*'}, {'If-None-Match': '"no"'}, {'If-Match': '*'}, {'If-Match': '"no"'},
    {'If-Modified-Since': 'Sun, 06 Nov 1994 08:49:37 GMT'},
    {'If-Modified-Since': 'Fri, 31 Dec 9999 23:59:59 GMT'},
    {'If-Unmodified-Since': 'Sun, 06 Nov 1994 08:49:37 GMT'},
    {'If-Unmodified-Since': 'Fri, 31 Dec 9999 23:59:59 GMT'}, {'If-Modified-Since': 'nonsense'},
    {'If-Range': 'Fri, 31 Dec 9999 23:59:59 GMT', Range: 'bytes=0-9'},
    {'If-Range': 'Sun, 06 Nov 1994 08:49:37 GMT', Range: 'bytes=0-9'},
    {'If-Range': '"no"', Range: 'bytes=0-9'}
  ].flatMap((headers) => ['GET', 'HEAD'].map((method) => ask(method, '/static/a.txt', headers))),
};

// A folder to serve, made anew, and gone with this process.
function make_folder() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'express-rows-'));
  process.once('exit', () => fs.rmSync(folder, {recursive: true, force: true}));
  const files = {
    'index.html': 'index',
    'a.txt': 'line\n'.repeat(100),
    'page.html': 'page',
    'sub/index.html': 'sub',
    'noindex/x': 'x',
    '.secret': 'secret',
    '.hidden/x': 'hidden',
    'sp ace/\u00e4.txt': 'name',
    '100%': 'percent',
    'empty': ''
  };
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), {recursive: true});
    fs.writeFileSync(path.join(folder, name), content);
  }
  return folder;
}

module.exports = {
  rows,
  make_folder
};
