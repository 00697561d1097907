"""pip where nothing can be downloaded: it takes what lies in this environment, if that is what was asked for.

Understands `install` with requirements, constraints and editable projects. A requirement is met by the distribution
that lies here when its version fits and is the pinned one; then it, and all it needs, can be imported in this job.
Whatever is not understood is an error.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import shutil
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

PROGRAM = """\
#!/bin/sh
exec '{folder}/bin/python' '{folder}/bin/.{name}.py' "$@"
"""
START = """\
import sys
from {module} import {function} as main
sys.argv[0] = "{name}"
sys.exit(main())
"""


@dataclass(kw_only=True)
class Environment:
    """What can be imported in this job."""

    folder: Path
    distributions: dict[str, list[str]] = field(default_factory=dict)
    """Extras of each distribution that is in."""
    projects: list[str] = field(default_factory=list)
    """Folders of editable projects."""

    @classmethod
    def load(cls, folder: Path) -> Environment:
        """As the last call of pip left it."""
        return cls(folder=folder, **json.loads((folder / "installed.json").read_text()))

    def save(self) -> None:
        """For the next call, and for the hook that hides everything else."""
        state = {"distributions": self.distributions, "projects": self.projects}
        (self.folder / "installed.json").write_text(json.dumps(state, indent=1))


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="pip")
    parser.add_argument("--disable-pip-version-check", action="store_true")
    commands = parser.add_subparsers(dest="command", required=True)
    install = commands.add_parser("install")
    install.add_argument("requirements", nargs="*")
    install.add_argument("-c", "--constraint", type=Path, action="append", default=[])
    install.add_argument("-e", "--editable", action="append", default=[])
    install.add_argument("--extra-index-url")
    install.add_argument("-q", action="count")
    asked = parser.parse_args()
    environment = Environment.load(Path(os.environ["STAND_IN_PYTHON"]))
    pins = dict(pin for file in asked.constraint for pin in constraints(file))
    for text in asked.requirements:
        require(Requirement(text), environment, pins)
    for text in asked.editable:
        install_project(text, environment, pins)
    environment.save()


def constraints(file: Path) -> Iterator[tuple[str, Requirement]]:
    """The pins of a constraints file."""
    for line in file.read_text().splitlines():
        if text := line.partition("#")[0].strip():
            requirement = Requirement(text)
            yield canonicalize_name(requirement.name), requirement


def require(wanted: Requirement, environment: Environment, pins: dict[str, Requirement]) -> None:
    """Let a distribution in, with all it needs."""
    name = canonicalize_name(wanted.name)
    try:
        found = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        sys.exit(f"ERROR: No matching distribution found for {wanted}")
    version = Version(found.version)
    for one in (wanted, pins.get(name)):
        if one and not one.specifier.contains(version, prereleases=True):
            sys.exit(f"ERROR: No matching distribution found for {one} (here is {found.version})")
    known = environment.distributions.setdefault(name, [])
    if known and not wanted.extras - set(known):
        return
    known.extend(sorted({"", *wanted.extras} - set(known)))
    for text in found.requires or []:
        needed = Requirement(text)
        if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in {"", *wanted.extras}):
            require(needed, environment, pins)


def install_project(text: str, environment: Environment, pins: dict[str, Requirement]) -> None:
    """Let a project's folder in, with its programs and what it needs."""
    path, _, rest = text.partition("[")
    folder = Path(path).resolve()
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    extras = [part.strip() for part in rest.rstrip("]").split(",") if part.strip()]
    needed = list(project.get("dependencies", []))
    while extras:
        extra = extras.pop()
        if extra not in project.get("optional-dependencies", {}):
            sys.exit(f"ERROR: {project['name']} does not provide the extra '{extra}'")
        for one in map(Requirement, project["optional-dependencies"][extra]):
            if canonicalize_name(one.name) == canonicalize_name(project["name"]):
                extras.extend(one.extras)
            else:
                needed.append(str(one))
    for one in needed:
        require(Requirement(one), environment, pins)
    environment.projects.append(str(folder))
    programs(project, environment)


def programs(project: dict[str, dict[str, str]], environment: Environment) -> None:
    """Put the programs of everything that is in beside `python`."""
    points = dict(project.get("scripts", {}))
    for name in environment.distributions:
        found = importlib.metadata.distribution(name).entry_points.select(group="console_scripts")
        points |= {point.name: point.value for point in found}
    for name, value in points.items():
        module, _, function = value.partition(":")
        file = environment.folder / "bin" / name
        file.write_text(PROGRAM.format(folder=environment.folder, name=name))
        file.with_name(f".{name}.py").write_text(START.format(name=name, module=module, function=function))
        file.chmod(0o755)
    for name in ("ruff", "zizmor", "shellcheck"):
        if name in environment.distributions and (binary := shutil.which(name, path=str(Path(sys.executable).parent))):
            (environment.folder / "bin" / name).symlink_to(binary)


if __name__ == "__main__":
    main()
