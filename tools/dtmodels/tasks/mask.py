"""mask: clicks in, the mask of an object out; the encoder runs once per image, the decoder at each click.

darktable passes a 1024 x 1024 image, padded below or to the right, to `encoder.onnx`, and its outputs, by name or
else by position, with clicks and the previous mask to `decoder.onnx`. `arch` is `sam2` (several masks as logits, each
with a predicted quality) or `segnext` (one mask of probabilities). Version 5.7 also takes `sam`, treated as `sam2`, and
other sizes of the image and of the previous mask by the attributes `input_size` and `prev_mask_size`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dtmodels.findings.check_report import CheckProblem, error, warning
from dtmodels.graph.runtime import Runtime
from dtmodels.package.config_reader import MISSING
from dtmodels.tasks._decoder import MAX_FEATURES, route_features
from dtmodels.tasks._demo import Sample, Strip
from dtmodels.tasks._graphs import (
    check_counts,
    check_inputs_float,
    check_outputs_float,
    is_static,
    shape_text,
)
from dtmodels.tasks._mask_demo import strip
from dtmodels.tasks._mask_settings import ARCHITECTURES, Architecture, check_arch, check_sides, no_effect, side
from dtmodels.tasks._protocol import IN_DARKTABLE, Call, Model
from dtmodels.tasks._segment import segment

ENCODER, DECODER = "encoder.onnx", "decoder.onnx"
RUN_BY = IN_DARKTABLE
FILES = (ENCODER, DECODER)
OPTIONAL: tuple[str, ...] = ()
ATTRIBUTES = ("input_size", "prev_mask_size")
MAX_RANK = 8


def check(model: Model) -> Iterator[CheckProblem]:
    """See `dtmodels.tasks._protocol.Task.check`."""
    yield from check_arch(model.config)
    yield from check_sides(model.config)
    yield from _check_version(model)
    if ENCODER in model.graphs:
        yield from _check_encoder(model)
    if DECODER in model.graphs:
        yield from _check_decoder(model)


def run(model: Model, runtime: Runtime) -> Iterator[CheckProblem | Call]:
    """See `dtmodels.tasks._protocol.Task.run`."""
    yield from segment(model, ENCODER, DECODER, runtime)


def demo(model: Model, runtime: Runtime, samples: Sequence[Sample]) -> Iterator[Strip]:
    """See `dtmodels.tasks._protocol.HasDemo.demo`: the clicks, the object they select, and its mask."""
    encoder = model.open(runtime, ENCODER)
    for sample in samples:
        yield strip(model, encoder, DECODER, sample)
    encoder.close()


def _check_version(model: Model) -> Iterator[CheckProblem]:
    if model.config.text("version").partition(".")[0] == "0":
        what = "is below 1.0: darktable rejects a mask below the major version that its catalogue requires, which is 1"
        reason = "it does so for models of its own catalogue; a mask of another name should be able to replace them"
        yield error("mask.version", "config.json: version", what, "release it as 1.0 or later", reason=reason)


def _check_encoder(model: Model) -> Iterator[CheckProblem]:
    graph = model.graphs[ENCODER]
    yield from check_counts(graph, (1,), tuple(range(1, MAX_FEATURES + 1)))
    yield from check_inputs_float(graph)
    yield from check_outputs_float(graph)
    pixels = side(model.config, "input_size")
    for tensor in graph.inputs[:1]:
        dims = zip(tensor.shape, (1, 3, pixels, pixels), strict=False)
        if len(tensor.shape) != 4 or any(isinstance(dim, int) and dim != expected for dim, expected in dims):
            what = f"input {tensor.name} is {shape_text(tensor.shape)}, darktable passes 1 x 3 x {pixels} x {pixels}"
            fix = f"export for {pixels} x {pixels} pixels; darktable 5.7 reads another size from attributes.input_size"
            yield error("mask.encoder-input", ENCODER, f"{what}: encoding fails", fix)
    for tensor in graph.outputs:
        if len(tensor.shape) > MAX_RANK:
            what = f"output {tensor.name} has {len(tensor.shape)} dimensions, darktable supports {MAX_RANK}"
            yield error("mask.encoder-output", ENCODER, what, "reshape it")
        elif not is_static(tensor):
            what = f"output {tensor.name} has the dynamic shape {shape_text(tensor.shape)}"
            yield warning("mask.encoder-output", ENCODER, what, "export it with a fixed shape")


def _check_decoder(model: Model) -> Iterator[CheckProblem]:
    graph = model.graphs[DECODER]
    yield from check_inputs_float(graph)
    yield from check_outputs_float(graph)
    arch = ARCHITECTURES.get(model.config.text("arch"))
    if arch is None:
        return
    yield from _check_memory(model, arch)
    features = len(model.graphs[ENCODER].outputs) if ENCODER in model.graphs else None
    inputs = (features + len(arch.prompts),) if features else (len(graph.inputs),)
    yield from check_counts(graph, inputs, arch.outputs)
    yield from _check_route(model)
    if symbolic := [tensor.name for tensor in graph.outputs if not is_static(tensor)]:
        what = f"symbolic count or size of masks in {', '.join(symbolic)}: darktable guesses 1 mask of the image's size"
        fix = "export the number of masks and their size as numbers"
        yield warning("mask.symbolic", DECODER, f"{what} where ONNX Runtime cannot infer them", fix)


def _check_memory(model: Model, arch: Architecture) -> Iterator[CheckProblem]:
    """Check that the side of the previous mask is stated only where the decoder does not show it."""
    if model.config.attribute("prev_mask_size") is MISSING:
        return
    outputs = model.graphs[DECODER].resolved
    if not arch.several:
        yield no_effect("prev_mask_size", "a segnext model gets its own last mask, of the same size")
    elif len(outputs) > 2 and len(outputs[2].shape) == 4 and is_static(outputs[2]):
        yield no_effect("prev_mask_size", f"the decoder's output {outputs[2].name} shows it")


def _check_route(model: Model) -> Iterator[CheckProblem]:
    """Check that names match encoder outputs to decoder inputs completely or not at all, as darktable requires."""
    if ENCODER not in model.graphs:
        return
    outputs = [tensor.name for tensor in model.graphs[ENCODER].outputs]
    inputs = [tensor.name for tensor in model.graphs[DECODER].inputs[: len(outputs)]]
    if len(inputs) == len(outputs) and len(set(route_features(outputs, inputs))) < len(outputs):
        pairs = ", ".join(
            f"{name} gets {outputs[index]}" for name, index in zip(inputs, route_features(outputs, inputs), strict=True)
        )
        what = f"inputs and the encoder's outputs match by name only in part: {pairs}"
        reason = "darktable passes one output twice and another not at all"
        yield error("mask.route", DECODER, what, "give all of them the same names, or none", reason=reason)
