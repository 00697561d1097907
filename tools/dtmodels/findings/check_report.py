"""Report of a validation: problems, and facts about the validated package or model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from dtbase.text.plural import pluralise
from dtbase.text.printable import printable

ProblemSeverity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckProblem:
    """One problem of a model or a package."""

    severity: ProblemSeverity
    code: str
    """Short name of the rule, for programs: `graph.opset`, `archive.two-dots`, ..."""
    where: str
    """The file, or the key of `config.json`."""
    what: str
    """The problem, and how darktable handles it."""
    fix: str = ""
    reason: str = ""
    """Why this project rejects a package that darktable itself would run; empty otherwise."""

    def __str__(self) -> str:
        lines = [f"{self.severity}: {printable(self.where)}: {printable(self.what)} [{self.code}]"]
        lines += [f"  why rejected: {printable(self.reason)}"] if self.reason else []
        lines += [f"  fix: {printable(self.fix)}"] if self.fix else []
        return "\n".join(lines)


def error(code: str, where: str, what: str, fix: str = "", *, reason: str = "") -> CheckProblem:
    """Create a problem that prevents a release."""
    return CheckProblem(severity="error", code=code, where=where, what=what, fix=fix, reason=reason)


def warning(code: str, where: str, what: str, fix: str = "") -> CheckProblem:
    """Create a problem that does not prevent a release."""
    return CheckProblem(severity="warning", code=code, where=where, what=what, fix=fix)


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorFacts:
    """An input or output of a graph; a dimension is an integer or a symbolic name."""

    name: str
    dtype: str
    shape: tuple[int | str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """One ONNX file: its size, versions and tensors."""

    name: str
    bytes: int
    opset: int
    ir: int
    inputs: tuple[TensorFacts, ...]
    outputs: tuple[TensorFacts, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """Facts about a model from its validation: its files, and results such as `latency_ms` and `psnr_db`."""

    id: str = ""
    task: str = ""
    version: str = ""
    run_by: str = ""
    """What can run the model, as a sentence; empty if its task is unknown."""
    darktable: str = ""
    """darktable versions that take the model if it has no error, for readers."""
    newer: tuple[str, ...] = ()
    """Reasons why darktable 5.6 does not take it; empty if it does."""
    runtime: str = ""
    """Version of the ONNX Runtime that ran it; empty if none did."""
    files: tuple[FileFacts, ...] = ()
    levels: Mapping[str, str] = field(default_factory=dict)
    """Optimisation level at which each file ran, by file name."""
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """The result of validating one package or model."""

    where: str
    problems: tuple[CheckProblem, ...] = ()
    facts: ModelFacts = field(default_factory=ModelFacts)

    @property
    def errors(self) -> tuple[CheckProblem, ...]:
        """The problems that prevent a release."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def ok(self) -> bool:
        """True without errors; warnings are allowed."""
        return not self.errors

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain JSON values."""
        return {"ok": self.ok, **asdict(self)}

    def text(self) -> str:
        """Return the report as text: tensor tables, results, problems and a summary line."""
        lines = [line for file in self.facts.files for line in _file_lines(file)]
        lines += [
            f"{file}: runs at the optimisation level {level!r} of ONNX Runtime {self.facts.runtime}"
            for file, level in self.facts.levels.items()
        ]
        lines += [f"{name}: {value:.4g}" for name, value in self.facts.figures.items()]
        lines += [f"darktable versions: {self.facts.darktable}"] if self.ok and self.facts.darktable else []
        lines += [str(problem) for problem in self.problems]
        return "\n".join([*lines, f"{self.where}: {self._summary()}"])

    def _summary(self) -> str:
        if self.ok:
            warnings = len(self.problems)
            return self.facts.run_by + (f" ({pluralise(warnings, 'warning')})" if warnings else "")
        return pluralise(len(self.errors), "error")


def _file_lines(file: FileFacts) -> Iterable[str]:
    yield f"{file.name}: {file.bytes:,} bytes, opset {file.opset}, IR {file.ir}"
    for kind, tensors in (("in ", file.inputs), ("out", file.outputs)):
        for tensor in tensors:
            yield printable(f"  {kind} {tensor.name}: {tensor.dtype} {list(tensor.shape)}")
