"""Checks of a model's files: a package holds graphs, one configuration, a card and licences, and no programs.

darktable installs every file and reads only the graphs and `config.json`. The others stay on the user's disk, where a
pickle or a script needs one double click or one import to run.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path

from dtbase.system.recognise import file_kind
from dtbase.system.suggestions import nearest_names
from dtmodels.findings.check_report import CheckProblem, error, warning
from dtmodels.package.config_reader import CONFIG_FILE

TEXTS = re.compile(
    r"(card\.yaml|model\.yaml|tags\.json|(README|LICEN[CS]E|COPYING|COPYRIGHT|NOTICE|AUTHORS|CHANGELOG)([-._].*)?)",
    re.IGNORECASE,
)
"""Names of cards and licences, and of the list of words that belongs to a network of embeddings."""
MAX_TEXT_BYTES = 1 << 20
"""Limit of a card or a licence: the longest licence that SPDX lists has a tenth of it."""
MAX_FILES = 10_000
PROGRAMS = {
    "a pickle or checkpoint, which may run code when it is opened": "ckpt dill joblib pickle pkl pt pt2 pth",
    "a script": "applescript bash bat cmd command hta ipynb jl js jse lua mjs php pl ps1 psm1 py pyc pyw r rb reg scpt"
    " sh vbe vbs wsf zsh",
    "a program or library": "a app appimage com dll dylib elf exe jar lib msi node o pyd scr so sys wasm",
    "a shortcut": "desktop lnk url webloc",
    "an archive": "7z apk bz2 cab deb dmg dtmodel egg gz iso rar rpm tar tgz whl xz zip zst",
}
"""Kinds of files by their suffixes."""
SUFFIXES = {f".{suffix}": kind for kind, suffixes in PROGRAMS.items() for suffix in suffixes.split()}
CODE = frozenset({"executorch", "exported", "pickle", "program", "rezipped", "script", "torch", "torch-tar", "torch7"})
ARCHIVES = frozenset("7z bzip2 gzip keras npz office rar tar torchscript xz zip zstd".split())  # noqa: SIM905
CONTENTS = CODE | ARCHIVES
"""Kinds of content, as `file_kind` names them, that can run code or hide files."""
LEAVE_OUT = "leave it out"


def check_files(directory: Path, expected: Collection[str]) -> Iterator[CheckProblem]:
    """Check the files of an installed model that are neither its graphs nor its configuration.

    Args:
        directory: the model's directory.
        expected: names of other files that its graphs read, relative to it.
    """
    paths = list(islice(directory.rglob("*"), MAX_FILES + 1))
    if len(paths) > MAX_FILES:
        what = f"has more than {MAX_FILES:,} files, so it is no model"
        yield error("files.many", directory.name, what, "name the directory of a single model")
        return
    for path in sorted(paths):
        name = path.relative_to(directory).as_posix()
        if path.is_dir() or name in {*expected, CONFIG_FILE} or (path.suffix == ".onnx" and name == path.name):
            continue
        yield from _check_file(path, name)


def _check_file(path: Path, name: str) -> Iterator[CheckProblem]:
    if not path.is_file():
        yield error("files.special", name, "is no regular file", LEAVE_OUT, reason="a package contains data only")
        return
    kind = file_kind(path)
    programs = [SUFFIXES[suffix] for suffix in _suffixes(path) if suffix in SUFFIXES]
    programs += [kind.title] if kind and kind.name in CONTENTS else []
    if programs:
        reason = "a package contains data only; a program in it can be run by mistake, an archive hides what it holds"
        yield error("files.program", name, f"is {programs[-1]}; darktable installs it unread", LEAVE_OUT, reason=reason)
    elif not TEXTS.fullmatch(path.name):
        near = nearest_names(path.name, [CONFIG_FILE, "card.yaml", "model.onnx", "LICENSE"], limit=1)
        fix = f"{LEAVE_OUT}; did you mean {near[0]}?" if near else LEAVE_OUT
        yield warning("files.foreign", name, "is neither graph, card, config nor licence: darktable ignores it", fix)
    elif (size := path.stat().st_size) > MAX_TEXT_BYTES:
        yield warning("files.foreign", name, f"has {size:,} bytes, more than a card or a licence needs", "shorten it")
    elif kind is None or kind.name not in {"text", "page", "empty"}:
        what = f"is {kind.title if kind else 'of an unknown kind'}, not the text that its name promises"
        yield warning("files.foreign", name, what, LEAVE_OUT)


def _suffixes(path: Path) -> list[str]:
    """The last suffix, and `.so` before the version of a library."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    return [*(suffix for suffix in suffixes if suffix == ".so"), *suffixes[-1:]]
