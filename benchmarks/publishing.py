"""Cost of a release: wall time without building, requests, and bytes uploaded after a change of one model.

Packages are small fakes, and the fake GitHub is on this machine. So the times are those of the tools alone.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from dtbase.terminal.console import Console
from dtmodels.publishing.dist import read_dist
from dtmodels.publishing.next_draft import prepare_next_draft
from tests.dtmodels.publishing.sample_collection import QUIET, Collection, adder
from tests.fake_github import FakeGitHub

SIZES = (2, 30, 300)
COLUMNS = ["models", "plan s", "assemble s", "publish s", "requests", "all models", "one changed", "prepared", "lists"]
"""Wall times in s, number of requests for publishing, and uploaded bytes.

`all models` is a first release, `one changed` a release after a change of one model, and `prepared` the same with a
prepared draft. `lists` are uploaded by every release.
"""


def main() -> int:
    """Release collections of several sizes, then change one model of each, without and with a prepared draft."""
    Console().table(COLUMNS, [measure(size) for size in SIZES], title="releases on the fake GitHub")
    return 0


def measure(size: int) -> list[str]:
    """Measure one row: a first release, a second one after a change, and a third one with a prepared draft."""
    with tempfile.TemporaryDirectory() as scratch, FakeGitHub(Path(scratch) / "github") as fake:
        root = Path(scratch) / "collection"
        root.mkdir()
        collection = Collection(root, fake, adder(root))
        collection.tag("v1.0.0", {f"denoise-{number}": "1.0" for number in range(size)})
        collection.build()
        planned = seconds(lambda: collection.plan("v1.0.0"))
        assembled = seconds(lambda: collection.assemble("v1.0.0"))
        before = len(fake.requests())
        published = seconds(lambda: collection.publish("v1.0.0"))
        requests = len(fake.requests()) - before
        first = uploaded(fake, before, "name=denoise-")
        before = len(fake.requests())
        collection.release("v1.1.0", {"denoise-0": "1.1"})
        second = uploaded(fake, before, "name=denoise-")
        prepare_next_draft(read_dist(root / "dist"), collection.github(), QUIET)
        before = len(fake.requests())
        collection.release("v1.2.0", {"denoise-0": "1.2"})
        third, lists = uploaded(fake, before, "name=denoise-"), uploaded(fake, before, "name=(?!denoise-)")
        times = [f"{took:.1f}" for took in (planned, assembled, published)]
        return [str(size), *times, str(requests), *(f"{count:,}" for count in (first, second, third, lists))]


def seconds(work: Callable[[], object]) -> float:
    """Return the wall time of a call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def uploaded(fake: FakeGitHub, since: int, names: str) -> int:
    """Return the bytes of uploads with matching names, after the first `since` requests."""
    sent = fake.requests()[since:]
    return sum(one["received"] for one in sent if re.search(f"/assets[?]{names}", one["path"]))


if __name__ == "__main__":
    sys.exit(main())
