// tests/interop/rows_main.js SIO_ROWS EIO_ROWS [WORD] - npm's clients drive the rows of what the
// reference does; the name of a test begins with its rows. --names lists them.
'use strict';
const runner = require('./runner');

const [sio, eio, word = ''] = process.argv.slice(2);
require('./rows').choose(sio, eio);
for (const part of ['requests', 'sessions', 'options']) require(`./eio_rows_${part}_test`);
for (const part of ['sockets', 'namespaces', 'rooms', 'ends', 'wire'])
  require(`./sio_rows_${part}_test`);
if (sio === '--names')
  for (const name of runner.names()) console.log(name);
else
  runner.run(word);
