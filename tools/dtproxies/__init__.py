"""Differentiable proxies of darktable's modules, sliders included, and the real darktable they are compared with.

The command line is `dtproxies`. In Python:

    exposure = dtproxies.load_definition("exposure")                # its sliders, ranges, colour space, network
    path = dtproxies.weights_of("exposure")                         # weights.safetensors of the released proxy
    run = dtproxies.torch_runner(exposure, path)                    # run(image [H, W, 3], sliders [P]) -> [H, W, 3]

What is not exported here is internal and may change.
"""

from typing import TYPE_CHECKING

from dtbase.system.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from dtproxies.proxy.definition import ProxyDefinition, load_definition
    from dtproxies.proxy.runners import onnx_runner, torch_runner
    from dtproxies.proxy.weight_files import weights_of
    from dtproxies.vocabulary.module import Module, Slider

    __version__: str

__all__ = [
    "Module",
    "ProxyDefinition",
    "Slider",
    "__version__",
    "load_definition",
    "onnx_runner",
    "torch_runner",
    "weights_of",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "Module": "vocabulary.module",
        "ProxyDefinition": "proxy.definition",
        "Slider": "vocabulary.module",
        "load_definition": "proxy.definition",
        "onnx_runner": "proxy.runners",
        "torch_runner": "proxy.runners",
        "weights_of": "proxy.weight_files",
    },
)
