"""The stand-in as a process: serves until it is told to end, and keeps its state in a file.

`python -m tests.fake_github --state FILE --port-file FILE`: `--state` is read when it exists (any fields of `State`,
JSON) and written after each request; blobs lie beside it, in a directory with the suffix `.files`. `--port-file` gets
the port once it listens. While it runs, GET `/_control` shows the state, and POST changes it and adds faults.
"""

import argparse
import signal
import sys
import threading
from pathlib import Path

from tests.fake_github.server import FakeGitHub
from tests.fake_github.state import State


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--port-file", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    asked = parser.parse_args()
    state = State.load(asked.state) if asked.state.exists() else State(directory=asked.state.with_suffix(".files"))
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    with FakeGitHub(state.directory, state, file=asked.state, port=asked.port) as github:
        github.save()
        part = asked.port_file.with_suffix(".part")
        part.write_text(github.url.rpartition(":")[2])
        part.replace(asked.port_file)
        done.wait()


if __name__ == "__main__":
    sys.exit(main())
