// tests/interop/express_routes.js - an Express app that answers as express_routes.cpp should.
// The two are read side by side: the same order, the same texts.
'use strict';
const express = require('express');
const cookie = require('cookie');
const {match} = require('path-to-regexp');
const edges = require('./express_edges');

const text = (value) => value === undefined || value === false ? 'none' : value;
const says = (what) => (req, res) => res.send(what);
const list = (value) => value === undefined ? [] : [].concat(value);
const fail = (status, message) => Object.assign(new Error(message), {status});

function paths(app) {
  app.get('/u/:id', (req, res) => res.send('u ' + text(req.params.id)));
  app.get('/files/*path', (req, res) => res.json(req.params.path));
  app.get('/opt{/:a}', (req, res) => res.send('opt ' + text(req.params.a)));
  app.get('/t/:from-:to', (req, res) => res.send(`${req.params.from} to ${req.params.to}`));
  app.get(['/one', '/two/:x'], (req, res) => res.send(text(req.params.x)));
  app.get('/q', (req, res) => res.json({y: list(req.query.y), za: text(req.query['z[a]'])}));
  app.get('/both', says('get'));
  app.post('/both', says('post'));
  app.all('/all', (req, res) => res.send('all ' + req.method));
  app.propfind('/dav', says('found'));
  app.route('/route')
      .all((req, res, next) => {
        res.set('X-All', 'yes');
        next();
      })
      .get(says('route get'))
      .post(says('route post'));
  const where = (req, res) => res.json({
    url: req.url,
    base: req.baseUrl,
    original: req.originalUrl,
    path: req.path,
    org: text(req.params.org),
    own: text(req.params.own)
  });
  const inner = express.Router();
  const merging = express.Router({mergeParams: true});
  const exact = express.Router({caseSensitive: true, strict: true});
  inner.get('/', where);
  inner.get('/x/:own', where);
  inner.use('/leave', (req, res, next) => next('router'));
  inner.use('/leave', says('not left'));
  merging.get('/x/:own', where);
  exact.get('/Exact', says('exact'));
  app.use('/api/:org', inner);
  app.use('/merge/:org', merging);
  app.use('/exact', exact);
  app.get('/api/acme/leave', says('left'));
}

function next_and_errors(app) {
  const appends = (value) => (req, res, next) => {
    res.append('X-Order', value);
    next();
  };
  app.use('/order', appends('1'));
  app.use('/order', appends('2'), appends('3'));
  app.get(
      '/order', (req, res, next) => req.query.skip === undefined ? next() : next('route'),
      says('first route'));
  app.get('/order', says('second route'));
  const leaving = express.Router();
  leaving.get('/', (req, res, next) => next('router'));
  leaving.get('/', says('not left'));
  app.use('/leaving', leaving);
  app.get('/leaving', says('behind the router'));

  app.get('/throw', () => {
    throw new Error('secret');
  });
  app.get('/throw/418', () => {
    throw fail(418, 'teapot');
  });
  app.get('/throw/503', (req, res) => {
    res.status(503);
    throw new Error('busy');
  });
  app.get('/next/409', (req, res, next) => next(fail(409, 'taken')));
  app.get('/later', async () => {
    await new Promise(setImmediate);
    throw fail(410, 'gone');
  });
  app.get(
      '/caught',
      () => {
        throw new Error('broken');
      },
      says('not this one'),
      (error, req, res, next) => res.status(502).send(`caught ${error.message}`));
  app.get('/passed', () => {
    throw new Error('broken');
  });
  app.use('/passed', (error, req, res, next) => {
    res.set('X-Passed', '1');
    next();
  });
  app.use('/passed', says('recovered'));
  app.param('user', (req, res, next, value) => {
    res.append('X-Param', value);
    if (value === 'none') return next(fail(404, 'no such user'));
    next(value === 'skip' ? 'route' : undefined);
  });
  app.get('/param/:user', (req, res, next) => next());
  app.get('/param/:user', says('second'));
  app.get('/param/*rest', says('third'));
}

// What path-to-regexp says of "pattern SP path", as express_routes.cpp prints it. The router gives
// it a pattern without the slashes at its end.
function matched(line) {
  const space = line.indexOf(' ');
  const pattern = line.slice(0, space);
  try {
    const found = match(pattern === '/' ? pattern : pattern.replace(/\/+$/, ''), {decode: false})(
        line.slice(space + 1));
    if (!found) return 'no';
    return 'yes' +
        Object.entries(found.params).map(([name, value]) => ` ${name}=${value}`).join('');
  } catch {
    return 'bad';
  }
}

function bodies(app) {
  app.get('/send/text', says('<p>ä</p>'));
  app.get('/send/bytes', says(Buffer.from([1, 2])));
  app.get('/send/object', says({a: [1, 'ä']}));
  app.get('/send/typed', (req, res) => res.type('css').send('a{}'));
  app.get('/send/type/:of', (req, res) => res.type(req.params.of).send(Buffer.from('x')));
  app.get('/send/empty', says(''));
  app.get('/send/status/:code', (req, res) => res.status(Number(req.params.code)).send('body'));
  app.post('/send/text', says('posted'));
  app.get('/end', (req, res) => res.status(201).end());
  app.get('/status/:code', (req, res) => res.sendStatus(Number(req.params.code)));
  app.get(
      '/tagged',
      (req, res) => res.set('ETag', '"1"')
                        .set('Last-Modified', 'Sun, 06 Nov 1994 08:49:37 GMT')
                        .send('tagged'));
  app.post(
      '/json', express.json({limit: 50}),
      (req, res) => res.json({body: req.body === undefined ? 'none' : req.body}));
  app.post(
      '/form', express.urlencoded({extended: false}),
      (req, res) =>
          req.body ? res.json({a: list(req.body.a), b: text(req.body.b)}) : res.send('none'));
  app.post('/match', express.text({type: '*/*', limit: '1mb'}), (req, res) => {
    res.send(req.body.split('\n').filter(Boolean).map((line) => matched(line) + '\n').join(''));
  });
}

function fields(app) {
  app.get('/redirect', (req, res) => res.redirect(req.query.to));
  app.get('/redirect/:code', (req, res) => res.redirect(Number(req.params.code), '/x'));
  app.get('/location', (req, res) => res.location(req.query.to).end());
  app.get('/cookie', (req, res) => {
    const all = {
      maxAge: 1000,
      domain: 'example.org',
      path: '/p',
      httpOnly: true,
      secure: true,
      partitioned: true,
      priority: 'high',
      sameSite: 'lax'
    };
    res.cookie('a', 'b c', {httpOnly: true, sameSite: 'Lax'});
    res.cookie('all', 'ä;"=,', all).cookie('then', '1', {expires: new Date(784111777000)});
    res.clearCookie('old').clearCookie('oldp', all).end();
  });
  app.get('/cookies', (req, res) => {
    const found = cookie.parse(req.headers.cookie || '');
    res.json(Object.fromEntries(Object.entries(found).sort(([a], [b]) => a < b ? -1 : 1)));
  });
  app.get('/format', (req, res) => {
    const plain = says('plain');
    const page = says('<p>');
    if (req.query.default !== undefined) return res.format({html: page, default: plain});
    res.format({text: plain, 'text/html': page, json: (req, res) => res.json({})});
  });
  app.get('/vary', (req, res) => res.vary('Accept').vary('accept, Origin').vary('Origin').end());
  app.get('/links', (req, res) => res.links({next: '/2'}).links({last: '/9'}).end());
  app.get(
      '/append',
      (req, res) =>
          res.append('X-A', '1').append('X-A', '2').set('X-B', '1').set('x-b', '2').end());
  app.get('/attachment', (req, res) => res.attachment(req.query.name).end());
  app.all('/asks', (req, res) => {
    const range = req.range(10);
    res.json({
      types: text(req.accepts('html', 'json')),
      codings: text(req.acceptsEncodings('gzip', 'identity')),
      charsets: text(req.acceptsCharsets('utf-8', 'latin1')),
      languages: text(req.acceptsLanguages('en', 'de-AT')),
      json: Boolean(req.is('json')),
      plusjson: Boolean(req.is('+json')),
      text: Boolean(req.is('text/*')),
      urlencoded: Boolean(req.is('urlencoded')),
      hostname: req.hostname,
      subdomains: req.subdomains,
      protocol: req.protocol,
      secure: req.secure,
      xhr: req.xhr,
      referrer: req.get('Referrer') || '',
      range: Array.isArray(range) && range.length === 1
    });
  });
}

// `file` is what /file sends; `folder` is served below /static and its like.
module.exports = function routes(file, folder) {
  const app = express();
  app.disable('x-powered-by');
  app.set('env', 'test');  // no stack on the console
  paths(app);
  next_and_errors(app);
  bodies(app);
  fields(app);
  app.get('/file', (req, res) => res.sendFile(file));
  app.get('/download', (req, res) => res.download(file, 'résumé.txt'));
  app.get('/no-file', (req, res) => res.sendFile(file + '.none'));
  edges(app, folder);
  return app;
};
