"""Primaries of a linear colour space, turned and drawn towards white, as matrices that gradients go through."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dtproxies.networks.colour import REC2020_TO_XYZ_D50


class Primaries(nn.Module):
    """Matrices between the working profile and a space whose primaries lie elsewhere inside its triangle.

    A primary is turned round the white point, then lies on the edge of the triangle in that direction, and is then
    drawn towards white. White itself stays where it is.
    """

    def __init__(self) -> None:
        super().__init__()
        xyz = torch.from_numpy(REC2020_TO_XYZ_D50)
        white = xyz.sum(dim=1)
        # Red has a little negative Z under D50, taken for none: the triangle is not quite the profile's.
        corners = xyz.clamp(min=0)
        self.register_buffer("_corners", (corners[:2] / corners.sum(dim=0)).T.contiguous(), persistent=False)
        self.register_buffer("_white", white[:2] / white.sum(), persistent=False)
        self.register_buffer("_from_xyz", torch.linalg.inv(xyz), persistent=False)

    def forward(self, inset: Tensor, rotation: Tensor) -> Tensor:
        """The matrix from light in the moved primaries to light in the working profile.

        Args:
            inset: [B, 3], how far red, green and blue are drawn towards white; below 1.
            rotation: [B, 3], radians.

        Returns:
            [B, 3, 3].
        """
        corners, white = self._numbers("_corners", inset), self._numbers("_white", inset)
        arms = corners - white
        angle = torch.atan2(arms[:, 1], arms[:, 0]) + rotation
        direction = torch.stack([torch.cos(angle), torch.sin(angle)], dim=2)
        length = (1 - inset) * self._to_edge(direction, corners, white)
        place = white + length[..., None] * direction
        return torch.matmul(self._numbers("_from_xyz", inset), _to_xyz(place, white))

    def _to_edge(self, direction: Tensor, corners: Tensor, white: Tensor) -> Tensor:
        """Distance from white to the triangle's edge, [B, 3], in directions [B, 3, 2]."""
        ends = torch.roll(corners, -1, dims=0)
        side, arm = corners - ends, white - corners
        x, y = direction[..., None, 0], direction[..., None, 1]
        across = y * side[:, 0] - x * side[:, 1]
        # White lies inside, so exactly the edges ahead have a positive distance.
        ahead = (arm[:, 0] * side[:, 1] - arm[:, 1] * side[:, 0]) / torch.where(across == 0, 1e-12, across)
        return torch.amin(torch.where(ahead > 0, ahead, 1e9), dim=2)

    def _numbers(self, name: str, like: Tensor) -> Tensor:
        """A buffer in the type and on the device of another tensor."""
        buffer: Tensor = getattr(self, name)
        return buffer.to(like)


def invert_3x3(matrix: Tensor) -> Tensor:
    """The inverse of [B, 3, 3] by cofactors, which every runtime can compute."""
    rows = matrix.unbind(dim=1)
    crossed = [torch.linalg.cross(rows[(at + 1) % 3], rows[(at + 2) % 3], dim=1) for at in range(3)]
    size = torch.sum(rows[0] * crossed[0], dim=1)
    return torch.stack(crossed, dim=2) / size[:, None, None]


def _to_xyz(place: Tensor, white: Tensor) -> Tensor:
    """Matrix to XYZ, [B, 3, 3], of primaries at [B, 3, 2] whose sum is `white` [2] (Lindbloom, RGB working spaces)."""
    columns = _xyz(place).transpose(1, 2)
    share = torch.matmul(invert_3x3(columns), _xyz(white)[:, None])
    return columns * share.transpose(1, 2)


def _xyz(place: Tensor) -> Tensor:
    """Chromaticities [..., 2] as XYZ of unit Y."""
    x, y = place.unbind(dim=-1)
    return torch.stack([x, y, 1 - x - y], dim=-1) / y[..., None]
