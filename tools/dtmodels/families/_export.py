"""Export a torch network as an ONNX graph of standard operators, and save its outputs for the parity check."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from onnx_ir.passes.common import DeduplicateInitializersPass
from torch import Tensor, nn
from torch.export import Dim

from dtbase.system.errors import Failure
from dtmodels.families._rewrite_rules import quick_rules
from dtmodels.graph.normalise import IR_VERSION
from dtmodels.graph.parity import save_reference_output

OPSET = 18
"""Lowest opset that torch's exporter writes; darktable supports 20 and below."""
LARGEST_TABLE = 2**16
"""Number of values up to which equal constants are stored once; weights are not compared."""
Symbols = Mapping[str, Mapping[int, str]]
"""Names of axes that may have any size, by input name and axis: `{"image": {2: "height", 3: "width"}}`."""


def export(
    network: nn.Module,
    inputs: Mapping[str, Tensor],
    outputs: Sequence[str],
    path: Path,
    *,
    symbols: Symbols | None = None,
    metadata: Mapping[str, str] | None = None,
    parity_inputs: Mapping[str, Tensor] | None = None,
) -> None:
    """Write `network` as an ONNX file, with a second file of weights, and save its outputs for the example.

    Called by each family. With separate weights the memory holds them only once; `normalise` joins the two files.

    Args:
        network: the network, in any mode; it is exported in inference mode.
        inputs: example tensors by input name, in the order of `forward`; see `example_input`. The example size of a
            symbolic axis must be greater than one and unique.
        outputs: names of the outputs of `forward`, in order.
        path: file to write.
        symbols: axes that may have any size; all other axes have the size of the example.
        metadata: entries of the file's properties.
        parity_inputs: inputs to save reference outputs for, instead of `inputs`; smaller ones for a network that works
            at any size and is slow at its own.

    Raises:
        Failure: torch cannot export the network.
    """
    dynamic = [_dynamic(name, symbols or {}) for name in inputs] if symbols else None
    try:
        with torch.no_grad(), _quiet(), quick_rules():
            program = torch.onnx.export(
                network.eval(),
                tuple(inputs.values()),
                input_names=list(inputs),
                output_names=list(outputs),
                opset_version=OPSET,
                dynamic_shapes=dynamic,
                dynamo=True,
                external_data=False,
                verbose=False,
            )
    except (torch.onnx.errors.OnnxExporterError, torch._dynamo.exc.TorchDynamoException) as exc:
        first = str(exc).strip().splitlines()[0]
        raise Failure(f"torch cannot export the network: {first}", where=type(network).__name__) from exc
    if program is None:
        raise Failure("torch exported nothing", where=type(network).__name__)
    DeduplicateInitializersPass(size_limit=LARGEST_TABLE)(program.model)
    program.model.ir_version = IR_VERSION
    program.model.metadata_props.update(metadata or {})
    program.save(path, external_data=True)
    reference = parity_inputs or inputs
    save_reference_output(
        path, {name: value.numpy() for name, value in reference.items()}, _run(network, reference, outputs)
    )


def example_input(*shape: int) -> Tensor:
    """Example tensor: uniform noise within 0..1, the same in every run."""
    return torch.rand(shape, generator=torch.Generator().manual_seed(0))


def _run(network: nn.Module, inputs: Mapping[str, Tensor], outputs: Sequence[str]) -> dict[str, Any]:
    with torch.no_grad():
        returned = network(*inputs.values())
    results = (returned,) if isinstance(returned, Tensor) else returned
    return {name: value.numpy() for name, value in zip(outputs, results, strict=True)}


def _dynamic(name: str, symbols: Symbols) -> dict[int, object]:
    return {axis: Dim(symbol) for axis, symbol in symbols.get(name, {}).items()}


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Suppress the exporter's progress messages, warnings and logs."""
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)
