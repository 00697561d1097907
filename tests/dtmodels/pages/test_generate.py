"""Generated pages say what the card says, and nothing in a card becomes markup."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dtbase.system.errors import Failure
from dtbase.terminal.console import Console
from dtmodels.pages.generate import BEGIN, END, stale, write_docs

Add = Callable[..., Path]


def test_pages_are_written_once_and_then_fresh(add_model: Add, tmp_path: Path) -> None:
    directory = add_model("denoise-toy")
    (tmp_path / "README.md").write_text(f"before\n{BEGIN}\n{END}\nafter\n")
    assert {path.name for path, _ in stale(tmp_path)} == {"README.md"}
    assert write_docs(tmp_path, Console(quiet=True), check=True) == 1
    assert write_docs(tmp_path, Console(quiet=True), check=False) == 0
    assert stale(tmp_path) == []
    page = (directory / "README.md").read_text()
    assert "## Selection criteria" in page
    assert "| Weights licence | `GPL-3.0-or-later` |" in page
    readme = (tmp_path / "README.md").read_text()
    assert readme.startswith("before\n") and readme.endswith("after\n")
    assert "[denoise-toy](models/denoise-toy/)" in readme


def test_a_changed_card_makes_its_page_stale(add_model: Add, tmp_path: Path) -> None:
    directory = add_model("denoise-toy")
    write_docs(tmp_path, Console(quiet=True), check=False)
    add_model("denoise-toy", version="1.1")
    assert [path for path, _ in stale(tmp_path)] == [directory / "README.md"]


def test_markup_in_a_card_stays_text(add_model: Add, tmp_path: Path) -> None:
    directory = add_model("denoise-toy")
    card = (directory / "card.yaml").read_text()
    hostile = "a | b <script>alert(1)</script> [x](javascript:alert(1))"
    (directory / "card.yaml").write_text(card.replace("name: toy denoiser", f'name: "{hostile}"'))
    write_docs(tmp_path, Console(quiet=True), check=False)
    page = (directory / "README.md").read_text()
    assert "<script>" not in page
    assert "[x](javascript" not in page


def test_tensors_come_from_the_golden_data(add_model: Add, tmp_path: Path) -> None:
    golden = {"model.onnx": {"inputs": [["input", "float32", [1, 3, 256, 256]]], "outputs": []}}
    (add_model("denoise-toy") / "golden.json").write_text(json.dumps({"files": golden}))
    write_docs(tmp_path, Console(quiet=True), check=False)
    page = (tmp_path / "models/denoise-toy/README.md").read_text()
    assert "| `model.onnx` | inputs | `input` | `float32` | `1 × 3 × 256 × 256` |" in page


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "cannot be read"),
        (b"{", "cannot be read"),
        (b"\xff", "cannot be read"),
        (b"[]", "does not list the tensors"),
        (b"{}", "does not list the tensors"),
        (b'{"files": {"model.onnx": {"inputs": [[1]], "outputs": []}}}', "does not list the tensors"),
    ],
)
def test_golden_data_that_is_broken_is_named(add_model: Add, tmp_path: Path, content: bytes, told: str) -> None:
    (add_model("denoise-toy") / "golden.json").write_bytes(content)
    with pytest.raises(Failure, match=told) as broken:
        write_docs(tmp_path, Console(quiet=True), check=False)
    assert broken.value.where == "models/denoise-toy/golden.json"
    assert broken.value.fix.endswith("`dtmodels validate --pin denoise-toy`")


def test_a_draft_says_why_and_offers_no_download(add_model: Add, tmp_path: Path) -> None:
    directory = add_model("denoise-toy", status="draft\nstatus_reason: Nobody has checked the data yet.")
    write_docs(tmp_path, Console(quiet=True), check=False)
    page = (directory / "README.md").read_text()
    assert "| why draft | Nobody has checked the data yet. |" in page
    assert "there is nothing to download" in page
    assert "denoise-toy.dtmodel" not in page


def test_a_withdrawn_model_is_offered_no_longer(add_model: Add, tmp_path: Path) -> None:
    directory = add_model("denoise-toy", status="yanked\nstatus_reason: It clips highlights.")
    write_docs(tmp_path, Console(quiet=True), check=False)
    page = (directory / "README.md").read_text()
    assert "Withdrawn" in page and "It clips highlights." in page
    assert "denoise-toy.dtmodel" not in page
