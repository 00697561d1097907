"""Curves on linear RGB or on a norm of it (`basecurve`, `rgbcurve`)."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from dtproxies.networks.curve_nodes import NODES, NodeCurve, node_curve
from dtproxies.networks.power_end import PowerEnd
from dtproxies.networks.powers import safe_divide
from dtproxies.networks.rgb_norm import rgb_norm


class BaseCurve(nn.Module):
    """One curve on each channel, or on a norm of the channels whose ratios stay: `basecurve`, without fusion.

    Sliders: x and y of 20 nodes, their number, their interpolation, preserve_colors. From 1 on the curve continues as a
    power that fits four points of its upper end. darktable reads it from a table; in use the network has the same
    steps, with the gradients of the continuous curve. Negative output counts as 0.
    """

    def __init__(self) -> None:
        super().__init__()
        self.luminance = _start_luminance()

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """Run the network; shapes and units as in `dtproxies.networks`."""
        count, kind, norm = sliders[:, 2 * NODES :].unbind(1)
        nodes = sliders[:, : 2 * NODES].reshape(-1, 1, NODES, 2)
        curve = node_curve(nodes[..., 0], nodes[..., 1], count[:, None], kind[:, None])
        pixels = image.reshape(image.shape[0], 3, -1)

        def apply(value: Tensor) -> Tensor:
            inside = curve.at(value.reshape(value.shape[0], 1, -1), stepped=not self.training).reshape(value.shape)
            return torch.where(value < 1, inside, _apply(curve, value, stepped=not self.training))

        result = _by_norm(pixels, norm, self.luminance, apply)
        return result.clamp(min=0).reshape(image.shape)


class RgbCurve(nn.Module):
    """One curve on red, green and blue or on their norm, or one on each of them: `rgbcurve`.

    Sliders: x and y of the 20 nodes of three curves, in turn; their numbers of nodes; their interpolations;
    curve_autoscale, compensate_middle_grey and preserve_colors. From its last node on a curve continues as a power. To
    compensate middle grey, nodes are read as lightness and converted to light.
    """

    def __init__(self) -> None:
        super().__init__()
        self.luminance = _start_luminance()

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """Run the network; shapes and units as in `dtproxies.networks`."""
        nodes = sliders[:, : 6 * NODES].reshape(-1, 3, NODES, 2)
        counts, kinds = sliders[:, 6 * NODES : 6 * NODES + 3], sliders[:, 6 * NODES + 3 : 6 * NODES + 6]
        separate, compensate, norm = sliders[:, 6 * NODES + 6 :].unbind(1)
        nodes = torch.where(torch.round(compensate)[:, None, None, None] == 1, _light(nodes), nodes)
        curves = node_curve(nodes[..., 0], nodes[..., 1], counts, kinds)
        first = _first(curves)
        pixels = image.reshape(image.shape[0], 3, -1)

        def apply(value: Tensor) -> Tensor:
            return _apply(first, value, stepped=not self.training)

        linked = _by_norm(pixels, norm, self.luminance, apply)
        each = _apply(curves, pixels, stepped=not self.training)
        return torch.where(torch.round(separate)[:, None, None] == 1, each, linked).reshape(image.shape)


def _start_luminance() -> nn.Parameter:
    """Return weights of red, green and blue in the luminance, to be fitted: those of Rec709 at the start."""
    return nn.Parameter(torch.tensor([0.2126, 0.7152, 0.0722]))


def _first(curves: NodeCurve) -> NodeCurve:
    parts = (curves.x, curves.coefficients, curves.inner, curves.ends)
    return NodeCurve(*(part[:, :1] for part in parts))


def _apply(curve: NodeCurve, value: Tensor, *, stepped: bool) -> Tensor:
    """Apply curves [B, C] to planes [B, C, N], or one curve [B, 1] to all of them; a power follows the last node."""
    columns = value.reshape(curve.last.shape[0], curve.last.shape[1], -1)

    def table(positions: Tensor) -> Tensor:
        return curve.at(positions.reshape(*curve.last.shape, -1), stepped=stepped).reshape(positions.shape)

    end = PowerEnd.of(curve.last.reshape(-1, 1), table)
    flat = columns.reshape(-1, 1, columns.shape[-1], 1)
    return end.after(flat, table(flat)).reshape(value.shape)


def _by_norm(pixels: Tensor, norm: Tensor, luminance: Tensor, apply: Callable[[Tensor], Tensor]) -> Tensor:
    """Apply a curve to each channel, or scale all channels alike by the curve of their norm."""
    norm = torch.round(norm)[:, None, None]
    size = rgb_norm(pixels, norm, luminance.unbind(0))
    ratio = torch.where(size > 0, safe_divide(apply(size), size), 1.0)
    return torch.where(norm == 0, apply(pixels), pixels * ratio)


def _light(lightness: Tensor) -> Tensor:
    """Return the light of L / 100 of grey."""
    root = (100 * lightness + 16) / 116
    return torch.where(root > 6 / 29, root**3, (root - 16 / 116) * (108 / 841))
