"""A fake GitHub on loopback: releases API, uploads, downloads, raw files, and injected faults.

In a test::

    with FakeGitHub(tmp_path / "github") as github:
        github.fail(Fault(kind="status", method="POST", path="/assets", nth=2, status=502))
        subprocess.run([...], env=os.environ | github.environment())

As a separate process: `python -m tests.fake_github --state FILE --port-file FILE`.
"""

from tests.fake_github.faults import Fault
from tests.fake_github.server import FakeGitHub
from tests.fake_github.state import Asset, Release, State

__all__ = ["Asset", "FakeGitHub", "Fault", "Release", "State"]
