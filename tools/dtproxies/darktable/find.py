"""Find a darktable that this project can drive, and say how its programs are started."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dtbase.system.errors import Failure

SUPPORTED = ("5.4.1",)
"""Versions whose in-process rendering was compared with `--dump-pipe` and found equal, bit for bit."""

VARIABLE = "DTPROXIES_DARKTABLE"
"""Environment variable that names a darktable tree or a darktable-cli."""

DIRECTORY = ".darktable"
"""Where `install.sh` puts a darktable tree inside a repository."""

ZEROED_MEMORY = {"MALLOC_PERTURB_": "255"}
"""Every piece of memory is zero when darktable gets it. Some modules read what they never wrote: the last row and the
last column that censorize leaves out are otherwise whatever lay there before, and no two runs are the same."""

INSTALL = "install it with 'dtproxies doctor --install'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Darktable:
    """An installed darktable and the commands that start its parts."""

    version: str
    cli: tuple[str, ...]
    """Command that starts darktable-cli."""
    python: tuple[str, ...]
    """Command that starts a Python able to load `libdarktable.so`; it has numpy."""
    library: Path
    """Directory of `libdarktable.so`, with the modules in `plugins/` below it."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables that its programs need; see `surroundings`."""
    core: tuple[str, ...] = ()
    """Options after `--core` that say where its data lies; empty for an installed darktable."""

    def environment_for(self, home: Path) -> dict[str, str]:
        """The whole environment for its programs, with `home` as their directory for everything they write.

        Nothing of the caller's Python or library set-up gets through; OpenMP threads wait asleep instead of spinning.
        """
        kept = {name: os.environ[name] for name in ("PATH",) if name in os.environ}
        directories = {"HOME": str(home), "TMPDIR": str(home)}
        return {
            **kept,
            **directories,
            "LC_ALL": "C.UTF-8",
            "OMP_WAIT_POLICY": "passive",
            **ZEROED_MEMORY,
            **self.environment,
        }

    def options(self, home: Path) -> list[str]:
        """Options for darktable's core that keep everything it writes in `home` and leave an image as its history says.

        Two threads: with one, darktable 5.4.1 corrupts its memory in `hazeremoval`.
        """
        return [
            *("--configdir", str(home / "config"), "--cachedir", str(home / "cache"), "--tmpdir", str(home)),
            *("--disable-opencl", "-t", "2", "--conf", "plugins/darkroom/workflow=none"),
            *self.core,
        ]


def find(named: str | Path | None = None, *, start: Path | None = None) -> Darktable:
    """Find a supported darktable.

    Args:
        named: a tree made by `install.sh`, or a darktable-cli; by default the variable `DTPROXIES_DARKTABLE`.
        start: directory from which `.darktable/` is looked for, upwards; by default the current directory.

    Raises:
        Failure: there is none, it does not run, or its version is not a supported one.
    """
    named = named or os.environ.get(VARIABLE) or None
    if named is not None:
        return _checked(_named(Path(named)))
    start = (start or Path.cwd()).resolve()
    for directory in (start, *start.parents):
        if (directory / DIRECTORY).is_dir():
            return _checked(_tree(directory / DIRECTORY))
    if installed := shutil.which("darktable-cli"):
        return _checked(_installed(Path(installed)))
    raise Failure(
        f"no darktable {_supported()} found; looked at ${VARIABLE} (not set), {DIRECTORY}/ in {start} and above, "
        f"and darktable-cli on PATH",
        fix=INSTALL,
    )


def _named(path: Path) -> Darktable:
    path = path.expanduser()
    if path.is_dir():
        return _tree(path.resolve())
    if path.is_file():
        path = path.resolve()
        tree = path.parents[2] if len(path.parents) > 2 else path.parent
        return _tree(tree) if _loader(tree) and tree != Path("/") else _installed(path)
    raise Failure("there is no darktable here", where=str(path), fix=f"correct ${VARIABLE}, or {INSTALL}")


def _tree(tree: Path) -> Darktable:
    """A Debian tree that runs by its own loader and libraries: no chroot, no mounts."""
    library = _library(tree / "usr")
    loader = _loader(tree)
    if library is None or loader is None:
        raise Failure("this is not a darktable tree, or only half of one", where=str(tree), fix=INSTALL)
    shared = library.parent
    search = ":".join(map(str, (shared, library, shared / "blas", shared / "lapack", tree / "usr/lib")))
    start = (str(loader), "--library-path", search)
    share = tree / "usr/share"
    return Darktable(
        version="",
        cli=(*start, str(tree / "usr/bin/darktable-cli")),
        python=(*start, str(tree / "usr/bin/python3")),
        library=library,
        environment={"PYTHONHOME": str(tree / "usr")},
        core=(
            *("--datadir", str(share / "darktable")),
            *("--moduledir", str(library)),
            *("--localedir", str(share / "locale")),
        ),
    )


def _installed(cli: Path) -> Darktable:
    library = _library(cli.resolve().parents[1]) if len(cli.resolve().parents) > 1 else None
    return Darktable(version="", cli=(str(cli),), python=(sys.executable,), library=library or Path())


def _library(prefix: Path) -> Path | None:
    found: Iterable[Path] = prefix.glob("lib*/**/darktable/libdarktable.so")
    return next((file.parent for file in sorted(found)), None)


def _loader(tree: Path) -> Path | None:
    """The dynamic loader of the tree: its name says the processor, for example `ld-linux-x86-64.so.2`."""
    places = (tree / "lib64", tree / "usr/lib64", tree / "lib", tree / "usr/lib")
    return next((file for place in places for file in sorted(place.glob("ld-linux*.so.*"))), None)


def _checked(found: Darktable) -> Darktable:
    """`found` with the version it reports itself, if that is a supported one and its library is there."""
    version = _version(found)
    if version not in SUPPORTED:
        raise Failure(
            f"this is darktable {version}, and only {_supported()} is supported", where=found.cli[-1], fix=INSTALL
        )
    if found.library == Path():
        raise Failure("no libdarktable.so beside this darktable-cli", where=found.cli[-1], fix=INSTALL)
    return Darktable(
        version=version,
        cli=found.cli,
        python=found.python,
        library=found.library,
        environment=found.environment,
        core=found.core,
    )


def _version(found: Darktable) -> str:
    where = found.cli[-1]
    try:
        done = subprocess.run(
            [*found.cli, "--version"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=found.environment_for(Path("/nonexistent")),
        )
    except (OSError, subprocess.TimeoutExpired) as failed:
        raise Failure(f"darktable-cli does not start: {failed}", where=where, fix=INSTALL) from failed
    if said := re.search(r"darktable(?:-cli)? (\d+\.\d+\.\d+\S*)", done.stdout):
        return said[1]
    reason = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no output"]
    raise Failure(f"darktable-cli says no version: {reason[0]}", where=where, fix=INSTALL)


def _supported() -> str:
    return " or ".join(SUPPORTED)
