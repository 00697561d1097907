"""Our conversion of a network beside a plain export of the form its authors wrote, same weights.

    .venv/bin/python -m benchmarks.families [NAME...]

Plain means torch's older exporter at operator set 17 and no care; LaMa's Fourier transforms need the newer exporter and
operator set 20. Columns: seconds of one call (the fastest of several, both files in turn, ONNX Runtime on the CPU, two
threads), how many times faster ours is, what share of the machine's multiply-add limit ours reaches (measured with a
matrix product), sizes of the files and their ratio, the largest difference of ours in full precision over the output's
deviation, the signal-to-noise ratio that half storage leaves on a photograph, seconds and peak memory of the
conversion, and where ours spends its time.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import onnxruntime
import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import _reference
from benchmarks._plain import export_native, export_plain
from dtbase.apart import apart
from dtbase.console import Console
from dtbase.psnr import psnr
from dtmodels.card import Card, Checkpoint, Convert, License, Package, Source, Use
from dtmodels.families import Job, depth_anything, lama, nafnet, nind_unet, rrdb, sam2
from dtmodels.families._export import made_up
from dtmodels.families._sam_graphs import OUTPUTS, PROMPTS, prompts
from dtmodels.graph.normalise import normalise

ROUNDS, THREADS, SEED = 5, 2, 0
PHOTOGRAPH = Path(__file__).parents[1] / "images/proxy/chelsea.png"
MEAN, DEVIATION = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
COLUMNS = ["network", "tile", "plain s", "ours s", "faster", "of limit", "plain MB", "half MB", "ratio", "off"]
COLUMNS += ["half dB", "build s", "peak GB", "hot spots of ours"]
Inputs = dict[str, Tensor]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One graph of a family."""

    family: ModuleType
    reference: Callable[[Job], nn.Module]
    tile: int
    inputs: Callable[[int], Inputs]
    outputs: tuple[str, ...] = ("output",)
    checkpoint: str = "weights"
    file: str = "model"
    options: Mapping[str, Any] = field(default_factory=dict)
    plain: Callable[..., None] = export_plain

    def job(self, folder: Path) -> Job:
        """What the convert stage would ask of the family, with stand-in weights."""
        card = Card(
            schema=1,
            id="toy",
            name="toy",
            description="toy",
            task="toy",
            architecture="toy",
            version="1.0",
            status="draft",
            source=Source(repository="self", authors=()),
            license=License(weights="", code=""),
            use=Use(scope="", inference="", network="", telemetry=""),
            convert=Convert(family="toy", options=self.options),
            package=Package(type="single", attributes={"input_sizes": [self.tile]}),
            checkpoints=(Checkpoint(name=self.checkpoint, file="none"),),
        )
        return Job(card=card, checkpoints={}, output=folder, seed=SEED)


def photograph(side: int, *, normalised: bool = False) -> Tensor:
    """A square of a photograph, `[1, 3, side, side]` in 0..1, or as networks trained on ImageNet want it."""
    with Image.open(PHOTOGRAPH) as picture:
        square = picture.convert("RGB").crop((60, 0, 360, 300)).resize((side, side), Image.Resampling.BICUBIC)
    values = np.asarray(square, np.float32) / 255
    shown = (values - MEAN) / DEVIATION if normalised else values
    return torch.from_numpy(np.ascontiguousarray(shown.transpose(2, 0, 1)[None], np.float32))


def _picture(side: int) -> Inputs:
    return {"input": photograph(side)}


def _mosaic(side: int) -> Inputs:
    red, green, blue = photograph(side).unbind(1)
    return {"input": torch.stack([red, green, green, blue], 1)}


def _hole(side: int) -> Inputs:
    mask = torch.zeros(1, 1, side, side)
    mask[..., side // 4 : side // 2, side // 3 : side // 2] = 1
    return {"image": photograph(side), "mask": mask}


def _normal(side: int) -> Inputs:
    return {"image": photograph(side, normalised=True)}


def _clicks(_: int) -> Inputs:
    known = {name: made_up(*shape) for name, shape in sam2.FEATURES.items()}
    return known | dict(zip(PROMPTS, prompts(), strict=True))


RAW: dict[str, Any] = {"network": "utnet2"}
TINY: dict[str, Any] = {"variant": "tiny"}
CASES = {
    "NAFNet": Case(family=nafnet, reference=_reference.denoiser, tile=512, inputs=_picture),
    "NIND UNet": Case(family=nind_unet, reference=_reference.unet, tile=512, inputs=_picture),
    "UtNet2 bayer": Case(
        family=nind_unet,
        reference=_reference.raw,
        tile=256,
        inputs=_mosaic,
        checkpoint="bayer",
        file="model_bayer",
        options={**RAW, "bayer": "preupsample"},
    ),
    "UtNet2 linear": Case(
        family=nind_unet,
        reference=_reference.raw,
        tile=512,
        inputs=_picture,
        checkpoint="linear",
        file="model_linear",
        options=RAW,
    ),
    "BSRGAN x2": Case(
        family=rrdb, reference=_reference.upscaler, tile=128, inputs=_picture, checkpoint="x2", file="model_x2"
    ),
    "BSRGAN x4": Case(
        family=rrdb, reference=_reference.upscaler, tile=128, inputs=_picture, checkpoint="x4", file="model_x4"
    ),
    "LaMa": Case(family=lama, reference=_reference.eraser, tile=512, inputs=_hole, plain=export_native),
    "SAM 2.1 tiny encoder": Case(
        family=sam2,
        reference=_reference.encoder,
        tile=1024,
        inputs=_normal,
        outputs=tuple(sam2.FEATURES),
        file="encoder",
        options=TINY,
    ),
    "SAM 2.1 tiny decoder": Case(
        family=sam2,
        reference=_reference.decoder,
        tile=1024,
        inputs=_clicks,
        outputs=OUTPUTS,
        file="decoder",
        options=TINY,
    ),
    "Depth Anything V2": Case(
        family=depth_anything,
        reference=_reference.depth,
        tile=518,
        inputs=_normal,
        outputs=("depth",),
        options={"network": "v2-small"},
    ),
}


def main() -> int:
    """Print one line for each network, or for each that is named."""
    names = sys.argv[1:] if set(sys.argv[1:]) <= set(CASES) else []
    rows = []
    for name in names or CASES:
        with tempfile.TemporaryDirectory() as folder:
            rows.append([name, *measured(name, Path(folder))])
    Console().table(COLUMNS, rows)
    return 0


def measured(name: str, folder: Path) -> list[str]:
    """The columns of one network, after its name."""
    case = CASES[name]
    started = time.perf_counter()
    _, peak = apart(_build, name, folder)
    built = time.perf_counter() - started
    files = {kind: folder / f"{kind}.onnx" for kind in ("full", "half", "plain")}
    normalise(folder / f"{case.file}.onnx", files["full"])
    normalise(folder / f"{case.file}.onnx", files["half"], half=True)
    inputs = case.inputs(case.tile)
    work, _ = apart(_build_plain, name, files["plain"])
    given = {key: value.numpy() for key, value in inputs.items()}
    slow, fast, wanted, found = _in_turn(files["plain"], files["half"], given)
    exact = _session(files["full"]).run(None, given)
    off = max(np.abs(one - other).max() / other.std() for one, other in zip(exact, wanted, strict=True))
    decibels = min(_decibels(one, other) for one, other in zip(found, exact, strict=True))
    plain, half = (files[kind].stat().st_size / 1e6 for kind in ("plain", "half"))
    limit = multiply_adds_per_second()
    times = [f"{slow:.2f}", f"{fast:.2f}", f"{slow / fast:.2f}", f"{work / fast / limit:.0%}"]
    sizes = [f"{plain:.1f}", f"{half:.1f}", f"{half / plain:.2f}"]
    rest = [f"{off:.0e}", f"{decibels:.0f}", f"{built:.0f}", f"{peak / 1e9:.1f}", _hot_spots(files["half"], given)]
    return [str(case.tile), *times, *sizes, *rest]


def multiply_adds_per_second(side: int = 2048) -> float:
    """What a product of two matrices reaches with as many threads."""
    torch.set_num_threads(THREADS)
    left, right = torch.rand(side, side), torch.rand(side, side)
    return side**3 / min(_timed(lambda: torch.mm(left, right)) for _ in range(ROUNDS))


def _build(name: str, folder: Path) -> None:
    """Convert, in a process of its own."""
    case = CASES[name]
    case.family.convert(case.job(folder))


def _build_plain(name: str, path: Path) -> float:
    """Export the plain form, in a process of its own; returns the multiply-adds of one call."""
    case = CASES[name]
    network, inputs = case.reference(case.job(path.parent)).eval(), case.inputs(case.tile)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(*inputs.values())
    case.plain(network, inputs, case.outputs, path)
    return counter.get_total_flops() / 2


def _decibels(found: Any, wanted: Any) -> float:
    span = float(np.ptp(wanted))
    return psnr(found.astype(np.float64) / span, wanted.astype(np.float64) / span, best=200)


def _in_turn(plain: Path, ours: Path, given: Mapping[str, Any]) -> tuple[float, float, Any, Any]:
    """Fastest seconds of both, and their outputs."""
    sessions = [_session(plain), _session(ours)]
    outputs = [session.run(None, given) for session in sessions]
    times = [[_timed(lambda at=session: at.run(None, given)) for session in sessions] for _ in range(ROUNDS)]
    slow, fast = (min(both) for both in zip(*times, strict=True))
    return slow, fast, *outputs


def _hot_spots(path: Path, given: Mapping[str, Any], most: int = 3) -> str:
    """The operators ONNX Runtime spends most time in, with their share."""
    spent: Counter[str] = Counter()
    session = _session(path, profile=path.with_suffix(".profile"))
    session.run(None, given)
    session.run(None, given)
    for event in json.loads(Path(session.end_profiling()).read_text()):
        if event.get("cat") == "Node" and "op_name" in event.get("args", {}):
            spent[event["args"]["op_name"]] += event["dur"]
    whole = sum(spent.values())
    return ", ".join(f"{name} {time / whole:.0%}" for name, time in spent.most_common(most))


def _session(path: Path, *, profile: Path | None = None) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    if profile:
        options.enable_profiling, options.profile_file_prefix = True, str(profile)
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
