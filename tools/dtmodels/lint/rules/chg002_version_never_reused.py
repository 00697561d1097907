"""A version is never lowered or used again.

darktable never replaces a version by a lower one, so users do not receive a lowered version. A version that was
published and later withdrawn may already be installed on the machines of users.

Fix: Choose a version above every version that this model ever had.

Bad::

    version: "1.1"   # lower than "1.2" at the earlier revision

Good::

    version: "1.3"
"""

from collections.abc import Iterator

from dtmodels.card.reader import CardReading, card_values
from dtmodels.lint.changes import Version, card_path, earlier_values, parse_version
from dtmodels.lint.history import History
from dtmodels.lint.rule import RuleResult, Severity

SEVERITY: Severity = "error"
HARD = True


def check_history(history: History, reading: CardReading) -> Iterator[RuleResult]:
    """Compare the version with all earlier versions of the card, up to the revision."""
    version = parse_version(reading.values.get("version"))
    before = earlier_values(history, reading) or {}
    earlier_version = parse_version(before.get("version"))
    if version is None or version == earlier_version:
        return
    label = f"{version[0]}.{version[1]}"
    used = _used(history, reading)
    fix = f"write a version above {'{}.{}'.format(*max(used))}" if used else ""
    if earlier_version and version < earlier_version:
        what = f"version {label} is lower than {earlier_version[0]}.{earlier_version[1]} at {history.revision}"
        yield RuleResult(where=("version",), what=what, fix=fix)
    elif version in used:
        yield RuleResult(
            where=("version",), what=f"version {label} was already used, in commit {used[version][:10]}", fix=fix
        )


def _used(history: History, reading: CardReading) -> dict[Version, str]:
    """Every version up to the revision, with the last commit that had it."""
    used: dict[Version, str] = {}
    for commit, data in history.contents(card_path(history, reading)):
        if version := parse_version((card_values(data) or {}).get("version")):
            used.setdefault(version, commit)
    return used
