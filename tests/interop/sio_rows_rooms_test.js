// tests/interop/sio_rows_rooms_test.js - rows S14 to S19, S27, S31: rooms, broadcasts, recovery.
'use strict';
const assert = require('assert');
const {test, next, inbox} = require('./runner');
const {seen, sleep} = require('./rows');
const {ways, connect, end_of} = require('./sio_client');

const three = async (after) => Promise.all([0, 1, 2].map(async (i) => {
  const socket = await connect(after, '/main /custom', [ways.polling, ways.websocket][i % 2]);
  socket.news = inbox(socket, 'news');
  return socket;
}));

// Who of `sockets` hears a broadcast of the first one that goes `how`, in their order.
async function hearers(sockets, how, value = 'hi') {
  await sockets[0].all('broadcast', how, 'news', value);
  for (const socket of sockets) await socket.ask('echo', 0);  // what was under way has arrived
  return sockets.map(({news}) => news.arrived.splice(0).length);
}

test('S14', 'rooms are joined, told and left at once', async ({after}) => {
  const [one] = await three(after);
  assert.deepStrictEqual(await one.ask('rooms'), [one.id]);
  assert.strictEqual(await one.ask('join', 'a'), true);
  assert.strictEqual(await one.ask('join', 'a'), false);
  await one.ask('join', ['b', 'c']);
  assert.deepStrictEqual((await one.ask('rooms')).sort(), [one.id, 'a', 'b', 'c'].sort());
  assert.strictEqual(await one.ask('leave', 'b'), true);
  assert.deepStrictEqual((await one.ask('rooms')).sort(), [one.id, 'a', 'c'].sort());
});

test('S14', 'a disconnect leaves all rooms, and joins none any more', async ({after}) => {
  const [one, two] = await three(after);
  const {id} = one;
  await one.ask('join', 'gone');
  one.disconnect();
  const [leaving] = await seen('sio', 'disconnecting', (entry) => entry.id === id);
  assert.deepStrictEqual(leaving.rooms.sort(), [id, 'gone'].sort());
  const [left] = await seen('sio', 'disconnect', (entry) => entry.id === id);
  assert.deepStrictEqual(left.rooms, []);
  assert.strictEqual(left.joined, false);
  assert.deepStrictEqual(await two.ask('fetch', {from: 'all', to: ['gone']}), []);
});

test('S15', 'to, in and except choose, each once, and never the sender', async ({after}) => {
  const all = await three(after);
  await all[0].ask('join', ['a']);
  await all[1].ask('join', ['a', 'b']);
  await all[2].ask('join', ['b', 'c']);
  const rows = [
    [{}, [0, 1, 1]],
    [{from: 'all'}, [1, 1, 1]],
    [{to: ['a']}, [0, 1, 0]],
    [{from: 'all', to: ['a']}, [1, 1, 0]],
    [{to: ['a', 'b']}, [0, 1, 1]],
    [{to: ['a'], in : ['b']}, [0, 1, 1]],
    [{except: ['a']}, [0, 0, 1]],
    [{from: 'all', to: ['b'], except: ['c']}, [0, 1, 0]],
    [{from: 'all', to: ['a', 'b'], except: ['c', 'nobody']}, [1, 1, 0]],
    [{to: ['nobody']}, [0, 0, 0]],
    [{to: [all[2].id]}, [0, 0, 1]],
    [{from: 'all', except: [all[0].id]}, [0, 1, 1]],
  ];
  for (const [how, expected] of rows)
    assert.deepStrictEqual(await hearers(all, how), expected, JSON.stringify(how));
});

test('S15 P2', 'octets are broadcast over both transports', async ({after}) => {
  const all = await three(after);
  const value = {bytes: Buffer.from([1, 2, 3])};
  await all[0].all('broadcast', {from: 'all'}, 'news', value);
  for (const {news} of all) assert.deepStrictEqual(await news.take(), [value]);
});

test('S12 S15', 'a volatile broadcast, and one without compression, arrive', async ({after}) => {
  const [, one, other] = await three(after);
  assert.deepStrictEqual(await hearers([one], {from: 'all', volatile: true}), [1]);
  assert.deepStrictEqual(await hearers([one, other], {from: 'all', compress: false}), [1, 1]);
});

test('S16', 'answers to a broadcast are gathered', async ({after}) => {
  const all = await three(after);
  const to = all.map(({id}) => id);
  all.forEach((socket, i) => socket.on('question', (value, answer) => answer(`${value}-${i}`)));
  const [late, answers] =
      await all[0].all('broadcast', {from: 'all', to, timeout: 30000}, 'question', 'q');
  assert.strictEqual(late, '');
  assert.deepStrictEqual(answers.sort(), ['q-0', 'q-1', 'q-2']);
  const [, others] = await all[0].all('broadcast', {to, timeout: 30000}, 'question', 'q');
  assert.deepStrictEqual(others.sort(), ['q-1', 'q-2']);
});

test('S16', 'who does not answer in time leaves a part', async ({after}) => {
  const all = await three(after);
  const to = all.map(({id}) => id);
  all[1].on('question', (value, answer) => answer('only me'));
  const [late, answers] =
      await all[0].all('broadcast', {from: 'all', to, timeout: 3000}, 'question', 'q');
  assert.strictEqual(late, 'operation has timed out');
  assert.deepStrictEqual(answers, ['only me']);
});

test('S16', 'with nobody to answer there is no error and no answer', async ({after}) => {
  const [one] = await three(after);
  assert.deepStrictEqual(
      await one.all('broadcast', {to: ['nobody'], timeout: 30000}, 'question', 'q'), ['', []]);
});

test('S17', 'sockets are fetched with rooms, data and handshake', async ({after}) => {
  const all = await three(after);
  await all[1].ask('join', 'found');
  await all[1].ask('data', {name: 'spot'});
  const found = await all[0].ask('fetch', {from: 'all', to: ['found']});
  assert.strictEqual(found.length, 1);
  assert.strictEqual(found[0].id, all[1].id);
  assert.deepStrictEqual(found[0].rooms.sort(), [all[1].id, 'found'].sort());
  assert.deepStrictEqual(found[0].data, {name: 'spot'});
  assert.match(found[0].url, /^\/main\/\?/);
});

test('S17', 'groups join, leave and are disconnected', async ({after}) => {
  const all = await three(after);
  await all[0].ask('sockets_join', {from: 'all', to: [all[1].id, all[2].id]}, ['r1', 'r2']);
  assert.deepStrictEqual(await hearers(all, {from: 'all', to: ['r1']}), [0, 1, 1]);
  await all[0].ask('sockets_leave', {from: 'all', to: [all[2].id]}, ['r1']);
  assert.deepStrictEqual(await hearers(all, {from: 'all', to: ['r1']}), [0, 1, 0]);
  const gone = next(all[1], 'disconnect');
  all[0].emit('disconnect_sockets', {from: 'all', to: ['r1']}, false);
  assert.strictEqual((await gone)[0], 'io server disconnect');
  assert.deepStrictEqual(await hearers([all[0], all[2]], {from: 'all'}), [1, 1]);
});

test('S17', 'a fetched socket is spoken to, joins, leaves, is disconnected', async ({after}) => {
  const all = await three(after);
  const whom = {from: 'all', to: [all[1].id]};
  all[1].on('question', (value, answer) => answer(value + 1));
  assert.deepStrictEqual(await all[0].all('remote', whom, 'emit'), ['', 2]);
  await all[0].all('remote', whom, 'join');
  assert.ok((await all[1].ask('rooms')).includes('remote'));
  await all[0].all('remote', whom, 'leave');
  assert.ok(!(await all[1].ask('rooms')).includes('remote'));
  const gone = next(all[1], 'disconnect');
  await all[0].all('remote', whom, 'disconnect');
  assert.strictEqual((await gone)[0], 'io server disconnect');
});

test('S18', 'with no other server there is no answer and no error', async ({after}) => {
  const socket = await connect(after);
  assert.deepStrictEqual(await socket.all('server_side'), ['', []]);
});

test('S18', 'another server hears, and its answer comes to who asked', async ({after}) => {
  const [a] = [await connect(after, '/linked-a'), await connect(after, '/linked-b')];
  assert.deepStrictEqual(await a.all('server_side'), ['', [{got: [1], clients: 1}]]);
});

test('S31', 'servers that an adapter joins are one to their clients', async ({after}) => {
  const all = [await connect(after, '/linked-a'), await connect(after, '/linked-b', ways.polling)];
  for (const socket of all) socket.news = inbox(socket, 'news');
  assert.deepStrictEqual(await hearers(all, {}), [0, 1]);
  assert.deepStrictEqual(await hearers(all, {from: 'all', local: true}), [1, 0]);
  await all[1].ask('join', 'there');
  const [found] = await all[0].ask('fetch', {from: 'all', to: ['there']});
  assert.strictEqual(found.id, all[1].id);
  assert.deepStrictEqual(await hearers(all, {from: 'all', to: ['there']}), [0, 1]);
});

test('S19', 'a local broadcast reaches those of this server', async ({after}) => {
  const all = await three(after);
  assert.deepStrictEqual(await hearers(all, {from: 'all', local: true}), [1, 1, 1]);
});

test('S31', 'the adapter tells of rooms as they come and go, each once', async ({after}) => {
  const [one, two] = await three(after);
  for (const socket of [one, two]) await socket.ask('join', 'watched');
  await one.ask('join', 'watched');
  for (const socket of [one, two]) await socket.ask('leave', 'watched');
  const told = (await seen('sio', 'adapter', ({room}) => room === 'watched', 6));
  assert.deepStrictEqual(told.map(({event, id}) => [event, id]), [
    ['create-room', undefined], ['join-room', one.id], ['join-room', two.id],
    ['leave-room', one.id], ['leave-room', two.id], ['delete-room', undefined]
  ]);
});

test('S32', 'one broadcast is the same for 20 clients of both transports', async ({after}) => {
  const all = await Promise.all(Array.from(
      {length: 20},
      (_, i) => connect(after, '/main /custom', [ways.polling, ways.websocket][i % 2])));
  const value = {text: 'news'.repeat(500), bytes: Buffer.alloc(500, 3)};
  const heard = all.map((socket) => next(socket, 'news'));
  await all[0].all('broadcast', {from: 'all'}, 'news', value);
  for (const args of await Promise.all(heard)) assert.deepStrictEqual(args, [value]);
});

// --- S27: connection state recovery -------------------------------------------------------------
const cut = async (socket) => {
  const {id} = socket;
  const gone = next(socket, 'disconnect');
  socket.io.engine.close();
  await gone;
  await end_of(id);
};
const again = async (socket) => {
  const connected = next(socket, 'connect', 'connect_error');
  socket.connect();
  await connected;
};

for (const [way, options] of Object.entries(ways))
  test(
      'S27', `who comes back by ${way} has its id, rooms, data, and what it missed`,
      async ({after}) => {
        const one = await connect(after, '/recover', options);
        const two = await connect(after, '/recover', options);
        one.news = inbox(one, 'news');
        assert.strictEqual(one.recovered, false);
        const {id} = one;
        await one.ask('join', ['room']);
        await one.ask('data', {name: 'spot'});
        await two.all('broadcast', {from: 'all'}, 'news', 'before');  // its offset is known now
        assert.deepStrictEqual((await one.news.take())[0], 'before');
        await cut(one);
        await two.all('broadcast', {}, 'news', 'to all');
        await two.all('broadcast', {to: ['room']}, 'news', {b: Buffer.from([1, 2])});
        await two.all('broadcast', {to: ['another room']}, 'news', 'not for it');
        await two.all('broadcast', {from: 'all', to: [id]}, 'news', 'to it');
        const order = [];
        one.on('news', () => order.push('news'));
        one.on('connect', () => order.push('connect'));
        await again(one);
        assert.strictEqual(one.recovered, true);
        assert.strictEqual(one.id, id);
        for (const missed of ['to all', {b: Buffer.from([1, 2])}, 'to it'])
          assert.deepStrictEqual((await one.news.take())[0], missed);
        assert.deepStrictEqual((await one.ask('rooms')).sort(), [id, 'room'].sort());
        const info = await one.ask('info');
        assert.deepStrictEqual(info.data, {name: 'spot'});
        assert.strictEqual(info.recovered, true);
        assert.deepStrictEqual(one.news.arrived, []);
        assert.strictEqual(order.length, 4);
      });

test('S27', 'who comes back too late, or with what is not so, is new', async ({after}) => {
  const late = await connect(after, '/recover-short');
  const other = await connect(after, '/recover-short');
  const {id} = late;
  const news = next(late, 'news');
  await other.all('broadcast', {}, 'news', 1);
  await news;
  await cut(late);
  await sleep(250);
  await again(late);
  assert.strictEqual(late.recovered, false);
  assert.notStrictEqual(late.id, id);
  const liar = await connect(after, '/recover', {auth: {pid: 'invented', offset: '0'}});
  assert.strictEqual(liar.recovered, false);
});

test('S27', 'who left is new, whoever ended it', async ({after}) => {
  const [one, two] = [await connect(after, '/recover'), await connect(after, '/recover')];
  const news = next(one, 'news');
  await two.all('broadcast', {}, 'news', 1);
  await news;
  const {id} = one;
  one.disconnect();
  await again(one);
  assert.strictEqual(one.recovered, false);
  assert.notStrictEqual(one.id, id);
  const gone = next(one, 'disconnect');
  one.emit('bye', false);
  await gone;
  await again(one);
  assert.strictEqual(one.recovered, false);
});

for (const [path, recovered] of [['/recover', true], ['/recover-ask', false]])
  test(
      'S27', `middlewares are ${recovered ? 'not ' : ''}asked again at ${path}`,
      async ({after}) => {
        const one = await connect(after, path);
        const two = await connect(after, path);
        const news = next(one, 'news');
        await two.all('broadcast', {}, 'news', 1);
        await news;
        await cut(one);
        one.auth = {word: 'refuse'};
        if (recovered) {
          await again(one);
          assert.strictEqual(one.recovered, true);
        } else {
          const refused = next(one, 'connect_error', 'connect');
          one.connect();
          assert.strictEqual((await refused)[0].message, 'refused');
        }
      });

test('S27', 'without the option there is nothing of it', async ({after}) => {
  const one = await connect(after);
  const two = await connect(after);
  const news = next(one, 'news');
  await two.all('broadcast', {}, 'news', 'alone');
  assert.deepStrictEqual(await news, ['alone']);
  await cut(one);
  await again(one);
  assert.ok(!one.recovered);
});
