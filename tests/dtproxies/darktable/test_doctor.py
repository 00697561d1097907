import io
import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from dtbase.system.errors import Failure
from dtbase.terminal.console import Console
from dtproxies.darktable import doctor
from dtproxies.darktable.find import SUPPORTED, VARIABLE, Darktable


@pytest.fixture
def console() -> Console:
    return Console(out=io.StringIO(), remarks=io.StringIO())


def printed(console: Console) -> str:
    assert isinstance(console.out, io.StringIO)
    return console.out.getvalue()


@pytest.mark.darktable
def test_json_reports_a_working_darktable(darktable: Darktable, console: Console) -> None:
    assert doctor.run_doctor(console, as_json=True) == 0
    health = json.loads(printed(console))
    assert health["ok"] is True
    assert health["version"] in SUPPORTED
    assert health["modules"] > 80
    assert "doubles" in health["render"]


@pytest.mark.darktable
def test_broken_python_is_reported(darktable: Darktable) -> None:
    with pytest.raises(Failure, match="the Python of darktable does not work"):
        doctor.examine(replace(darktable, python=("false",)))


def test_json_reports_a_missing_darktable(console: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "nothing"))
    assert doctor.run_doctor(console, as_json=True) == 1
    message = json.loads(printed(console))
    assert (message["ok"], message["where"]) == (False, str(tmp_path / "nothing"))
    assert "dtproxies doctor --install" in message["fix"]


def install(directory: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", str(doctor.INSTALLER), str(directory)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **variables},
    )


@pytest.mark.darktable
def test_installer_skips_an_existing_darktable(darktable: Darktable, tmp_path: Path) -> None:
    if not darktable.core:
        pytest.skip("the darktable of this machine is installed, not a tree")
    (tmp_path / "tree").symlink_to(darktable.library.parents[3])
    done = install(tmp_path / "tree")
    assert done.returncode == 0
    assert done.stdout == f"darktable {darktable.version} is already installed in {tmp_path / 'tree'}\n"
    assert [one.name for one in tmp_path.iterdir()] == ["tree"]


def test_failed_installation_leaves_no_files_and_names_the_fix(tmp_path: Path) -> None:
    fake = tmp_path / "bin"
    fake.mkdir()
    for name, text in {"mmdebstrap": "exit 1", "dpkg-query": "echo install ok installed", "id": "echo 0"}.items():
        (fake / name).write_text(f"#!/bin/sh\n{text}\n")
        (fake / name).chmod(0o755)
    (fake / "apt-get").symlink_to("mmdebstrap")
    path = f"{fake}:{os.environ['PATH']}"
    done = install(tmp_path / "new/tree", PATH=path, DEBIAN_MIRROR="http://127.0.0.1:9/debian")
    assert done.returncode == 1
    assert "could not be built from http://127.0.0.1:9/debian" in done.stderr
    assert "fix: " in done.stderr
    assert list((tmp_path / "new").iterdir()) == []


def test_archive_of_debootstrap_is_used_where_apt_knows_no_debian_archive(tmp_path: Path) -> None:
    fake = tmp_path / "bin"
    fake.mkdir()
    programs = {"mmdebstrap": "exit 1", "dpkg-query": "echo install ok installed", "apt-get": "exit 1"}
    for name, text in {**programs, "debootstrap": 'DEF_MIRROR="http://127.0.0.1:9/from-debootstrap"'}.items():
        (fake / name).write_text(f"#!/bin/sh\n{text}\n")
        (fake / name).chmod(0o755)
    hidden = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /etc/apt && exec bash "$@"', "sh"]
    if subprocess.run([*hidden[:3], "-c", "mount -t tmpfs none /etc/apt"], check=False, capture_output=True).returncode:
        pytest.skip("hiding apt's sources needs root and a mount namespace")
    environment = {**os.environ, "PATH": f"{fake}:{os.environ['PATH']}"}
    environment.pop("DEBIAN_MIRROR", None)
    command = [*hidden, str(doctor.INSTALLER), str(tmp_path / "tree")]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    assert "could not be built from http://127.0.0.1:9/from-debootstrap" in done.stderr


def test_installer_requires_root(tmp_path: Path) -> None:
    fake = tmp_path / "bin"
    fake.mkdir()
    (fake / "id").write_text("#!/bin/sh\necho 1000\n")
    (fake / "id").chmod(0o755)
    done = install(tmp_path / "tree", PATH=f"{fake}:{os.environ['PATH']}")
    assert (done.returncode, done.stderr.splitlines()[1]) == (1, "  fix: run it again with sudo")


def test_installer_installs_the_supported_version() -> None:
    assert f"version={SUPPORTED[0]}\n" in doctor.INSTALLER.read_text()
