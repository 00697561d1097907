"""What lies where a card belongs and is none: answered with an exit code and one sentence, never with a traceback."""

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
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def card(tmp_path: Path) -> Path:
    path = tmp_path / "models" / "toy-model" / "card.yaml"
    path.parent.mkdir(parents=True)
    return path


def directory(path: Path) -> None:
    path.mkdir()


def link_out(path: Path) -> None:
    (path.parents[2] / "elsewhere.yaml").write_text("schema: 1\n")
    path.symlink_to(path.parents[2] / "elsewhere.yaml")


@pytest.mark.parametrize(
    ("put", "said"),
    [
        (directory, "it is a directory"),
        (os.mkfifo, "or a device"),
        (link_out, "the card is a link"),
        (lambda path: None, "No such file"),
    ],
    ids=["a directory", "a pipe", "a link out of the repository", "nothing"],
)
def test_what_is_no_file_is_one_finding(card: Path, put: Callable[[Path], None], said: str) -> None:
    put(card)
    code, text = lint(card.parents[2])
    assert (code, text.count("error[")) == (1, 1)
    assert said in text


@pytest.mark.parametrize("named", ["models/other/card.yaml", "other", "/etc/passwd", "models/toy-model"])
def test_a_card_that_is_not_there_is_wrong_usage(card: Path, named: str) -> None:
    card.write_text("schema: 1\n")
    code, text = lint(card.parents[2], named)
    assert code == 2
    assert text.startswith("error: ")


def test_no_card_at_all_is_nothing_to_do(tmp_path: Path) -> None:
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
def test_a_card_that_wants_to_cost_much_is_answered_at_once(card: Path, text: str, rule: str) -> None:
    card.write_text(text)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    code, said = lint(card.parents[2])
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 2
    assert (code, said.count("error[")) == (1, 1)
    assert f"error[{rule}]" in said
