"""The index of releases is what darktable reads.

darktable fetches releases-index.json from the default branch before every download. What it cannot read, or a key that
is not exactly three numbers, is a download that fails for everybody, and no release can mend it.

Fix: let `dtmodels index --serve <version>=<tag>` write the file.

Bad::

    {"schema": 1, "compatible_releases": {"5.6": "v1.0.0"}}

Good::

    {"schema": 1, "compatible_releases": {"5.6.0": "v1.0.0", "5.6.1": "v1.0.0"}}
"""

from collections.abc import Iterator
from pathlib import Path

from dtbase.system.errors import Failure
from dtmodels.lint.rule import RuleResult, Severity
from dtmodels.release.releases_index import INDEX_FILE, read_index

SEVERITY: Severity = "error"
HARD = True


def check_repository(root: Path) -> Iterator[RuleResult]:
    """Hold the index against its schema; a repository without one serves nobody yet."""
    try:
        read_index(root / INDEX_FILE)
    except Failure as exc:
        yield RuleResult(path=root / INDEX_FILE, what=exc.what, fix=exc.fix)
