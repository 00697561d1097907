"""Curves through nodes, as darktable samples them (`common/curve_tools.c`): differentiable in the nodes.

A curve has up to 20 nodes; further ones are ignored. Between two nodes it is a cubic polynomial, whose coefficients
come from one of three interpolations.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dtproxies.networks.powers import safe_divide, safe_sqrt

NODES = 20
"""Maximum number of nodes."""
CUBIC, CATMULL_ROM, MONOTONE = 0, 1, 2
"""Interpolations: natural cubic spline, Catmull-Rom spline, monotone Hermite spline."""
STEPS = 65536
"""Number of entries of darktable's tables."""
FLAT = 2.35e-38
"""Slope below which a monotone curve is level."""


@dataclass(frozen=True, slots=True)
class NodeCurve:
    """Curves of a batch: each tensor is [B, C, ...], for C curves per image."""

    x: Tensor
    """[B, C, 20]: positions of the nodes, increasing also beyond the last one."""
    coefficients: Tensor
    """[B, C, 19, 4]: polynomial of each interval, lowest power first."""
    inner: Tensor
    """[B, C, 20]: 1 for nodes between the first and the last one."""
    ends: Tensor
    """[B, C, 4]: x of the first and of the last node, and the levels before and after them."""

    @property
    def first(self) -> Tensor:
        """Position of the first node, [B, C]."""
        return self.ends[..., 0]

    @property
    def last(self) -> Tensor:
        """Position of the last node, [B, C]."""
        return self.ends[..., 1]

    def at(self, value: Tensor, *, stepped: bool) -> Tensor:
        """Return the entries of darktable's table of 65536 values for `value`, which counts as inside 0..1.

        Args:
            value: [B, C, N].
            stepped: round as darktable does, with the gradients of the continuous curve.
        """
        value = value.clamp(0, 1)
        if stepped:
            index = torch.floor(value.detach() * STEPS).clamp(max=STEPS - 1)
            value = value + (index / (STEPS - 1) - value).detach()
        else:
            # Steps have no gradient; on average they are half a step lower.
            index = (value * STEPS - 0.5).clamp(0, STEPS - 1)
            value = index / (STEPS - 1)
        level = self._polynomial(value)
        before, after = self.ends[..., 2:3], self.ends[..., 3:]
        first, last = (torch.floor(self.ends[..., at : at + 1].detach() * (STEPS - 1)) for at in (0, 1))
        level = torch.where(index < first, before, torch.where(index > last, after, level)).clamp(0, 1)
        if stepped:
            return level + (torch.floor(level.detach() * (STEPS - 1) + 0.5) / STEPS - level).detach()
        return level * ((STEPS - 1) / STEPS)

    def _polynomial(self, value: Tensor) -> Tensor:
        batch, curves, count = value.shape
        interval = torch.zeros_like(value)
        for at in range(1, NODES - 1):
            interval = interval + self.inner[..., at : at + 1] * (value >= self.x[..., at : at + 1])
        number = interval.detach().long()
        table = torch.cat([self.x[..., :-1, None], self.coefficients], dim=-1)
        start, *powers = (
            torch.gather(table[..., part], 2, number).reshape(batch, curves, count) for part in range(table.shape[-1])
        )
        away = value - start
        constant, linear, square, cube = powers
        return constant + away * (linear + away * (square + away * cube))


def node_curve(x: Tensor, y: Tensor, count: Tensor, kind: Tensor) -> NodeCurve:
    """Build curves.

    Args:
        x: [B, C, 20], increasing among the first `count`.
        y: [B, C, 20].
        count: [B, C], number of nodes, 2 to 20.
        kind: [B, C], `CUBIC`, `CATMULL_ROM` or `MONOTONE`.
    """
    number = torch.arange(NODES, dtype=x.dtype, device=x.device)
    last = torch.round(count)[..., None] - 1
    ends = [_pick(one, last) for one in (x, y)]
    x = torch.where(number > last, ends[0] + (number - last), x)
    y = torch.where(number > last, ends[1], y)
    step = x[..., 1:] - x[..., :-1]
    slope = safe_divide(y[..., 1:] - y[..., :-1], step)
    tangents = torch.where(
        torch.round(kind)[..., None] == CATMULL_ROM,
        _catmull_rom(x, y, slope, last),
        _monotone(slope, last),
    )
    hermite = _hermite(y, tangents, step, slope)
    spline = _natural(y, _curvature(step, slope, last), step, slope)
    coefficients = torch.where(torch.round(kind)[..., None, None] == CUBIC, spline, hermite)
    inner = ((number > 0) & (number < last)).to(x.dtype)
    return NodeCurve(x, coefficients, inner, torch.cat([x[..., :1], ends[0], y[..., :1], ends[1]], dim=-1))


def _pick(values: Tensor, at: Tensor) -> Tensor:
    return torch.gather(values, -1, at.detach().long())


def _hermite(y: Tensor, tangents: Tensor, step: Tensor, slope: Tensor) -> Tensor:
    start, end = tangents[..., :-1], tangents[..., 1:]
    square = safe_divide(3 * slope - 2 * start - end, step)
    cube = safe_divide(start + end - 2 * slope, step * step)
    return torch.stack([y[..., :-1], start, square, cube], dim=-1)


def _natural(y: Tensor, curvature: Tensor, step: Tensor, slope: Tensor) -> Tensor:
    start, end = curvature[..., :-1], curvature[..., 1:]
    linear = slope - (end / 6 + start / 3) * step
    return torch.stack([y[..., :-1], linear, start / 2, safe_divide(end - start, 6 * step)], dim=-1)


def _catmull_rom(x: Tensor, y: Tensor, slope: Tensor, last: Tensor) -> Tensor:
    inside = safe_divide(y[..., 2:] - y[..., :-2], x[..., 2:] - x[..., :-2])
    tangents = torch.cat([slope[..., :1], inside, slope[..., -1:]], dim=-1)
    return _with_end(tangents, slope, last)


def _with_end(tangents: Tensor, slope: Tensor, last: Tensor) -> Tensor:
    """Return the tangents with the slope of the last interval at the last node."""
    number = torch.arange(NODES, dtype=slope.dtype, device=slope.device)
    return torch.where(number == last, _pick(slope, last - 1), tangents)


def _monotone(slope: Tensor, last: Tensor) -> Tensor:
    middle = (slope[..., 1:] + slope[..., :-1]) / 2
    tangents = list(_with_end(torch.cat([slope[..., :1], middle, slope[..., -1:]], dim=-1), slope, last).unbind(-1))
    ends = last[..., 0]
    for at, rise in enumerate(slope.unbind(-1)):
        level, active = rise.abs() < FLAT, at < ends
        here, there = (safe_divide(tangents[at + side], rise) for side in (0, 1))
        size = here * here + there * there
        shrink = torch.where(size > 9, safe_divide(torch.full_like(size, 3), safe_sqrt(size)), 1.0)
        shrink = torch.where(active, torch.where(level, 0.0, shrink), 1.0)
        tangents[at], tangents[at + 1] = tangents[at] * shrink, tangents[at + 1] * shrink
    return torch.stack(tangents, dim=-1)


def _curvature(step: Tensor, slope: Tensor, last: Tensor) -> Tensor:
    """Return the second derivatives at the nodes: a tridiagonal system, solved as darktable does."""
    steps, slopes, ends = step.unbind(-1), slope.unbind(-1), last[..., 0]
    zero = torch.zeros_like(steps[0])
    diagonal, right, above = [zero + 1], [zero], [zero]
    for at in range(1, NODES - 1):
        factor = steps[at - 1] / 6 / diagonal[-1]
        inside = at < ends
        diagonal.append(torch.where(inside, (steps[at - 1] + steps[at]) / 3 - factor * above[-1], 1.0))
        right.append(torch.where(inside, slopes[at] - slopes[at - 1] - factor * right[-1], 0.0))
        above.append(torch.where(inside, steps[at] / 6, 0.0))
    solved = [zero]
    for at in reversed(range(NODES - 1)):
        solved.append((right[at] - above[at] * solved[-1]) / diagonal[at])
    return torch.stack(solved[::-1], dim=-1)
