"""Our conversion of a network beside a plain export of the form its authors wrote, same weights.

    .venv/bin/python -m benchmarks.families [NAME...]

Plain means torch's older exporter at opset 17 and no care; LaMa's Fourier transforms need the newer exporter and
opset 20. Times are CPU seconds of one thread, the fastest of several calls, both files in turn: work of
others on the machine changes them little, and both alike; ONNX Runtime optimises what darktable has it optimise, all
but the decoders of masks. Columns: seconds of one call, how
many times faster ours is, what share ours reaches of the multiply-adds a product of two matrices reaches, sizes of the
files and their ratio, the largest difference of ours in full precision over the output's deviation, the
signal-to-noise ratio that float16 storage leaves on a photograph, CPU seconds and peak memory of the conversion,
and where ours spends its time. Each line is printed when it is known, so that a run can be stopped.
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
"""Calls of each file, fewer when they take longer than this."""
COLUMNS = ["network", "tile", "plain s", "ours s", "faster", "of limit", "plain MB", "half MB", "ratio", "off"]
COLUMNS += ["half dB", "build s", "peak GB", "hot spots of ours"]


def main(arguments: Sequence[str] = ()) -> int:
    """Measure each network, or each that is named."""
    names, console = list(arguments) or list(CASES), Console()
    if unknown := [name for name in names if name not in CASES]:
        console.note(f"error: no network is called {unknown[0]}; one of: {', '.join(CASES)}")
        return WrongUsage.exit_code
    rows = []
    for name in names:
        with tempfile.TemporaryDirectory() as directory:
            rows.append([name, *measured(name, Path(directory))])
            console.note("  ".join(rows[-1]))
    console.table(COLUMNS, rows)
    return 0


def measured(name: str, directory: Path) -> list[str]:
    """The columns of one network, after its name."""
    case = CASES[name]
    before = _processor(resource.RUSAGE_CHILDREN)
    _, peak = run_in_subprocess(_build, name, directory)
    built = _processor(resource.RUSAGE_CHILDREN) - before
    files = {kind: directory / f"{kind}.onnx" for kind in ("full", "half", "plain")}
    normalise(directory / f"{case.file}.onnx", files["full"])
    normalise(directory / f"{case.file}.onnx", files["half"], half=True)
    work, _ = run_in_subprocess(_build_plain, name, files["plain"])
    given = {key: value.numpy() for key, value in case.inputs(case.tile).items()}
    slow, fast, wanted, found = _in_turn(files["plain"], files["half"], given, case.optimised)
    exact = _session(files["full"]).run(None, given)
    off = max(np.abs(one - other).max() / other.std() for one, other in zip(exact, wanted, strict=True))
    decibels = min(_decibels(one, other) for one, other in zip(found, exact, strict=True))
    plain, half = (files[kind].stat().st_size / 1e6 for kind in ("plain", "half"))
    limit = multiply_adds_per_second()
    times = [f"{slow:.3g}", f"{fast:.3g}", f"{slow / fast:.2f}", f"{work / fast / limit:.0%}"]
    sizes = [f"{plain:.1f}", f"{half:.1f}", f"{half / plain:.2f}"]
    hot = _hot_spots(files["half"], given, case.optimised)
    rest = [f"{off:.0e}", f"{decibels:.0f}", f"{built:.0f}", f"{peak / 1e9:.1f}", hot]
    return [str(case.tile), *times, *sizes, *rest]


def multiply_adds_per_second(side: int = 2048) -> float:
    """What a product of two matrices reaches with one thread."""
    torch.set_num_threads(1)
    left, right = torch.rand(side, side), torch.rand(side, side)
    return side**3 / min(_timed(lambda: torch.mm(left, right)) for _ in range(ROUNDS))


def _build(name: str, directory: Path) -> None:
    """Convert, in a separate process."""
    case = CASES[name]
    case.family.convert(case.job(directory))


def _build_plain(name: str, path: Path) -> float:
    """Export the plain form, in a separate process; returns the multiply-adds of one call."""
    case = CASES[name]
    network, inputs = case.reference(case.job(path.parent)).eval(), case.inputs(case.tile)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(*inputs.values())
    case.plain(network, inputs, case.outputs, path)
    return counter.get_total_flops() / 2


def _decibels(found: Any, wanted: Any) -> float:
    span = float(np.ptp(wanted))
    return psnr(found.astype(np.float64) / span, wanted.astype(np.float64) / span, cap=200)


def _in_turn(plain: Path, ours: Path, given: Mapping[str, Any], optimised: bool) -> tuple[float, float, Any, Any]:
    """Fastest seconds of both, and their outputs."""
    sessions = [_session(path, optimised=optimised) for path in (plain, ours)]
    outputs = [session.run(None, given) for session in sessions]
    times: list[list[float]] = []
    while len(times) < ROUNDS and sum(map(sum, times)) < SECONDS:
        times.append([_timed(lambda at=session: at.run(None, given)) for session in sessions])
    slow, fast = (min(both) for both in zip(*times, strict=True))
    return slow, fast, *outputs


def _hot_spots(path: Path, given: Mapping[str, Any], optimised: bool, most: int = 3) -> str:
    """The operators ONNX Runtime spends most time in, with their share."""
    spent: Counter[str] = Counter()
    session = _session(path, optimised=optimised, profile=path.with_suffix(".profile"))
    session.run(None, given)
    session.run(None, given)
    for event in json.loads(Path(session.end_profiling()).read_text()):
        if event.get("cat") == "Node" and "op_name" in event.get("args", {}):
            spent[event["args"]["op_name"]] += event["dur"]
    whole = sum(spent.values())
    return ", ".join(f"{name} {time / whole:.0%}" for name, time in spent.most_common(most))


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


def _processor(whose: int) -> float:
    used = resource.getrusage(whose)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
