"""Every darktable that downloads models has an entry in the index of releases.

darktable looks itself up by exactly three numbers; there are no ranges. A point release that was forgotten finds
nothing to download, and says so to everybody who has it. That a version still in development is not served is only
remarked upon.

Fix: `dtmodels index --serve <version>=<tag>`. A version that is missing here belongs into
schema/darktable-versions-v1.json, with the address where it was announced.

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
    """Look every known version up, as it would look itself up; what cannot be read is another rule's."""
    try:
        index = read_index(root / INDEX_FILE)
    except Failure:
        return
    for missing in versions_without_entry(index):
        out = missing.kind == "release"
        what = f"darktable {missing.version}{'' if out else ' (development)'} has no entry, so it downloads nothing"
        fix = f"dtmodels index --serve {missing.version}=<tag>"
        yield RuleResult(path=root / INDEX_FILE, what=what, fix=fix, severity=None if out else "info")
