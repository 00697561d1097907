"""Fake pip without a network: it "installs" distributions of this environment if they meet the requirements.

Supports `install` with requirements, files of them with hashes, constraints and editable projects, `install --target`
of `OTHER_VERSIONS`, and `index versions`; all else is an error.
`resolve.py` computes the result, which is cached, because a run sets up the same tools in every job.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

OTHER_VERSIONS = {"onnxruntime": ["1.20.1"]}
"""Versions that `install --target` offers: the distribution of this environment under another version."""
DELEGATE = """\
import os, sys
sys.path.remove(os.path.dirname(os.path.dirname(__file__)))
del sys.modules[{name!r}]
import {name} as installed
installed.__version__ = {version!r}
"""
START = """\
#!/bin/sh
here=$(dirname "$0")
exec "$here/python" "$here/.{name}.py" "$@"
"""
CALL = """\
import sys
from {module} import {function} as main
if __name__ == "__main__":
    sys.argv[0] = "{name}"
    sys.exit(main())
"""


def main() -> None:
    """Run the command line."""
    options = arguments()
    directory = Path(os.environ["FAKE_PYTHON_DIRECTORY"])
    if options.command == "index":
        version = json.loads((directory / "distributions.json").read_text())[options.name]["version"]
        print(f"{options.name} ({version})\nAvailable versions: {version}")
        return
    if options.target:
        delegate(options.requirements, options.target)
        return
    installed = json.loads((directory / "installed.json").read_text())
    projects = [path for path, _ in map(split, options.editable)]
    question = {
        "requirements": [*options.requirements, *locked(options)],
        "constraints": [file.read_text() for file in options.constraint],
        "projects": [(project_text(path), extras) for path, extras in map(split, options.editable)],
        "distributions": installed["distributions"],
    }
    response = resolve(json.dumps(question, sort_keys=True), Path(os.environ["FAKE_PIP_CACHE"]))
    installed = {"distributions": response["distributions"], "projects": [*installed["projects"], *projects]}
    (directory / "installed.json").write_text(json.dumps(installed))
    for name, value in response["programs"].items():
        provide(directory / "bin", name, value)


def arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog="pip")
    parser.add_argument("--disable-pip-version-check", action="store_true")
    parser.add_argument("--no-input", action="store_true")
    commands = parser.add_subparsers(dest="command", required=True)
    install = commands.add_parser("install")
    install.add_argument("requirements", nargs="*")
    install.add_argument("-c", "--constraint", type=Path, action="append", default=[])
    install.add_argument("-e", "--editable", action="append", default=[])
    install.add_argument("--extra-index-url")
    install.add_argument("-q", "--quiet", action="count")
    install.add_argument("--no-deps", action="store_true")
    install.add_argument("--only-binary")
    install.add_argument("-r", "--requirement", type=Path, action="append", default=[])
    install.add_argument("--require-hashes", action="store_true")
    install.add_argument("--no-index", action="store_true")
    install.add_argument("--no-build-isolation", action="store_true")
    install.add_argument("--target", type=Path)
    index = commands.add_parser("index")
    index.add_argument("action", choices=["versions"])
    index.add_argument("name")
    return parser.parse_args()


def locked(options: argparse.Namespace) -> list[str]:
    """The requirements of files; with `--require-hashes` each has to be pinned and to have one, as pip demands."""
    found = []
    for file in options.requirement:
        lines = file.read_text().replace("\\\n", " ").splitlines()
        for line in (line.strip() for line in lines if line.strip() and not line.startswith("#")):
            requirement, _, hashes = line.partition(" --hash=")
            if options.require_hashes and not (hashes and "==" in requirement):
                sys.exit(f"ERROR: Hashes are required in --require-hashes mode, but they are missing: {requirement}")
            found.append(requirement.strip())
    return found


def delegate(requirements: list[str], target: Path) -> None:
    """Write packages that are the installed ones under another version."""
    for requirement in requirements:
        name, _, version = requirement.partition("==")
        if version not in OTHER_VERSIONS.get(name, []):
            sys.exit(f"ERROR: No matching distribution found for {requirement}")
        package = target / name
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(DELEGATE.format(name=name, version=version))


def split(editable: str) -> tuple[str, list[str]]:
    """Split `directory[extra,extra]` into directory and extras."""
    path, _, rest = editable.partition("[")
    return str(Path(path).resolve()), [part.strip() for part in rest.rstrip("]").split(",") if part.strip()]


def project_text(path: str) -> str:
    """Read the pyproject.toml of a project."""
    file = Path(path) / "pyproject.toml"
    if not file.is_file():
        sys.exit(f"ERROR: {path} is not an installable project: it has no pyproject.toml")
    return file.read_text()


def resolve(question: str, cache: Path) -> dict[str, dict[str, str]]:
    """Run `resolve.py`, or read its cached response."""
    cached = cache / hashlib.sha256(question.encode()).hexdigest()
    if not cached.exists():
        command = [sys.executable, str(Path(__file__).with_name("resolve.py"))]
        done = subprocess.run(command, input=question, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            sys.exit(done.returncode)
        cache.mkdir(parents=True, exist_ok=True)
        cached.write_text(done.stdout)
    response: dict[str, dict[str, str]] = json.loads(cached.read_text())
    return response


def provide(programs: Path, name: str, value: str) -> None:
    """Add a program next to `python`: a function of a module, or a binary of the environment."""
    file = programs / name
    if value.startswith("/"):
        file.unlink(missing_ok=True)
        file.symlink_to(value)
        return
    module, _, function = value.partition(":")
    file.write_text(START.format(name=name))
    file.chmod(0o755)
    (programs / f".{name}.py").write_text(CALL.format(name=name, module=module, function=function))


if __name__ == "__main__":
    main()
