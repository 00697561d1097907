"""Files that a card names lie where they may, exist, and are the ones it describes.

A path that leaves the directory of the model could reach any file of the machine that builds it. A file in the
repository can be held against its digest at once, so it is.

Fix: name a file inside the model's directory; update sha256 and bytes when the file was changed on purpose.

Bad::

    checkpoints: [{name: weights, file: ../other/weights.safetensors}]

Good::

    checkpoints: [{name: weights, file: weights.safetensors}]
"""

from collections.abc import Iterator
from pathlib import Path

from dtbase.system.files import sha256
from dtmodels.card.model import Checkpoint
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._paths import outside, present
from dtmodels.yaml.document import FieldPath

SEVERITY: Severity = "error"
HARD = True


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Look at checkpoints, demo images and the places of components."""
    for index, checkpoint in enumerate(subject.card.checkpoints):
        where: FieldPath = ("checkpoints", index)
        if checkpoint.hub and outside(checkpoint.hub.path):
            yield _leaves((*where, "hub", "path"), checkpoint.hub.path)
        if checkpoint.file:
            yield from _named((*where, "file"), checkpoint.file, [subject.directory])
            yield from _same(where, checkpoint, subject.directory / checkpoint.file)
    for index, image in enumerate(subject.card.demo.images):
        yield from _named(("demo", "images", index), image, [subject.root / "images"])
    for image in subject.card.demo.prompts:
        yield from _named(("demo", "prompts", image), image, [subject.root / "images"])
    components = subject.card.openness.components if subject.card.openness else {}
    for name, component in components.items():
        if "://" not in component.location:
            where = ("openness", "components", name, "location")
            yield from _named(where, component.location, [subject.directory, subject.root])


def _named(where: FieldPath, name: str, directories: list[Path]) -> Iterator[RuleResult]:
    if outside(name):
        yield _leaves(where, name)
        return
    found = next((directory / name for directory in directories if present(directory / name)), None)
    if found is None:
        yield RuleResult(where=where, what=f"there is no file '{name[:100]}'", fix="correct the name, or add the file")
    elif not any(found.resolve().is_relative_to(directory.resolve()) for directory in directories):
        yield RuleResult(
            where=where, what=f"'{name[:100]}' is a link out of the directory", fix="put the file itself there"
        )


def _same(where: FieldPath, checkpoint: Checkpoint, path: Path) -> Iterator[RuleResult]:
    """A file of the repository has the size and the digest of the card; the digest says enough when both differ."""
    if outside(checkpoint.file or "") or not present(path):
        return
    if checkpoint.sha256 and (actual := sha256(path)) != checkpoint.sha256:
        what = f"'{checkpoint.file}' has the SHA-256 {actual}"
        yield RuleResult(where=(*where, "sha256"), what=what, fix="restore the file, or write its digest into the card")
    elif checkpoint.bytes and (size := path.stat().st_size) != checkpoint.bytes:
        what = f"'{checkpoint.file}' has {size} bytes, not {checkpoint.bytes}"
        yield RuleResult(where=(*where, "bytes"), what=what, fix=f"write bytes: {size}")


def _leaves(where: FieldPath, name: str) -> RuleResult:
    return RuleResult(where=where, what=f"'{name[:100]}' leads out of its directory", fix="write a plain relative path")
