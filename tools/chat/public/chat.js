// The chat page. What goes over the wire, with the stock Socket.IO client:
//   to the server    join(name) -> ack({ok, error, people, history}) | say(text) | typing(on)
//   from the server  message({from, name, text, at}) | joined({id, name}) | left({id, name})
//                    typing({id, on})
'use strict';

const $ = (id) => document.getElementById(id);
const socket = io({auth: {page: 'chat'}});
const people = new Map();  // id -> name
const typing = new Set();  // ids
let me = '';
let last_from = null;  // of the newest message: those in a row share one head

function element(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined) made.textContent = text;  // never HTML: names and texts are strangers'
  return made;
}

function face(name) {
  const made = element('span', 'face', [...name][0].toUpperCase());
  let hue = 0;
  for (const sign of name) hue = (hue * 31 + sign.codePointAt(0) * 137) % 360;
  made.style.setProperty('--hue', hue);
  return made;
}

function show_people() {
  const rows = [...people].map(([id, name]) => {
    const row = element('li', id === socket.id ? 'me' : '');
    row.append(face(name), element('span', 'name', name));
    return row;
  });
  $('people').replaceChildren(...rows);
  $('count').textContent = people.size;
}

function show_typing() {
  const names = [...typing].filter((id) => people.has(id)).map((id) => people.get(id));
  $('typing').textContent = names.length === 0 ? '' :
      names.length === 1                       ? `${names[0]} is typing` :
                            names.length === 2 ? `${names[0]} and ${names[1]} are typing` :
                                                 `${names.length} people are typing`;
}

function add(row) {
  const list = $('messages');
  const at_end = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  list.append(row);
  if (at_end) list.scrollTop = list.scrollHeight;  // who reads older messages is left there
}

function news(text) {
  add(element('li', 'news', text));
  last_from = null;
}

function show_message({from, name, text, at}) {
  const row = element('li', 'message');
  if (from === socket.id) row.classList.add('own');
  if (from === last_from) row.classList.add('next');
  last_from = from;
  const who = element('p', 'who');
  const time = new Date(at).toLocaleTimeString([], {hour: '2-digit', minute: '2-digit'});
  who.append(...(from === socket.id ? [] : [element('b', '', name)]), time);
  const body = element('div');
  body.append(who, element('p', 'text', text));
  row.append(face(name), body);
  add(row);
}

function join() {
  socket.emit('join', me, (answer) => {
    if (!answer.ok) {
      $('refused').textContent = answer.error;
      return;
    }
    $('enter').hidden = true;
    document.querySelector('.app').hidden = false;
    people.clear();
    answer.people.forEach(({id, name}) => people.set(id, name));
    show_people();
    $('messages').replaceChildren();
    last_from = null;
    answer.history.forEach(show_message);
    news(`You are here as ${me}`);
    $('text').focus();
  });
}

$('enter').addEventListener('submit', (event) => {
  event.preventDefault();
  me = $('name').value.trim();
  if (me) join();
});

let stop_typing = 0;
function tell_typing(on) {
  if (on && !stop_typing) socket.emit('typing', true);
  clearTimeout(stop_typing);
  stop_typing = on ? setTimeout(() => tell_typing(false), 2000) : 0;
  if (!on) socket.emit('typing', false);
}
$('text').addEventListener('input', () => tell_typing($('text').value !== ''));

$('write').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = $('text').value.trim();
  if (!text || !socket.connected) return;
  socket.emit('say', text);
  $('text').value = '';
  tell_typing(false);
});

function show_link() {
  const up = socket.connected;
  $('link').classList.toggle('up', up);
  $('link').textContent = up ? `connected by ${socket.io.engine.transport.name}` : 'reconnecting';
}

socket.on('connect', () => {
  show_link();
  socket.io.engine.once('upgrade', show_link);
  if (me) join();  // again, after the connection was lost
});
socket.on('disconnect', show_link);
socket.on('message', (message) => {
  typing.delete(message.from);
  show_typing();
  show_message(message);
});
socket.on('joined', ({id, name}) => {
  people.set(id, name);
  show_people();
  news(`${name} came in`);
});
socket.on('left', ({id, name}) => {
  people.delete(id);
  typing.delete(id);
  show_people();
  show_typing();
  news(`${name} left`);
});
socket.on('typing', ({id, on}) => {
  if (on)
    typing.add(id);
  else
    typing.delete(id);
  show_typing();
});
