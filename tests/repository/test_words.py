"""Words that this repository replaced by the field's standard terms do not come back.

Each pattern is unambiguous: words that also have an ordinary sense are left to the reader of a change.
"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

REPLACED = {
    r"pictures?": "image; photograph; plot",
    r"folders?": "directory",
    r"(no|some|any|every)body": "a subject: the maintainer, users, or the passive",
    r"stand-ins?|(made-up|made up|stand-in) weights": "seeded weights; test double",
    r"sets? of data": "dataset",
    r"whole numbers?": "integer",
    r"graphics cards?": "GPU",
    r"operator sets?": "opset",
    r"half storage": "float16 weight storage",
    r"fitted (numbers?|constants?)": "fitted parameters",
    r"processor (seconds|time)|seconds of processors?": "CPU time, CPU seconds",
    r"seconds of clock": "wall time",
    r"told apart": "identifiable",
    r"found again": "recovered",
    r"doing nothing|left alone": "baseline: identity; unchanged",
    r"known form": "closed-form model",
    r"from nothing": "from scratch",
    r"at hand": "available",
    r"in a blink|politely": "the measured time; rate-limited",
    r"whole or not at all": "atomically",
    r"in a process of its own": "in a separate process",
    r"mended": "fixed, corrected",
}
ALLOWED = re.compile(
    r"picture\.(pfm|png)|dtproxies picture|--pictures|\"pictures?\"|config\.id-folder"
    r"|(?<=image\|)picture|(?<=images\|)pictures"
)
"""File names, deprecated names, metadata keys, error codes and patterns that match words of other people."""
KINDS = {".py", ".md", ".yml", ".yaml", ".toml"}
OUTSIDE = re.compile(r"tests/|schema/|CHANGELOG\.md|docs/rules/|models/.*/README\.md")
"""Inputs of tests quote others; a changelog names what was renamed; generated pages follow their source."""
ANY = re.compile(rf"\b(?:{'|'.join(REPLACED)})\b")


def test_replaced_words_do_not_occur(root: Path) -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True).stdout
    names = [name for name in listed.split("\n") if Path(name).suffix in KINDS and not OUTSIDE.match(name)]
    assert len(names) > 500
    assert [line for name in names for line in replaced_words(name, (root / name).read_text(encoding="utf-8"))] == []


def replaced_words(name: str, text: str) -> Iterator[str]:
    for number, line in enumerate(ALLOWED.sub("", text).lower().split("\n"), 1):
        for match in ANY.finditer(line):
            term = next(term for pattern, term in REPLACED.items() if re.fullmatch(pattern, match[0]))
            yield f"{name}:{number}: '{match[0]}', write: {term}"


def test_replaced_word_is_reported_with_its_term() -> None:
    text = "Fine.\nA Picture in a folder.\n"
    assert list(replaced_words("docs/x.md", text)) == [
        "docs/x.md:2: 'picture', write: image; photograph; plot",
        "docs/x.md:2: 'folder', write: directory",
    ]
