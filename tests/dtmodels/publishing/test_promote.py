"""promote: a candidate becomes a released model as a whole, or stays as it is."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from dtbase.system.errors import Failure, NothingToDo, WrongUsage
from dtbase.terminal.console import Console
from dtmodels.build.download import ExpectedFile, check_download
from dtmodels.card.reader import read_card
from dtmodels.lint.engine import lint
from dtmodels.pages.generate import write_docs
from dtmodels.publishing import promote as command
from dtmodels.publishing import promotion_steps
from dtmodels.publishing.promote import promote_each
from dtmodels.stages import pin, setup
from tests.support.demo_models import NAME, write_test_image

URL = "https://www.darktable.org/weights.onnx"
QUIET = Console(quiet=True)
Candidate = Callable[..., Path]


def commit(root: Path) -> None:
    identity = ["-c", "user.name=T", "-c", "user.email=t@example.org"]
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    subprocess.run(["git", "add", "-A"], cwd=root, check=True)
    subprocess.run(["git", *identity, "commit", "-qm", "All"], cwd=root, check=True)


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def blob(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


@pytest.fixture
def candidate(add_model: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Candidate:
    """A candidate in a clean repository, whose official file a host serves; `served` replaces the file."""
    monkeypatch.setenv("DTMODELS_CACHE", str(tmp_path.parent / "cache"))

    def make(identity: str = "", *, served: bytes | None = None, model_id: str = "denoise-toy") -> Path:
        directory = add_model(model_id, status="candidate")
        data = (directory / "model.onnx").read_bytes()
        (directory / "model.onnx").unlink()
        card = directory / "card.yaml"
        text = card.read_text()
        before, after = text[: text.index("checkpoints:")], text[text.index("convert:") :]
        stated = identity or f'git_blob: "{blob(data)}"'
        entry = f"  - {{name: model, url: {URL}, {stated}}}\n"
        card.write_text(f"{before}checkpoints:\n{entry}{after}".replace("location: model.onnx", f'location: "{URL}"'))

        def fetch(_: str, target: Path, expected: ExpectedFile, *_rest: object) -> None:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data if served is None else served)
            check_download(target, expected, where=URL)

        for module in (pin, setup):
            monkeypatch.setattr(module, "download", fetch)
        write_test_image(tmp_path / "images" / NAME, 90, 120)
        sample_set = tmp_path / "images/denoise/demo.yaml"
        sample_set.parent.mkdir(exist_ok=True)
        sample_set.write_text(f"demo: {{images: [{NAME}]}}\n")
        (tmp_path / ".gitignore").write_text("output/\n")
        write_docs(tmp_path, QUIET, check=False)
        commit(tmp_path)
        return directory

    return make


def test_candidate_becomes_released_with_pins_statistics_page_and_demo(candidate: Candidate, tmp_path: Path) -> None:
    directory = candidate()
    before = (directory / "card.yaml").read_text()
    assert promote_each(tmp_path, ["denoise-toy"], QUIET) == ["denoise-toy"]
    card = read_card(directory / "card.yaml")
    assert card.status == "released"
    assert card.checkpoints[0].sha256
    assert card.checkpoints[0].bytes
    assert set(contents(directory)) == {"card.yaml", "golden.json", "README.md", "demo.jpg"}
    assert "demo.jpg" in (directory / "README.md").read_text()
    assert before.partition("status:")[0] == (directory / "card.yaml").read_text().partition("status:")[0]
    assert not [found for found in lint(tmp_path, profile="release") if found.severity == "error"]
    with pytest.raises(NothingToDo, match="released already"):
        promote_each(tmp_path, ["denoise-toy"], QUIET)


@pytest.mark.parametrize(
    ("identity", "served", "words"),
    [
        (f'sha256: "{"ab" * 32}", bytes: 500', None, f"expected {'ab' * 32}"),
        (f'git_blob: "{"cd" * 20}"', None, f"expected {'cd' * 20}"),
        ("", b"<!doctype html><html><title>Google Drive - Virus scan warning</title>", "a web page"),
        ("", b"", "an empty file"),
    ],
)
def test_other_file_changes_nothing(
    candidate: Candidate, tmp_path: Path, identity: str, served: bytes | None, words: str
) -> None:
    before = contents(candidate(identity, served=served))
    with pytest.raises(Failure, match=words):
        promote_each(tmp_path, ["denoise-toy"], QUIET)
    assert contents(tmp_path / "models/denoise-toy") == before


def test_each_model_that_cannot_be_fetched_is_named(
    candidate: Candidate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate()
    candidate(model_id="denoise-gone")

    def refuse(url: str, *_: object) -> None:
        raise Failure("the host name cannot be resolved", where=url)

    for module in (pin, setup):
        monkeypatch.setattr(module, "download", refuse)
    with pytest.raises(Failure, match=r"2 of 2 models could not be promoted\ndenoise-gone: .*resolved"):
        promote_each(tmp_path, ["denoise-gone", "denoise-toy"], QUIET)


def test_changes_in_the_tree_are_refused(candidate: Candidate, tmp_path: Path) -> None:
    before = contents(candidate())
    (tmp_path / "notes.txt").write_text("later")
    with pytest.raises(WrongUsage, match=r"has changes: notes\.txt"):
        promote_each(tmp_path, ["denoise-toy"], QUIET)
    assert contents(tmp_path / "models/denoise-toy") == before


def test_draft_and_acceptance_of_an_unknown_rule_are_refused(candidate: Candidate, tmp_path: Path) -> None:
    card = candidate() / "card.yaml"
    text = card.read_text()
    card.write_text(f'{text}acceptances: [{{rule: XYZ123, reason: No rule of this name, by: T, date: "2026-11-30"}}]\n')
    commit(tmp_path)
    with pytest.raises(Failure, match="XYZ123"):
        promote_each(tmp_path, ["denoise-toy"], QUIET)
    card.write_text(text.replace("status: candidate", "status: draft"))
    commit(tmp_path)
    with pytest.raises(Failure, match="is draft, so it cannot be promoted"):
        promote_each(tmp_path, ["denoise-toy"], QUIET)


@pytest.mark.slow
@pytest.mark.parametrize("step", ["pin", "obtain_and_convert", "validate_and_record", "demo", "validate_archive"])
def test_kill_leaves_the_candidate_and_the_next_run_finishes(
    candidate: Candidate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    directory = candidate()
    before = contents(directory)
    work = getattr(promotion_steps, step)

    def die(*arguments: object, **options: object) -> None:
        work(*arguments, **options)
        os.kill(os.getpid(), signal.SIGKILL)

    with monkeypatch.context() as killed:
        killed.setattr(promotion_steps, step, die)
        if (child := os.fork()) == 0:
            promote_each(tmp_path, ["denoise-toy"], QUIET)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert contents(directory) == before
    assert promote_each(tmp_path, ["denoise-toy"], QUIET) == ["denoise-toy"]
    assert not list((tmp_path / "output/denoise-toy").glob(".promote*"))


@pytest.mark.slow
def test_file_system_without_exchange_gets_the_card_last(
    candidate: Candidate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate()
    written: list[str] = []
    write = command.write_bytes
    monkeypatch.setattr(command, "exchange", lambda *_: False)
    monkeypatch.setattr(command, "write_bytes", lambda path, data: (written.append(path.name), write(path, data)))
    promote_each(tmp_path, ["denoise-toy"], QUIET)
    assert written == ["demo.jpg", "golden.json", "README.md", "card.yaml"]
    assert read_card(tmp_path / "models/denoise-toy/card.yaml").status == "released"
