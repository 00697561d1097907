"""The id is well formed and equals the name of the folder.

Folder, package, asset and the directory darktable installs into all carry the id. In lower case, with digits and
single hyphens, it means the same on every file system and in every address.

Fix: rename the folder or correct the id.

Bad::

    id: Denoise_Example

Good::

    id: denoise-example
"""

from collections.abc import Iterator

from dtmodels.lint.rule import Remark, Severity, Subject

SEVERITY: Severity = "error"
HARD = True


def check_card(subject: Subject) -> Iterator[Remark]:
    """Compare the id with the folder, which makes ids unique too."""
    if subject.card.id != subject.folder.name:
        what = f"id is '{subject.card.id}', but the folder is '{subject.folder.name}'"
        yield Remark(where=("id",), what=what, fix="make them equal")
