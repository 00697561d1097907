"""The id is well formed and equals the name of the directory.

The directory, the package, the release asset and the directory that darktable installs into are all named after the
id. Lower case, digits and single hyphens mean the same on every file system and in every URL. Windows reserves a few
names for devices, with any ending.

Fix: Rename the directory or change the id.

Authority: for reserved names, https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file

Bad::

    id: Denoise_Example

Good::

    id: denoise-example
"""

import re
from collections.abc import Iterator

from dtmodels.card.source_edits import quote_yaml
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.yaml.document import SourceChange

SEVERITY: Severity = "error"
HARD = True

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|(com|lpt)[0-9¹²³]|conin|conout|clock)")


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Compare the id with the name of the directory, which also makes ids unique; reject names of devices."""
    if _RESERVED.fullmatch(subject.card.id):
        what = f"Windows cannot store a file named '{subject.card.id}': it is the name of a device"
        yield RuleResult(where=("id",), what=what, fix="choose another id, such as that of the task and the network")
    if subject.card.id != subject.directory.name:
        what = f"id is '{subject.card.id}', but the directory is '{subject.directory.name}'"
        change = SourceChange(kind="value", where=("id",), source=quote_yaml(subject.directory.name))
        usable = _ID.fullmatch(subject.directory.name) is not None
        yield RuleResult(
            where=("id",), what=what, fix="rename the directory or change the id", change=change if usable else None
        )
