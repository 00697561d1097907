"""Demo of raw denoising: raw data simulated from a photograph, denoised in both of darktable's ways.

The simulated sensor has linear Rec709 primaries and an RGGB pattern; `GAINS` are its daylight white balance. The noisy
and the denoised mosaic are demosaiced by the same bilinear method.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dtbase.imaging.colour import srgb_to_linear
from dtmodels.graph.runtime import Session
from dtmodels.tasks._camera import LinearImage, add_sensor_noise, demosaic_bilinear, pack_bayer_planes, to_mosaic
from dtmodels.tasks._demo import (
    DemoImage,
    Pixels,
    Sample,
    Strip,
    centre_crop,
    check_side,
    detail_lines,
    to_interleaved,
    to_planar,
)
from dtmodels.tasks._protocol import Model
from dtmodels.tasks._srgb import psnr_caption, to_srgb
from dtmodels.tasks._tile_contract import Tile
from dtmodels.tasks._tiled_inference import Tiling

MAX_SIDE = 1024
"""Maximum side of the centre crop of a sample, in pixels."""
MIN_SIDE = 2
"""Side of the smallest Bayer mosaic, in pixels."""
GAINS = np.array([2.0, 1.0, 1.5])
"""White balance gains of a typical sensor in daylight."""
TO_REC2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])
"""Matrix from linear Rec709 to Rec2020, for column vectors (ITU-R BT.2087)."""
BOOST = (1.0, 100.0)
"""Limits of darktable's exposure boost."""
TARGET = 0.30
"""Mean to which darktable boosts a dark image, unless the model sets another."""


def strip(model: Model, sample: Sample, bayer: tuple[Tile, Session], linear: tuple[Tile, Session]) -> Strip:
    """All images of one sample.

    Args:
        model: its attributes describe the graphs' inputs.
        sample: a photograph, or an already noisy image if the sample adds no noise.
        bayer: tile and session of the graph for Bayer mosaics.
        linear: tile and session of the graph for demosaicked images.

    Raises:
        WrongUsage: the sample is smaller than 2 x 2 pixels.
    """
    clean = centre_crop(sample.read(), MAX_SIDE)
    check_side(sample, clean, MIN_SIDE)
    sites = to_mosaic(np.asarray(srgb_to_linear(clean)) / GAINS)
    if sample.electrons:
        sites = add_sensor_noise(sites, sample.electrons)
    clean = clean[: sites.shape[0], : sites.shape[1]]
    reference = clean if sample.electrons else None
    before = to_srgb(demosaic_bilinear(sites) * GAINS)
    denoised = to_srgb(demosaic_bilinear(_bayer(model, *bayer, sites)) * GAINS)
    denoised_rgb = to_srgb(_linear(model, *linear, demosaic_bilinear(sites)) * GAINS)
    noise = f", {sample.electrons} electrons at white" if sample.electrons else ""
    images = [
        DemoImage(name="before", pixels=before, caption=f"raw{noise}\n{psnr_caption(before, reference)}"),
        _output("bayer", "mosaic denoised", denoised, reference),
        _output("linear", "denoised after demosaicing", denoised_rgb, reference),
        *([DemoImage(pixels=clean, caption="original")] if reference is not None else []),
    ]
    return Strip(name=sample.name, lines=(tuple(images), *detail_lines(images, sample)))


def _output(name: str, method: str, pixels: Pixels, reference: Pixels | None) -> DemoImage:
    return DemoImage(name=name, pixels=pixels, caption=f"{method}\n{psnr_caption(pixels, reference)}", from_model=True)


def _bayer(model: Model, tile: Tile, session: Session, sites: LinearImage) -> NDArray[np.float64]:
    """Denoise a mosaic; of the RGB output each site uses only its own channel."""
    balance = to_mosaic(np.broadcast_to(_balance(model, tile, "daylight"), (*sites.shape, 3)))
    tiling = _tiling(model, tile, session)
    height, width = (side // 2 for side in sites.shape)
    wide = [(2 * before, 2 * after) for before, after in (tiling.margins(height), tiling.margins(width))]
    planes = pack_bayer_planes(np.pad(sites * balance, wide, mode="reflect"))
    return to_mosaic(to_interleaved(tiling.run_padded(planes, height, width))) / balance


def _linear(model: Model, tile: Tile, session: Session, rgb: LinearImage) -> NDArray[np.float64]:
    """Denoise camera RGB, converted to the colour space and the brightness that the graph expects, and back."""
    balance = _balance(model, tile, "as_shot")
    space = _attribute(model, tile, "input_colorspace", "lin_rec2020")
    matrix = TO_REC2020 if space == "lin_rec2020" else np.eye(3)
    image = (rgb * balance) @ matrix.T
    boost = _boost(_attribute(model, tile, "target_mean", str(TARGET)), float(image.mean()))
    output = to_interleaved(_tiling(model, tile, session).run(to_planar(image * boost)))
    return (output / boost) @ np.linalg.inv(matrix).T / balance


def _boost(target: str, mean: float) -> float:
    if target in {"none", "null"} or mean <= 1e-4:
        return 1.0
    return float(np.clip(float(target) / mean, *BOOST))


def _tiling(model: Model, tile: Tile, session: Session) -> Tiling:
    gain = _attribute(model, tile, "output_scale", "match_gain") == "match_gain"
    return Tiling(session=session, tile=tile, size=tile.size(model) or 0, blend=True, match_gain=gain)


def _balance(model: Model, tile: Tile, default: str) -> NDArray[np.float64]:
    """White balance gains applied before the graph; daylight and as-shot are the same here."""
    return np.ones(3) if _attribute(model, tile, "wb_norm", default) == "none" else GAINS


def _attribute(model: Model, tile: Tile, key: str, default: str) -> str:
    return model.config.string(f"{tile.file.removesuffix('.onnx')}.{key}") or default
