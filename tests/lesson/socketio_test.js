// tests/lesson/socketio_test.js - the lesson's Socket.IO server and its client.
'use strict';
const assert = require('assert');
const {spawn} = require('child_process');
const {test, next, inbox, limited} = require('../interop/runner');

// A client, told where; `says` waits for what it prints.
function join(program, url, after) {
  const child = spawn(program('socketio_client'), [url], {stdio: ['ignore', 'pipe', 'inherit']});
  after(() => child.kill('SIGKILL'));
  let printed = '';
  child.stdout.on('data', (data) => (printed += data));
  return {
    printed: () => printed,
    says: (what) => limited(
        new Promise((resolve) => {
          const look = () => printed.includes(what) && resolve();
          child.stdout.on('data', look);
          look();
        }),
        what)
  };
}

module.exports = (program, serve) => {
  for (const transports of [['polling'], ['websocket'], ['polling', 'websocket']]) {
    test(
        'socket.io', `greets, and tells all others (${transports.join(' to ')})`,
        async ({after}) => {
          const {io} = require('socket.io-client');
          const server = await serve('socketio_server', after);
          const join = async () => {
            const socket = io(`http://localhost:${server.port}`, {transports, forceNew: true});
            after(() => socket.disconnect());
            const events = inbox(socket, 'myEvent');
            assert.deepStrictEqual(await events.take(), [{name: 'spot'}], 'the greeting');
            return {socket, events};
          };
          const [one, two, three] = [await join(), await join(), await join()];
          one.socket.emit('myEvent', {name: 'rex', tags: ['a', 1]});
          for (const other of [two, three])
            assert.deepStrictEqual(await other.events.take(), [{name: 'rex', tags: ['a', 1]}]);
          two.socket.emit('myEvent', 'fido');
          assert.deepStrictEqual(await one.events.take(), ['fido']);  // and not its own before it
          two.socket.disconnect();
          await server.stop();
          assert.strictEqual(server.printed().match(/ connected\n/g).length, 3);
          assert.match(server.printed(), / is gone: server shutting down\n/);
        });
  }

  test(
      'socket.io', 'the shortest server greets on port 7890, or says who is there',
      async ({after}) => {
        const {io} = require('socket.io-client');
        const child =
            spawn(program('socketio_shortest'), [], {stdio: ['ignore', 'ignore', 'pipe']});
        after(() => child.kill('SIGKILL'));
        let said = '';
        child.stderr.on('data', (data) => (said += data));
        const ended = new Promise((resolve) => child.on('close', resolve));
        const socket = io('http://localhost:7890', {reconnectionDelay: 50, autoConnect: false});
        after(() => socket.disconnect());
        const greeted = next(socket, 'myEvent');
        socket.connect();
        if (await Promise.race([ended.then(() => 'ended'), greeted]) !== 'ended')
          return assert.deepStrictEqual(await greeted, [{name: 'spot'}]);
        greeted.catch(() => {});
        assert.match(said, /port 7890: address (already )?in use/i);
      });

  test('socket.io client', 'is greeted, emits, and comes back to a new server', async ({after}) => {
    const {Server} = require('socket.io');
    const open = (port) => {
      const io = new Server(port);
      after(() => io.close());
      const heard = new Promise((resolve) => io.on('connection', (socket) => {
        socket.on('myEvent', resolve);
        socket.emit('myEvent', {name: 'spot', tags: [1]});
      }));
      return {io, heard, port: io.httpServer.address().port};
    };
    const first = open(0);
    const client = join(program, `http://localhost:${first.port}`, after);
    assert.deepStrictEqual(await limited(first.heard, 'event'), {name: 'rex'});
    await client.says('connected\nmyEvent spot\n');
    await first.io.close();
    await client.says('disconnected: ');
    const second = open(first.port);
    assert.deepStrictEqual(await limited(second.heard, 'event after the restart'), {name: 'rex'});
    await client.says('\nconnected\n');
    assert.match(
        client.printed(),
        /^connected\nmyEvent spot\ndisconnected: transport (close|error)\nconnected\n/);
  });

  test('socket.io client', 'two of them talk by our server', async ({after}) => {
    const server = await serve('socketio_server', after);
    const one = join(program, `http://localhost:${server.port}`, after);
    await one.says('connected\nmyEvent spot\n');
    const two = join(program, `http://localhost:${server.port}`, after);
    await one.says('myEvent rex\n');
    await two.says('connected\nmyEvent spot\n');
    await server.stop();
    await one.says('disconnected: ');
  });
};
