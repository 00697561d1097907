"""Curves on Lab, XYZ or RGB (`tonecurve`)."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from dtbase.imaging.colour import WHITE_D50
from dtproxies.networks.colour import apply_matrix, lab_to_xyz, xyz_to_lab
from dtproxies.networks.curve_nodes import NODES, STEPS, NodeCurve, node_curve
from dtproxies.networks.power_end import PowerEnd
from dtproxies.networks.powers import safe_divide
from dtproxies.networks.rgb_norm import rgb_norm

SEPARATE, LINKED, XYZ, RGB = 0, 1, 2, 3
"""Values of `tonecurve_autoscale_ab`."""
PROPHOTO_TO_XYZ = np.array(
    [[0.7976749, 0.1351917, 0.0313534], [0.2880402, 0.7118741, 0.0000857], [0.0, 0.0, 0.8252100]]
)
"""ProPhoto RGB under D50, as darktable rounds it in `colorspaces_inline_conversions.h`."""
XYZ_TO_PROPHOTO = np.array(
    [[1.3459433, -0.2556075, -0.0511118], [-0.5445989, 1.5081673, 0.0205351], [0.0, 0.0, 1.2118128]]
)
DARK = 0.01
"""L / 100 up to which a and b have the factor of this L."""


class ToneCurve(nn.Module):
    """One curve on L or on X, Y, Z or R, G, B or their norm; or one on each of L, a and b: `tonecurve`.

    Sliders: x and y of the 20 nodes of three curves, in turn; their numbers of nodes; their interpolations;
    autoscale_ab, unbound_ab and preserve_colors. Above the last node, a curve continues as a power that fits four
    points of it; those of a and b do so at both ends. darktable reads all curves from tables. In use the network has
    the same steps, with the gradients of the continuous curves.
    """

    def __init__(self) -> None:
        super().__init__()
        self.span = nn.Parameter(torch.tensor(200.0))
        """Range of a and of b that a curve covers."""
        self.centre = nn.Parameter(torch.tensor(80.0))
        """Distance of neutral from the start of that range."""

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """Run the network; shapes and units as in `dtproxies.networks`."""
        batch, _, height, width = image.shape
        nodes = sliders[:, : 6 * NODES].reshape(batch, 3, NODES, 2)
        counts, kinds = sliders[:, 6 * NODES : 6 * NODES + 3], sliders[:, 6 * NODES + 3 : 6 * NODES + 6]
        mode, unbound, norm = (torch.round(one)[:, None, None, None] for one in sliders[:, 6 * NODES + 6 :].unbind(1))
        curve = node_curve(nodes[..., 0], nodes[..., 1], counts, kinds)
        tone = _Tone(curve, stepped=not self.training)

        pixels = image.reshape(batch, 3, 1, height * width)[:, :, 0][..., None]
        separate = self._separate(pixels, tone, unbound)
        linked = _linked(pixels, separate[:, :1], tone)
        xyz = lab_to_xyz(pixels)
        in_xyz = xyz_to_lab(tone.grey(xyz))
        in_rgb = _in_rgb(apply_matrix(xyz, XYZ_TO_PROPHOTO), tone, norm)
        result = torch.where(mode == LINKED, linked, separate)
        result = torch.where(mode == XYZ, in_xyz, torch.where(mode == RGB, in_rgb, result))
        return result.reshape(batch, 3, height, width)

    def _separate(self, pixels: Tensor, tone: _Tone, unbound: Tensor) -> Tensor:
        lightness = tone.above(pixels[:, :1] / 100, 0) * 100
        chroma = [
            tone.both_ends((pixels[:, at : at + 1] + self.centre) / self.span, at, unbound, self.span, self.centre)
            for at in (1, 2)
        ]
        return torch.cat([lightness, *chroma], dim=1)


class _Tone:
    """Curves of a batch, applied to planes [B, 1, N, 1]."""

    def __init__(self, curve: NodeCurve, *, stepped: bool) -> None:
        self._curve, self._stepped = curve, stepped

    def above(self, value: Tensor, at: int) -> Tensor:
        """Apply the curve number `at`; above its last node it continues as a power."""
        last = self._curve.last[:, at : at + 1]
        end = PowerEnd.of(last, lambda knots: self.table(knots[:, None, :, None], at)[:, 0, :, 0])
        return end.after(value, self.table(value, at))

    def table(self, value: Tensor, at: int) -> Tensor:
        """Read the table of the curve number `at`."""
        flat = value[:, :, :, 0]
        one = self._one(at)
        return one.at(flat, stepped=self._stepped)[..., None]

    def both_ends(self, value: Tensor, at: int, unbound: Tensor, span: Tensor, centre: Tensor) -> Tensor:
        """Apply the curve number `at` to a or b; it may continue as a power at both ends."""

        def level(plane: Tensor) -> Tensor:
            return self.table(plane, at) * span - centre

        inside = level(value)
        right = PowerEnd.of(self._curve.last[:, at : at + 1], lambda knots: level(knots[:, None, :, None])[:, 0, :, 0])
        left = PowerEnd.of(
            1 - self._curve.first[:, at : at + 1], lambda knots: level(1 - knots[:, None, :, None])[:, 0, :, 0]
        )
        outside = right.beyond(value, left.beyond(1 - value, inside))
        return torch.where(unbound == 0, inside, outside)

    def grey(self, value: Tensor) -> Tensor:
        """Apply the first curve, which maps L, to linear light [B, C, N, 1]."""
        last = self._curve.last[:, :1]
        end = PowerEnd.of(last, lambda knots: self._grey_table(knots[:, None, :, None])[:, 0, :, 0])
        return end.after(value, self._grey_table(value))

    def _grey_table(self, value: Tensor) -> Tensor:
        value = value.clamp(0, 1)
        if self._stepped:
            step = torch.floor(value.detach() * STEPS).clamp(max=STEPS - 1) / STEPS
            value = value + (step - value).detach()
        batch, planes, count, _ = value.shape
        row = value.reshape(batch, 1, planes * count, 1)
        lightness = _lightness(row)
        return _light(self.table(lightness, 0)).reshape(value.shape)

    def _one(self, at: int) -> NodeCurve:
        curve = self._curve
        parts = (curve.x, curve.coefficients, curve.inner, curve.ends)
        return NodeCurve(*(part[:, at : at + 1] for part in parts))


def _linked(pixels: Tensor, lightness: Tensor, tone: _Tone) -> Tensor:
    dark = tone.table(torch.full_like(pixels[:, :1, :1], DARK), 0) * 100
    ratio = torch.where(pixels[:, :1] > 100 * DARK, safe_divide(lightness, pixels[:, :1]), dark)
    return torch.cat([lightness, pixels[:, 1:] * ratio], dim=1)


def _in_rgb(rgb: Tensor, tone: _Tone, norm: Tensor) -> Tensor:
    size = rgb_norm(rgb, norm, PROPHOTO_TO_XYZ[1])
    ratio = torch.where(size > 0, safe_divide(tone.grey(size), size), 1.0)
    curved = torch.where(norm == 0, tone.grey(rgb), rgb * ratio)
    return xyz_to_lab(apply_matrix(curved, PROPHOTO_TO_XYZ))


def _lightness(light: Tensor) -> Tensor:
    """Return L / 100 of grey light."""
    white = light * light.new_tensor(WHITE_D50).reshape(1, 3, 1, 1)
    return xyz_to_lab(white)[:, :1] / 100


def _light(lightness: Tensor) -> Tensor:
    """Return the light of grey: the inverse of `_lightness`."""
    grey = torch.cat([100 * lightness, torch.zeros_like(lightness), torch.zeros_like(lightness)], dim=1)
    return lab_to_xyz(grey)[:, 1:2]
