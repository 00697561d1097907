"""Find a supported darktable and build the commands that start its programs."""

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
"""Versions whose in-process rendering was compared with `--dump-pipe` and is bit-identical."""

VARIABLE = "DTPROXIES_DARKTABLE"
"""Environment variable that names a darktable tree or a darktable-cli."""

DIRECTORY = ".darktable"
"""Directory inside a repository into which `install.sh` installs darktable."""

ZEROED_MEMORY = {"MALLOC_PERTURB_": "255"}
"""Environment variable that makes glibc hand out zeroed memory.

Some modules read memory that they never wrote. Without it, the last row and column of censorize hold arbitrary values
and no two runs are the same."""

INSTALL = "install it with 'dtproxies doctor --install'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Darktable:
    """An installed darktable and the commands that start its parts."""

    version: str
    cli: tuple[str, ...]
    """Command that starts darktable-cli."""
    python: tuple[str, ...]
    """Command that starts a Python with numpy that can load `libdarktable.so`."""
    library: Path
    """Directory of `libdarktable.so`, with the modules in `plugins/` below it."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Additional variables that its programs need; see `environment_for`."""
    core: tuple[str, ...] = ()
    """Options after `--core` with its data directories; empty for an installed darktable."""

    def environment_for(self, home: Path) -> dict[str, str]:
        """Build the complete environment for its programs, which write to `home` only.

        Of the caller's environment only PATH is passed on. OpenMP threads sleep while they wait.
        """
        inherited = {name: os.environ[name] for name in ("PATH",) if name in os.environ}
        directories = {"HOME": str(home), "TMPDIR": str(home)}
        return {
            **inherited,
            **directories,
            "LC_ALL": "C.UTF-8",
            "OMP_WAIT_POLICY": "passive",
            **ZEROED_MEMORY,
            **self.environment,
        }

    def options(self, home: Path) -> list[str]:
        """Build options for darktable's core: write to `home` only, and apply no automatic presets.

        Two threads are used, because with one thread darktable 5.4.1 corrupts its memory in `hazeremoval`.
        """
        return [
            *("--configdir", str(home / "config"), "--cachedir", str(home / "cache"), "--tmpdir", str(home)),
            *("--disable-opencl", "-t", "2", "--conf", "plugins/darkroom/workflow=none"),
            *self.core,
        ]


def find(named: str | Path | None = None, *, start: Path | None = None) -> Darktable:
    """Find a supported darktable.

    Args:
        named: a tree installed by `install.sh`, or a darktable-cli; by default the variable `DTPROXIES_DARKTABLE`.
        start: directory at which the upward search for `.darktable/` starts; by default the current directory.

    Raises:
        Failure: none was found, it does not start, or its version is not supported.
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
        f"no darktable {_supported()} found; searched ${VARIABLE} (not set), {DIRECTORY}/ in {start} and above, "
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
    raise Failure("there is no darktable at this path", where=str(path), fix=f"correct ${VARIABLE}, or {INSTALL}")


def _tree(tree: Path) -> Darktable:
    """Describe a Debian tree that runs with its own loader and libraries, without chroot or mounts."""
    library = _library(tree / "usr")
    loader = _loader(tree)
    if library is None or loader is None:
        raise Failure("this is not a complete darktable tree", where=str(tree), fix=INSTALL)
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
    candidate: Iterable[Path] = prefix.glob("lib*/**/darktable/libdarktable.so")
    return next((file.parent for file in sorted(candidate)), None)


def _loader(tree: Path) -> Path | None:
    """Find the dynamic loader of the tree; its name contains the CPU, for example `ld-linux-x86-64.so.2`."""
    directories = (tree / "lib64", tree / "usr/lib64", tree / "lib", tree / "usr/lib")
    return next((file for directory in directories for file in sorted(directory.glob("ld-linux*.so.*"))), None)


def _checked(candidate: Darktable) -> Darktable:
    """Add the version that `candidate` reports, and require a supported version and a library."""
    version = _version(candidate)
    if version not in SUPPORTED:
        raise Failure(
            f"this is darktable {version}, but only {_supported()} is supported", where=candidate.cli[-1], fix=INSTALL
        )
    if candidate.library == Path():
        raise Failure("no libdarktable.so was found for this darktable-cli", where=candidate.cli[-1], fix=INSTALL)
    return Darktable(
        version=version,
        cli=candidate.cli,
        python=candidate.python,
        library=candidate.library,
        environment=candidate.environment,
        core=candidate.core,
    )


def _version(candidate: Darktable) -> str:
    where = candidate.cli[-1]
    try:
        done = subprocess.run(
            [*candidate.cli, "--version"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=candidate.environment_for(Path("/nonexistent")),
        )
    except (OSError, subprocess.TimeoutExpired) as exc:
        raise Failure(f"darktable-cli does not start: {exc}", where=where, fix=INSTALL) from exc
    if match := re.search(r"darktable(?:-cli)? (\d+\.\d+\.\d+\S*)", done.stdout):
        return match[1]
    reason = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no output"]
    raise Failure(f"darktable-cli reports no version: {reason[0]}", where=where, fix=INSTALL)


def _supported() -> str:
    return " or ".join(SUPPORTED)
