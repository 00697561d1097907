"""The lock of the job that publishes: complete, in step with the constraints, and obeyed by pip."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

LOCK = Path(".ci") / "locked" / "requirements.txt"


def pins(text: str) -> dict[str, str]:
    return {normalised(name): version for name, version in re.findall(r"^([\w.-]+)==([^\s\\]+)", text, re.MULTILINE)}


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_lock_holds_all_dependencies_and_the_build_backend_at_the_pinned_versions(root: Path) -> None:
    locked, constraints = (pins((root / name).read_text()) for name in (LOCK, "constraints.txt"))
    project = tomllib.loads((root / "pyproject.toml").read_text())
    needed = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    assert {normalised(re.split(r"[><=~!;\[ ]", one)[0]) for one in needed} <= set(locked)
    assert {name: constraints.get(name) for name in locked} == locked


def test_each_locked_package_has_hashes_and_no_host(root: Path) -> None:
    text = (root / LOCK).read_text()
    blocks = re.split(r"^(?=[\w-]+==)", text, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(pins(text))
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text
    assert "index-url" not in text.partition("attrs==")[2]


def test_changed_wheel_is_refused(root: Path, tmp_path: Path) -> None:
    version = pins((root / LOCK).read_text())["click"]
    wheel = tmp_path / f"click-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(
            f"click-{version}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: click\nVersion: {version}\n"
        )
        archive.writestr("click/__init__.py", "import os")
    block = re.search(r"^click==.*?(?=^\S)", (root / LOCK).read_text(), re.MULTILINE | re.DOTALL)
    assert block
    (tmp_path / "lock.txt").write_text(block[0])
    install = [sys.executable, "-m", "pip", "install", "--no-index", "--find-links", str(tmp_path), "--no-deps"]
    target = ["--target", str(tmp_path / "target"), "--require-hashes", "-r", str(tmp_path / "lock.txt")]
    done = subprocess.run([*install, *target], check=False, capture_output=True, text=True)
    assert done.returncode
    assert "DO NOT MATCH THE HASHES" in done.stderr
    assert not (tmp_path / "target").exists()
