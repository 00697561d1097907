"""Files that a card names exist, are inside the allowed directory or archive, and match their digest.

A path out of the model's directory could read any file of the machine that builds it. A file in the repository can be
checked against its digest at once.

Fix: Name a file inside the model's directory. If the file was changed on purpose, update sha256 and bytes.

Bad::

    checkpoints: [{name: weights, file: ../other/weights.safetensors}]

Good::

    checkpoints: [{name: weights, file: weights.safetensors}]
"""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from dtbase.system.errors import Failure
from dtbase.system.files import leaves_directory, sha256
from dtmodels.build.archive_member import extract_member
from dtmodels.card.model import ArchiveMember, Checkpoint
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._paths import is_existing_file
from dtmodels.yaml.document import FieldPath

SEVERITY: Severity = "error"
HARD = True


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Check checkpoints, demo images and locations of components."""
    for index, checkpoint in enumerate(subject.card.checkpoints):
        where: FieldPath = ("checkpoints", index)
        if checkpoint.hub and leaves_directory(checkpoint.hub.path):
            yield _outside((*where, "hub", "path"), checkpoint.hub.path)
        if checkpoint.file:
            yield from _check_file((*where, "file"), checkpoint.file, [subject.directory])
            yield from _check_digest(where, checkpoint, subject.directory / checkpoint.file)
        if checkpoint.member:
            yield from _check_member((*where, "member"), checkpoint, checkpoint.member, subject.directory)
    for index, image in enumerate(subject.card.demo.images):
        yield from _check_file(("demo", "images", index), image, [subject.root / "images"])
    for image in subject.card.demo.prompts:
        yield from _check_file(("demo", "prompts", image), image, [subject.root / "images"])
    yield from _check_components(subject)


def _check_file(
    where: FieldPath, name: str, directories: list[Path], exists: Callable[[Path], bool] = Path.is_file
) -> Iterator[RuleResult]:
    if leaves_directory(name):
        yield _outside(where, name)
        return
    path = next((directory / name for directory in directories if is_existing_file(directory / name, exists)), None)
    if path is None:
        yield RuleResult(where=where, what=f"there is no file '{name[:100]}'", fix="change the name, or add the file")
    elif not any(path.resolve().is_relative_to(directory.resolve()) for directory in directories):
        yield RuleResult(
            where=where,
            what=f"'{name[:100]}' is a link to a file outside the directory",
            fix="replace the link by the file",
        )


def _check_components(subject: Subject) -> Iterator[RuleResult]:
    """Check each path of a component once, and name the other components at it."""
    components = subject.card.openness.components if subject.card.openness else {}
    named: dict[str, list[str]] = {}
    for name, component in components.items():
        if "://" not in component.location:
            named.setdefault(component.location, []).append(name)
    for location, names in named.items():
        where: FieldPath = ("openness", "components", names[0], "location")
        for result in _check_file(where, location, [subject.directory, subject.root], exists=Path.exists):
            titles = ", ".join(name.replace("_", " ") for name in names)
            yield replace(result, what=f"{result.what}; it is named for {titles}") if len(names) > 1 else result


def _check_digest(where: FieldPath, checkpoint: Checkpoint, path: Path) -> Iterator[RuleResult]:
    """Compare a file of the repository with its digest and size; report only the digest if both differ."""
    if leaves_directory(checkpoint.file or "") or not is_existing_file(path):
        return
    if checkpoint.sha256 and (actual := sha256(path)) != checkpoint.sha256:
        what = f"'{checkpoint.file}' has the SHA-256 {actual}, not the one stated here"
        yield RuleResult(where=(*where, "sha256"), what=what, fix="restore the file, or write its SHA-256 here")
    elif checkpoint.bytes and (size := path.stat().st_size) != checkpoint.bytes:
        what = f"'{checkpoint.file}' has {size} bytes, not {checkpoint.bytes}"
        yield RuleResult(where=(*where, "bytes"), what=what, fix=f"write bytes: {size}")


def _check_member(
    where: FieldPath, checkpoint: Checkpoint, member: ArchiveMember, directory: Path
) -> Iterator[RuleResult]:
    """Check the path of a member, and in an archive of the repository also the file itself."""
    if leaves_directory(member.path):
        yield _outside((*where, "path"), member.path)
    elif checkpoint.file and not leaves_directory(checkpoint.file) and is_existing_file(directory / checkpoint.file):
        with tempfile.TemporaryDirectory(prefix="dtmodels-") as scratch:
            extracted = Path(scratch) / "member"
            try:
                extract_member(directory / checkpoint.file, member.path, extracted, where=checkpoint.file)
            except Failure as failure:
                yield RuleResult(where=(*where, "path"), what=f"{failure.where} {failure.what}", fix=failure.fix)
            else:
                copy = replace(checkpoint, file=member.path, sha256=member.sha256, bytes=member.bytes)
                yield from _check_digest(where, copy, extracted)


def _outside(where: FieldPath, name: str) -> RuleResult:
    return RuleResult(
        where=where,
        what=f"'{name[:100]}' is not a path inside the directory",
        fix="write a relative path without .., ~, : or backslash",
    )
