import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from dtbase.system.files import atomic_directory, atomic_file, json_text, sha256, write_text


def test_failed_write_leaves_only_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    write_text(target, "old")
    with pytest.raises(RuntimeError), atomic_file(target) as part:
        part.write_text("half")
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]
    assert target.read_text() == "old"


def test_directory_is_replaced_atomically(tmp_path: Path) -> None:
    target = tmp_path / "model"
    for name in ("first", "second"):
        with atomic_directory(target) as part:
            (part / name).write_text(name)
    assert [path.name for path in target.iterdir()] == ["second"]


def test_failed_directory_write_leaves_the_old_directory(tmp_path: Path) -> None:
    target = tmp_path / "model"
    with atomic_directory(target) as part:
        (part / "old").write_text("old")
    with pytest.raises(RuntimeError), atomic_directory(target) as part:
        (part / "half").write_text("half")
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    assert [path.name for path in target.iterdir()] == ["old"]


def test_written_files_are_world_readable_under_any_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write_text(tmp_path / "a", "a")
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o644


def test_json_is_sorted_and_rejects_nan() -> None:
    assert list(json.loads(json_text({"b": 1, "a": 2}))) == ["a", "b"]
    with pytest.raises(ValueError, match="Out of range"):
        json_text(float("nan"))


def test_sha256_of_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert sha256(tmp_path / "empty") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


FILL = """
import sys
from pathlib import Path
from dtbase.system.files import write_bytes
from dtbase.terminal.cli_group import explain_os_error
try:
    write_bytes(Path(sys.argv[1]), bytes(1 << 20))
except OSError as exc:
    print(explain_os_error(exc)); sys.exit(1)
"""


def test_write_to_a_full_disk_leaves_the_old_file_and_reports_the_cause(tmp_path: Path) -> None:
    target = tmp_path / "model.onnx"
    target.write_text("old")
    limit = 64 * 1024
    done = subprocess.run(
        [sys.executable, "-c", FILL, str(target)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert done.returncode == 1, done.stderr
    assert "File too large" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["model.onnx"]
    assert target.read_text() == "old"
