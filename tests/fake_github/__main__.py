"""Run the fake GitHub as a process that serves until SIGTERM or SIGINT and stores its state in a file.

`python -m tests.fake_github --state FILE --port-file FILE`: the JSON file `--state` holds any fields of `State`. It is
read when it exists and written after each request. Blobs are stored next to it, in a directory with the suffix
`.files`. The port is written to `--port-file` once the server listens. While it runs, GET `/_control` returns the
state, and POST changes it and adds faults.
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
    options = parser.parse_args()
    state = (
        State.load(options.state) if options.state.exists() else State(directory=options.state.with_suffix(".files"))
    )
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    with FakeGitHub(state.directory, state, file=options.state, port=options.port) as github:
        github.save()
        part = options.port_file.with_suffix(".part")
        part.write_text(github.url.rpartition(":")[2])
        part.replace(options.port_file)
        stopped.wait()


if __name__ == "__main__":
    sys.exit(main())
