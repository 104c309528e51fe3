// tests/http/cors_oracle.js - asks npm's `cors` what it sends. On its input a JSON list of [options
// as a JavaScript expression, origin, method]; on its output for each a line of all three, the
// status or "next", and the fields, sorted.
'use strict';
const cors = require('cors');

const cases = JSON.parse(require('fs').readFileSync(0, 'utf8'));
for (const [options, origin, method] of cases) {
  const fields = {};
  const headers = {'access-control-request-headers': 'x-foo'};
  if (origin) headers.origin = origin;
  const response = {
    statusCode: 200,
    getHeader: (name) => fields[name],
    setHeader: (name, value) => fields[name] = String(value),
    end: () => console.log('= ' + response.statusCode),
  };
  console.log('# ' + options + ' ' + origin + ' ' + method);
  cors(eval('(' + options + ')'))({method, headers}, response, () => {
    console.log('= next');
  });
  delete fields['Content-Length'];
  console.log(Object.keys(fields).sort().map((name) => name + ': ' + fields[name]).join('\n'));
}
