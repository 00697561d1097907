"""Mutated cards: the linter returns sorted findings within 2 s, and does not raise."""

import importlib.util
import time
from pathlib import Path
from types import ModuleType

import pytest

from dtmodels.lint.engine import lint
from dtmodels.lint.fixes import apply_fixes
from dtmodels.lint.lint_report import LintReport, format_names, render


@pytest.fixture(scope="module")
def mutations() -> ModuleType:
    """The mutations of the fuzzing benchmark."""
    path = Path(__file__).resolve().parents[2] / "benchmarks" / "_mutations.py"
    spec = importlib.util.spec_from_file_location("mutations", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def lint_and_render(root: Path, card: bytes) -> list[str]:
    path = root / "models" / "toy-model" / "card.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(card)
    started = time.perf_counter()
    findings = lint(root)
    assert time.perf_counter() - started < 2
    assert findings == lint(root)
    positions = [(finding.path, finding.line, finding.column) for finding in findings]
    assert positions == sorted(positions)
    assert all(finding.line > 0 and finding.column > 0 and finding.message for finding in findings)
    return [render(LintReport(findings=findings, root=root), form) for form in format_names()]


@pytest.mark.parametrize("part", range(4))
def test_mutated_cards_are_linted(part: int, mutations: ModuleType, root: Path, tmp_path: Path) -> None:
    texts = mutations.seeds(root)
    for number in range(part * 40, part * 40 + 40):
        lint_and_render(tmp_path, mutations.mutated(number, texts))


@pytest.mark.slow
def test_many_mutated_cards_are_linted_and_fixed(mutations: ModuleType, root: Path, tmp_path: Path) -> None:
    texts = mutations.seeds(root)
    for number in range(1_000, 1_800):
        lint_and_render(tmp_path, mutations.mutated(number, texts))
        apply_fixes(tmp_path, lambda: lint(tmp_path), unsafe=True)


def test_mutations_are_reproducible(mutations: ModuleType, root: Path) -> None:
    texts = mutations.seeds(root)
    assert len({mutations.mutated(number, texts) for number in range(50)}) > 45
    assert mutations.mutated(7, texts) == mutations.mutated(7, texts)


@pytest.mark.parametrize("size", [0, 1, 255 * 1024, 300 * 1024])
def test_large_files_are_linted_quickly(size: int, tmp_path: Path) -> None:
    for filling in (b"a", b"[", b"- ", b"a: ", b"{", b"\n", b'"', b"#", b"&a ", b"\xff", b"\r"):
        lint_and_render(tmp_path, (filling * size)[:size])
