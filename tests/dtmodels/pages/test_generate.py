"""Generated pages state the facts of the card, and no text of a card becomes markup."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dtbase.system.errors import Failure
from dtbase.terminal.console import Console
from dtmodels.openness.proof import Derivation, Proof, Step
from dtmodels.pages.generate import BEGIN, END, stale, write_docs
from dtmodels.pages.phrases import UNPUBLISHED, claimed_class, has_no_release

Add = Callable[..., Path]


def test_written_pages_are_up_to_date(add_model: Add, tmp_path: Path) -> None:
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


def test_changed_card_makes_its_page_stale(add_model: Add, tmp_path: Path) -> None:
    directory = add_model("denoise-toy")
    write_docs(tmp_path, Console(quiet=True), check=False)
    add_model("denoise-toy", version="1.1")
    assert [path for path, _ in stale(tmp_path)] == [directory / "README.md"]


def test_markup_in_a_card_is_escaped(add_model: Add, tmp_path: Path) -> None:
    directory = add_model("denoise-toy")
    card = (directory / "card.yaml").read_text()
    hostile = "a | b <script>alert(1)</script> [x](javascript:alert(1))"
    (directory / "card.yaml").write_text(card.replace("name: toy denoiser", f'name: "{hostile}"'))
    write_docs(tmp_path, Console(quiet=True), check=False)
    page = (directory / "README.md").read_text()
    assert "<script>" not in page
    assert "[x](javascript" not in page


def test_checkpoint_table_names_download_and_member(add_model: Add, tmp_path: Path) -> None:
    card = add_model("denoise-toy", status="draft") / "card.yaml"
    member = "url: https://example.org/v1/net.zip\n    member: {path: net/best.ckpt}"
    card.write_text(card.read_text().replace("file: model.onnx", member))
    write_docs(tmp_path, Console(quiet=True), check=False)
    page = (tmp_path / "models/denoise-toy/README.md").read_text()
    assert "| model | [net.zip](https://example.org/v1/net.zip) |" in page
    assert "| its member `net/best.ckpt` | unknown | unknown |" in page


def test_tensor_table_comes_from_golden_data(add_model: Add, tmp_path: Path) -> None:
    golden = {"model.onnx": {"inputs": [["input", "float32", [1, 3, 256, 256]]], "outputs": []}}
    (add_model("denoise-toy") / "golden.json").write_text(json.dumps({"files": golden}))
    write_docs(tmp_path, Console(quiet=True), check=False)
    page = (tmp_path / "models/denoise-toy/README.md").read_text()
    assert "| `model.onnx` | inputs | `input` | `float32` | `1 × 3 × 256 × 256` |" in page


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "cannot be read"),
        (b"{", "cannot be read"),
        (b"\xff", "cannot be read"),
        (b"[]", "does not list the tensors"),
        (b"{}", "does not list the tensors"),
        (b'{"files": {"model.onnx": {"inputs": [[1]], "outputs": []}}}', "does not list the tensors"),
    ],
)
def test_broken_golden_data_is_an_error(add_model: Add, tmp_path: Path, content: bytes, message: str) -> None:
    (add_model("denoise-toy") / "golden.json").write_bytes(content)
    with pytest.raises(Failure, match=message) as failure:
        write_docs(tmp_path, Console(quiet=True), check=False)
    assert failure.value.where == "models/denoise-toy/golden.json"
    assert failure.value.fix.endswith("`dtmodels validate --pin denoise-toy`")


def test_page_of_a_draft_has_a_reason_and_no_download(add_model: Add, tmp_path: Path) -> None:
    directory = add_model("denoise-toy", status="draft\nstatus_reason: Nobody has checked the data yet.")
    write_docs(tmp_path, Console(quiet=True), check=False)
    page = (directory / "README.md").read_text()
    assert "| reason for draft | Nobody has checked the data yet. |" in page
    assert "there is nothing to download" in page
    assert "denoise-toy.dtmodel" not in page


def test_page_of_a_withdrawn_model_has_no_download(add_model: Add, tmp_path: Path) -> None:
    directory = add_model("denoise-toy", status="yanked\nstatus_reason: It clips highlights.")
    write_docs(tmp_path, Console(quiet=True), check=False)
    page = (directory / "README.md").read_text()
    assert "This model is withdrawn." in page and "It clips highlights." in page
    assert "denoise-toy.dtmodel" not in page


RELEASED = {"5.6.0": "v1.0.0"}


@pytest.mark.parametrize(("index", "version"), [({}, UNPUBLISHED), (RELEASED, "released")])
def test_status_released_is_explained_until_a_release_exists(
    add_model: Add, tmp_path: Path, index: dict[str, str], version: str
) -> None:
    directory = add_model("denoise-toy")
    models = tmp_path / "docs" / "models.md"
    models.parent.mkdir()
    models.write_text(f"{BEGIN}\n{END}\n")
    (tmp_path / "releases-index.json").write_text(json.dumps({"schema": 1, "compatible_releases": index}))
    write_docs(tmp_path, Console(quiet=True), check=False)
    page = (directory / "README.md").read_text()
    assert f"| version | 1.0 ({version}) |" in page
    assert ("Download `denoise-toy.dtmodel` from a release." in page) is bool(index)
    assert (UNPUBLISHED in models.read_text()) is not bool(index)


@pytest.mark.parametrize("content", ["", "[]", "{}"])
def test_unreadable_index_does_not_change_pages(add_model: Add, tmp_path: Path, content: str) -> None:
    add_model("denoise-toy")
    (tmp_path / "releases-index.json").write_text(content)
    assert not has_no_release(tmp_path)


def test_page_of_a_proxy_names_lua_and_onnx_runtime(add_model: Add, tmp_path: Path) -> None:
    directory = add_model("denoise-toy")
    card = (directory / "card.yaml").read_text()
    (directory / "card.yaml").write_text(card.replace("task: denoise", "task: proxy"))
    write_docs(tmp_path, Console(quiet=True), check=False)
    use = (directory / "README.md").read_text().partition("## Use")[2]
    assert "darktable.ai" in use and "ONNX Runtime" in use and "preferences" not in use


@pytest.mark.parametrize(
    ("claimed", "phrase"),
    [("II", "II"), ("III", "claimed III; II would be supported"), ("I", "claimed I; only II is supported")],
)
def test_claimed_class_is_compared_with_the_supported_one(claimed: str, phrase: str) -> None:
    levels = [Step(level=level, proof=Proof(claim="", holds=level != "I")) for level in ("III", "II", "I")]
    assert claimed_class(claimed, Derivation(name="MOF", steps=tuple(levels))) == phrase


def test_page_in_another_encoding_has_no_tables_unless_it_has_their_markers(add_model: Add, tmp_path: Path) -> None:
    add_model()
    (tmp_path / "README.md").write_bytes("Größe\n".encode("latin-1"))
    assert not [path for path, _ in stale(tmp_path) if path.parent == tmp_path]
    (tmp_path / "README.md").write_bytes(f"Größe\n{BEGIN}\n{END}\n".encode("latin-1"))
    with pytest.raises(Failure, match="byte 0xf6 at offset 2 is not UTF-8"):
        stale(tmp_path)
