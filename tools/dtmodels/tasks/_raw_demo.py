"""The demo of raw denoising: a photograph turned back into what a sensor saw, denoised in both of darktable's ways.

The sensor is made up: it sees linear Rec709, its pattern is RGGB, and under daylight red and blue need the gains
`GAINS`. A denoised mosaic is shown after the same plain demosaicing as the noisy one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dtbase.imaging.colour import srgb_to_linear
from dtmodels.graph.runtime import Session
from dtmodels.tasks._camera import LinearImage, add_sensor_noise, demosaic_bilinear, pack_bayer_planes, to_mosaic
from dtmodels.tasks._demo import DemoImage, Pixels, Sample, Strip, centre_crop, detail_lines, to_interleaved, to_planar
from dtmodels.tasks._protocol import Model
from dtmodels.tasks._srgb import psnr_caption, to_srgb
from dtmodels.tasks._tile_contract import Tile
from dtmodels.tasks._tiled_inference import Tiling

MAX_SIDE = 1024
"""Pixels each way that a demo takes from the middle of an image."""
GAINS = np.array([2.0, 1.0, 1.5])
"""White balance of a usual sensor in daylight."""
TO_REC2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])
"""From linear Rec709, for column vectors (ITU-R BT.2087)."""
BOOST = (1.0, 100.0)
"""Limits of darktable's exposure boost."""
TARGET = 0.30
"""Mean that darktable boosts a dark image to unless the model says otherwise."""


def strip(model: Model, sample: Sample, bayer: tuple[Tile, Session], linear: tuple[Tile, Session]) -> Strip:
    """All images of one sample.

    Args:
        model: its attributes say what the graphs want.
        sample: a photograph, or noisy image when it asks for no noise.
        bayer: the graph for Bayer mosaics, loaded.
        linear: the one for demosaicked pictures.
    """
    clean = centre_crop(sample.read(), MAX_SIDE)
    sites = to_mosaic(np.asarray(srgb_to_linear(clean)) / GAINS)
    if sample.electrons:
        sites = add_sensor_noise(sites, sample.electrons)
    clean = clean[: sites.shape[0], : sites.shape[1]]
    wanted = clean if sample.electrons else None
    before = to_srgb(demosaic_bilinear(sites) * GAINS)
    denoised = to_srgb(demosaic_bilinear(_bayer(model, *bayer, sites)) * GAINS)
    other = to_srgb(_linear(model, *linear, demosaic_bilinear(sites)) * GAINS)
    noise = f", {sample.electrons} electrons at white" if sample.electrons else ""
    pictures = [
        DemoImage(name="before", pixels=before, caption=f"raw{noise}\n{psnr_caption(before, wanted)}"),
        _made("bayer", "mosaic denoised", denoised, wanted),
        _made("linear", "denoised after demosaicing", other, wanted),
        *([DemoImage(pixels=clean, caption="original")] if wanted is not None else []),
    ]
    return Strip(name=sample.name, lines=(tuple(pictures), *detail_lines(pictures, sample)))


def _made(name: str, how: str, pixels: Pixels, wanted: Pixels | None) -> DemoImage:
    return DemoImage(name=name, pixels=pixels, caption=f"{how}\n{psnr_caption(pixels, wanted)}", made=True)


def _bayer(model: Model, tile: Tile, session: Session, sites: LinearImage) -> NDArray[np.float64]:
    """A mosaic through the graph and back into a mosaic: of each site only its own channel is used."""
    balance = to_mosaic(np.broadcast_to(_balance(model, tile, "daylight"), (*sites.shape, 3)))
    tiling = _tiling(model, tile, session)
    height, width = (side // 2 for side in sites.shape)
    wide = [(2 * before, 2 * after) for before, after in (tiling.margins(height), tiling.margins(width))]
    given = pack_bayer_planes(np.pad(sites * balance, wide, mode="reflect"))
    return to_mosaic(to_interleaved(tiling.run_padded(given, height, width))) / balance


def _linear(model: Model, tile: Tile, session: Session, rgb: LinearImage) -> NDArray[np.float64]:
    """Camera RGB through the graph, in the colour space and at the brightness it wants, and back."""
    balance = _balance(model, tile, "as_shot")
    space = _attribute(model, tile, "input_colorspace", "lin_rec2020")
    matrix = TO_REC2020 if space == "lin_rec2020" else np.eye(3)
    given = (rgb * balance) @ matrix.T
    boost = _boost(_attribute(model, tile, "target_mean", str(TARGET)), float(given.mean()))
    made = to_interleaved(_tiling(model, tile, session).run(to_planar(given * boost)))
    return (made / boost) @ np.linalg.inv(matrix).T / balance


def _boost(target: str, mean: float) -> float:
    if target in {"none", "null"} or mean <= 1e-4:
        return 1.0
    return float(np.clip(float(target) / mean, *BOOST))


def _tiling(model: Model, tile: Tile, session: Session) -> Tiling:
    gain = _attribute(model, tile, "output_scale", "match_gain") == "match_gain"
    return Tiling(session=session, tile=tile, size=tile.size(model) or 0, blend=True, match_gain=gain)


def _balance(model: Model, tile: Tile, default: str) -> NDArray[np.float64]:
    """What the sensor's values are multiplied by before the graph; daylight and as shot are the same here."""
    return np.ones(3) if _attribute(model, tile, "wb_norm", default) == "none" else GAINS


def _attribute(model: Model, tile: Tile, key: str, default: str) -> str:
    return model.config.string(f"{tile.file.removesuffix('.onnx')}.{key}") or default
