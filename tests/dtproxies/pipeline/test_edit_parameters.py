"""Parameters of an edit: converted by darktable, and let through where they change nothing."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from dtbase.system.errors import Failure
from dtproxies.darktable.layout import ModuleLayout
from dtproxies.darktable.module_order import Order
from dtproxies.pipeline.edit_parameters import supported_parameters
from dtproxies.pipeline.request import ModuleRequest

IMAGE = np.full((2, 2, 3), 0.5, np.float32)


@dataclass
class Percentile:
    """Exposure with a percentile that changes only pixels above `threshold`."""

    layouts: Mapping[str, ModuleLayout]
    threshold: float

    def upgrade(self, module: str, params: bytes, version: int) -> bytes:
        if version == 1:
            raise Failure("cannot convert its parameters of version 1 to version 7", where=module)
        return params + bytes(4)

    def render_parameters(self, module: str, image: NDArray[np.float32], params: bytes) -> NDArray[np.float32]:
        percentile = self.layouts[module].unpack(params)["percentile"]
        return np.where(image > self.threshold, image * (1 + percentile), image).astype(np.float32)


def request(percentile: float) -> ModuleRequest:
    return ModuleRequest(module="exposure", params=struct.pack("<3f", 1.5, 0.01, percentile), version=7)


def test_parameter_without_effect_is_let_through(toy_layouts: Mapping[str, ModuleLayout], linear: Order) -> None:
    renderer = Percentile(toy_layouts, threshold=100)
    assert supported_parameters([request(50)], linear, renderer, IMAGE) == [request(50)]


@pytest.mark.parametrize("threshold", [0, 2])  # in the image, and in highlights only
def test_parameter_with_an_effect_is_refused(
    threshold: float, toy_layouts: Mapping[str, ModuleLayout], linear: Order
) -> None:
    renderer = Percentile(toy_layouts, threshold)
    with pytest.raises(Failure, match="exposure: its proxy does not support percentile at 50") as exc:
        supported_parameters([request(50)], linear, renderer, IMAGE, skip=["flip"])
    assert "--skip flip,exposure" in str(exc.value)


def test_parameter_that_is_not_a_number_has_an_effect_only_if_it_changes_the_image(
    toy_layouts: Mapping[str, ModuleLayout], linear: Order
) -> None:
    assert supported_parameters([request(float("nan"))], linear, Percentile(toy_layouts, 100), IMAGE)
    with pytest.raises(Failure, match="percentile at nan"):
        supported_parameters([request(float("nan"))], linear, Percentile(toy_layouts, 0), IMAGE)


def test_earlier_versions_are_converted(toy_layouts: Mapping[str, ModuleLayout], linear: Order) -> None:
    old = ModuleRequest(module="exposure", params=struct.pack("<2f", 1.5, 0.01), version=5)
    (converted,) = supported_parameters([old], linear, Percentile(toy_layouts, 0), IMAGE)
    assert (converted.params, converted.version) == (struct.pack("<3f", 1.5, 0.01, 0), 7)


def test_version_that_darktable_cannot_convert_is_an_obstacle(
    toy_layouts: Mapping[str, ModuleLayout], linear: Order
) -> None:
    old = ModuleRequest(module="exposure", params=b"", version=1)
    with pytest.raises(Failure, match="exposure: cannot convert its parameters of version 1"):
        supported_parameters([old], linear, Percentile(toy_layouts, 0), IMAGE)


def test_parameters_that_darktable_chooses_are_its_defaults(
    toy_layouts: Mapping[str, ModuleLayout], linear: Order
) -> None:
    chosen = ModuleRequest(module="exposure", params=b"", version=7)
    (one,) = supported_parameters([chosen], linear, Percentile(toy_layouts, 0), IMAGE)
    assert one.params == bytes(12)
