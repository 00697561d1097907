"""Every darktable version that downloads models has an entry in the index of releases.

darktable looks up its own version by exactly three numbers; there are no ranges. A point release without an entry
finds nothing to download, and its users see an error. A missing development version is reported as information only.

Fix: Run `dtmodels index --serve <version>=<tag>`. If darktable released a version that these tools do not know, add it
to schema/darktable-versions-v1.json, with the URL of its announcement.

Authority: schema/darktable-versions-v1.json, each row with its source

Bad::

    {"schema": 1, "compatible_releases": {"5.6.0": "v1.0.0"}}

Good::

    {"schema": 1, "compatible_releases": {"5.6.0": "v1.0.0", "5.6.1": "v1.0.0", "5.6.2": "v1.0.0", "5.7.0": "v1.0.0"}}
"""

from collections.abc import Iterator
from pathlib import Path

from dtbase.system.errors import Failure
from dtmodels.lint.rule import RuleResult, Severity
from dtmodels.release.releases_index import INDEX_FILE, read_index, versions_without_entry

SEVERITY: Severity = "warning"


def check_repository(root: Path) -> Iterator[RuleResult]:
    """Look up every known version as darktable does; IDX001 reports an unreadable index."""
    try:
        index = read_index(root / INDEX_FILE)
    except Failure:
        return
    for missing in versions_without_entry(index):
        released = missing.kind == "release"
        version = missing.version if released else f"{missing.version} (development)"
        what = f"darktable {version} has no entry, so it cannot download models"
        fix = f"run `dtmodels index --serve {missing.version}=<tag>`"
        yield RuleResult(path=root / INDEX_FILE, what=what, fix=fix, severity=None if released else "info")
