"""The SBOM of the build environment is reproducible and names no directory of the machine."""

from __future__ import annotations

import importlib.metadata
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from dtbase.system.errors import Failure
from dtmodels.sbom.environment import without_local_paths, write_environment


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_environment(tmp_path_factory.mktemp("environment") / "environment.cdx.json")


def test_environment_sbom_is_reproducible(written: Path, tmp_path: Path) -> None:
    assert write_environment(tmp_path / "again.json").read_bytes() == written.read_bytes()


def test_build_dependencies_are_listed_with_versions(written: Path) -> None:
    versions = {one["name"]: one["version"] for one in json.loads(written.read_bytes())["components"]}
    for name in ("dtmodels", "numpy", "onnx", "onnxruntime", "torch"):
        assert versions[name] == importlib.metadata.version(name)


def test_no_local_paths_or_times(written: Path) -> None:
    text = written.read_text()
    assert "file:" not in text
    assert sys.prefix not in text
    assert "timestamp" not in text


def test_references_exist(written: Path) -> None:
    values = json.loads(written.read_bytes())
    known = {one["bom-ref"] for one in values["components"]}
    assert len(known) == len(values["components"])
    assert {one["ref"] for one in values["dependencies"]} <= known
    assert {name for one in values["dependencies"] for name in one.get("dependsOn", ())} <= known


@pytest.mark.slow
def test_cyclonedx_validator_accepts_it(written: Path) -> None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(written.read_text()) is None


def test_duplicate_project_keeps_the_entry_with_a_purl() -> None:
    directory: dict[str, Any] = {"url": "file:///home/user/project", "type": "distribution"}
    page = {"url": "https://example.org", "type": "website"}
    twice = {
        "components": [
            {"bom-ref": "BomRef.1.2", "name": "ours", "version": "1", "externalReferences": [directory]},
            {"bom-ref": "ours==1", "name": "ours", "version": "1", "purl": "pkg:pypi/ours@1"},
            {"bom-ref": "numpy==2", "name": "numpy", "version": "2", "externalReferences": [directory, page]},
        ],
        "dependencies": [
            {"ref": "ours==1"},
            {"ref": "BomRef.1.2", "dependsOn": ["numpy==2"]},
            {"ref": "numpy==2"},
        ],
    }
    assert without_local_paths(twice) == {
        "components": [
            {"bom-ref": "numpy==2", "name": "numpy", "version": "2", "externalReferences": [page]},
            {"bom-ref": "ours==1", "name": "ours", "version": "1", "purl": "pkg:pypi/ours@1"},
        ],
        "dependencies": [{"ref": "numpy==2"}, {"ref": "ours==1", "dependsOn": ["numpy==2"]}],
    }


def test_missing_cyclonedx_is_an_error_with_a_fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(Failure, match="cannot describe this Python") as failed:
        write_environment(tmp_path / "environment.cdx.json")
    assert "cyclonedx-bom" in failed.value.fix
    assert list(tmp_path.iterdir()) == []
