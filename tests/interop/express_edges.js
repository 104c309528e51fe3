// tests/interop/express_edges.js - more routes of the Express app, as express_edges.h has them.
'use strict';
const express = require('express');

const says = (what) => (req, res) => res.send(what);
const fail = (status, message) => Object.assign(new Error(message), {status});
const list = (value) => value === undefined ? [] : [value];
const where = (req, res) => res.json({
  url: req.url,
  base: req.baseUrl,
  path: req.path,
  org: list(req.params.org),
  team: list(req.params.team),
  id: list(req.params.id)
});

function deep(app, base, mergeParams) {
  const [org, team, user] = [1, 2, 3].map(() => express.Router({mergeParams}));
  app.use(base + '/:org', org);
  org.use('/team/:team', team);
  team.use('/u/:id', user);
  for (const each of [org, team, user]) each.get('/', where);
  user.get('/again/:id', where);
}

function routers(app) {
  deep(app, '/deep', false);
  deep(app, '/merged', true);
  const outer = express.Router();
  const inner = express.Router();
  outer.use('/in', inner);
  inner.get('/leave', (req, res, next) => next('router'));
  inner.get('/leave', says('not left'));
  inner.get('/route', (req, res, next) => next('route'), says('not skipped'));
  inner.get('/route', says('second route'));
  inner.use('/used', (req, res, next) => next('route'), says('no route to skip'));
  inner.get('/wrong', () => {
    throw fail(409, 'wrong');
  });
  inner.use((error, req, res, next) => {
    res.append('X-Order', 'inner');
    next(error);
  });
  outer.get('/in/leave', says('left'));
  outer.get('/out', (req, res, next) => next('router'));
  outer.get('/out', says('not left'));
  outer.use((error, req, res, next) => {
    res.append('X-Order', 'outer');
    next(error);
  });
  app.use('/outer', outer);
  app.get('/outer/out', says('out'));

  app.get('/errors/thrown', (req, res, next) => next(fail(409, 'one')));
  app.get('/errors/kept', (req, res, next) => next(fail(409, 'kept')));
  app.use('/errors/thrown', () => {
    throw fail(410, 'no error handler: it is passed over');
  });
  app.use('/errors/thrown', (error, req, res, next) => {
    throw fail(410, 'two');
  });
  app.use('/errors', (error, req, res, next) => {
    res.append('X-Order', error.message);
    next(error);
  });
}

function mounts(app) {
  app.use('/pre', where);
  app.use('/p%20q', where);
  app.use(['/many1', '/many2/:org'], where);
  app.use('/maybe{/:org}/end', where);
  const inner = express.Router();
  inner.get('/a', says('get a'));
  inner.post('/a', says('post a'));
  inner.put('/b', says('put b'));
  inner.head('/head', (req, res) => res.set('X-A', 'own').end());
  inner.get('/head', says('get head'));
  inner.get('/late', says('get late'));
  inner.head('/late', (req, res) => res.set('X-A', 'late').end());
  inner.options('/own', (req, res) => res.set('X-A', 'own').send('own'));
  inner.get('/own', says('get own'));
  inner.all('/every', (req, res) => res.send(req.method));
  inner.route('/route').get(says('get route')).delete(says('delete route'));
  app.use('/mount', inner);
  app.get('/mount/a', says('not reached'));
  app.delete('/mount/a', says('delete a'));
  app.use('/passing', (req, res, next) => next());

  const param = (name) => (req, res, next, value) => {
    res.append('X-Param', name + value);
    next();
  };
  const with_param = express.Router();
  app.param('with', param('outer'));
  with_param.param('with', param('inner'));
  app.use('/with/:with', with_param);
  with_param.get('/', where);
  with_param.get('/and/:with', where);
  app.get('/two/:org/:team', where);
  app.get('/:org.:team', where);
  app.get('/quoted/:"id"', where);
  app.get('/caf\u00e9', says('in UTF-8'));
  app.get('/sp ace', says('with a space'));
  app.get('/%61bc', says('escaped'));
}

function answers(app) {
  const cookie = (name, value, options) =>
      app.get('/edge-cookie/' + name, (req, res) => res.cookie('a', value, options).end());
  cookie('zero', 'b', {maxAge: 0});
  cookie('negative', 'b', {maxAge: -1000});
  cookie('fraction', 'b', {maxAge: 1999});
  cookie('domain', 'b', {domain: '.x.org'});
  cookie('pathless', 'b', {path: ''});
  cookie('strict', 'b', {sameSite: 'strict'});
  cookie('none', 'b', {sameSite: 'none', secure: true});
  cookie('low', 'b', {priority: 'low'});
  cookie('bytes', '\u00e4\u20ac ,;\\"%', {});
  cookie('empty', '', {});
  cookie('safe', '!#$&\'()*+-./:<=>?@[]^_`{|}~', {});
  cookie('past', 'b', {expires: new Date(0)});
  app.get('/edge-cookie/twice', (req, res) => res.cookie('a', '1').cookie('a', '2').end());
  app.get('/formats', (req, res) => {
    res.vary('Origin').format(
        {text: () => res.send('t'), html: () => res.send('h'), json: () => res.json({})});
  });
  app.get('/formats/no', (req, res) => {
    res.format({
      html: () => {
        throw fail(402, 'pay');
      }
    });
  });
  app.use('/formats/no', (error, req, res, next) => res.status(error.status).send('failed'));
  app.all('/tag', (req, res) => res.set('ETag', '"x"').send('tagged'));
}

function files(app, folder) {
  const mount = (prefix, options) =>
      app.use(prefix, express.static(folder, {cacheControl: false, ...options}));
  mount('/static', {});
  mount('/bare', {redirect: false, extensions: ['html', 'txt']});
  mount('/strict', {fallthrough: false});
  mount('/denied', {dotfiles: 'deny'});
  mount('/shown', {dotfiles: 'allow'});
  app.use('/hidden', express.static(folder, {maxAge: 3600000, immutable: true}));
}

module.exports = function edges(app, folder) {
  routers(app);
  mounts(app);
  answers(app);
  files(app, folder);
};
