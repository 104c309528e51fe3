# tests/interop/python_sayings.py - what is said to either end of ours, which says it back.
import asyncio
import os

MIB = 1024 * 1024
CLOSE_CODES = [1000, 1001, 1002, 1003, *range(1007, 1015), 3000, 3999, 4000, 4999]

MESSAGES = [
    "",
    b"",
    "a",
    b"\x00\xff",
    "K\u00e4se \U0001f9c0 " * 30,
    "x" * 125,
    "x" * 126,
    b"y" * 65535,
    b"y" * 65536,
    "Hello " * 3000,
    "z" * MIB,
    os.urandom(MIB),
    "Hello " * 3000,
]


async def every_length(ws):
    for message in MESSAGES:
        await ws.send(message)
        assert await ws.recv() == message, f"{type(message)} of {len(message)}"


async def fragments(ws):
    for parts in (["Hel", "", "lo"], ["", ""], ["ab" * 5000] * 20, ["x"] * 500):
        await ws.send(parts)
        assert await ws.recv() == "".join(parts)
    await ws.send([b"\x00" * 1000, b"", os.urandom(70000)])
    assert len(await ws.recv()) == 71000


async def burst(ws):
    pongs = []
    for i in range(300):
        await ws.send(f"message {i} " + "x" * (i % 50))
        if i % 30 == 0:
            pongs.append(await ws.ping(f"{i}"))
    for i in range(300):
        assert (await ws.recv()).startswith(f"message {i} ")
    await asyncio.gather(*pongs)


def frames_read(extension):
    """Of each frame that the extension decodes from here on: is it compressed, how many bytes."""
    seen = []
    decode = extension.decode

    def count(frame, **options):
        seen.append((frame.rsv1, len(frame.data)))
        return decode(frame, **options)

    extension.decode = count
    return seen


SAYINGS = [
    ("text and binary of every length come back", every_length),
    ("fragments are one message, empty ones between them", fragments),
    ("a burst of messages comes back in order, pings between them", burst),
]
