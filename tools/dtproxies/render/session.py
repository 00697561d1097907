"""Session of a command: a module, a darktable renderer for it, and photographs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dtbase.system.errors import WrongUsage
from dtproxies.darktable.find import find
from dtproxies.darktable.renderer import Renderer
from dtproxies.images.image import LinearImage, Use, read_photographs
from dtproxies.proxy.definition import ProxyDefinition, load_definition
from dtproxies.proxy.runners import Runner, onnx_runner, torch_runner
from dtproxies.render.open_renderer import open_renderer

WORKERS = 2


@dataclass(frozen=True)
class Session:
    """Definition of a module, a renderer to compare its proxy with, and photographs."""

    definition: ProxyDefinition
    renderer: Renderer
    darktable: str
    """Version of darktable."""
    photographs: list[LinearImage]


@contextmanager
def session(name: str, images: Path, use: Use, *, side: int, upstream: Sequence[str] = ()) -> Iterator[Session]:
    """Open a session for the module `name` and upstream modules, on images of side x side pixels from `images`.

    Raises:
        WrongUsage: no module of this name has a proxy.
        Failure: there is no darktable or no photograph, or darktable has another version of the module.
    """
    definition, photographs, darktable = load_definition(name), read_photographs(images, use), find()
    opened = open_renderer(darktable, [definition.module], height=side, width=side, workers=WORKERS, upstream=upstream)
    with opened as renderer:
        yield Session(definition, renderer, darktable.version, photographs)


def runner(definition: ProxyDefinition, weights: Path | None, onnx: Path | None) -> Runner:
    """Return a runner for exactly one of the two files.

    Raises:
        WrongUsage: no file or both files are passed.
        Failure: the file does not belong to this module.
    """
    if weights and not onnx:
        return torch_runner(definition, weights)
    if onnx and not weights:
        return onnx_runner(definition, onnx)
    raise WrongUsage(
        "exactly one file of the proxy is required", fix="pass --weights FILE.safetensors or --onnx FILE.onnx"
    )
