"""Files that cannot be imported end in one error, with place and advice."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from benchmarks._mutations import mutated
from dtbase.system.errors import Failure, WrongUsage
from dtmodels.card.reader import parse_card_text
from dtmodels.importing.import_card import import_card
from dtmodels.importing.source import MAX_BYTES
from tests.support.imported_card import Import

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("model.yaml", b"", "is an empty file"),
        ("model.yaml", b"PK\3\4" + bytes(100), "is a"),
        ("model.yaml", b"\x08\x07\x12\x07pytorch" + bytes(50), "is an ONNX graph"),
        ("model.yaml", b"version https://git-lfs.github.com/spec/v1\noid x\nsize 12\n", "is a pointer of Git LFS"),
        ("model.yaml", b"<!DOCTYPE html><html></html>", "is a web page"),
        ("model.yaml", b"id: \xff\n", "byte 0xff at offset 4 is not UTF-8"),
        ("model.yaml", "id: a\u200bb\n".encode(), "character U[+]200B is invisible"),
        ("model.yaml", b"id: x\ntask: " + b"[" * 40 + b"]" * 40, "nested deeper than"),
        ("model.yaml", b"id: x\ntask: " + b"[" * 26 + b"]" * 26, "nested deeper than 24 levels"),
        ("model.yaml", b"id: x\ntask: " + b"a" * 9000, "one value has 9000 characters"),
        ("model.yaml", b"id: x\n" + b"# padding\n" * 20_000, "is longer than 128 KiB"),
        ("model.yaml", b"a: &x 1\nb: *x\n", "anchor"),
        ("model.yaml", b"a: [", "not valid YAML"),
        ("model.yaml", b"a: 1\na: 2\n", "set twice"),
        ("model.yaml", b"a: 1\n---\nb: 2\n", "a second document"),
        ("entry.json", b'{"a": ', "not valid JSON"),
        ("entry.json", b'{"a": 1, "a": 2}', "'a' is set twice"),
        ("entry.json", b'{"a": NaN}', "NaN is no number of JSON"),
        ("entry.json", b'{"a": "\\ud800"}', "character U[+]D800 is invisible"),
        ("entry.json", b'{"a": "\\u0000"}', "character U[+]0000 is invisible"),
        ("entry.json", b'{"a": ' * 3000 + b"1" + b"}" * 3000, "nested"),
        ("entry.json", b'{"' + b"k" * 300 + b'": 1}', "a text of 300 characters"),
        ("entry.json", b'{"a": "' + b"v" * 9000 + b'"}', "a text of 9000 characters"),
        ("README.md", b"---\nlicense: [\n---\n", "not valid YAML"),
        ("README.md", b"# Still\n\nWords.\n", "has no front matter"),
        ("README.md", b"<!-- x -->\n---\nlicense: mit\n---\n", "has no front matter"),
    ],
)
def test_unreadable_file_is_one_error(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(Failure, match=message) as failed:
        import_card(tmp_path / name)
    assert failed.value.fix and failed.value.where.startswith(str(tmp_path / name))


def test_position_in_front_matter_counts_from_the_start_of_the_page(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\nlicense: mit\ntags: &x [a]\n---\n")
    with pytest.raises(Failure) as failed:
        import_card(tmp_path / "README.md")
    assert failed.value.where == f"{tmp_path / 'README.md'}:3:7"


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_what_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Failure, match=r"no such file|is a directory"):
        import_card(tmp_path / name)


@pytest.mark.parametrize(
    "text", ["a: 1\n", "- a\n", "just words\n", '{"a": 1}', "[]", "# Title\n\nWords.\n", "id: x\n"]
)
def test_other_formats_are_told_what_can_be_imported(tmp_path: Path, text: str) -> None:
    (tmp_path / "file").write_text(text)
    with pytest.raises(WrongUsage, match="in no format that can be imported") as refused:
        import_card(tmp_path / "file")
    for word in ("darktable-ai", "OpenModelDB", "Hugging Face Hub", "dtmodels new"):
        assert word in refused.value.fix


def test_long_page_is_read_to_the_end_of_its_front_matter(imported: Import) -> None:
    text = f"---\nlicense: mit\n---\n# Still\n{'words ' * MAX_BYTES}"
    assert imported("README.md", text).card.license.weights == "MIT"


def test_line_ends_of_windows_and_a_byte_order_mark_are_read(imported: Import, tmp_path: Path) -> None:
    read = imported("model.yaml", "\ufeffid: toy-model  # a toy\r\ntask: denoise\r\nversion: '1.0'\r\n")
    assert (read.card.task, read.card.version) == ("denoise", "1.0")
    assert "1: a toy" in read.text


def test_mutated_files_become_readable_cards_or_one_error(tmp_path: Path) -> None:
    paths = [*(HERE / "formats" / "upstream").glob("*.yaml"), *(HERE / "formats" / "examples").iterdir()]
    imported, refused, longest = 0, 0, 0.0
    for number in range(600):
        path = sorted(paths)[number % len(paths)]
        (tmp_path / path.name).write_bytes(mutated(number, [path.read_text()]))
        started = time.process_time()
        try:
            text = import_card(tmp_path / path.name).text
        except Failure as exc:
            assert exc.fix and "\n" not in exc.what
            refused += 1
        else:
            assert parse_card_text(path, text).root is not None, number
            imported += 1
        longest = max(longest, time.process_time() - started)
    assert imported > 100 and refused > 100
    assert longest < 2
