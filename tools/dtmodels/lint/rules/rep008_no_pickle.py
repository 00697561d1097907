"""No file of a model can run code when it is opened.

A pickle is a program. Loading one that somebody exchanged gives them the machine, whether its name ends in .pth, .pt,
.ckpt or .bin. What the authors publish so is read once, in a safe mode; what lies in this repository is safetensors or
ONNX.

Fix: name the address where its authors publish it, as url or hub; or convert it to safetensors, and name that file.

Bad::

    checkpoints: [{name: weights, file: weights.pth}]

Good::

    checkpoints: [{name: weights, file: weights.safetensors}]
"""

from collections.abc import Iterator
from pathlib import Path

from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._paths import is_existing_file

SEVERITY: Severity = "error"
HARD = True

FIX = "name the address where its authors publish it, as url or hub; or store it as safetensors"
_PICKLES = (".pth", ".pt", ".ckpt", ".pkl", ".pickle", ".joblib", ".dill", ".t7")
_PROTOCOLS = tuple(bytes((0x80, number)) for number in range(2, 6))
_NO_INSTRUCTION = b"\0"
"""A safetensors file begins with a length, which can have the same first bytes; those that follow are zero."""


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Look at the files a card names and at those that lie beside it, by name and by how they begin."""
    named = {checkpoint.file: index for index, checkpoint in enumerate(subject.card.checkpoints) if checkpoint.file}
    for name, index in named.items():
        if is_pickle(subject.directory / name):
            yield _refused(name, ("checkpoints", index, "file"))
    for path in sorted(subject.directory.iterdir()):
        if path.is_file() and path.name not in named and is_pickle(path):
            yield _refused(path.name, ())


def is_pickle(path: Path) -> bool:
    """Whether a file is a pickle by its name, or by its first bytes."""
    if path.suffix.lower() in _PICKLES:
        return True
    if not is_existing_file(path) or path.is_symlink():
        return False
    with path.open("rb") as file:
        start = file.read(3)
    return start[:2] in _PROTOCOLS and start[2:] != _NO_INSTRUCTION


def _refused(name: str, where: tuple[str | int, ...]) -> RuleResult:
    return RuleResult(where=where, what=f"'{name[:100]}' is a pickle, which can run code", fix=FIX)
