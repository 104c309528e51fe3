# tests/interop/python_runner.py - what runner.js and server.js are, for Python: tests as sentences,
# one line each, the totals as the last line; and the programs under test; none outlives it.
import asyncio
import atexit
import re
import signal
import subprocess
import sys
import time
import traceback

SECONDS_MAX = 90  # for what hangs: a busy machine may take ten times as long
tests = []
children = set()
servers = {}  # flags -> Server
programs = {}  # echo, client


def test(group, sentence):
    """What the sentence says holds when the coroutine that it decorates returns."""

    def add(body):
        tests.append((f"{group}: {sentence}", body))
        return body

    return add


class Server:
    def __init__(self, *flags):
        command = [programs["echo"], "--host", "127.0.0.1", "--port", "0", *flags]
        self.child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        )
        children.add(self.child)
        line = self.child.stdout.readline()  # "listening on http://127.0.0.1:7890"
        found = re.search(r":(\d+)\D*$", line)
        if not found:
            raise RuntimeError(f"{' '.join(command)} did not start: {line!r}")
        self.port = int(found.group(1))

    def url(self, path="/ws"):
        return f"ws://127.0.0.1:{self.port}{path}"


def server(*flags):
    """The echo server with these flags, shared by all tests that ask for the same."""
    if flags not in servers:
        servers[flags] = Server(*flags)
    return servers[flags]


class Client:
    """Our client at some URL, as tests/interop/ws_client.cpp: it sends back what it gets."""

    @classmethod
    async def start(cls, *args):
        self = cls()
        self.child = await asyncio.create_subprocess_exec(
            programs["client"],
            *args,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
        )
        children.add(self.child)
        return self

    async def ended(self):
        """All that it said. Its exit code is 0, whatever the server did."""
        out, _ = await self.child.communicate()
        children.discard(self.child)
        assert self.child.returncode == 0, self.child.returncode
        return out.decode()


def stop_all():
    for child in children:
        try:
            child.kill()
        except ProcessLookupError:
            pass


async def run_all(word):
    passed = failed = 0
    for name, body in tests:
        if word and word not in name:
            continue
        started = time.monotonic()
        try:
            await asyncio.wait_for(body(), SECONDS_MAX)
            passed += 1
            seconds = time.monotonic() - started
            print(f"ok    {name}" + (f" ({seconds:.1f} s)" if seconds > 1 else ""))
        except Exception:
            failed += 1
            print(f"FAIL  {name}")
            print("      " + traceback.format_exc(limit=-4).replace("\n", "\n      "))
        sys.stdout.flush()
    stop_all()
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


def run(word):
    atexit.register(stop_all)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(asyncio.run(run_all(word)))
