"""A version is never lowered, and a number that was used once is not used again.

darktable never goes back to a lower number, so a lowered version reaches nobody. A number that once meant another
package, though it was taken back since, still lies on the machines of those who were quick.

Fix: choose a number above all that were ever used for this model.

Bad::

    version: "1.1"   # and at the earlier revision it was "1.2"

Good::

    version: "1.3"
"""

from collections.abc import Iterator

from dtmodels.card.reader import Reading, values_of
from dtmodels.lint.changes import Version, card_path, earlier_values, parse_version
from dtmodels.lint.history import History
from dtmodels.lint.rule import RuleResult, Severity

SEVERITY: Severity = "error"
HARD = True


def check_history(history: History, reading: Reading) -> Iterator[RuleResult]:
    """Compare the version with all the card ever had, up to the revision."""
    version = parse_version(reading.values.get("version"))
    before = earlier_values(history, reading) or {}
    then = parse_version(before.get("version"))
    if version is None or version == then:
        return
    shown = f"{version[0]}.{version[1]}"
    used = _used(history, reading)
    fix = f"write a version above {'{}.{}'.format(*max(used))}" if used else ""
    if then and version < then:
        what = f"the version is {shown}, lower than {then[0]}.{then[1]} at {history.revision}"
        yield RuleResult(where=("version",), what=what, fix=fix)
    elif version in used:
        yield RuleResult(
            where=("version",), what=f"the version {shown} was used before, in {used[version][:10]}", fix=fix
        )


def _used(history: History, reading: Reading) -> dict[Version, str]:
    """Every version up to the revision, with the last commit that had it."""
    used: dict[Version, str] = {}
    for commit, data in history.contents(card_path(history, reading)):
        if version := parse_version((values_of(data) or {}).get("version")):
            used.setdefault(version, commit)
    return used
