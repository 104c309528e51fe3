# tests/interop/python_client_test.py - Python's websockets as a client of tools/echo.
import asyncio
import os

import websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

from python_runner import server, test
from python_sayings import CLOSE_CODES, MIB, SAYINGS, frames_read

GROUP = "Python client"
COMPRESSED = ("--compression", "on")


def connect(target, *flags, compression=None, **options):
    options.setdefault("max_size", 32 * MIB)
    return websockets.connect(server(*flags).url(target), compression=compression, **options)


# What it offers, and what our server makes of it; None: nothing is offered.
OFFERS = [
    (None, None),
    ({}, "permessage-deflate"),
    ({"client_max_window_bits": None}, "permessage-deflate"),
    ({"server_no_context_takeover": True}, "permessage-deflate; server_no_context_takeover"),
    ({"client_no_context_takeover": True}, "permessage-deflate; client_no_context_takeover"),
    (
        {"server_no_context_takeover": True, "client_no_context_takeover": True},
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
    ),
    ({"server_max_window_bits": 8}, "permessage-deflate; server_max_window_bits=8"),
    ({"server_max_window_bits": 9}, "permessage-deflate; server_max_window_bits=9"),
    ({"server_max_window_bits": 15}, "permessage-deflate; server_max_window_bits=15"),
    ({"client_max_window_bits": 9}, "permessage-deflate; client_max_window_bits=9"),
    (
        {
            "server_no_context_takeover": True,
            "client_no_context_takeover": True,
            "server_max_window_bits": 10,
            "client_max_window_bits": 11,
        },
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
        "server_max_window_bits=10; client_max_window_bits=11",
    ),
]


def offered(parameters):
    if parameters is None:
        return {}
    return {"extensions": [ClientPerMessageDeflateFactory(**parameters)]}


def add(parameters, agreed):
    group = f"{GROUP}, {agreed or 'uncompressed'}"
    flags = COMPRESSED if parameters is not None else ()

    for sentence, say in SAYINGS:

        @test(group, sentence)
        async def _(say=say):
            async with connect("/ws", *flags, **offered(parameters)) as ws:
                assert ws.response_headers.get("Sec-WebSocket-Extensions") == agreed
                await say(ws)


for row in OFFERS:
    add(*row)


@test(GROUP, "a long message is compressed on its way back, where that was agreed on")
async def saves():
    for flags, limit in ((COMPRESSED, 5000), ((), None)):
        async with connect("/ws", *flags, compression="deflate") as ws:
            seen = [frames_read(extension) for extension in ws.extensions]
            await ws.send("x" * 1000000)
            assert await ws.recv() == "x" * 1000000
            assert bool(seen) == bool(flags)
            if limit:
                compressed, size = seen[0][0]
                assert compressed and size < limit, seen


@test(GROUP, "16 MiB, in one frame and in many, where max-message allows it")
async def large():
    limit = ("--max-message", str(16 * MIB))
    for flags, compression in ((limit, None), (limit + COMPRESSED, "deflate")):
        async with connect("/", *flags, compression=compression) as ws:
            whole = os.urandom(64) * (16 * MIB // 64)
            await ws.send(whole)
            assert await ws.recv() == whole
            await ws.send([whole[i : i + 65536] for i in range(0, len(whole), 65536)])
            assert await ws.recv() == whole


@test(GROUP, "the subprotocol echo is chosen when offered")
async def subprotocol():
    for names, chosen in ((["a", "echo"], "echo"), (["a"], None), (None, None)):
        async with connect("/ws", subprotocols=names) as ws:
            assert ws.subprotocol == chosen


@test(GROUP, "every close code that may travel is echoed")
async def close_codes():
    for flags in ((), COMPRESSED):
        for code in CLOSE_CODES:
            ws = await connect("/ws", *flags, compression="deflate" if flags else None)
            await ws.close(code, "gr\u00fcn")
            # ends cleanly: websockets reports 1006 where no Close came back
            assert ws.close_code == code, (code, ws.close_code)


@test(GROUP, "a message over max-message is closed with 1009, also where it is only when inflated")
async def too_large():
    for flags, compression in (((), None), (COMPRESSED, "deflate")):
        async with connect("/ws", "--max-message", "1000", *flags, compression=compression) as ws:
            await ws.send("x" * 1000)
            assert await ws.recv() == "x" * 1000
            await ws.send("x" * 1001)
            try:
                await ws.recv()
                raise AssertionError("it answered")
            except websockets.ConnectionClosedError as closed:
                assert closed.rcvd.code == 1009, closed


@test(GROUP, "our own pings are answered, and a ping of the peer at any time")
async def pings():
    async with connect("/ws", ping_interval=0.02, ping_timeout=5) as ws:
        await asyncio.sleep(0.1)
        await ws.send("still here")
        assert await ws.recv() == "still here"
        for payload in (b"", b"x" * 125):
            await (await ws.ping(payload))


@test(GROUP, "a path that is no WebSocket is refused with its status, a foreign Origin with 403")
async def refusals():
    for path, origin, status in (("/nothing", None, 404), ("/ws", "http://evil.example", 403)):
        try:
            async with connect(path, origin=origin):
                raise AssertionError("it opened")
        except websockets.InvalidStatusCode as refused:
            assert refused.status_code == status, refused


@test(GROUP, "/broadcast reaches all others, compressed or not")
async def broadcast():
    def join(compression):
        return connect("/broadcast", *COMPRESSED, compression=compression)

    async with join("deflate") as one, join("deflate") as two, join(None) as three:
        await one.send("to all " * 1000)
        assert await two.recv() == await three.recv() == "to all " * 1000
        await two.send(b"back")
        assert await one.recv() == await three.recv() == b"back"
