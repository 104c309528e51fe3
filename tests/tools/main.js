// tests/tools/main.js FOLDER [WORD] - the programs for people, used as people and scripts use them.
'use strict';
const {run} = require('../interop/runner');
const {choose} = require('./wscat');

const [folder = 'build/bin', word = ''] = process.argv.slice(2);
choose(folder);
for (const part
         of ['wscat_test', 'wscat_ends_test', 'wscat_lesson_test', 'sio_test', 'sio_ends_test'])
  require('./' + part);
run(word);
