"""`run:` steps: the shell GitHub takes, the options it gives it, and the variables a script reads."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path

from tests.workflows.executor.problems import NotImplementedHere, StepFailed

SHELLS = {
    "": ["bash", "-e", "{0}"],
    "bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail", "{0}"],
    "sh": ["sh", "-e", "{0}"],
    "python": ["python", "{0}"],
}
"""Without a `shell:` a pipe that breaks in its middle goes unnoticed; with `shell: bash` it does not."""

OWN = {
    "BASH_SOURCE",
    "BASHPID",
    "EUID",
    "IFS",
    "LINENO",
    "OLDPWD",
    "PIPESTATUS",
    "PPID",
    "PWD",
    "RANDOM",
    "SECONDS",
    "UID",
}
"""Variables that a shell sets itself."""


def command(shell: str, script: Path) -> list[str]:
    """The command line that runs a script.

    Raises:
        NotImplementedHere: a shell that is not on a Linux runner.
    """
    if shell in SHELLS:
        return [part.replace("{0}", str(script)) for part in SHELLS[shell]]
    if "{0}" not in shell:
        raise NotImplementedHere(f"shell '{shell}'")
    return [part.replace("{0}", str(script)) for part in shlex.split(shell)]


def unset(script: str, env: Mapping[str, str]) -> list[str]:
    """Variables that a script reads though nobody set them: to a shell without `-u` they are empty texts."""
    code = re.sub(r"'[^']*'|\\\$", "", script)
    read = re.findall(r"\$\{?([A-Za-z_]\w*)", code)
    made = set(re.findall(r"\b([A-Za-z_]\w*)\+?=|\b(?:for|read(?: -\w+)*) ([A-Za-z_]\w*)", code))
    own = {name for pair in made for name in pair} | OWN
    return sorted({name for name in read if name not in env and name not in own})


def check_text(script: str, name: str) -> None:
    """Refuse an expression inside a script: its value would be code.

    Raises:
        StepFailed: there is one.
    """
    if "${{" in script:
        raise StepFailed(f"'{name}' has an expression in its script, where a value becomes code; hand it over by env")
