"""From a torch network to an ONNX graph of standard operators, quietly, with notes of what the network computes."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.export import Dim

from dtbase.system.errors import Failure
from dtmodels.graph.normalise import IR_VERSION
from dtmodels.graph.parity import save_reference_output

OPSET = 18
"""First opset of torch's exporter; darktable can rely on 20 and below."""
Symbols = Mapping[str, Mapping[int, str]]
"""Names of axes that may have any size, by input and axis: `{"image": {2: "height", 3: "width"}}`."""


def export(
    network: nn.Module,
    inputs: Mapping[str, Tensor],
    outputs: Sequence[str],
    path: Path,
    *,
    symbols: Symbols | None = None,
    metadata: Mapping[str, str] | None = None,
    proof: Mapping[str, Tensor] | None = None,
) -> None:
    """Write `network` as an ONNX file, its weights beside it, and what it computes for the example.

    The weights lie in a file of their own so that they are in memory once; `normalise` makes one file of the two.

    Args:
        network: in any state; it is exported for inference.
        inputs: example tensors by input name, in the order of `forward`; see `example_input`. A symbolic axis needs an
            example size greater than one that no other axis has.
        outputs: names of what `forward` returns, in order.
        path: of the file.
        symbols: axes that may have any size; all others have the size of the example.
        metadata: stored in the file's properties.
        proof: what to note the network's results for, instead of `inputs`: smaller ones, for a network that works at
            any size and takes long at its own.

    Raises:
        Failure: torch cannot export the network.
    """
    dynamic = [_dynamic(name, symbols or {}) for name in inputs] if symbols else None
    try:
        with torch.no_grad(), _quiet():
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
    program.model.ir_version = IR_VERSION
    program.model.metadata_props.update(metadata or {})
    program.save(path, external_data=True)
    given = proof or inputs
    save_reference_output(
        path, {name: value.numpy() for name, value in given.items()}, _computed(network, given, outputs)
    )


def example_input(*shape: int) -> Tensor:
    """An example: even noise within 0..1, the same for every run."""
    return torch.rand(shape, generator=torch.Generator().manual_seed(0))


def _computed(network: nn.Module, inputs: Mapping[str, Tensor], outputs: Sequence[str]) -> dict[str, Any]:
    with torch.no_grad():
        found = network(*inputs.values())
    results = (found,) if isinstance(found, Tensor) else found
    return {name: value.numpy() for name, value in zip(outputs, results, strict=True)}


def _dynamic(name: str, symbols: Symbols) -> dict[int, object]:
    return {axis: Dim(symbol) for axis, symbol in symbols.get(name, {}).items()}


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the exporter's progress, warnings and logs about its own inner workings from the user."""
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)
