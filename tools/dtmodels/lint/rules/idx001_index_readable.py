"""darktable can read the index of releases.

darktable fetches releases-index.json from the default branch before every download. If it cannot read the file, or a
key is not exactly three numbers, downloads fail for all users. A new release cannot repair that.

Fix: Let `dtmodels index --serve <version>=<tag>` write the file.

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
    """Validate the index against its schema; a repository without an index serves no darktable yet."""
    try:
        read_index(root / INDEX_FILE)
    except Failure as exc:
        yield RuleResult(path=root / INDEX_FILE, what=exc.what, fix=exc.fix)
