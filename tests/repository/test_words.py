"""Words that this repository replaced by the field's standard terms do not come back.

Each pattern is unambiguous: words that also have an ordinary sense are left to the reader of a change.
"""

import re
import subprocess
from pathlib import Path

import pytest

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
    r"picture\.(pfm|png)|dtproxies picture|--pictures|\"pictures\"|config\.id-folder|image\|picture\||images\|pictures\|"
)
"""File names, deprecated names, metadata keys, error codes and patterns that match words of other people."""
KINDS = {".py", ".md", ".yml", ".yaml", ".toml"}
OUTSIDE = re.compile(r"tests/|schema/|docs/modules\.json|CHANGELOG\.md|LICENSE")
"""Inputs of tests quote the words of others; a changelog names what was renamed."""


def sources() -> list[str]:
    root = Path(__file__).resolve().parents[2]
    listed = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    return [name for name in listed if Path(name).suffix in KINDS and not OUTSIDE.match(name)]


@pytest.fixture(scope="module")
def text(root: Path) -> dict[str, str]:
    return {name: ALLOWED.sub("", (root / name).read_text(encoding="utf-8")) for name in sources()}


@pytest.mark.parametrize(("pattern", "term"), REPLACED.items(), ids=list(REPLACED.values()))
def test_replaced_word_does_not_occur(text: dict[str, str], pattern: str, term: str) -> None:
    word = re.compile(rf"(?<![A-Za-z])({pattern})(?![A-Za-z])", re.IGNORECASE)
    found = [
        f"{name}:{content.count(chr(10), 0, match.start()) + 1}: {match[0]!r}, write: {term}"
        for name, content in text.items()
        for match in word.finditer(content)
    ]
    assert found == []
