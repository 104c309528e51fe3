# tests/interop/python_main.py ECHO WS_CLIENT [WORD] - Python's websockets against both of ours.
import logging
import sys

import python_runner

python_runner.programs["echo"], python_runner.programs["client"] = sys.argv[1:3]
logging.getLogger("websockets").setLevel(logging.CRITICAL)  # failures are the tests' to tell
import python_client_test  # noqa: E402,F401
import python_server_test  # noqa: E402,F401

python_runner.run(sys.argv[3] if len(sys.argv) > 3 else "")
