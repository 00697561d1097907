"""Our conversion of a network beside a plain export of the reference form of the same network, same weights.

    .venv/bin/python -m benchmarks.families [NAME...]

Columns: seconds of one call (the fastest of several, both files in turn, ONNX Runtime on the CPU, two threads), how
many times faster ours is, what share of the machine's multiply-add limit ours reaches (measured with a matrix
product), sizes of the files, the largest difference of ours in full precision over the output's deviation, what half
storage changes, and what the conversion took.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import onnxruntime
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from benchmarks._plain import export_plain
from dtbase.console import Console
from dtmodels.card import Card, Checkpoint, Convert, License, Package, Source, Use
from dtmodels.families import Job, nafnet, nind_unet, rrdb
from dtmodels.families._nafnet import EPSILON, ChannelNorm, NAFNet
from dtmodels.families._seeded import stand_ins
from dtmodels.families._unets import UNet, UtNet2
from dtmodels.graph.normalise import normalise

ROUNDS, THREADS, SEED = 5, 2, 0
COLUMNS = ["network", "tile", "plain s", "ours s", "faster", "of limit", "plain MB", "half MB", "off", "half dB"]
COLUMNS += ["build s", "peak GB"]


class PlainNorm(nn.Module):
    """The normalisation as its authors wrote it, in single steps."""

    def __init__(self, norm: ChannelNorm) -> None:
        super().__init__()
        self.weight, self.bias = norm.weight, norm.bias

    def forward(self, x: Tensor) -> Tensor:
        """The same shape, normalised."""
        mean = x.mean(1, keepdim=True)
        variance = (x - mean).pow(2).mean(1, keepdim=True)
        shape = (1, -1, 1, 1)
        return self.weight.view(shape) * ((x - mean) / (variance + EPSILON).sqrt()) + self.bias.view(shape)


class PlainNAFNet(nn.Module):
    """The network as its authors wrote it: it pads and crops by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.network = NAFNet(32, (2, 2, 4, 8), 12, (2, 2, 2, 2))

    def load_state_dict(self, state: Mapping[str, Any], *given: Any, **named: Any) -> Any:
        """Load the inner network, then take the norms apart."""
        loaded = self.network.load_state_dict(state, *given, **named)
        for module in list(self.network.modules()):
            for name, child in list(module.named_children()):
                if isinstance(child, ChannelNorm):
                    setattr(module, name, PlainNorm(child))
        return loaded

    def state_dict(self, *given: Any, **named: Any) -> Any:
        """The inner network's, under the published names."""
        return self.network.state_dict(*given, **named)

    def forward(self, image: Tensor) -> Tensor:
        """`[1, 3, H, W]` to the same."""
        height, width = image.shape[2:]
        padded = functional.pad(image, (0, -width % 16, 0, -height % 16))
        return self.network(padded)[:, :, :height, :width]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One checkpoint of a family."""

    family: ModuleType
    reference: Callable[[], nn.Module]
    tile: int
    channels: int = 3
    checkpoint: str = "weights"
    file: str = "model"
    options: Mapping[str, Any] = field(default_factory=dict)

    def convert(self, folder: Path) -> Path:
        """Write the raw graph with stand-in weights, as the convert stage has it written."""
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
        self.family.convert(Job(card=card, checkpoints={}, output=folder, seed=SEED))
        return folder / f"{self.file}.onnx"


RAW: dict[str, Any] = {"network": "utnet2"}
CASES = {
    "NAFNet": Case(family=nafnet, reference=PlainNAFNet, tile=512),
    "NIND UNet": Case(family=nind_unet, reference=UNet, tile=512),
    "UtNet2 bayer": Case(
        family=nind_unet,
        reference=lambda: UtNet2(4, enlarge_first=True),
        tile=256,
        channels=4,
        checkpoint="bayer",
        file="model_bayer",
        options={**RAW, "bayer": "preupsample"},
    ),
    "UtNet2 linear": Case(
        family=nind_unet,
        reference=lambda: UtNet2(3),
        tile=512,
        checkpoint="linear",
        file="model_linear",
        options=RAW,
    ),
    "BSRGAN x2": Case(family=rrdb, reference=lambda: rrdb.RRDBNet(2), tile=128, checkpoint="x2", file="model_x2"),
    "BSRGAN x4": Case(family=rrdb, reference=lambda: rrdb.RRDBNet(4), tile=128, checkpoint="x4", file="model_x4"),
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
    seconds, peak = _built(name, folder)
    full, half, plain = (folder / f"{kind}.onnx" for kind in ("full", "half", "plain"))
    normalise(folder / f"{case.file}.onnx", full)
    normalise(folder / f"{case.file}.onnx", half, half=True)
    network, image = case.reference().eval(), torch.rand(1, case.channels, case.tile, case.tile)
    network.load_state_dict(stand_ins(network.state_dict(), SEED, case.family.RECIPE))
    export_plain(network, {"input": image}, ["output"], plain)
    work = _multiply_adds(network, image)
    del network
    slow, fast, wanted, found = _in_turn(plain, half, image.numpy())
    limit = multiply_adds_per_second()
    (exact,) = _session(full).run(None, {"input": image.numpy()})
    off, noise = np.abs(exact - wanted).max() / wanted.std(), np.square((found - exact).astype(np.float64)).mean()
    decibels = 10 * np.log10(np.ptp(exact) ** 2 / noise)
    sizes = [f"{file.stat().st_size / 1e6:.1f}" for file in (plain, half)]
    times = [f"{slow:.2f}", f"{fast:.2f}", f"{slow / fast:.2f}", f"{work / fast / limit:.0%}"]
    return [str(case.tile), *times, *sizes, f"{off:.0e}", f"{decibels:.0f}", f"{seconds:.0f}", f"{peak:.1f}"]


def multiply_adds_per_second(side: int = 2048) -> float:
    """What a product of two matrices reaches with as many threads."""
    torch.set_num_threads(THREADS)
    left, right = torch.rand(side, side), torch.rand(side, side)
    return side**3 / min(_timed(lambda: torch.mm(left, right)) for _ in range(ROUNDS))


def _built(name: str, folder: Path) -> tuple[float, float]:
    """Seconds and peak gigabytes of the conversion, in a process of its own."""
    code = (
        "import sys, pathlib, benchmarks.families as here; here.CASES[sys.argv[1]].convert(pathlib.Path(sys.argv[2]))"
    )
    started = time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    child = subprocess.Popen([sys.executable, "-c", code, name, str(folder)], env=environment)
    _, status, used = os.wait4(child.pid, 0)
    if status:
        raise RuntimeError(f"converting {name} ended with status {status}")
    return time.perf_counter() - started, used.ru_maxrss * 1024 / 1e9


def _in_turn(plain: Path, ours: Path, image: Any) -> tuple[float, float, Any, Any]:
    """Fastest seconds of both, and their outputs."""
    sessions = [_session(plain), _session(ours)]
    outputs = [session.run(None, {"input": image})[0] for session in sessions]
    calls = [partial(session.run, None, {"input": image}) for session in sessions]
    times = [[_timed(call) for call in calls] for _ in range(ROUNDS)]
    slow, fast = (min(both) for both in zip(*times, strict=True))
    return slow, fast, *outputs


def _session(path: Path) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _multiply_adds(network: nn.Module, image: Tensor) -> float:
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(image)
    return counter.get_total_flops() / 2


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
