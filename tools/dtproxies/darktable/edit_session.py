"""Edit of a photograph, opened in the real darktable: any segment of it runs on given pixels."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

import numpy as np
from numpy.typing import NDArray

from dtproxies.darktable.find import Darktable
from dtproxies.darktable.worker.edit_pipe import instance_name
from dtproxies.darktable.worker.session import image_bytes
from dtproxies.darktable.worker_process import WorkerProcess

CURRENT_BLENDING = 14
"""Version of the blending parameters that darktable 5.4 uses."""


@dataclass(frozen=True, eq=False, slots=True)
class PipePixels:
    """Pixels between two modules of a pipe."""

    values: NDArray[np.float32]
    """[H, W, 4], the fourth channel unused, or [H, W, 1] for a mosaic."""
    space: str
    """Kind of colour space: raw, lab or rgb; where the module stands decides which RGB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PipeStep:
    """Enabled module of an edit, in the order of the pipe."""

    module: str
    instance: int
    """0 for the first instance in the pipe."""
    params: bytes
    """Parameter struct, in the installed version."""
    blending: bytes
    """Blending parameters, in the version `CURRENT_BLENDING`."""
    input_shape: tuple[int, int, int]
    """Height, width and channels."""
    output_shape: tuple[int, int, int]
    moved: bool
    """True if it changes the size or the position of the image."""
    part: tuple[int, int] | None = None
    """Row and column of its input where its output begins, if a later module needs only this part; None otherwise."""

    @property
    def name(self) -> str:
        """Name of the module, with the number of its instance if it is not the first."""
        return instance_name(self.module, self.instance)


class EditSession:
    """darktable with one photograph and one edit; raises Failure if it crashes. Not thread-safe."""

    def __init__(self, darktable: Darktable, photograph: Path, sidecar: bytes, *, skip: Collection[str] = ()) -> None:
        """Load the photograph with the edit, and run the whole pipe once.

        Args:
            darktable: as `find` returns it.
            photograph: any file that darktable reads.
            sidecar: content of the sidecar.
            skip: modules to leave out: all instances, or one as `module:instance`.

        Raises:
            Failure: darktable cannot read them, or crashed.
        """

        def files(home: Path) -> dict[str, Any]:
            # A copy, because darktable would read a sidecar next to the photograph.
            copy = home / "photograph" / photograph.name
            copy.parent.mkdir()
            shutil.copyfile(photograph, copy)
            (home / "edit.xmp").write_bytes(sidecar)
            return {"image": str(copy), "sidecar": str(home / "edit.xmp"), "skip": list(skip)}

        self._worker = WorkerProcess(darktable, "edit", files)
        self.steps: Sequence[PipeStep] = _steps(self._worker.ready["steps"])
        """Enabled modules in the order of the pipe, without the quantisation to 8 bits."""
        shapes = [shape for step in self.steps for shape in (step.input_shape, step.output_shape)]
        self._worker.share(max(image_bytes(height, width) for height, width, _ in shapes))

    def run(
        self,
        first: int,
        last: int,
        pixels: PipePixels | None = None,
        params: Mapping[int, bytes] | None = None,
    ) -> PipePixels:
        """Run the modules from `first` to `last`, by their index in `steps`.

        Args:
            first: index of the first module.
            last: index of the last module.
            pixels: input of the first module, of its `input_shape`; None for what darktable computes there itself.
            params: other parameters of modules by index; they stay until they are replaced.

        Raises:
            Failure: the pixels have another size than the module's input, or darktable crashed.
        """
        shape: list[int] = []
        if pixels is not None:
            shape = list(pixels.values.shape)
            self._worker.view(shape, output=False)[...] = pixels.values
        response = self._request(first, last, shape, pixels.space if pixels else "", params or {})
        return self._result(response)

    def photograph(self) -> PipePixels:
        """Return the pixels before the first module: of a raw file the values of the sensor, as numbers.

        Raises:
            Failure: darktable crashed.
        """
        return self._result(self._request(0, -1, [], "", {}))

    def _request(
        self, first: int, last: int, shape: Sequence[int], space: str, params: Mapping[int, bytes]
    ) -> dict[str, Any]:
        message = {
            **{"first": first, "last": last, "input": shape, "space": space},
            "params": {str(step): one.hex() for step, one in params.items()},
        }
        return self._worker.request(message, f"in {self.steps[first].name} to {self.steps[max(first, last)].name}")

    def _result(self, response: Mapping[str, Any]) -> PipePixels:
        return PipePixels(self._worker.view(response["output"], output=True).copy(), response["space"])

    @property
    def process_id(self) -> int:
        """Process id of darktable."""
        return self._worker.process_id

    def close(self) -> None:
        """End darktable."""
        self._worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _steps(described: Sequence[Mapping[str, Any]]) -> list[PipeStep]:
    steps: list[PipeStep] = []
    for one in described:
        shapes = [cast("tuple[int, int, int]", tuple(one[end][:3])) for end in ("input", "output")]
        steps.append(
            PipeStep(
                module=one["module"],
                instance=one["instance"],
                params=bytes.fromhex(one["params"]),
                blending=bytes.fromhex(one["blending"]),
                input_shape=shapes[0],
                output_shape=shapes[1],
                moved=one["moved"],
                part=cast("tuple[int, int]", tuple(one["part"])) if one["part"] else None,
            )
        )
    return steps
