// tests/interop/sio_rows_wire_test.js - rows P1 to P4: packets, byte for byte.
'use strict';
const assert = require('assert');
const {test} = require('./runner');
const {seen, websocket} = require('./rows');
const {connect} = require('./sio_client');

async function joined(after, path = '/main/') {
  const ws = await websocket(after, 'sio', path);
  await ws.take();
  ws.send('40');
  const answer = await ws.take();
  assert.match(answer, /^40\{"sid":"[\w-]{20}"\}$/);
  ws.socket_id = JSON.parse(answer.slice(2)).sid;
  return ws;
}

test(
    'P1', 'each type of packet, with namespaces and ids, as the reference writes it',
    async ({after}) => {
      const ws = await joined(after);
      ws.send('40/custom,{"token":"abc"}');
      assert.match(await ws.take(), /^40\/custom,\{"sid":"[\w-]{20}"\}$/);
      ws.send('40/nobody,');
      assert.strictEqual(await ws.take(), '44/nobody,{"message":"Invalid namespace"}');
      ws.send('42["echo",1,"2",{"3":[true]}]');
      assert.strictEqual(await ws.take(), '42["echo",1,"2",{"3":[true]}]');
      ws.send('42/custom,12["echo","\u20ac",null]');
      assert.strictEqual(await ws.take(), '43/custom,12["\u20ac",null]');
      ws.send('429007199254740991["echo"]');
      assert.strictEqual(await ws.take(), '439007199254740991[]');
      ws.send('42/custom,["ask",5000,"why"]');
      assert.match(await ws.take(), /^42\/custom,\d+\["question","why"\]$/);
      ws.send('42["bye",false]');
      assert.strictEqual(await ws.take(), '41');
      ws.send('41/custom,');
    });

test('P1', 'an answer that nobody waits for is ignored', async ({after}) => {
  const ws = await joined(after);
  ws.send('43777["late"]');
  ws.send('421["echo",1]');
  assert.strictEqual(await ws.take(), '431[1]');
});

test('P2', 'attachments stand behind their packet, in order', async ({after}) => {
  const ws = await joined(after);
  ws.send('452-7["echo",{"b":{"_placeholder":true,"num":1}},{"_placeholder":true,"num":0}]');
  ws.send(Buffer.from([1, 2, 3]));
  ws.send(Buffer.from([4]));
  assert.strictEqual(
      await ws.take(), '462-7[{"b":{"_placeholder":true,"num":0}},{"_placeholder":true,"num":1}]');
  assert.deepStrictEqual(await ws.take(), Buffer.from([4]));
  assert.deepStrictEqual(await ws.take(), Buffer.from([1, 2, 3]));
});

// Packets that are refused: `forced close`, an `error` on the socket, and others go on.
async function refused(after, packets, path = '/main/') {
  const ws = await joined(after, path);
  for (const packet of packets) ws.send(packet);
  await ws.ended();
  const [error] = await seen('sio', 'error', (one) => one.id === ws.socket_id);
  const [end] = await seen('sio', 'disconnect', (one) => one.id === ws.socket_id);
  assert.strictEqual(end.why, 'forced close');
  return error.message;
}

const attachments = [
  ['text where octets are due', ['451-["a",{"_placeholder":true,"num":0}]', '42["b"]']],
  ['a placeholder out of range', ['451-["a",{"_placeholder":true,"num":5}]', Buffer.from([1])]],
  ['octets that nobody announced', [Buffer.from([1])]],
  [
    'a placeholder whose number is text',
    ['451-["a",{"_placeholder":true,"num":"splice"}]', Buffer.from([1])]
  ],
];
for (const [what, packets] of attachments)
  test('P2', `${what}: an error and the end`, async ({after}) => {
    assert.ok((await refused(after, packets)).length > 0);
  });

test('P3', 'ten attachments pass, eleven are refused with a sentence', async ({after}) => {
  const socket = await connect(after);
  const ten = Array.from({length: 10}, (_, i) => Buffer.from([i]));
  assert.deepStrictEqual(await socket.ask('echo', ten), ten);
  assert.match(await refused(after, ['4511-["a"]']), /attachments/);
});

test('P3', 'how many may come is an option', async ({after}) => {
  const socket = await connect(after, '/small');
  const three = Array.from({length: 3}, (_, i) => Buffer.from([i]));
  assert.deepStrictEqual(await socket.ask('echo', three), three);
  assert.match(await refused(after, ['454-["a"]'], '/small/'), /attachments/);
});

const invalid = [
  '42',
  '42"text"',
  '42[]',
  '42{}',
  '42[{}]',
  '42[null]',
  '42["disconnect"]',
  '42["connect"]',
  '42["disconnecting"]',
  '42["connect_error"]',
  '42["newListener"]',
  '42["removeListener"]',
  '43{}',
  '41{}',
  '44{}',
  '42["x"',
  '42abc',
  '4',
  '4abc',
  '47',
  '421.5["x"]',
  '42-1["x"]',
  '42/' +
      'a'.repeat(10) + '["x"]'
];
for (const packet of invalid)
  test('P4', `${packet} closes the connection`, async ({after}) => {
    const ws = await joined(after);
    ws.send(packet);
    await ws.ended();
    assert.match(
        (await seen('sio', 'disconnect', (one) => one.id === ws.socket_id))[0].why,
        /^forced (server )?close$/);
  });

test('P4', 'a server refuses to emit what only the library emits', async ({after}) => {
  const socket = await connect(after);
  for (const name of ['connect', 'connect_error', 'disconnect', 'disconnecting'])
    assert.strictEqual(await socket.ask('reserved', name), `"${name}" is a reserved event name`);
  assert.strictEqual(await socket.ask('reserved', 'free'), '');
});
