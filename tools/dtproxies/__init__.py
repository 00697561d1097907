"""Differentiable proxies of darktable's modules, sliders included, and the real darktable they are compared with.

The command line is `dtproxies`. In Python (docs/python.md has programs to start from):

    exposure = dtproxies.load("exposure")              # the released proxy; exposure.sliders has ranges and units
    brighter = exposure(image, exposure=1.0)           # H x W x 3 or B x 3 x H x W, linear Rec709, numpy or torch
    look = dtproxies.chain(["exposure", "sigmoid"])    # several; or chain("edit.xmp", image)
    found = dtproxies.recover(before, after, look)     # the sliders that turn one image into the other

What is not exported here is internal and may change.
"""

from typing import TYPE_CHECKING

from dtbase.system.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from dtproxies.library.darktable_render import render_with_darktable
    from dtproxies.library.free_sliders import FreeSliders
    from dtproxies.library.proxy import Proxy, load
    from dtproxies.library.proxy_chain import ProxyChain, chain
    from dtproxies.library.recovery import Recovered, recover
    from dtproxies.proxy.definition import ProxyDefinition, load_definition
    from dtproxies.proxy.runners import onnx_runner, torch_runner
    from dtproxies.proxy.weight_files import weights_of
    from dtproxies.vocabulary.module import Module, Slider

    __version__: str

__all__ = [
    "FreeSliders",
    "Module",
    "Proxy",
    "ProxyChain",
    "ProxyDefinition",
    "Recovered",
    "Slider",
    "__version__",
    "chain",
    "load",
    "load_definition",
    "onnx_runner",
    "recover",
    "render_with_darktable",
    "torch_runner",
    "weights_of",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "FreeSliders": "library.free_sliders",
        "Module": "vocabulary.module",
        "Proxy": "library.proxy",
        "ProxyChain": "library.proxy_chain",
        "ProxyDefinition": "proxy.definition",
        "Recovered": "library.recovery",
        "Slider": "vocabulary.module",
        "chain": "library.proxy_chain",
        "load": "library.proxy",
        "load_definition": "proxy.definition",
        "onnx_runner": "proxy.runners",
        "recover": "library.recovery",
        "render_with_darktable": "library.darktable_render",
        "torch_runner": "proxy.runners",
        "weights_of": "proxy.weight_files",
    },
)
