// tests/interop/runner.js - tests as sentences, one line each, and the totals as the last line.
'use strict';

const tests = [];

// Limits are for what hangs: a busy machine may take ten times as long as an idle one.
const seconds_max = 90;
const patience = 30;

// `sentence` is what holds when `body` resolves; `group` (a transport, a server) stands before it.
function test(group, sentence, body) { tests.push({name: `${group}: ${sentence}`, body}); }

function limited(promise, what, seconds = patience) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no ${what} within ${seconds} s`)), seconds * 1000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// The arguments of the next `event`, as an array; `unless` names an event that means failure.
function next(emitter, event, unless) {
  return limited(
      new Promise((resolve, reject) => {
        emitter.once(event, (...args) => resolve(args));
        if (unless) emitter.once(unless, (why) => reject(new Error(`${unless}: ${why}`)));
      }),
      `"${event}"`);
}

// Every `event` from now on, in order, each to be taken with `await take()`.
function inbox(emitter, event) {
  const waiting = [];
  const arrived = [];
  emitter.on(event, (...args) => {
    if (waiting.length)
      waiting.shift()(args);
    else
      arrived.push(args);
  });
  return {
    arrived,
    take: () => arrived.length ?
        Promise.resolve(arrived.shift()) :
        limited(new Promise((resolve) => waiting.push(resolve)), `"${event}"`),
  };
}

const names = () => tests.map(({name}) => name);

async function run(word) {
  // Of a wait that its test, failed by then, does not await any more: it is counted already.
  process.on('unhandledRejection', () => {});
  const counts = {passed: 0, failed: 0};
  for (const {name, body} of tests) {
    if (word && !name.includes(word)) continue;
    const cleanups = [];
    const started = Date.now();
    try {
      await limited(Promise.resolve(body({after: (fn) => cleanups.push(fn)})), 'end', seconds_max);
      ++counts.passed;
      console.log(
          `ok    ${name}${Date.now() - started > 1000 ? ` (${Date.now() - started} ms)` : ''}`);
    } catch (error) {
      ++counts.failed;
      console.log(`FAIL  ${name}\n      ${
          String(error.stack || error).split('\n').slice(0, 12).join('\n      ')}`);
    }
    for (const cleanup of cleanups.reverse()) {
      try {
        await cleanup();
      } catch (error) {
        console.log(`      cleanup: ${error.message}`);
      }
    }
  }
  require('./server').stop_all();
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  process.exit(counts.failed || !counts.passed ? 1 : 0);
}

module.exports = {
  test,
  names,
  run,
  next,
  inbox,
  limited,
  patience
};
