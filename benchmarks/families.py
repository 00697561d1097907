"""Compare our conversion of a network with a baseline export of its authors' form, with the same weights.

    .venv/bin/python -m benchmarks.families [NAME...]

The baseline is torch's older exporter at opset 17, without optimisation; LaMa's Fourier transforms need the newer
exporter and opset 20. Times are CPU seconds of one thread, the fastest of several calls, with alternating calls of both
files; so other load on the machine changes them little. Graph optimisation of ONNX Runtime is enabled as in darktable:
for all graphs except the decoders of masks. Columns: CPU seconds of one call; speed-up; multiply-adds per second as a
percentage of a matrix product's; file sizes and their ratio; maximum absolute error of our float32 file, divided by the
output's standard deviation; PSNR of float16 storage on a photograph; CPU seconds and peak memory of the conversion; and
the operators with the most time. Each row is printed as soon as it is measured, so a run can be stopped.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks._networks import CASES
from dtbase.imaging.psnr import psnr
from dtbase.system.errors import WrongUsage
from dtbase.system.subprocess_call import run_in_subprocess
from dtbase.terminal.console import Console
from dtmodels.graph.normalise import normalise

ROUNDS, SECONDS = 7, 60.0
"""Number of calls of each file, and time limit of all calls in CPU seconds."""
COLUMNS = ["network", "tile", "baseline CPU s", "ours CPU s", "speed-up", "of matrix product", "baseline MB", "ours MB"]
COLUMNS += ["size ratio", "max error / std", "float16 PSNR (dB)", "convert CPU s", "peak GB", "hot spots of ours"]


def main(arguments: Sequence[str] = ()) -> int:
    """Measure all networks, or the named ones."""
    names, console = list(arguments) or list(CASES), Console()
    if unknown := [name for name in names if name not in CASES]:
        console.note(f"error: there is no network '{unknown[0]}'; one of: {', '.join(CASES)}")
        return WrongUsage.exit_code
    rows = []
    for name in names:
        with tempfile.TemporaryDirectory() as directory:
            rows.append([name, *_measure(name, Path(directory))])
            console.note("  ".join(rows[-1]))
    console.table(COLUMNS, rows)
    return 0


def _measure(name: str, directory: Path) -> list[str]:
    """Measure one network; return its row without the name."""
    case = CASES[name]
    before = _cpu_seconds(resource.RUSAGE_CHILDREN)
    _, peak = run_in_subprocess(_build, name, directory)
    built = _cpu_seconds(resource.RUSAGE_CHILDREN) - before
    files = {kind: directory / f"{kind}.onnx" for kind in ("full", "half", "baseline")}
    normalise(directory / f"{case.file}.onnx", files["full"])
    normalise(directory / f"{case.file}.onnx", files["half"], half=True)
    work, _ = run_in_subprocess(_build_baseline, name, files["baseline"])
    inputs = {key: value.numpy() for key, value in case.inputs(case.tile).items()}
    slow, fast, expected, output = _time_alternately(files["baseline"], files["half"], inputs, case.optimised)
    full = _session(files["full"]).run(None, inputs)
    error = max(np.abs(ours - theirs).max() / theirs.std() for ours, theirs in zip(full, expected, strict=True))
    decibels = min(_psnr(half, single) for half, single in zip(output, full, strict=True))
    baseline_mb, ours_mb = (files[kind].stat().st_size / 1e6 for kind in ("baseline", "half"))
    limit = multiply_adds_per_second()
    times = [f"{slow:.3g}", f"{fast:.3g}", f"{slow / fast:.2f}", f"{work / fast / limit:.0%}"]
    sizes = [f"{baseline_mb:.1f}", f"{ours_mb:.1f}", f"{ours_mb / baseline_mb:.2f}"]
    hot = _hot_spots(files["half"], inputs, case.optimised)
    rest = [f"{error:.0e}", f"{decibels:.0f}", f"{built:.0f}", f"{peak / 1e9:.1f}", hot]
    return [str(case.tile), *times, *sizes, *rest]


def multiply_adds_per_second(side: int = 2048) -> float:
    """Multiply-adds per second of a matrix product with one thread."""
    torch.set_num_threads(1)
    left, right = torch.rand(side, side), torch.rand(side, side)
    return side**3 / min(_timed(lambda: torch.mm(left, right)) for _ in range(ROUNDS))


def _build(name: str, directory: Path) -> None:
    """Convert, in a separate process."""
    case = CASES[name]
    case.family.convert(case.job(directory))


def _build_baseline(name: str, path: Path) -> float:
    """Export the baseline, in a separate process; return the multiply-adds of one call."""
    case = CASES[name]
    network, inputs = case.reference(case.job(path.parent)).eval(), case.inputs(case.tile)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(*inputs.values())
    case.export(network, inputs, case.outputs, path)
    return counter.get_total_flops() / 2


def _psnr(output: Any, expected: Any) -> float:
    span = float(np.ptp(expected))
    return psnr(output.astype(np.float64) / span, expected.astype(np.float64) / span, cap=200)


def _time_alternately(
    baseline: Path, ours: Path, inputs: Mapping[str, Any], optimised: bool
) -> tuple[float, float, Any, Any]:
    """Fastest CPU seconds of both files, and their outputs."""
    sessions = [_session(path, optimised=optimised) for path in (baseline, ours)]
    outputs = [session.run(None, inputs) for session in sessions]
    times: list[list[float]] = []
    while len(times) < ROUNDS and sum(map(sum, times)) < SECONDS:
        times.append([_timed(lambda at=session: at.run(None, inputs)) for session in sessions])
    slow, fast = (min(both) for both in zip(*times, strict=True))
    return slow, fast, *outputs


def _hot_spots(path: Path, inputs: Mapping[str, Any], optimised: bool, count: int = 3) -> str:
    """The operators with the most time in ONNX Runtime, and their percentages."""
    spent: Counter[str] = Counter()
    session = _session(path, optimised=optimised, profile=path.with_suffix(".profile"))
    session.run(None, inputs)
    session.run(None, inputs)
    for event in json.loads(Path(session.end_profiling()).read_text()):
        if event.get("cat") == "Node" and "op_name" in event.get("args", {}):
            spent[event["args"]["op_name"]] += event["dur"]
    total = sum(spent.values())
    return ", ".join(f"{name} {time / total:.0%}" for name, time in spent.most_common(count))


def _session(path: Path, *, optimised: bool = True, profile: Path | None = None) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    if not optimised:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    if profile:
        options.enable_profiling, options.profile_file_prefix = True, str(profile)
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _timed(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _cpu_seconds(whose: int) -> float:
    used = resource.getrusage(whose)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
