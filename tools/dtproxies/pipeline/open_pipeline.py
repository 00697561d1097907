"""Open pipeline: its modules in order, their networks, and a darktable renderer for them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dtproxies.darktable import introspection
from dtproxies.darktable.find import Darktable, find
from dtproxies.darktable.module_order import Order, order_of
from dtproxies.darktable.renderer import Renderer
from dtproxies.images.image import LinearImage
from dtproxies.pipeline.chain import Chain
from dtproxies.pipeline.edit_parameters import supported_parameters
from dtproxies.pipeline.obstacles import proxied_modules
from dtproxies.pipeline.request import Request
from dtproxies.pipeline.steps import ordered_steps
from dtproxies.proxy.definition import load_definition
from dtproxies.render.open_renderer import open_renderer


@dataclass(frozen=True, kw_only=True, eq=False)
class Pipeline:
    """Chain of proxies, and the darktable installation that it imitates."""

    chain: Chain
    order: Order
    renderer: Renderer
    darktable: Darktable


@contextmanager
def open_pipeline(
    request: Request, source: LinearImage, models: Path, skip: Collection[str] = ()
) -> Iterator[Pipeline]:
    """Open a pipeline for images of the size of `source`.

    Raises:
        Failure: proxies cannot replace all modules, there is no darktable, or a module has no weights.
        WrongUsage: an unknown slider, or a value outside its range.
        NothingToDo: no module is enabled.
    """
    requested, darktable = proxied_modules(request, skip), find()
    order = order_of(request.order_version, introspection.orders(darktable), request.order_text)
    height, width, _ = source.pixels.shape
    modules = [load_definition(one.module).module for one in requested]
    with open_renderer(darktable, modules, height=height, width=width) as renderer:
        supported = supported_parameters(requested, order, renderer, source.pixels, skip)
        chain = Chain.of(ordered_steps(supported, order, renderer.layouts), models)
        yield Pipeline(chain=chain, order=order, renderer=renderer, darktable=darktable)
