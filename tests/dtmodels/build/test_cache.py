from __future__ import annotations

import os
from pathlib import Path

import pytest

from dtmodels.build.cache import digest, run_if_stale, tools_digest


@pytest.fixture
def step(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "stamp.json", tmp_path / "made"


def make(made: Path, stamp: Path, inputs: str = "a") -> bool:
    return run_if_stale(stamp, inputs, [made], lambda: made.write_text("content"))


def test_work_is_done_once(step: tuple[Path, Path]) -> None:
    stamp, made = step
    assert [make(made, stamp), make(made, stamp)] == [True, False]


def test_other_inputs_do_it_again(step: tuple[Path, Path]) -> None:
    stamp, made = step
    assert [make(made, stamp, "a"), make(made, stamp, "b"), make(made, stamp, "b")] == [True, True, False]


@pytest.mark.parametrize("harm", ["removed", "changed", "cut"])
def test_harmed_output_is_made_again(step: tuple[Path, Path], harm: str) -> None:
    stamp, made = step
    make(made, stamp)
    match harm:
        case "removed":
            made.unlink()
        case "changed":
            made.write_text("CONTENT")
        case "cut":
            made.write_text("con")
    os.utime(made if made.exists() else stamp, (1, 1))
    assert make(made, stamp)
    assert made.read_text() == "content"


def test_a_touched_file_of_the_same_bytes_stays_valid(step: tuple[Path, Path]) -> None:
    stamp, made = step
    make(made, stamp)
    os.utime(made, (1, 1))
    assert not make(made, stamp)


@pytest.mark.parametrize("stamp_text", ["", "{", "[]", '{"inputs": "a"}', '{"inputs": "a", "outputs": 3}'])
def test_a_harmed_stamp_counts_as_none(step: tuple[Path, Path], stamp_text: str) -> None:
    stamp, made = step
    make(made, stamp)
    stamp.write_text(stamp_text)
    assert make(made, stamp)


def test_failed_work_leaves_no_stamp(step: tuple[Path, Path]) -> None:
    stamp, made = step
    make(made, stamp)
    with pytest.raises(ZeroDivisionError):
        run_if_stale(stamp, "b", [made], lambda: 1 // 0)
    assert not stamp.exists()


def test_parts_of_a_digest_cannot_run_into_each_other() -> None:
    assert digest("ab", "c") != digest("a", "bc")


def test_the_digest_of_the_tools_knows_family_and_task() -> None:
    assert tools_digest("onnx", "denoise") == tools_digest("onnx", "denoise")
    assert len({tools_digest(family, task) for family in ("onnx", "proxy") for task in ("denoise", "mask")}) == 4
