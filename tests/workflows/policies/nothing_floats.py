"""Nothing that runs is chosen by somebody else at run time.

A moved tag of an action, the newest Python, an unpinned package or an image named `latest` can be replaced between two
runs, and a rebuild would differ without any change here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from tests.workflows.checkers._files import File
from tests.workflows.policies._steps import jobs

_PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}|\$/\.github/[\w./-]+|docker://\S+@sha256:[0-9a-f]{64}")
_INSTALLS = re.compile(r"\b(pip|pipx|uv|npm|npx|apt|apt-get|curl|wget|brew|conda|cargo|gem|go) ")
_VERSION = re.compile(r"\d+\.\d+(\.\d+)?")
_RUNNER = re.compile(r"ubuntu-\d\d\.\d\d")
_SETUP = 'sh "$GITHUB_ACTION_PATH/../../../.ci/install-python" python "$EXTRAS"'


def check(files: Sequence[File]) -> Iterator[str]:
    """Check actions, versions, runners, images and commands."""
    for file in files:
        for location, step in file.steps():
            yield from _step(location, step)
    for place in jobs(files):
        if "uses" in place.job and not _PINNED.fullmatch(place.job["uses"]):
            yield f"{place}: {place.job['uses']} is not pinned to a commit"
        if "uses" not in place.job and not _RUNNER.fullmatch(str(place.job.get("runs-on", ""))):
            yield f"{place}: runs on {place.job.get('runs-on')}, not on one version of Ubuntu"
        image = place.job.get("container", {})
        image = image.get("image", "") if isinstance(image, dict) else image
        if image and "@sha256:" not in image:
            yield f"{place}: the image {image} is not pinned by its digest"
    setup = next((file for file in files if file.name == "setup" and "runs" in file.data), None)
    if setup and [step["run"].strip() for step in setup.data["runs"]["steps"] if "run" in step] != [_SETUP]:
        yield "setup: does not install with .ci/install-python alone"


def _step(location: str, step: dict[str, Any]) -> Iterator[str]:
    if (used := step.get("uses", "")) and not _PINNED.fullmatch(used):
        yield f"{location}: {used} is not pinned to a commit"
    if (version := step.get("with", {}).get("python-version")) and not _VERSION.fullmatch(version):
        yield f"{location}: Python {version} is not one version"
    if found := _INSTALLS.search(step.get("run", "")):
        yield f"{location}: installs or downloads with {found[1]}, past the pins"
