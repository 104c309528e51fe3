// tests/interop/events_oracle.js - what Node itself does in each row that events/ is measured by,
// under the row's short name; plain node, nothing from npm. The tests of ours that are tagged
// [node] begin with the same short names, and the last row here sees to it that neither side has
// one more.
//
// Behaviour must hold under every Node. What is its authors' to change (the wording of texts, a
// departure from the DOM) fails only under the recorded version; under another it is a note.
'use strict';
const assert = require('node:assert').strict;
const events = require('node:events');
const fs = require('node:fs');
const path = require('node:path');

const {EventEmitter} = events;
const recorded = 'v20';
const rows = [];
const row = (name, body) => rows.push({name, body});
const turn = () => new Promise((resolve) => setImmediate(resolve));

function as_recorded(found, expected) {
  if (found === expected) return;
  if (process.version.split('.')[0] === recorded) assert.equal(found, expected);
  console.log(`      ${process.version}: ${found}\n      recorded: ${expected}`);
}

// An emitter of "x" and the letters of the listeners called so far.
function heard_by(...letters) {
  const heard = [];
  const emitter = new EventEmitter();
  for (const letter of letters) emitter.on('x', () => heard.push(letter));
  return {emitter, heard};
}

row('emit returns whether anyone heard', () => {
  const emitter = new EventEmitter();
  assert.equal(emitter.emit('x'), false);
  emitter.on('x', () => {});
  assert.equal(emitter.emit('x'), true);
});

row('chaining', () => {
  const emitter = new EventEmitter();
  const f = () => {};
  for (const name
           of ['on', 'once', 'off', 'addListener', 'prependListener', 'prependOnceListener',
               'removeListener', 'removeAllListeners'])
    assert.equal(emitter[name]('x', f), emitter);
  assert.equal(emitter.setMaxListeners(1), emitter);
});

row('duplicates', () => {
  const emitter = new EventEmitter();
  let calls = 0;
  const f = () => ++calls;
  const g = () => {};
  emitter.on('x', f).on('x', g).on('x', f).emit('x');
  assert.equal(calls, 2);
  assert.deepEqual(emitter.off('x', f).listeners('x'), [f, g]);
});

row('snapshot add', () => {
  const {emitter, heard} = heard_by();
  emitter.once('x', () => emitter.on('x', () => heard.push('new')));
  emitter.emit('x');
  assert.deepEqual(heard, []);
  emitter.emit('x');
  assert.deepEqual(heard, ['new']);
});

row('snapshot remove', () => {
  const {emitter, heard} = heard_by();
  const second = () => heard.push('second');
  emitter.on('x', () => emitter.off('x', second)).on('x', second);
  emitter.emit('x');
  assert.deepEqual(heard, ['second']);  // the one row where ours departs
  emitter.emit('x');
  assert.deepEqual(heard, ['second']);
});

row('once reentrant', () => {
  const {emitter, heard} = heard_by();
  emitter.once('x', () => heard.push(emitter.listenerCount('x'), emitter.emit('x')));
  emitter.emit('x');
  assert.deepEqual(heard, [0, false]);
});

row('once unwrap', () => {
  const emitter = new EventEmitter();
  const f = () => assert.fail('it was removed');
  assert.equal(emitter.once('x', f).off('x', f).emit('x'), false);
});

row('raw', () => {
  const {emitter, heard} = heard_by();
  const f = () => heard.push('f');
  emitter.once('x', f);
  const [wrapper] = emitter.rawListeners('x');
  assert.deepEqual(emitter.listeners('x'), [f]);
  assert.notEqual(wrapper, f);
  assert.equal(wrapper.listener, f);
  wrapper();
  assert.deepEqual(heard, ['f']);
  assert.equal(emitter.listenerCount('x'), 0);
});

row('error special', () => {
  const emitter = new EventEmitter();
  const mine = new Error('mine');
  assert.throws(() => emitter.emit('error', mine), (thrown) => thrown === mine);
  assert.throws(() => emitter.emit('error', {a: 1}), (thrown) => {
    assert.equal(thrown.code, 'ERR_UNHANDLED_ERROR');
    as_recorded(thrown.message, 'Unhandled error. ({ a: 1 })');
    return true;
  });
  assert.equal(emitter.on('error', () => {}).emit('error', mine), true);
});

row('error monitor', () => {
  const {emitter, heard} = heard_by();
  emitter.on(events.errorMonitor, () => heard.push('monitor'));
  assert.throws(() => emitter.emit('error', new Error('still')), /still/);
  emitter.on('error', () => heard.push('listener')).emit('error', new Error('heard'));
  assert.deepEqual(heard, ['monitor', 'monitor', 'listener']);
});

row('throw stops', () => {
  const {emitter, heard} = heard_by('first');
  emitter
      .on('x',
          () => {
            throw new Error('out');
          })
      .on('x', () => heard.push('later'));
  assert.throws(() => emitter.emit('x'), /out/);
  assert.deepEqual(heard, ['first']);
});

row('meta add', () => {
  const {emitter, heard} = heard_by();
  const f = () => heard.push('A');
  emitter.once('newListener', (name, listener) => {
    heard.push(name, listener === f, emitter.listenerCount('x'));
    emitter.on('x', () => heard.push('B'));
  });
  emitter.once('x', f).emit('x');
  assert.deepEqual(heard, ['x', true, 0, 'B', 'A']);
});

row('meta remove', () => {
  const {emitter, heard} = heard_by();
  const f = () => {};
  emitter.on('removeListener', (name, listener) => {
    heard.push(name, listener === f, emitter.listenerCount('x'));
  });
  emitter.once('x', f).off('x', f);
  assert.deepEqual(heard, ['x', true, 0]);
});

row('remove all', () => {
  const {emitter, heard} = heard_by();
  const named = (name) => Object.assign(() => {}, {called: name});
  emitter.on('removeListener', (name, listener) => heard.push(listener.called || 'meta'));
  for (const name of ['a', 'b', 'c']) emitter.on('x', named(name));
  emitter.removeAllListeners('x');
  assert.deepEqual(heard.splice(0), ['c', 'b', 'a']);
  emitter.on('x', named('x')).on('y', named('y')).removeAllListeners();
  assert.deepEqual(heard, ['x', 'y']);
  assert.deepEqual(emitter.eventNames(), []);
});

row('names', () => {
  const emitter = new EventEmitter();
  const symbol = Symbol('s');
  const f = () => {};
  emitter.on('b', f).on(symbol, f).on('a', f).on('gone', f).off('gone', f);
  assert.deepEqual(emitter.eventNames(), ['b', 'a', symbol]);
  emitter.off('b', f).on('b', f);
  assert.deepEqual(emitter.eventNames(), ['a', 'b', symbol]);
});

row('leak warning', async () => {
  const warnings = [];
  const hear = (warning) => warnings.push(warning);
  process.removeAllListeners('warning').on('warning', hear);
  const emitter = new EventEmitter();
  assert.equal(emitter.getMaxListeners(), 10);
  for (let i = 0; i < 10; ++i) emitter.on('x', () => {});
  await turn();
  assert.equal(warnings.length, 0);
  for (let i = 0; i < 5; ++i) emitter.on('x', () => {});
  const unlimited = new EventEmitter().setMaxListeners(0);
  for (let i = 0; i < 50; ++i) unlimited.on('x', () => {});
  await turn();
  process.off('warning', hear);
  assert.equal(warnings.length, 1);
  assert.equal(warnings[0].name, 'MaxListenersExceededWarning');
  as_recorded(
      warnings[0].message,
      'Possible EventEmitter memory leak detected. 11 x listeners added to [EventEmitter]. ' +
          'MaxListeners is 10. Use emitter.setMaxListeners() to increase limit');
  assert.throws(() => emitter.setMaxListeners(-1), {code: 'ERR_OUT_OF_RANGE'});
});

row('count', () => {
  const emitter = new EventEmitter();
  const f = () => {};
  emitter.on('x', f).on('x', () => {}).once('x', f);
  assert.equal(emitter.listenerCount('x'), 3);
  assert.equal(emitter.listenerCount('x', f), 2);
});

row('order', () => {
  const {emitter, heard} = heard_by(1);
  emitter.prependListener('x', () => heard.push(0));
  emitter.prependOnceListener('x', () => heard.push(-1));
  emitter.emit('x');
  assert.deepEqual(heard.splice(0), [-1, 0, 1]);
  emitter.emit('x');
  assert.deepEqual(heard, [0, 1]);
});

row('once awaitable', async () => {
  const emitter = new EventEmitter();
  const told = (promise, ...what) => (emitter.emit(...what), promise);
  assert.deepEqual(await told(events.once(emitter, 'x'), 'x', 1, 2), [1, 2]);
  await assert.rejects(told(events.once(emitter, 'x'), 'error', new Error('bad')), /bad/);
  assert.deepEqual(await told(events.once(emitter, 'error'), 'error', 'as value'), ['as value']);
  const abort = new AbortController();
  const aborted = events.once(emitter, 'x', {signal: abort.signal});
  abort.abort();
  await assert.rejects(aborted, {name: 'AbortError', code: 'ABORT_ERR'});
  assert.deepEqual(emitter.eventNames(), []);
});

row('on async range', async () => {
  const emitter = new EventEmitter();
  const range = events.on(emitter, 'x', {close: ['end']});
  for (const i of [1, 2, 3]) emitter.emit('x', i);
  emitter.emit('end');
  const read = [];
  for await (const [value] of range) read.push(value);
  assert.deepEqual(read, [1, 2, 3]);
  assert.deepEqual(emitter.eventNames(), []);
});

row('on async range: what is kept is read before the error', async () => {
  const emitter = new EventEmitter();
  const abort = new AbortController();
  for (const end of [() => emitter.emit('error', new Error('bad')), () => abort.abort()]) {
    const range = events.on(emitter, 'x', {signal: abort.signal});
    emitter.emit('x', 1);
    end();
    assert.deepEqual(emitter.eventNames(), []);
    assert.deepEqual((await range.next()).value, [1]);
    await assert.rejects(range.next(), abort.signal.aborted ? {code: 'ABORT_ERR'} : /bad/);
    assert.equal((await range.next()).done, true);
  }
  assert.throws(() => events.on(emitter, 'x', {signal: abort.signal}), {code: 'ABORT_ERR'});
});

row('on async range: ended by its reader, it listens no more', async () => {
  const emitter = new EventEmitter();
  const range = events.on(emitter, 'x', {close: ['end']});
  assert.deepEqual(emitter.eventNames(), ['x', 'error', 'end']);
  emitter.emit('x', 1);
  for await (const [value] of range)
    if (value === 1) break;
  assert.deepEqual(emitter.eventNames(), []);
});

row('task listener throws', async () => {
  const emitter = new EventEmitter({captureRejections: true});
  const mine = new Error('later');
  let heard;
  emitter.on('error', (error) => heard = error).on('x', async () => {
    throw mine;
  });
  assert.equal(emitter.emit('x'), true);
  assert.equal(heard, undefined);
  await turn();
  assert.equal(heard, mine);
});

row('task listener throws: what an error listener throws is an error once more, then uncaught',
    async () => {
      const emitter = new EventEmitter({captureRejections: true});
      const uncaught = new Promise((resolve) => process.once('unhandledRejection', resolve));
      let errors = 0;
      emitter.on('error', async () => {
        ++errors;
        throw new Error('again');
      });
      emitter.emit('error', 1);
      assert.equal((await uncaught).message, 'again');
      assert.equal(errors, 2);
    });

row('EventTarget mode: a duplicate is ignored', () => {
  const target = new EventTarget();
  let calls = 0;
  const f = () => ++calls;
  target.addEventListener('x', f);
  target.addEventListener('x', f);
  target.dispatchEvent(new Event('x'));
  assert.equal(calls, 1);
});

row('EventTarget mode: removed during dispatch, not called', () => {
  const target = new EventTarget();
  const second = () => assert.fail('it was removed');
  target.addEventListener('x', () => target.removeEventListener('x', second));
  target.addEventListener('x', second);
  target.dispatchEvent(new Event('x'));
});

row('EventTarget mode: once, signal, object, stop, prevented', () => {
  const target = new EventTarget();
  const heard = [];
  const abort = new AbortController();
  const add = (word, options) => target.addEventListener('x', () => heard.push(word), options);
  add('once', {once: true});
  add('signal', {signal: abort.signal});
  add('never', {signal: AbortSignal.abort()});
  target.addEventListener('x', {handleEvent: () => heard.push('object')});
  const dispatch = () => target.dispatchEvent(new Event('x', {cancelable: true}));
  assert.equal(dispatch(), true);
  assert.deepEqual(heard.splice(0), ['once', 'signal', 'object']);
  abort.abort();
  target.addEventListener('x', (event) => event.preventDefault());
  target.addEventListener('x', (event) => event.stopImmediatePropagation());
  add('behind');
  assert.equal(dispatch(), false);
  assert.deepEqual(heard, ['object']);
});

row('EventTarget mode: passive', () => {
  const target = new EventTarget();
  target.addEventListener('x', (event) => event.preventDefault(), {passive: true});
  // The DOM ignores preventDefault() here and answers true. To Node `passive` is but a hint.
  as_recorded(target.dispatchEvent(new Event('x', {cancelable: true})), false);
});

// "meta add: a hook may refuse" -> "meta add"
const short_name = (sentence) => sentence.split(':')[0];

row('names of the rows', () => {
  const folder = path.join(__dirname, '../events');
  const tests = fs.readdirSync(folder).filter((file) => file.endsWith('_test.cpp')).map((file) => {
    return fs.readFileSync(path.join(folder, file), 'utf8');
  });
  const ours = [...tests.join('').matchAll(/TEST_CASE\(\s*"([^"]*)",\s*"[^"]*\[node\]/g)];
  const sorted = (names) => [...new Set(names)].sort();
  assert.deepEqual(
      sorted(ours.map((found) => short_name(found[1]))),
      sorted(rows.slice(0, -1).map((one) => short_name(one.name))));
});

async function main() {
  process.exitCode = 1;  // a wait without end would else leave main() in silence
  console.log(`recorded on Node ${recorded}, runs on ${process.version}`);
  let failed = 0;
  for (const {name, body} of rows) {
    try {
      await body();
      console.log(`ok    ${name}`);
    } catch (error) {
      ++failed;
      console.log(`FAIL  ${name}\n      ${String(error.stack || error)}`);
    }
  }
  console.log(`${rows.length - failed} passed, ${failed} failed`);
  if (!failed) process.exitCode = 0;
}
main();
