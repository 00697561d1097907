"""Plug-in modules are found, not listed: adding one means adding one file."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import importlib, sys
from dtbase.system.discovery import load_plugin, plugin_names
package = importlib.import_module(sys.argv[1])
print(" ".join(plugin_names(package)))
if sys.argv[2:]:
    print(load_plugin(package, sys.argv[2]).MARK)
"""


@pytest.fixture
def tools(root: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "tools"
    shutil.copytree(root / "tools", copy, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    shutil.copytree(root / "schema", tmp_path / "schema")
    return copy


def run(tools: Path, program: str, *arguments: str) -> str:
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(
        command, env={"PYTHONPATH": str(tools)}, cwd=tools, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("package", ["dtmodels.tasks", "dtmodels.families", "dtproxies.modules", "dtmodels.lint.rules"])
def test_new_file_is_a_plugin_unless_it_starts_with_an_underscore(tools: Path, package: str) -> None:
    directory = tools / package.replace(".", "/")
    before = run(tools, PROGRAM, package).split()
    (directory / "zzz999_toy.py").write_text("MARK = 'found'\n")
    (directory / "_shared_toy.py").write_text("")
    after = run(tools, PROGRAM, package, "zzz999_toy").split()
    assert after == [*before, "zzz999_toy", "found"]


RULE = '''"""A toy rule reports every card.

Because.

Fix: repair it.

Bad::

    broken

Good::

    intact
"""

from dtmodels.lint.rule import RuleResult

SEVERITY = "error"


def check_card(subject):
    """Report every card."""
    yield RuleResult(where=("name",), what="reported", fix="none")
'''

LINT = """
import sys
from pathlib import Path
from dtmodels.lint.engine import lint
print([f"{finding.rule} {finding.line}" for finding in lint(Path(sys.argv[1])) if finding.message == "reported"])
"""


def test_new_rule_is_applied_without_registration(tools: Path, root: Path, tmp_path: Path) -> None:
    (tools / "dtmodels" / "lint" / "rules" / "zzz999_toy.py").write_text(RULE)
    model = tmp_path / "models" / "toy-model"
    shutil.copytree(root / "tests" / "lint" / "SCH001" / "good-mapping", model)
    assert run(tools, LINT, str(tmp_path)).strip() == "['ZZZ999 4']"


IMPORTED_BY_LINT = """
import importlib, pkgutil, sys
from dtmodels.card.reader import read_card
from dtmodels.card.catalogue import Catalogue
from dtmodels.lint import engine, lint_report
from dtmodels.lint.registry import all_rules
all_rules()
print(sorted({"torch", "onnx", "onnxruntime", "numpy", "jsonschema"} & set(sys.modules)))
"""


def test_linting_imports_no_large_library(root: Path) -> None:
    assert run(root / "tools", IMPORTED_BY_LINT).strip() == "[]"
