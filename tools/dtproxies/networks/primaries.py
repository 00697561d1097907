"""Rotation and inset of the primaries of a linear colour space, as differentiable matrices (for `sigmoid`)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dtproxies.networks.colour import REC2020_TO_XYZ_D50


class Primaries(nn.Module):
    """Matrices between the working profile and a space with other primaries inside its triangle.

    A primary is rotated around the white point along the edge of the triangle, and then moved towards white. White
    itself is unchanged.
    """

    def __init__(self) -> None:
        super().__init__()
        xyz = torch.from_numpy(REC2020_TO_XYZ_D50)
        white = xyz.sum(dim=1)
        # Red has a slightly negative Z under D50, clipped to 0, so the triangle differs slightly from the profile's.
        corners = xyz.clamp(min=0)
        self.register_buffer("_corners", (corners[:2] / corners.sum(dim=0)).T.contiguous(), persistent=False)
        self.register_buffer("_white", white[:2] / white.sum(), persistent=False)
        self.register_buffer("_from_xyz", torch.linalg.inv(xyz), persistent=False)

    def forward(self, inset: Tensor, rotation: Tensor) -> Tensor:
        """Compute the matrix from light in the moved primaries to light in the working profile.

        Args:
            inset: [B, 3], relative movement of red, green and blue towards white; below 1.
            rotation: [B, 3], in radians.

        Returns:
            [B, 3, 3].
        """
        corners, white = self._buffer("_corners", inset), self._buffer("_white", inset)
        arms = corners - white
        angle = torch.atan2(arms[:, 1], arms[:, 0]) + rotation
        direction = torch.stack([torch.cos(angle), torch.sin(angle)], dim=2)
        length = (1 - inset) * self._to_edge(direction, corners, white)
        position = white + length[..., None] * direction
        return torch.matmul(self._buffer("_from_xyz", inset), _to_xyz(position, white))

    def _to_edge(self, direction: Tensor, corners: Tensor, white: Tensor) -> Tensor:
        """Compute the distance from white to the triangle's edge, [B, 3], in directions [B, 3, 2]."""
        ends = torch.roll(corners, -1, dims=0)
        side, arm = corners - ends, white - corners
        x, y = direction[..., None, 0], direction[..., None, 1]
        across = y * side[:, 0] - x * side[:, 1]
        # White is inside, so exactly the edges ahead have a positive distance.
        ahead = (arm[:, 0] * side[:, 1] - arm[:, 1] * side[:, 0]) / torch.where(across == 0, 1e-12, across)
        return torch.amin(torch.where(ahead > 0, ahead, 1e9), dim=2)

    def _buffer(self, name: str, like: Tensor) -> Tensor:
        """Return a buffer with the type and device of another tensor."""
        buffer: Tensor = getattr(self, name)
        return buffer.to(like)


def invert_3x3(matrix: Tensor) -> Tensor:
    """Invert [B, 3, 3] by cofactors, with operators that every runtime supports."""
    rows = matrix.unbind(dim=1)
    crossed = [torch.linalg.cross(rows[(at + 1) % 3], rows[(at + 2) % 3], dim=1) for at in range(3)]
    size = torch.sum(rows[0] * crossed[0], dim=1)
    return torch.stack(crossed, dim=2) / size[:, None, None]


def _to_xyz(position: Tensor, white: Tensor) -> Tensor:
    """Compute the matrix to XYZ, [B, 3, 3], of primaries [B, 3, 2] whose sum is `white` [2].

    Source: Lindbloom, RGB working spaces.
    """
    columns = _xyz(position).transpose(1, 2)
    scale = torch.matmul(invert_3x3(columns), _xyz(white)[:, None])
    return columns * scale.transpose(1, 2)


def _xyz(position: Tensor) -> Tensor:
    """Convert chromaticities [..., 2] to XYZ with Y of 1."""
    x, y = position.unbind(dim=-1)
    return torch.stack([x, y, 1 - x - y], dim=-1) / y[..., None]
