// tests/interop/rows.js - what the tests of rows share: the two programs, each started once, their
// journals, sessions by hand.
'use strict';
const {WebSocket} = require('ws');
const {next, inbox, limited} = require('./runner');
const {spawn_server} = require('./server');
const {ask} = require('./asks');

const programs = {};
const running = {};

function choose(sio, eio) { Object.assign(programs, {sio, eio}); }
const start = (which) => spawn_server(programs[which], []);
const up = (which) => (running[which] ||= start(which));

// The entries of a topic that `like` lets pass, as soon as there are `count` of them.
async function seen(which, topic, like, count = 1) {
  const {url} = await up(which);
  const look = async () => {
    for (;;) {
      const all = JSON.parse((await ask(`${url}/seen/${topic}`)).body);
      const found = all.filter(like);
      if (found.length >= count) return found;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return limited(look(), `"${topic}" at the server`);
}

const query = (more) => Object.entries(more).map(([name, value]) => `&${name}=${value}`).join('');

// GET of a handshake: the whole answer, and what its open packet says.
async function shake(which, path, more = {}, options = {}) {
  const {url} = await up(which);
  const answer = await ask(`${url}${path}?EIO=4&transport=polling${query(more)}`, options);
  const text = answer.body.toString();
  if (text.startsWith('0{')) answer.open = JSON.parse(text.split('\x1e')[0].slice(1));
  return answer;
}

// A polling session by hand.
async function poller(which, path, more = {}) {
  const {url, port} = await up(which);
  const {open} = await shake(which, path, more);
  const at = `${url}${path}?EIO=4&transport=polling&sid=${open.sid}`;
  return {
    open,
    port,
    sid: open.sid,
    url: at,
    target: at.slice(url.length),
    get: (options) => ask(at, options),
    post: (body, options) => ask(at, {method: 'POST', body, ...options}),
    text: async () => (await ask(at)).body.toString(),
    ws: (after) => websocket(after, which, path, {sid: open.sid}),
  };
}

// A WebSocket by hand, open; `take` gives its messages, texts as strings.
async function websocket(after, which, path, more = {}, options = {}) {
  const {port} = await up(which);
  const ws = new WebSocket(
      `ws://127.0.0.1:${port}${path}?EIO=4&transport=websocket${query(more)}`, options);
  if (after) after(() => ws.terminate());
  ws.on('error', () => {});
  const messages = inbox(ws, 'message');
  ws.closed = new Promise((resolve) => ws.once('close', (code, why) => resolve([code, `${why}`])));
  ws.ended = () => limited(ws.closed, 'close');
  ws.take = async () => {
    const [data, binary] = await messages.take();
    return binary ? data : String(data);
  };
  ws.messages = messages;
  await next(ws, 'open', 'error');
  return ws;
}

// The status and body with which an upgrade is refused.
async function refused(which, path, more, headers = {}) {
  const {port} = await up(which);
  const ws = new WebSocket(
      `ws://127.0.0.1:${port}${path}?EIO=4&transport=websocket${query(more)}`, {headers});
  return limited(
      new Promise((resolve, reject) => {
        ws.on('open', () => reject(new Error('it was let in')));
        ws.on('error', () => {});
        ws.on('unexpected-response', (_, response) => {
          let body = '';
          response.on('data', (data) => (body += data));
          response.on('end', () => resolve({status: response.statusCode, body}));
        });
      }),
      'refusal');
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

module.exports = {
  choose,
  start,
  up,
  seen,
  shake,
  poller,
  websocket,
  refused,
  sleep
};
