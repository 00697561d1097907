"""All graphs, nodes and stored tensors of a model, including those of subgraphs such as the branches of an `If`."""

from __future__ import annotations

from collections.abc import Iterator

import onnx


def nodes(model: onnx.ModelProto) -> Iterator[onnx.NodeProto]:
    """All nodes, including those of subgraphs and functions."""
    for body in [model.graph, *model.functions]:
        yield from _nodes(body)


def _nodes(body: onnx.GraphProto | onnx.FunctionProto) -> Iterator[onnx.NodeProto]:
    for node in body.node:
        yield node
        for inner in subgraphs(node):
            yield from _nodes(inner)


def subgraphs(node: onnx.NodeProto) -> Iterator[onnx.GraphProto]:
    """Graphs that a node has as attributes."""
    for attribute in node.attribute:
        yield from [attribute.g, *attribute.graphs] if attribute.HasField("g") else attribute.graphs


def tensors(graph: onnx.GraphProto) -> Iterator[onnx.TensorProto]:
    """All stored tensors: initializers and constants, including those of subgraphs."""
    for body in graphs(graph):
        yield from body.initializer
        for sparse in body.sparse_initializer:
            yield from (sparse.values, sparse.indices)
        for node in body.node:
            for attribute in node.attribute:
                if attribute.HasField("t"):
                    yield attribute.t
                yield from attribute.tensors


def graphs(graph: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    """A graph and all its subgraphs, such as the branches of an `If`."""
    yield graph
    for node in graph.node:
        for inner in subgraphs(node):
            yield from graphs(inner)
