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
from dtproxies.proxy.runners import Run, onnx_runner, torch_runner
from dtproxies.render.open_renderer import open_renderer

WORKERS = 2


@dataclass(frozen=True)
class Session:
    """A module with a proxy, a renderer to compare the proxy with, and photographs."""

    definition: ProxyDefinition
    renderer: Renderer
    darktable: str
    """Version."""
    photographs: list[LinearImage]


@contextmanager
def session(name: str, images: Path, use: Use, *, side: int, upstream: Sequence[str] = ()) -> Iterator[Session]:
    """Open a session for the module `name` and upstream modules, on images of side x side pixels from `images`.

    Raises:
        WrongUsage: no proxy of such a module is known.
        Failure: no darktable or no photographs, or darktable has another version of the module.
    """
    found, loaded, darktable = load_definition(name), read_photographs(images, use), find()
    opened = open_renderer(darktable, [found.module], height=side, width=side, workers=WORKERS, upstream=upstream)
    with opened as renderer:
        yield Session(found, renderer, darktable.version, loaded)


def runner(found: ProxyDefinition, weights: Path | None, onnx: Path | None) -> Run:
    """Return the proxy in exactly one of the two files.

    Raises:
        WrongUsage: none or both are given.
        Failure: the file does not belong to this module.
    """
    if weights and not onnx:
        return torch_runner(found, weights)
    if onnx and not weights:
        return onnx_runner(found, onnx)
    raise WrongUsage("one proxy has to be named", fix="give --weights FILE.safetensors or --onnx FILE.onnx")
