"""`run:` steps: GitHub's shells with their options, and the variables that a script reads."""

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
"""Commands by `shell:`. Only `shell: bash` sets `pipefail`, so that a failure within a pipe fails the step."""

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
"""Variables that the shell itself sets."""


def command(shell: str, script: Path) -> list[str]:
    """Return the command line for a script.

    Raises:
        NotImplementedHere: a shell that a Linux runner does not have.
    """
    if shell in SHELLS:
        return [part.replace("{0}", str(script)) for part in SHELLS[shell]]
    if "{0}" not in shell:
        raise NotImplementedHere(f"shell '{shell}'")
    return [part.replace("{0}", str(script)) for part in shlex.split(shell)]


def unset_variables(script: str, env: Mapping[str, str]) -> list[str]:
    """List variables that a script reads, but nothing sets: a shell without `-u` treats them as empty."""
    code = re.sub(r"'[^']*'|\\\$", "", script)
    read = re.findall(r"\$\{?([A-Za-z_]\w*)", code)
    assigned = set(re.findall(r"\b([A-Za-z_]\w*)\+?=|\b(?:for|read(?: -\w+)*) ([A-Za-z_]\w*)", code))
    defined = {name for pair in assigned for name in pair} | OWN
    return sorted({name for name in read if name not in env and name not in defined})


def check_text(script: str, name: str) -> None:
    """Reject an expression inside a script, because its value would be executed as code.

    Raises:
        StepFailed: the script contains an expression.
    """
    if "${{" in script:
        raise StepFailed(f"'{name}' has an expression in its script, which would run its value as code; pass it by env")
