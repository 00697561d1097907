"""Open a renderer for modules with a proxy, and check that darktable's version of them is the expected one."""

from __future__ import annotations

from collections.abc import Sequence

from dtbase.system.errors import Failure
from dtproxies.darktable.find import Darktable
from dtproxies.darktable.renderer import Renderer
from dtproxies.vocabulary.module import Module


def open_renderer(
    darktable: Darktable,
    modules: Sequence[Module],
    *,
    height: int,
    width: int,
    workers: int = 1,
    upstream: Sequence[str] = (),
) -> Renderer:
    """Return a renderer for these modules and the upstream ones, all on images or all on mosaics.

    Raises:
        Failure: darktable's version or colour spaces of a module differ from those in the module's file.
    """
    names = [*(module.name for module in modules), *upstream]
    mosaic = any(module.space == "raw" for module in modules)
    renderer = Renderer(darktable, names, height=height, width=width, workers=workers, mosaic=mosaic)
    try:
        for module in modules:
            _check(renderer, module, darktable)
    except Failure:
        renderer.close()
        raise
    return renderer


def _check(renderer: Renderer, module: Module, darktable: Darktable) -> None:
    version = renderer.layouts[module.name].version
    if version != module.version:
        raise Failure(
            f"darktable {darktable.version} has version {version} of {module.name}, but the proxy imitates version "
            f"{module.version}",
            fix=f"update modules/{module.name}.py, or install a darktable with this version of the module",
        )
    spaces = renderer.spaces[module.name]
    if spaces != (module.space, module.result_space):
        raise Failure(
            f"darktable's {module.name} converts {spaces.input} to {spaces.output}, but its file states "
            f"{module.space} to {module.result_space}",
            fix=f"change space and output_space in modules/{module.name}.py",
        )
