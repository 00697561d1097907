"""Resolver of the fake pip: reads requirements as JSON, and writes the distributions to install as JSON.

A requirement is met by the distribution of this environment if its version matches the requirement and the pin. Then it
and its dependencies can be imported. No other versions are available.
"""

from __future__ import annotations

import json
import os
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version


@dataclass(kw_only=True)
class Resolution:
    """Distributions installed so far."""

    pins: dict[str, Requirement]
    distributions: dict[str, list[str]]
    """Extras of each distribution; the empty string is the distribution itself."""
    available: dict[str, Any]
    """Distributions of this environment by name: version, dependencies and programs."""
    programs: dict[str, str] = field(default_factory=dict)

    def require(self, requirement: Requirement) -> None:
        """Install a distribution with its dependencies."""
        name = canonicalize_name(requirement.name)
        distribution = self._find(requirement, name)
        known = self.distributions.setdefault(name, [])
        if known and not requirement.extras - set(known):
            return
        known.extend(sorted({"", *requirement.extras} - set(known)))
        self.programs |= distribution["programs"]
        for text in distribution["requires"]:
            needed = Requirement(text)
            if needed.marker is None or any(
                needed.marker.evaluate({"extra": one}) for one in {"", *requirement.extras}
            ):
                self.require(needed)

    def _find(self, requirement: Requirement, name: str) -> dict[str, Any]:
        if name not in self.available:
            sys.exit(f"ERROR: No matching distribution found for {requirement}")
        distribution: dict[str, Any] = self.available[name]
        for one in (requirement, self.pins.get(name)):
            if one and not one.specifier.contains(Version(distribution["version"]), prereleases=True):
                sys.exit(f"ERROR: No matching distribution found for {one} (here is {distribution['version']})")
        return distribution

    def install_project(self, project: dict[str, Any], extras: list[str]) -> None:
        """Install the dependencies and the programs of a project."""
        for one in project.get("dependencies", []):
            self.require(Requirement(one))
        for extra in extras:
            if extra not in project.get("optional-dependencies", {}):
                sys.exit(f"ERROR: {project['name']} does not provide the extra '{extra}'")
            for one in map(Requirement, project["optional-dependencies"][extra]):
                if canonicalize_name(one.name) == canonicalize_name(project["name"]):
                    self.install_project(project, sorted(one.extras))
                else:
                    self.require(one)
        self.programs |= project.get("scripts", {})


def constraints(text: str) -> Iterator[tuple[str, Requirement]]:
    """Parse the pins of a constraints file."""
    for line in text.splitlines():
        if pin := line.partition("#")[0].strip():
            requirement = Requirement(pin)
            yield canonicalize_name(requirement.name), requirement


def main() -> None:
    """Read the question from stdin, and write the response to stdout."""
    question = json.load(sys.stdin)
    pins = dict(pin for text in question["constraints"] for pin in constraints(text))
    available = json.loads((Path(os.environ["FAKE_PYTHON_DIRECTORY"]) / "distributions.json").read_text())
    resolution = Resolution(pins=pins, distributions=question["distributions"], available=available)
    for text in question["requirements"]:
        resolution.require(Requirement(text))
    for text, extras in question["projects"]:
        resolution.install_project(tomllib.loads(text)["project"], extras)
    json.dump({"distributions": resolution.distributions, "programs": resolution.programs}, sys.stdout)


if __name__ == "__main__":
    main()
