"""rawdenoise: sensor data in, denoised camera RGB out; one graph for each kind of sensor.

Bayer sensors use `model_bayer.onnx` (four half-size planes in, full-size RGB out), all others `model_linear.onnx`
(demosaicked RGB), X-Trans sensors `model_xtrans.onnx` if a package has it with a tile size. Tiles share 32 pixels
on each side and are blended across them. Values are not clipped and may be negative or above 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from dtmodels.findings.check_report import CheckProblem, error, warning
from dtmodels.graph.runtime import Runtime
from dtmodels.package.config_reader import MISSING
from dtmodels.package.tile_sizes import MIN_OVERLAPS, TASK_TILES
from dtmodels.tasks._attributes import check_choice, where_attribute
from dtmodels.tasks._demo import Sample, Strip
from dtmodels.tasks._protocol import IN_DARKTABLE, Call, Model
from dtmodels.tasks._raw_demo import strip
from dtmodels.tasks._seam_overrun import check_overrun
from dtmodels.tasks._sensors import Pattern
from dtmodels.tasks._tile_checks import run_tile
from dtmodels.tasks._tile_contract import Tile, check_tile

NO_TARGET = ("null", "none")
CHOICES = {
    "input_colorspace": ("lin_rec2020", "camRGB", "srgb_linear"),
    "wb_norm": ("daylight", "as_shot", "none"),
    "output_scale": ("match_gain", "absolute"),
    "bayer_orientation": ("force_rggb", "native"),
    "edge_pad": ("mirror_cropped", "mirror"),
}
"""Values that darktable supports; it ignores others."""


def _tile(sensor: str, *, channels: int = 3, scale: int = 1) -> Tile:
    return Tile(
        file=f"model_{sensor}.onnx",
        sizes=(f"model_{sensor}.input_sizes", "input_sizes"),
        channels=channels,
        scale=scale,
        tiling=TASK_TILES["rawdenoise"],
    )


BAYER, LINEAR, XTRANS = _tile("bayer", channels=4, scale=2), _tile("linear"), _tile("xtrans")
RUN_BY = IN_DARKTABLE
FILES = (BAYER.file, LINEAR.file)
OPTIONAL = (XTRANS.file,)
ATTRIBUTES = (
    "input_sizes",
    *(
        f"model_{sensor}.{key}"
        for sensor in ("bayer", "linear", "xtrans")
        for key in ("input_sizes", "input_kind", "target_mean", *CHOICES)
    ),
)


def check(model: Model) -> Iterator[CheckProblem]:
    """See `dtmodels.tasks._protocol.Task.check`."""
    for tile in (BAYER, LINEAR, XTRANS):
        if tile.file in model.graphs:
            yield from check_tile(model, tile)
            yield from _check_attributes(model, tile)
    yield from _check_sensors(model)


def run(model: Model, runtime: Runtime) -> Iterator[CheckProblem | Call]:
    """See `dtmodels.tasks._protocol.Task.run`."""
    for tile in (BAYER, LINEAR, XTRANS):
        if tile.file in model.graphs:
            yield from run_tile(model, runtime, tile)


def demo(model: Model, runtime: Runtime, samples: Sequence[Sample]) -> Iterator[Strip]:
    """See `dtmodels.tasks._protocol.HasDemo.demo`: a mosaic with noise, denoised before and after demosaicing."""
    bayer, linear = ((tile, model.open(runtime, tile.file)) for tile in (BAYER, LINEAR))
    for sample in samples:
        yield strip(model, sample, bayer, linear)
    for _, session in (bayer, linear):
        session.close()


def _check_sensors(model: Model) -> Iterator[CheckProblem]:
    """Check the tile sizes against known sensors; X-Trans sensors are served by the linear graph if need be."""
    for tile, pattern in ((BAYER, "bayer"), (XTRANS if XTRANS.file in model.graphs else LINEAR, "xtrans")):
        size = tile.size(model)
        if tile.file in model.graphs and size and size >= MIN_OVERLAPS * tile.overlap:
            yield from check_overrun(tile, size, cast(Pattern, pattern))


def _check_attributes(model: Model, tile: Tile) -> Iterator[CheckProblem]:
    stem = tile.file.removesuffix(".onnx")
    for key, choices in CHOICES.items():
        yield from check_choice(model, f"{stem}.{key}", choices)
    yield from _check_kind(model, stem)
    yield from _check_gain(model, tile, stem)
    yield from _check_target(model, stem)


def _check_kind(model: Model, stem: str) -> Iterator[CheckProblem]:
    path, expected = f"{stem}.input_kind", f"{stem.removeprefix('model_')}_v1"
    value = model.config.attribute(path)
    if isinstance(value, str) and value != expected:
        what = f"is {value!r}: darktable does not run the file"
        yield error("attribute.input-kind", where_attribute(path), what, f"write {expected!r}")
    elif value is not MISSING and not isinstance(value, str):
        what = "is not a string: darktable ignores it"
        yield warning("attribute.input-kind", where_attribute(path), what, f"write {expected!r}")


def _check_gain(model: Model, tile: Tile, stem: str) -> Iterator[CheckProblem]:
    path = f"{stem}.output_scale"
    if model.config.string(path) == "absolute":
        return
    fix = "train for a calibrated scale and write 'absolute'"
    if tile is BAYER:
        what = (
            "is match_gain, also by default: darktable rescales each tile by four input planes over three output planes"
        )
        reason = "the output of even a perfect model is too dark or too bright, by a different factor in each tile"
        yield error("attribute.output-scale", where_attribute(path), what, fix, reason=reason)
    else:
        what = (
            "is match_gain, also by default: each tile is rescaled to the mean of its input, which fails for dark tiles"
        )
        yield warning("attribute.output-scale", where_attribute(path), what, fix)


def _check_target(model: Model, stem: str) -> Iterator[CheckProblem]:
    path = f"{stem}.target_mean"
    value = model.config.attribute(path)
    if value is MISSING or value in NO_TARGET or (isinstance(value, str) and _is_number(value)):
        return
    what = f"is {value!r}, which darktable ignores: the exposure boost to 0.30 stays on"
    fix = 'write a number as a string, "0.25", or "none" to switch it off'
    reason = "the model's input has another brightness than its author intended"
    yield error("attribute.target-mean", where_attribute(path), what, fix, reason=reason)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
