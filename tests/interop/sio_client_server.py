# tests/interop/sio_client_server.py - the server of sio_client_rows_*.cpp on Python's socketio. What
# it does and obeys: sio_client_server.js. It knows no recovery, no reasons, no /small, no /late,
# no /deflate.
import asyncio
import json
import logging
import re
import sys

import engineio
import engineio.payload
import socketio
from aiohttp import web

# Of one POST. Above it, by default 16, the server gives up; any client may send more.
engineio.payload.Payload.max_decode_packets = 1000

NAMESPACES = ["/", "/foo", "/abc", "/asd", "/hello", "/slow", "/no", "/token"]
noted = {}


def note(topic, value):
    noted.setdefault(topic, []).append(value)


def speak(io, nsp):
    """The events of one namespace. Python answers with what a handler returns; it cannot tell
    whether that was asked for, so what goes without an answer has "echo" emitted as well."""

    def emit(sid, event, *args, **more):
        return io.emit(event, args, to=sid, namespace=nsp, **more)

    async def echo(sid, *args):
        await emit(sid, "echo", *args)
        return args

    async def late(sid, ms, value):
        await asyncio.sleep(ms / 1000)
        return value

    async def hold(sid, value):
        await held.setdefault(sid, asyncio.Event()).wait()
        return value

    def release(sid):
        held.pop(sid).set()

    async def flaky(sid, key, fails):
        note("flaky", key)
        while noted["flaky"].count(key) <= fails:
            await asyncio.sleep(3600)
        return key

    async def never(sid, *args):
        await asyncio.sleep(3600)

    def keep(sid, value):
        note("note", value)

    async def ask(sid, value):
        def answered(*answers):
            return emit(sid, "answered", *answers)

        await emit(sid, "question", value, callback=answered)

    async def burst(sid, times):
        for i in range(times):
            await emit(sid, "burst", i)

    def conn(sid):
        return io.manager.eio_sid_from_sid(sid, nsp)

    async def bye(sid, close):
        if not close:
            return await io.disconnect(sid, namespace=nsp)
        await io.eio.disconnect(conn(sid))

    async def close_engine(sid):
        await io.eio.disconnect(conn(sid))

    async def bad(sid):
        await io.eio.send(conn(sid), "bad")

    async def info(sid):
        environ = io.get_environ(sid, nsp)
        pairs = environ["aiohttp.request"].query
        headers = {key.lower(): value for key, value in environ["aiohttp.request"].headers.items()}
        return {
            "id": sid,
            "nsp": nsp,
            "conn": conn(sid),
            "transport": io.transport(conn(sid)),
            "auth": auths.get(sid, {}),
            "query": dict(pairs),
            "headers": headers,
            "recovered": False,
        }

    auths = {}
    held = {}

    async def connect(sid, environ, auth=None):
        auths[sid] = auth or {}
        if nsp == "/no":
            note("refused", "/no")
            raise socketio.exceptions.ConnectionRefusedError(
                "Auth failed (namespace)", {"a": "b", "c": 3}
            )
        if nsp == "/token" and (auth or {}).get("token") != "abc":
            raise socketio.exceptions.ConnectionRefusedError("no token")
        if nsp == "/slow":
            await asyncio.sleep(0.2)
        note("connection", nsp)
        if nsp == "/hello":
            for i in range(10):
                await emit(sid, "first", i)

    def disconnect(sid):
        auths.pop(sid, None)
        note("disconnect", {"nsp": nsp, "why": ""})

    for event, handler in {
        "echo": echo,
        "hold": hold,
        "release": release,
        "late": late,
        "flaky": flaky,
        "never": never,
        "note": keep,
        "ask": ask,
        "burst": burst,
        "bye": bye,
        "close-engine": close_engine,
        "bad": bad,
        "info": info,
        "connect": connect,
        "disconnect": disconnect,
    }.items():
        io.on(event, handler, namespace=nsp)


def serve(app, path, **options):
    io = socketio.AsyncServer(async_mode="aiohttp", **options)
    for nsp in NAMESPACES:
        speak(io, nsp)
    io.attach(app, path)
    return io


def serve_raw(app):
    engine = engineio.AsyncServer(async_mode="aiohttp")

    async def message(sid, data):
        if not isinstance(data, str):
            return note("wire", f"<{len(data)} octets>")
        note("wire", data)
        kind, nsp, number, body = re.match(r"(\d)(/[^,]*,)?(\d*)(.*)", data, re.S).groups("")
        if kind == "0":
            for i in (1, 2) if nsp == "/early," else ():
                await engine.send(sid, f'2{nsp}["early",{i}]')
            await engine.send(sid, f'0{nsp}{{"sid":"sid-of-{nsp}"}}')
        if kind == "2" and number and body.startswith('["echo"'):
            answer = json.dumps(json.loads(body)[1:], separators=(",", ":"))
            await engine.send(sid, f"3{nsp}{number}{answer}")

    engine.on("message", message)
    engine.attach(app, "raw")


def serve_v2(app):
    engine = engineio.AsyncServer(async_mode="aiohttp")

    def connect(sid, environ):
        engine.start_background_task(engine.send, sid, "0")

    engine.on("connect", connect)
    engine.attach(app, "v2")


class World:
    async def start(self, port):
        app = web.Application()
        self.ios = {
            "/socket.io": serve(app, "socket.io"),
            "/beat": serve(app, "beat", ping_interval=0.1, ping_timeout=2.5),
            "/cookie": serve(app, "cookie", cookie="io"),
            "/polling": serve(app, "polling", transports=["polling"]),
            "/websocket": serve(app, "websocket", transports=["websocket"]),
        }
        serve_raw(app)
        serve_v2(app)

        async def deny(request):
            return web.Response(status=403, text='{"code":4,"message":"denied"}')

        app.router.add_route("*", "/deny/", deny)
        self.runner = web.AppRunner(app, access_log=None)
        await self.runner.setup()
        self.site = web.TCPSite(
            self.runner, "127.0.0.1", port, shutdown_timeout=0.1, reuse_address=True
        )
        await self.site.start()
        return self.site._server.sockets[0].getsockname()[1]

    def cut(self):
        for connection in list(self.runner.server.connections):
            if connection.transport is not None:
                connection.transport.abort()

    async def obey(self, port, command, *words):
        if command == "down":
            self.cut()
            await self.site.stop()
            noted.clear()
            return "down"
        if command == "up":
            await self.start(port)
            return "up"
        if command == "cut":
            self.cut()
            return "cut"
        if command == "emit":
            await self.ios[words[0]].emit(words[1], (json.loads(words[2]),))
            return "emitted"
        return json.dumps(noted.pop(words[0], []))


async def main():
    world = World()
    port = await world.start(0)
    print(f"listening on http://127.0.0.1:{port}", flush=True)
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        print(await world.obey(port, *line.decode().rstrip("\n").split(" ")), flush=True)


if __name__ == "__main__":
    # What goes wrong is the tests' to tell; it is slow to end, and not asked to.
    logging.disable(logging.CRITICAL)
    asyncio.run(main())
