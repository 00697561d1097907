"""colorin with the matrix of a camera: from the camera's colours to Lab.

Formula: XYZ under D50 = M * camera RGB, then Lab (CIE 15). M is measured in darktable, which composes it from the
file, its own tables and the white balance.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from dtproxies.networks.colour import apply_matrix, lab_to_xyz, xyz_to_lab
from dtproxies.replica.technical._place import Function, NoFunction, Place

INPUT = "rgb"
LEVEL = 0.4
"""Value of the probes: far from black and from any clipping."""
_EXACT = 1e-4
"""Largest error of the matrix on the sum of its probes; a profile with curves or a lookup table has more."""


def build(place: Place) -> Function:
    """Measure the matrix with three colours, and check it with their sum and with half of it."""
    if place.step.moved or place.step.input_shape[2] != 4:
        raise NoFunction("changes the size of the image")
    height, width, _ = place.step.input_shape
    probes = np.zeros((height, width, 4), np.float32)
    colours = np.vstack([np.eye(3), np.ones((1, 3)), np.full((1, 3), 0.5)]) * LEVEL
    for index, colour in enumerate(colours):
        probes[index % height, index // height, :3] = colour
    seen = place.probe(probes)
    lab = np.array([seen[index % height, index // height, :3] for index in range(len(colours))], np.float64)
    xyz = lab_to_xyz(torch.from_numpy(lab.T.copy())[None, :, :, None])[0, :, :, 0].numpy().T
    matrix = xyz[:3].T / LEVEL
    grey = matrix.sum(axis=1) * LEVEL
    if max(np.abs(grey - xyz[3]).max(), np.abs(grey / 2 - xyz[4]).max()) > _EXACT:
        raise NoFunction("uses a profile that is no matrix")
    constant = torch.from_numpy(np.ascontiguousarray(matrix))

    def run(image: Tensor) -> Tensor:
        return xyz_to_lab(apply_matrix(image, constant))

    return run
