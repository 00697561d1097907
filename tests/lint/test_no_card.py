"""Missing or unreadable cards: an exit code and one message, no traceback."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ALIASES = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"b{n}: &b{n} [{'*a,' * 9}]\n" for n in range(9))


def lint(root: Path, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "dtmodels", "--root", str(root), "lint", *arguments]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    completed = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert "Traceback" not in completed.stderr
    return completed.returncode, completed.stdout + completed.stderr


@pytest.fixture
def card(tmp_path: Path) -> Path:
    path = tmp_path / "models" / "toy-model" / "card.yaml"
    path.parent.mkdir(parents=True)
    return path


def directory(path: Path) -> None:
    path.mkdir()


def link_outside(path: Path) -> None:
    (path.parents[2] / "elsewhere.yaml").write_text("schema: 1\n")
    path.symlink_to(path.parents[2] / "elsewhere.yaml")


@pytest.mark.parametrize(
    ("create", "message"),
    [
        (directory, "it is a directory"),
        (os.mkfifo, "or a device"),
        (link_outside, "the card is a link"),
        (lambda path: None, "No such file"),
    ],
    ids=["a directory", "a pipe", "a link out of the repository", "nothing"],
)
def test_card_that_is_not_a_file_is_one_finding(card: Path, create: Callable[[Path], None], message: str) -> None:
    create(card)
    code, text = lint(card.parents[2])
    assert (code, text.count("error[")) == (1, 1)
    assert message in text


@pytest.mark.parametrize("named", ["models/other/card.yaml", "other", "/etc/passwd", "models/toy-model"])
def test_missing_card_is_wrong_usage(card: Path, named: str) -> None:
    card.write_text("schema: 1\n")
    code, text = lint(card.parents[2], named)
    assert code == 2
    assert text.startswith("error: ")


def test_no_cards_is_nothing_to_do(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    assert lint(tmp_path)[0] == 3


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (ALIASES, "YML004"),
        ("".join(f"k{number}: 1\n" for number in range(20_000)), "YML005"),
        ("".join(f"k{number}: 1\n" for number in range(50_000)), "YML001"),  # larger than any card may be
        ("[" * 2_000, "YML005"),
    ],
    ids=["aliases", "20,000 keys", "50,000 keys", "2,000 brackets"],
)
def test_expensive_cards_are_rejected_quickly(card: Path, text: str, rule: str) -> None:
    card.write_text(text)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    code, output = lint(card.parents[2])
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 2
    assert (code, output.count("error[")) == (1, 1)
    assert f"error[{rule}]" in output
