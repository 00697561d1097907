"""denoise: an sRGB-encoded tile in, the denoised tile out.

darktable clamps the input to 0..1, cuts tiles with 64 shared pixels on each side and no blending, and fills a second
input, if there is one, with the noise level 25/255.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dtmodels.findings.check_report import CheckProblem
from dtmodels.graph.runtime import Runtime
from dtmodels.package.tile_sizes import TASK_TILES
from dtmodels.tasks._attributes import check_boost
from dtmodels.tasks._demo import DemoImage, Sample, Strip, centre_crop, detail_lines
from dtmodels.tasks._protocol import IN_DARKTABLE, Call, Model
from dtmodels.tasks._srgb import add_sample_noise, psnr_caption, run_on_image
from dtmodels.tasks._tile_checks import run_tile
from dtmodels.tasks._tile_contract import Tile, check_tile

TILE = Tile(file="model.onnx", sizes=("input_sizes",), channels=3, scale=1, tiling=TASK_TILES["denoise"], extra=True)
RUN_BY = IN_DARKTABLE
FILES = (TILE.file,)
OPTIONAL: tuple[str, ...] = ()
ATTRIBUTES = (*TILE.sizes, "shadow_boost")
MAX_SIDE = 1024
"""Maximum side of the centre crop of a sample, in pixels."""


def check(model: Model) -> Iterator[CheckProblem]:
    """See `dtmodels.tasks._protocol.Task.check`."""
    yield from check_tile(model, TILE)
    yield from check_boost(model)


def run(model: Model, runtime: Runtime) -> Iterator[CheckProblem | Call]:
    """See `dtmodels.tasks._protocol.Task.run`."""
    yield from run_tile(model, runtime, TILE)


def demo(model: Model, runtime: Runtime, samples: Sequence[Sample]) -> Iterator[Strip]:
    """See `dtmodels.tasks._protocol.HasDemo.demo`: noisy, denoised, and the original."""
    session = model.open(runtime, TILE.file)
    for sample in samples:
        clean = centre_crop(sample.read(), MAX_SIDE)
        reference = clean if sample.electrons else None
        noisy = add_sample_noise(clean, sample)
        denoised = run_on_image(model, session, TILE, noisy)
        before = f"with noise of {sample.electrons} electrons at white" if sample.electrons else "input"
        images = [
            DemoImage(name="before", pixels=noisy, caption=f"{before}\n{psnr_caption(noisy, reference)}"),
            DemoImage(
                name="after", pixels=denoised, caption=f"denoised\n{psnr_caption(denoised, reference)}", from_model=True
            ),
            *([DemoImage(pixels=clean, caption="original")] if sample.electrons else []),
        ]
        yield Strip(name=sample.name, lines=(tuple(images), *detail_lines(images, sample)))
    session.close()
