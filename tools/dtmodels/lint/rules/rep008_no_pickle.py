"""No file of a model can run code when it is opened.

A pickle is a program. Loading a manipulated one gives an attacker the machine, whether its name ends in .pth, .pt,
.ckpt or .bin. A pickle that the authors publish is read once, in a safe mode. Files in this repository are safetensors
or ONNX.

Fix: Name the URL where the authors publish it, as url or hub. Or convert it to safetensors, and name that file.

Bad::

    checkpoints: [{name: weights, file: weights.pth}]

Good::

    checkpoints: [{name: weights, file: weights.safetensors}]
"""

from collections.abc import Iterator
from pathlib import Path

from dtbase.system.zip_kinds import ZIP_START, zip_kind
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._paths import is_existing_file

SEVERITY: Severity = "error"
HARD = True

FIX = "name the URL where its authors publish it, as url or hub; or store it as safetensors"
_PICKLES = (".pth", ".pt", ".ckpt", ".pkl", ".pickle", ".joblib", ".dill", ".t7")
_PROTOCOLS = tuple(bytes((0x80, number)) for number in range(2, 6))
_NO_OPCODE = b"\0"
"""Third byte of a safetensors file whose length field begins like a pickle."""
_ZIPPED_PICKLES = {"torch", "torchscript", "exported", "rezipped"}
"""Kinds of zip files that hold pickles."""


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Check the files that a card names and those next to it, by suffix and first bytes."""
    named = {checkpoint.file: index for index, checkpoint in enumerate(subject.card.checkpoints) if checkpoint.file}
    for name, index in named.items():
        if is_pickle(subject.directory / name):
            yield _rejected(name, ("checkpoints", index, "file"))
        elif (member := subject.card.checkpoints[index].member) and Path(member.path).suffix.lower() in _PICKLES:
            yield _rejected(member.path, ("checkpoints", index, "member", "path"))
    for path in sorted(subject.directory.iterdir()):
        if path.is_file() and path.name not in named and is_pickle(path):
            yield _rejected(path.name, ())


def is_pickle(path: Path) -> bool:
    """Whether a file is a pickle by its name or its first bytes, or a zip file of PyTorch, which contains one."""
    if path.suffix.lower() in _PICKLES:
        return True
    if not is_existing_file(path) or path.is_symlink():
        return False
    with path.open("rb") as file:
        start = file.read(3)
    if start.startswith(ZIP_START):
        return zip_kind(path).name in _ZIPPED_PICKLES
    return start[:2] in _PROTOCOLS and start[2:] != _NO_OPCODE


def _rejected(name: str, where: tuple[str | int, ...]) -> RuleResult:
    return RuleResult(where=where, what=f"'{name[:100]}' is a pickle, which can run code", fix=FIX)
