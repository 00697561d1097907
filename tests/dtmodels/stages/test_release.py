"""release: writes `dist/` atomically, and does not repeat finished work."""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import onnx
import pytest

from dtbase.system.errors import Failure, NothingToDo, WrongUsage
from dtbase.terminal.console import Console
from dtmodels.card.schemas import check_json
from dtmodels.pages.generate import write_docs
from dtmodels.stages.release import release

Add = Callable[..., Path]


def released(root: Path, *ids: str) -> str:
    """Release and return what was printed."""
    out = io.StringIO()
    release(root, ids, Console(out=out, remarks=io.StringIO()))
    return out.getvalue()


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def test_dist_contains_packages_their_files_and_the_lists(add_model: Add, tmp_path: Path) -> None:
    add_model("denoise-toy")
    output = released(tmp_path)
    assert {path.name for path in (tmp_path / "dist").iterdir()} == {
        "denoise-toy.dtmodel",
        "denoise-toy-model.onnx",
        "denoise-toy-config.json",
        "versions.json",
        "SHA256SUMS",
    }
    assert re.search(r"denoise-toy +1\.0 +denoise +open +GPL-3.0-or-later", output)
    assert re.search(r" built$", output, re.MULTILINE)


def test_versions_json_has_version_and_digest(add_model: Add, tmp_path: Path) -> None:
    add_model("denoise-toy")
    released(tmp_path)
    package = (tmp_path / "dist/denoise-toy.dtmodel").read_bytes()
    versions = json.loads((tmp_path / "dist/versions.json").read_bytes())
    check_json("versions-v1", versions, where="versions.json")
    model = versions["models"]["denoise-toy"]
    assert model["sha256"] == f"sha256:{hashlib.sha256(package).hexdigest()}"
    assert (model["version"], model["size"]) == ("1.0", len(package))


def test_checksums_pass_sha256sum(add_model: Add, tmp_path: Path) -> None:
    add_model()
    released(tmp_path)
    checked = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path / "dist", capture_output=True, check=True)
    assert checked.stdout.count(b": OK") == 4


def test_second_release_repeats_no_work(add_model: Add, tmp_path: Path) -> None:
    add_model()
    released(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "dist").iterdir()}
    output = released(tmp_path)
    assert re.search(r" up to date$", output, re.MULTILINE)
    assert "unchanged" in output
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "dist").iterdir()}


def test_only_a_changed_model_is_rebuilt(add_model: Add, tmp_path: Path) -> None:
    add_model("denoise-toy")
    add_model("denoise-other")
    released(tmp_path)
    add_model("denoise-other", version="1.1")
    lines = released(tmp_path).splitlines()
    assert [("up to date" in line) for line in lines if line.startswith("denoise-")] == [False, True]


def test_candidate_is_built_by_name_only_and_called_one(add_model: Add, tmp_path: Path) -> None:
    add_model("denoise-toy", status="candidate")
    with pytest.raises(NothingToDo):
        release(tmp_path, (), Console(quiet=True))
    assert "candidates: denoise-toy" in released(tmp_path, "denoise-toy")


def test_failed_model_keeps_the_old_dist(add_model: Add, tmp_path: Path) -> None:
    add_model("denoise-toy")
    released(tmp_path)
    before = contents(tmp_path / "dist")
    add_model("denoise-bad", model=onnx.load_from_string(_dynamic()))
    with pytest.raises(Failure, match=r"1 of 2 models could not be built\ndenoise-bad: .* is dynamic"):
        released(tmp_path)
    assert contents(tmp_path / "dist") == before


def _dynamic() -> bytes:
    shape = [1, 3, "height", "width"]
    value = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Relu", ["input"], ["output"])],
        "dynamic",
        [value("input", onnx.TensorProto.FLOAT, shape)],
        [value("output", onnx.TensorProto.FLOAT, shape)],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 18)], ir_version=10)
    return bytes(model.SerializeToString())


def test_draft_is_not_released(add_model: Add, tmp_path: Path) -> None:
    add_model("denoise-toy", status="draft")
    with pytest.raises(Failure, match="is draft, so it cannot be released"):
        released(tmp_path, "denoise-toy")
    with pytest.raises(NothingToDo):
        released(tmp_path)
    assert not (tmp_path / "dist").exists()


def test_unknown_model_suggests_the_nearest(add_model: Add, tmp_path: Path) -> None:
    add_model("denoise-toy")
    with pytest.raises(WrongUsage) as failure:
        released(tmp_path, "denoise-tiy")
    assert "denoise-toy" in failure.value.fix


ACCEPTED = """\
acceptances:
  - {rule: REP007, reason: The toy has no golden outputs., by: Test Author, date: "2026-01-31"}
"""
RELEASE = """
import sys
from dtmodels.command.cli import main
sys.argv = ['dtmodels', '--root', sys.argv[1], 'release']
main()
"""


@pytest.mark.slow
def test_run_after_a_kill_gives_the_same_dist(add_model: Add, tmp_path: Path) -> None:
    for model_id in ("denoise-toy", "denoise-other"):
        card = add_model(model_id) / "card.yaml"
        card.write_text(card.read_text() + ACCEPTED)
    write_docs(tmp_path, Console(quiet=True), check=False)
    started = time.monotonic()
    subprocess.run([sys.executable, "-c", RELEASE, str(tmp_path)], check=True, capture_output=True)
    duration = time.monotonic() - started
    expected = contents(tmp_path / "dist")
    for fraction in (0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95):
        subprocess.run(["rm", "-rf", "dist", "output"], cwd=tmp_path, check=True)
        killed = subprocess.Popen([sys.executable, "-c", RELEASE, str(tmp_path)], stdout=-3, stderr=-3)
        time.sleep(duration * fraction)
        killed.kill()
        killed.wait()
        for package in tmp_path.glob("dist/*"):
            assert package.read_bytes() == expected[package.name], "no partly written package has its final name"
        released(tmp_path)
        assert contents(tmp_path / "dist") == expected
        assert not list(tmp_path.rglob(".*.part")), "what the killed run left is cleared away"
