# tests/interop/python_socketio.py SIO_ROWS [WORD] - Python's socketio as a client of sio_rows, by
# polling, by WebSocket, and over the upgrade from one to the other.
import asyncio
import contextlib
import logging
import sys

import engineio.payload
import socketio

import python_runner
from python_runner import test

# Of one answer to a poll. Above it, by default 16, the client gives up; any server may send more.
engineio.payload.Payload.max_decode_packets = 1000

WAYS = {
    "polling": ["polling"],
    "websocket": ["websocket"],
    "upgrade": ["polling", "websocket"],
}
VALUES = [1, "2", {"3": [True, None]}, 1.5, -7, "\u20ac \U0001f600", [], {}, False]


class Client(socketio.AsyncClient):
    """What arrives is kept, event by event, until it is taken."""

    def __init__(self):
        super().__init__(reconnection=False)
        self.queues = {}

    def keep(self, *events, namespace="/"):
        for event in events:
            queue = self.queues[namespace, event] = asyncio.Queue()
            self.on(event, lambda *args, queue=queue: queue.put_nowait(args), namespace)

    async def take(self, event, namespace="/"):
        return await asyncio.wait_for(self.queues[namespace, event].get(), 30)

    def arrived(self, event, namespace="/"):
        return self.queues[namespace, event].qsize()

    async def ask(self, event, *args, namespace="/"):
        return await self.call(event, args, namespace=namespace, timeout=30)


@contextlib.asynccontextmanager
async def connect(way, path="/main", namespaces=("/",), auth=None, wait=True):
    client = Client()
    for namespace in namespaces:
        client.keep("echo", "news", "disconnect", "connect_error", namespace=namespace)
    try:
        await client.connect(
            python_runner.server().url("").replace("ws:", "http:"),
            transports=WAYS[way],
            socketio_path=path,
            namespaces=list(namespaces),
            auth=auth,
            wait=wait,
            wait_timeout=30,
        )
        yield client
    finally:
        await client.disconnect()
        await client.eio.disconnect(abort=True)


def each_way(sentence):
    def add(body):
        for way in WAYS:
            test(f"python-socketio {way}", sentence)(lambda way=way: body(way))
        return body

    return add


@each_way("connects, with the transport that it asked for")
async def connects(way):
    async with connect(way) as client:
        info = await client.ask("info")
        assert info["id"] == client.get_sid(), info
        assert info["transport"] == ("polling" if way == "polling" else "websocket"), info
        assert info["upgraded"] == (way == "upgrade"), info


@each_way("events go both ways, their arguments unchanged")
async def events(way):
    async with connect(way) as client:
        await client.emit("echo", tuple(VALUES))
        assert list(await client.take("echo")) == VALUES
        await client.emit("echo")
        assert await client.take("echo") == ()


@each_way("octets go both ways, nested too")
async def binary(way):
    async with connect(way) as client:
        value = {"deep": [bytes(range(256)), {"more": b"\x00\xff"}]}
        await client.emit("echo", (b"\x01\x02", value))
        assert await client.take("echo") == (b"\x01\x02", value)
        assert await client.ask("echo", b"x" * 300_000) == b"x" * 300_000


@each_way("an acknowledgement comes back, one value or several")
async def acks(way):
    async with connect(way) as client:
        assert await client.ask("echo", "one") == "one"
        several = await client.ask("echo", *VALUES)
        assert list(several) == VALUES, several


@each_way("the server asks, and the client answers")
async def answers(way):
    async with connect(way) as client:
        client.on("question", lambda value: {"got": value})
        late, answer = await client.ask("ask", 5000, b"octets")
        assert (late, answer) == ("", {"got": b"octets"}), (late, answer)


@each_way("500 events arrive in order")
async def order(way):
    async with connect(way) as client:
        client.keep("burst")
        await client.emit("burst", 500)
        assert [(await client.take("burst"))[0] for _ in range(500)] == list(range(500))


@each_way("rooms and broadcasts choose who hears")
async def rooms(way):
    async with connect(way) as one, connect("websocket") as two, connect("polling") as three:
        assert await two.ask("join", "room") is True
        assert sorted(await two.ask("rooms")) == sorted(["room", two.get_sid()])
        await one.ask("broadcast", {"to": ["room"]}, "news", {"bytes": b"\x01"})
        assert await two.take("news") == ({"bytes": b"\x01"},)
        await one.ask("broadcast", {}, "news", "to all others")
        assert await two.take("news") == ("to all others",)
        assert await three.take("news") == ("to all others",)
        await one.ask("echo", 0)
        assert (one.arrived("news"), three.arrived("news")) == (0, 0)


@each_way("a broadcast gathers the answers of Python's clients")
async def gathered(way):
    async with connect(way) as one, connect(way) as two:
        for name, client in (("one", one), ("two", two)):
            client.on("question", lambda value, name=name: f"{value} {name}")
            await client.ask("join", "askers " + way)
        how = {"from": "all", "to": ["askers " + way], "timeout": 30000}
        late, got = await one.ask("broadcast", how, "question", "hi")
        assert (late, sorted(got)) == ("", ["hi one", "hi two"]), (late, got)


@each_way("a namespace beside the main one has its own events and auth")
async def namespaces(way):
    async with connect(way, namespaces=["/", "/custom"], auth={"token": "123"}) as client:
        assert client.get_sid("/") != client.get_sid("/custom")
        shake = await client.ask("handshake", namespace="/custom")
        assert shake["auth"] == {"token": "123"}, shake
        await client.emit("echo", "here", namespace="/custom")
        assert await client.take("echo", "/custom") == ("here",)
        assert client.arrived("echo") == 0


@each_way("an unknown namespace and a middleware's no are connection errors")
async def refused(way):
    for namespace, why in (("/nobody", "Invalid namespace"), ("/middleware", "no")):
        async with connect(way, namespaces=[namespace], wait=False) as client:
            assert await client.take("connect_error", namespace) == ({"message": why},)


@each_way("the server ends one namespace, and the other goes on")
async def server_disconnects(way):
    async with connect(way, namespaces=["/", "/custom"]) as client:
        await client.emit("bye", False, namespace="/custom")
        await client.take("disconnect", "/custom")
        assert await client.ask("echo", 1) == 1


@each_way("the client disconnects, and the server knows")
async def client_disconnects(way):
    async with connect(way) as one, connect("websocket") as watcher:
        room = "leaving " + way
        await one.ask("join", room)
        assert len(await watcher.ask("fetch", {"from": "all", "to": [room]})) == 1
        await one.disconnect()
        await one.take("disconnect")
        while await watcher.ask("fetch", {"from": "all", "to": [room]}):
            pass


@each_way("the connection outlives heartbeats")
async def heartbeat(way):
    async with connect(way, path="/beat") as client:
        client.keep("question")
        for _ in range(3):  # each waits for three pings
            await client.ask("ask", 900, "nobody answers")
        assert await client.ask("echo", "alive") == "alive"


if __name__ == "__main__":
    # It forgets to close HTTP sessions, and asyncio says so for each.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    python_runner.programs["echo"] = sys.argv[1]
    python_runner.run(sys.argv[2] if len(sys.argv) > 2 else "")
