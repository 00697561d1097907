from __future__ import annotations

import os
from pathlib import Path

import pytest

from dtmodels.build.cache import digest, run_if_stale, tools_digest


@pytest.fixture
def paths(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "stamp.json", tmp_path / "output"


def build(output: Path, stamp: Path, inputs: str = "a") -> bool:
    return run_if_stale(stamp, inputs, [output], lambda: output.write_text("content"))


def test_second_call_uses_the_cache(paths: tuple[Path, Path]) -> None:
    stamp, output = paths
    assert [build(output, stamp), build(output, stamp)] == [True, False]


def test_changed_inputs_invalidate_the_cache(paths: tuple[Path, Path]) -> None:
    stamp, output = paths
    assert [build(output, stamp, "a"), build(output, stamp, "b"), build(output, stamp, "b")] == [True, True, False]


@pytest.mark.parametrize("damage", ["removed", "changed", "truncated"])
def test_damaged_output_is_rebuilt(paths: tuple[Path, Path], damage: str) -> None:
    stamp, output = paths
    build(output, stamp)
    match damage:
        case "removed":
            output.unlink()
        case "changed":
            output.write_text("CONTENT")
        case "truncated":
            output.write_text("con")
    os.utime(output if output.exists() else stamp, (1, 1))
    assert build(output, stamp)
    assert output.read_text() == "content"


def test_changed_modification_time_alone_keeps_the_cache_valid(paths: tuple[Path, Path]) -> None:
    stamp, output = paths
    build(output, stamp)
    os.utime(output, (1, 1))
    assert not build(output, stamp)


@pytest.mark.parametrize("stamp_text", ["", "{", "[]", '{"inputs": "a"}', '{"inputs": "a", "outputs": 3}'])
def test_invalid_stamp_is_ignored(paths: tuple[Path, Path], stamp_text: str) -> None:
    stamp, output = paths
    build(output, stamp)
    stamp.write_text(stamp_text)
    assert build(output, stamp)


def test_failed_work_leaves_no_stamp(paths: tuple[Path, Path]) -> None:
    stamp, output = paths
    build(output, stamp)
    with pytest.raises(ZeroDivisionError):
        run_if_stale(stamp, "b", [output], lambda: 1 // 0)
    assert not stamp.exists()


def test_digest_separates_its_parts() -> None:
    assert digest("ab", "c") != digest("a", "bc")


def test_tools_digest_depends_on_family_and_task() -> None:
    assert tools_digest("onnx", "denoise") == tools_digest("onnx", "denoise")
    assert len({tools_digest(family, task) for family in ("onnx", "proxy") for task in ("denoise", "mask")}) == 4
