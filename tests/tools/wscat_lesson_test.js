// tests/tools/wscat_lesson_test.js - the sessions that ws/README.md shows are what wscat prints.
// A line that begins with "> " is typed, once all above it has come.
'use strict';
const assert = require('assert');
const fs = require('fs');
const path = require('path');
const {test} = require('../interop/runner');
const {start_together, echo} = require('./wscat');

const readme = fs.readFileSync(path.join(__dirname, '../../ws/README.md'), 'utf8');
const sessions = [...readme.matchAll(/```console\n\$ wscat (.*)\n([^]*?)```/g)];

// A time is another in each run.
const timeless = (text) => text.replace(/\d+\.\d\d ms/g, 'N ms');

test('wscat', 'the README shows sessions', async () => assert.ok(sessions.length >= 2));

for (const [, line, shown] of sessions) {
  test('wscat', `the README's session: wscat ${line}`, async ({after}) => {
    const url = await echo(...(/--compress/.test(line) ? ['--compression', 'on'] : []));
    const real = (text) => text.replaceAll('ws://localhost:7890/echo', url);
    const args = real(line).split(' ');
    const child = start_together(args);
    after(() => child.kill('SIGKILL'));
    let expected = '';
    for (const each of real(shown).split('\n').slice(0, -1)) {
      if (each.startsWith('> ')) {
        await child.until(expected, () => timeless(child.shown()).length >= expected.length);
        child.type(each.slice(2));
      } else {
        expected += timeless(each) + '\n';
      }
    }
    assert.strictEqual((await child.ended).code, 0);
    assert.strictEqual(timeless(child.shown()), expected);
  });
}
