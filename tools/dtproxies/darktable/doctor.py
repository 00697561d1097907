"""Check the installed darktable by starting each of its parts; run by `dtproxies doctor`."""

from __future__ import annotations

import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from dtbase.system.errors import Failure
from dtbase.system.files import json_text
from dtbase.terminal.console import Console
from dtproxies.darktable import introspection
from dtproxies.darktable.find import DIRECTORY, INSTALL, Darktable, find
from dtproxies.darktable.renderer import Renderer

INSTALLER = Path(__file__).with_name("install.sh")


@dataclass(frozen=True, kw_only=True)
class Health:
    """Facts about a working darktable."""

    version: str
    command: str
    library: str
    python: str
    """Versions of the Python that loads its library, and of that Python's numpy."""
    modules: int
    """Number of modules with sliders."""
    render: str
    """Result of the test render."""


def run_doctor(console: Console, *, install: bool = False, as_json: bool = False) -> int:
    """Install darktable if requested, examine it, and print the result. Returns the exit code."""
    try:
        if install:
            install_darktable(console)
        health = asdict(examine(find()))
    except Failure as failure:
        if not as_json:
            raise
        console.say(
            json_text({"ok": False, "error": failure.what, "where": failure.where, "fix": failure.fix}).rstrip()
        )
        return failure.exit_code
    if as_json:
        console.say(json_text({"ok": True, **health}).rstrip())
    else:
        for name, value in health.items():
            console.say(f"{name:8}  {value}")
    return 0


def install_darktable(console: Console) -> None:
    """Install the supported darktable into `.darktable/` of the repository around the current directory.

    Raises:
        Failure: the installer failed; its output gives the reason.
    """
    current = Path.cwd()
    root = next((directory for directory in (current, *current.parents) if (directory / ".git").exists()), current)
    console.note(f"installing darktable into {root / DIRECTORY}; this takes about a minute")
    done = subprocess.run(["bash", str(INSTALLER), str(root / DIRECTORY)], check=False)
    if done.returncode != 0:
        raise Failure("darktable was not installed; the output above gives the reason")


def examine(darktable: Darktable) -> Health:
    """Start every part of `darktable` once.

    Raises:
        Failure: one of the parts fails.
    """
    return Health(
        version=darktable.version,
        command=darktable.cli[-1],
        library=str(darktable.library),
        python=_python(darktable),
        modules=len(introspection.layouts(darktable)),
        render=_test_render(darktable),
    )


def _python(darktable: Darktable) -> str:
    script = "import platform, numpy; print(platform.python_version(), 'with numpy', numpy.__version__)"
    done = subprocess.run(
        [*darktable.python, "-s", "-B", "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env=darktable.environment_for(Path("/nonexistent")),
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
        raise Failure(f"the Python of darktable does not work: {last}", where=darktable.python[-1], fix=INSTALL)
    return done.stdout.strip()


def _test_render(darktable: Darktable) -> str:
    """Render +1 EV of exposure, which must double every pixel exactly in float32."""
    image = np.linspace(0, 1, 32 * 32 * 3, dtype=np.float32).reshape(32, 32, 3)
    with Renderer(darktable, ["exposure"], height=32, width=32) as renderer:
        output = renderer.render("exposure", image, {"exposure": 1})
    if not np.array_equal(output, 2 * image):
        error = float(np.abs(output - 2 * image).max())
        raise Failure(f"the test render is wrong: +1 EV differs by {error:g} from twice the input", fix=INSTALL)
    return "+1 EV doubles every pixel, exactly"
