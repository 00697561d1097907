"""Settings of `config.json` by which darktable loads each ONNX file: execution provider, CoreML format, optimisation.

Each is a value for all files, or an object of values by file name without `.onnx`. darktable compares names of files
exactly, and names of providers and values without regard to case. What it does not know has no effect; it logs an
unknown level of optimisation, and is silent about the rest. Read from `src/ai/backend_common.c` of darktable 5.6.0 and
of its development version 5.7.0.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from dtbase.system.suggestions import did_you_mean
from dtmodels.findings.check_report import CheckProblem, warning
from dtmodels.package.config_reader import CONFIG_FILE, PackageConfig
from dtmodels.package.strict_json import json_type_name

ACCELERATORS = ("CoreML", "CUDA", "MIGraphX", "OpenVINO", "DirectML")
PROVIDERS = ("CPU", *ACCELERATORS)
FORMATS = ("mlprogram", "neuralnetwork")
LEVELS = ("all", "basic", "disabled", "none")
"""Levels of optimisation; `none` is an alias of `disabled`."""
BY_PROVIDER = "ort_optimization_provider"
Check = Callable[[str, Any], Iterator[CheckProblem]]
"""Check of one value at a path of `config.json`."""


def check_loader_settings(config: PackageConfig, stems: Collection[str]) -> Iterator[CheckProblem]:
    """Check the settings of a configuration; one without effect is a warning.

    Args:
        config: the configuration.
        stems: names of the package's ONNX files, without `.onnx`.
    """
    for key, check in CHECKS.items():
        if key in config.values:
            yield from _check_files(key, config.values[key], stems, check)
    if BY_PROVIDER in config.values:
        yield from _check_by_provider(config.values[BY_PROVIDER], stems)
    level = config.values.get("ort_optimization")
    if config.text("task") == "mask" and isinstance(level, dict) and "decoder" in level:
        what = "darktable itself opens the decoder of a mask on the CPU, without optimisation"
        yield _no_effect("ort_optimization.decoder", what, "leave it out")


def unknown_stems(settings: Mapping[str, Any], stems: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield each setting that names a file which is not among `stems`, and that name."""
    for key, value in settings.items():
        for by_file in value.values() if key == BY_PROVIDER else [value]:
            yield from ((key, name) for name in by_file if isinstance(by_file, Mapping) and name not in stems)


def _check_files(path: str, value: Any, stems: Collection[str], check: Check) -> Iterator[CheckProblem]:
    if not isinstance(value, dict):
        yield from check(path, value)
        return
    for stem, inner in value.items():
        if stem in stems:
            yield from check(f"{path}.{stem}", inner)
        else:
            stripped = stem.removesuffix(".onnx")
            fix = f"write {stripped}, without .onnx" if stripped in stems else did_you_mean(stem, stems)
            yield _no_effect(f"{path}.{stem}", f"the package has no file {stripped}.onnx", fix)


def _one_of(accepted: tuple[str, ...]) -> Check:
    def check(path: str, value: Any) -> Iterator[CheckProblem]:
        if not isinstance(value, str):
            what = f"is {json_type_name(value)} instead of a string"
            yield _no_effect(path, what, f"write one of {', '.join(accepted)}")
        elif value.lower() not in accepted:
            yield _no_effect(path, f"is {value!r}, which darktable does not know", did_you_mean(value, accepted))

    return check


def _check_accelerators(path: str, value: Any) -> Iterator[CheckProblem]:
    if not isinstance(value, list):
        yield _no_effect(path, f"is {json_type_name(value)} instead of a list of execution providers", "write a list")
        return
    for name in value:
        yield from _check_provider(path, name, ACCELERATORS)


def _check_by_provider(value: Any, stems: Collection[str]) -> Iterator[CheckProblem]:
    if not isinstance(value, dict):
        what = f"is {json_type_name(value)} instead of an object of execution providers"
        yield _no_effect(BY_PROVIDER, what, 'write an object: {"DirectML": "basic"}')
        return
    seen: set[str] = set()
    for name, level in value.items():
        if name.lower() in seen:
            yield _no_effect(BY_PROVIDER, f"names the execution provider {name} twice", "keep one of the two")
        seen.add(name.lower())
        yield from _check_provider(BY_PROVIDER, name, PROVIDERS)
        yield from _check_files(f"{BY_PROVIDER}.{name}", level, stems, _one_of(LEVELS))


def _check_provider(path: str, name: Any, accepted: tuple[str, ...]) -> Iterator[CheckProblem]:
    if not isinstance(name, str):
        yield _no_effect(path, f"contains {json_type_name(name)} instead of a name", f"known: {', '.join(accepted)}")
    elif name.lower() not in {known.lower() for known in accepted}:
        what = f"contains {name!r}, which is no execution provider that darktable looks up here"
        yield _no_effect(path, what, did_you_mean(name, accepted))


def _no_effect(path: str, what: str, fix: str) -> CheckProblem:
    code = f"config.{path.partition('.')[0].replace('_', '-')}"
    return warning(code, f"{CONFIG_FILE}: {path}", f"{what}: it has no effect", fix)


CHECKS: Mapping[str, Check] = {
    "cpu_only": _check_accelerators,
    "coreml_format": _one_of(FORMATS),
    "ort_optimization": _one_of(LEVELS),
}
"""Settings with values by file, and the check of each value."""
