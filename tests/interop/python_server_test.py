# tests/interop/python_server_test.py - our client, as tests/interop/ws_client.cpp, and the server
# of Python's websockets. The server speaks first; the client sends back what it gets.
import asyncio
import contextlib
import http
import tempfile

import websockets
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory

from python_runner import Client, test
from python_sayings import CLOSE_CODES, MIB, SAYINGS, frames_read

GROUP = "Python server"


@contextlib.asynccontextmanager
async def talk(*args, unix=None, path="/", **options):
    """A server, our client at it, and the server's end of the connection."""
    arrived = asyncio.get_running_loop().create_future()
    over = asyncio.Event()

    async def handler(ws):
        arrived.set_result(ws)
        await over.wait()

    options = {"compression": None, "max_size": 32 * MIB, **options}
    if unix:
        serving = websockets.unix_serve(handler, unix, **options)
        url = "ws://localhost" + path
        args = ("--unix", unix, *args)
    else:
        serving = websockets.serve(handler, "127.0.0.1", 0, **options)
    async with serving as listening:
        if not unix:
            url = f"ws://127.0.0.1:{listening.sockets[0].getsockname()[1]}{path}"
        client = await Client.start(url, *args)
        try:
            ws = await asyncio.wait_for(arrived, 30)
            ws.client = client
            yield ws
            await ws.close()
        finally:
            over.set()


async def said(ws, code=1000, reason="", after=""):
    """How the talk ended, as our client tells it; `after` is what it printed when it was open."""
    await ws.close(code, reason)
    assert ws.close_code == code, ws.close_code  # our client's answer
    text = await ws.client.ended()
    assert text == f"open \n{after}close {code} {reason}\n", text


# What our client offers by its flags, what the server does on top of that, and what comes of it:
# server forgets, client forgets, server's bits, client's bits; None: nothing is agreed on.
AGREEMENTS = [
    ([], {}, None),
    (["--compress", "1"], {}, (0, 0, 15, 15)),
    (["--compress", "1", "--server-forgets", "1"], {}, (1, 0, 15, 15)),
    (["--compress", "1", "--client-forgets", "1"], {}, (0, 1, 15, 15)),
    (["--compress", "1", "--server-bits", "9"], {}, (0, 0, 9, 15)),
    (["--compress", "1", "--client-bits", "9"], {}, (0, 0, 15, 9)),
    (["--compress", "1", "--client-bits", "8"], {}, (0, 0, 15, 8)),
    (["--compress", "1"], {"server_no_context_takeover": True}, (1, 0, 15, 15)),
    (["--compress", "1"], {"client_no_context_takeover": True}, (0, 1, 15, 15)),
    (["--compress", "1"], {"server_max_window_bits": 10}, (0, 0, 10, 15)),
    (["--compress", "1"], {"client_max_window_bits": 12}, (0, 0, 15, 12)),
    (
        ["--compress", "1"],
        {"client_max_window_bits": 11, "require_client_max_window_bits": True},
        (0, 0, 15, 11),
    ),
    (
        ["--compress", "1", "--server-bits", "12", "--client-bits", "12"],
        {
            "server_no_context_takeover": True,
            "client_no_context_takeover": True,
            "server_max_window_bits": 11,
            "client_max_window_bits": 10,
        },
        (1, 1, 11, 10),
    ),
]


def add(flags, settings, agreed):
    words = "uncompressed" if agreed is None else "compressed " + " ".join(map(str, agreed))
    here = " ".join(flags[2:]) or "nothing more"
    group = f"{GROUP}, {words} ({here}; {', '.join(settings) or 'nothing more'})"
    options = {}
    after = ""
    if flags:
        options["extensions"] = [ServerPerMessageDeflateFactory(**settings)]
        after = words + "\n"

    for sentence, say in SAYINGS:

        @test(group, sentence)
        async def _(say=say):
            async with talk(*flags, **options) as ws:
                await say(ws)
                await said(ws, after=after)


for row in AGREEMENTS:
    add(*row)


@test(GROUP, "a server that declines is spoken to without compression")
async def declined():
    async with talk("--compress", "1") as ws:
        assert not ws.extensions
        await ws.send("x" * 100000)
        assert await ws.recv() == "x" * 100000
        await said(ws, after="uncompressed\n")


@test(GROUP, "what our client sends is compressed")
async def saves():
    async with talk("--compress", "1", compression="deflate") as ws:
        seen = frames_read(ws.extensions[0])
        await ws.send("x" * 1000000)
        assert await ws.recv() == "x" * 1000000
        assert seen[0][0] and seen[0][1] < 5000, seen


@test(GROUP, "every close code that may travel, and its reason")
async def close_codes():
    for code in CLOSE_CODES:
        async with talk() as ws:
            await said(ws, code, "gr\u00fcn")


@test(GROUP, "our client closes, with a code and a reason")
async def client_closes():
    async with talk() as ws:
        await ws.send("leave")
        await ws.wait_closed()
        assert (ws.close_code, ws.close_reason) == (4001, "as asked")
        assert await ws.client.ended() == "open \nclose 4001 as asked\n"


@test(GROUP, "a subprotocol, a field, a path with a query")
async def request():
    flags = ("--subprotocol", "a", "--subprotocol", "b", "--header", "X-A: c d")
    async with talk(*flags, path="/chat?a=b", subprotocols=["b"]) as ws:
        assert ws.subprotocol == "b"
        assert ws.request_headers["X-A"] == "c d"
        assert ws.path == "/chat?a=b"
        await ws.close()
        assert await ws.client.ended() == "open b\nclose 1000 \n"


@test(GROUP, "a Unix socket")
async def unix():
    with tempfile.TemporaryDirectory() as folder:
        async with talk(unix=folder + "/s") as ws:
            await ws.send("Hello")
            assert await ws.recv() == "Hello"
            await said(ws)


@test(GROUP, "a server that answers 403 to the handshake")
async def refused():
    async def process_request(path, headers):
        return http.HTTPStatus.FORBIDDEN, [], b"no"

    async def handler(ws):
        pass

    serving = websockets.serve(handler, "127.0.0.1", 0, process_request=process_request)
    async with serving as listening:
        url = f"ws://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
        client = await Client.start(url)
        text = await client.ended()
        assert text.startswith("error 6 ") and text.endswith("(status 403)\n"), text


@test(GROUP, "a server that is gone without a Close")
async def gone():
    async with talk() as ws:
        ws.transport.abort()
        assert (await ws.client.ended()).startswith("open \nclose 1006 ")


@test(GROUP, "a message over our limit is closed with 1009, also where it is only when inflated")
async def too_large():
    for flags, compression in (((), None), (("--compress", "1"), "deflate")):
        async with talk("--max-message", "1000", *flags, compression=compression) as ws:
            await ws.send("x" * 1000)
            assert await ws.recv() == "x" * 1000
            await ws.send("x" * 1001)
            await ws.wait_closed()
            assert ws.close_code == 1009, ws.close_code
