// tests/interop/rows_table.js [--check] - makes sio/ROWS.md of rows.txt and of the tests whose
// names begin with a row. With --check: tells whether it is what would be made, and whether each
// row of priority 1 and 2 has a test or says why not.
'use strict';
const fs = require('fs');
const path = require('path');
const {spawnSync} = require('child_process');

const top = path.join(__dirname, '../..');
const out = path.join(top, 'sio/ROWS.md');
const shown = 3;  // of the tests of a row

const rows = new Map();
for (const line of fs.readFileSync(path.join(__dirname, 'rows.txt'), 'utf8').split('\n')) {
  if (!line || line.startsWith('#')) continue;
  const [row, priority, feature, state = ''] = line.split(' | ');
  rows.set(row, {priority, feature, state, npm: [], cpp: []});
}

const unknown = [];
function add(kind, name) {
  const [, head, sentence] = /^((?:[ESPCL]\d+ ?)+):? ?(.*)$/.exec(name) || [];
  for (const row of (head || '').split(' ').filter(Boolean)) {
    if (rows.has(row))
      rows.get(row)[kind].push(sentence);
    else
      unknown.push(name);
  }
}

for (const script of ['run_rows', 'run_eio_client']) {
  const listed = spawnSync(path.join(__dirname, script), ['--names'], {encoding: 'utf8', cwd: top});
  if (listed.status !== 0) throw new Error(listed.stderr);
  for (const name of listed.stdout.trim().split('\n')) add('npm', name);
}
function add_cpp(kind, folder, pattern) {
  for (const file of fs.readdirSync(path.join(top, folder)).sort()) {
    if (!pattern.test(file)) continue;
    const text = fs.readFileSync(path.join(top, folder, file), 'utf8');
    for (const [, name] of text.matchAll(/^TEST_CASE\(\s*"((?:[^"\\]|\\.)*)"/gm)) add(kind, name);
  }
}
add_cpp('npm', 'tests/interop', /^sio_client_rows.*\.cpp$/);
add_cpp('cpp', 'tests/sio', /_test\.cpp$/);

const cell = (names) => names.slice(0, shown).join('; ').replace(/\|/g, '\\|') +
    (names.length > shown ? `; and ${names.length - shown} more` : '');
const lines = [...rows].map(([row, {priority, feature, state, npm, cpp}]) => {
  const good = npm.length + cpp.length ? 'works' : 'missing';
  const cells = [row, priority, feature, cell(npm), cell(cpp), state || good];
  return `| ${cells.join(' | ')} |`;
});
const text = `# What the reference does, row by row

Made by \`node tests/interop/rows_table.js\`; do not edit. P is the priority: 1 is needed by the
reference's suites, 2 is what users expect, 3 is rare, 0 is not ours. \`make test\` runs every test
named here. For the servers (E, S, P) those of \`tests/interop\` are npm's clients at our servers;
for the clients (C, L) they are our clients at the servers of npm, of Python and of our own. Those
in C++ are in \`tests/sio\`. The name of each begins with its rows:
\`tests/interop/run_rows '' '' S27\` runs a row alone, and so does
\`tests/interop/run_client_rows npm '' '' 'L3*'\`.

| Row | P | Feature | Tests with programs of others | Tests in C++ | State |
| --- | --- | --- | --- | --- | --- |
${lines.join('\n')}
`;

// Without the names of tests.
const states = (table) => table.replace(/^((\| [^|]*){3})\|.*(\| [^|]* \|)$/gm, '$1$3');
const check = process.argv[2] === '--check';
const wanted = ([, {priority, state}]) => '12'.includes(priority) && !state;
const untested = [...rows].filter(wanted).filter(([, {npm, cpp}]) => !npm.length && !cpp.length);
for (const [row, {feature}] of untested) console.log(`no test begins with ${row}: ${feature}`);
for (const name of unknown) console.log(`no such row: ${name}`);
let bad = untested.length + unknown.length;
if (!check) {
  fs.writeFileSync(out, text);
} else if (states(fs.readFileSync(out, 'utf8')) !== states(text)) {
  console.log('sio/ROWS.md is old: node tests/interop/rows_table.js makes it anew');
  ++bad;
}
process.exit(bad ? 1 : 0);
