from pathlib import Path

import pytest

from dtbase.system.errors import Failure
from dtproxies.darktable.find import DIRECTORY, SUPPORTED, VARIABLE, Darktable, find


def cli(directory: Path, text: str, status: int = 0) -> Path:
    """Write a fake darktable-cli that prints `text`."""
    directory.mkdir(parents=True, exist_ok=True)
    script = directory / "darktable-cli"
    script.write_text(f"#!/bin/sh\necho '{text}'\nexit {status}\n")
    script.chmod(0o755)
    return script


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Directory without a darktable, in an environment without one."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_missing_darktable_lists_searched_locations(bare: Path) -> None:
    with pytest.raises(Failure) as missing:
        find(start=bare)
    assert SUPPORTED[0] in missing.value.what
    for location in (VARIABLE, DIRECTORY, str(bare), "PATH"):
        assert location in missing.value.what
    assert "dtproxies doctor --install" in missing.value.fix


def test_unsupported_version_names_both_versions(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cli(bare / "bin", "darktable 4.8.1")
    monkeypatch.setenv("PATH", f"{bare}/bin")
    with pytest.raises(Failure, match=rf"darktable 4\.8\.1, but only {SUPPORTED[0]}") as exc:
        find(start=bare)
    assert exc.value.where == f"{bare}/bin/darktable-cli"


def test_version_is_read_from_the_program(bare: Path) -> None:
    script = cli(bare / f"darktable-{SUPPORTED[0]}", "darktable 5.0.1")
    with pytest.raises(Failure, match=r"5\.0\.1"):
        find(script)


def test_program_without_version_is_rejected(bare: Path) -> None:
    with pytest.raises(Failure, match="reports no version: hello"):
        find(cli(bare, "hello"))


def test_program_that_cannot_start_is_rejected(bare: Path) -> None:
    script = cli(bare, "")
    script.chmod(0o644)
    with pytest.raises(Failure, match="does not start"):
        find(script)


def test_missing_library_is_rejected(bare: Path) -> None:
    with pytest.raises(Failure, match=r"no libdarktable\.so"):
        find(cli(bare / "bin", f"darktable {SUPPORTED[0]}"))


def test_installed_darktable_uses_this_python(bare: Path) -> None:
    script = cli(bare / "bin", f"darktable {SUPPORTED[0]}")
    library = bare / "lib/some-cpu/darktable"
    library.mkdir(parents=True)
    (library / "libdarktable.so").touch()
    found = find(script)
    assert (found.version, found.library, found.core) == (SUPPORTED[0], library, ())
    assert found.cli == (str(script),)


def test_invalid_path_in_the_variable_is_an_error(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(bare / "nothing"))
    with pytest.raises(Failure, match="there is no darktable at this path"):
        find(start=bare)


def test_incomplete_tree_is_rejected(bare: Path) -> None:
    (bare / DIRECTORY / "usr").mkdir(parents=True)
    with pytest.raises(Failure, match="not a complete darktable tree"):
        find(start=bare)


@pytest.mark.darktable
def test_tree_is_found_from_a_subdirectory(darktable: Darktable, bare: Path) -> None:
    if not darktable.core:
        pytest.skip("the darktable of this machine is installed, not a tree")
    tree = darktable.library.parents[3]
    (bare / DIRECTORY).symlink_to(tree)
    (bare / "deep/er").mkdir(parents=True)
    found = find(start=bare / "deep/er")
    assert found.version == darktable.version
    assert str(bare) in found.cli[-1]


def test_environment_excludes_the_callers_python(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bare / "lib/darktable").mkdir(parents=True)
    (bare / "lib/darktable/libdarktable.so").touch()
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    monkeypatch.setenv("LD_LIBRARY_PATH", "elsewhere")
    seen = find(cli(bare / "bin", f"darktable {SUPPORTED[0]}")).environment_for(bare)
    assert "elsewhere" not in seen.values()
    assert seen["HOME"] == str(bare)
    assert seen["OMP_WAIT_POLICY"] == "passive"
