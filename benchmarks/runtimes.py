"""Open and run all released graphs in several runtimes, with default options, and compare their outputs.

    .venv/bin/python -m benchmarks.runtimes [--runtime VERSION ...]

Each graph is built as for a release. It is opened in the oldest, the pinned and the newest ONNX Runtime of Python,
which pip fetches, and in onnxruntime-web as WebAssembly under Node, which npm fetches. The figure is the PSNR of the
output against that of the pinned version, on an image and sliders that darktable rendered; the peak is the output's
maximum, and equal outputs have 200 dB.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from dtbase.terminal.console import Console
from dtmodels.build.runtimes import NAMES, PINNED, provide_runtime
from dtmodels.build.workspace import Workspace
from dtmodels.graph.failures import GraphFailure
from dtmodels.graph.runtime import Runtime
from tests.support.browser_runtime import HERE, Array, Run, run_in_browser_runtime
from tests.support.released_graphs import ROOT, ReleasedGraph, agreement, build_released_graphs, released_entries

Outputs = Mapping[str, Array | str]
"""Output of each graph by the id of its model, or how it failed."""


def main(arguments: Sequence[str] = ()) -> int:
    """Print one row per graph; return 1 if a graph does not open or run in one of the runtimes."""
    parser = argparse.ArgumentParser(prog="benchmarks.runtimes")
    parser.add_argument("--runtime", action="append", help="a version of ONNX Runtime instead of the three")
    options, console = parser.parse_args(arguments), Console()
    with tempfile.TemporaryDirectory() as temporary:
        with console.progress("building graphs", len(released_entries())) as advance:
            graphs = []
            for graph in build_released_graphs(Path(temporary) / "built"):
                graphs.append(graph)
                advance(1)
        reference = _native(PINNED, graphs, console)[1]
        columns = [_native(version, graphs, console) for version in options.runtime or NAMES]
        columns.append(_browser(graphs, Path(temporary) / "values"))
    rows = [
        [graph.entry.card.id, *(_cell(outputs, reference, graph.entry.card.id) for _, outputs in columns)]
        for graph in graphs
    ]
    console.table(["graph", *(name for name, _ in columns)], rows, title=f"agreement with {PINNED}, dB")
    failed = [(name, model, one) for name, outputs in columns for model, one in outputs.items() if isinstance(one, str)]
    for name, model, message in failed:
        console.say(f"{model} in {name}: {message}")
    console.say(f"{len(graphs)} graphs in {len(columns)} runtimes, {len(failed)} failures")
    return 1 if failed else 0


def _native(version: str, graphs: Sequence[ReleasedGraph], console: Console) -> tuple[str, Outputs]:
    """Run the graphs in a version of Python's ONNX Runtime; a graph that opens at a lower level only has failed."""
    outputs: dict[str, Array | str] = {}
    name = version
    with Runtime(site=provide_runtime(version, Workspace(ROOT).cache, console)) as runtime:
        for graph in graphs:
            try:
                session = runtime.load(graph.file)
                name = f"onnxruntime {session.opening.runtime}"
                output = session.run(graph.inputs).outputs["output"]
                outputs[graph.entry.card.id] = session.opening.log_line() if session.opening.lowered else output
                session.close()
            except GraphFailure as exc:
                outputs[graph.entry.card.id] = exc.what
    return name, outputs


def _browser(graphs: Sequence[ReleasedGraph], directory: Path) -> tuple[str, Outputs]:
    package = json.loads((HERE / "package.json").read_text())
    runs = [Run(graph=graph.file, inputs=graph.inputs, output="output") for graph in graphs]
    results = run_in_browser_runtime(runs, directory)
    outputs = {graph.entry.card.id: result for graph, result in zip(graphs, results, strict=True)}
    return f"onnxruntime-web {package['devDependencies']['onnxruntime-web']}", outputs


def _cell(outputs: Outputs, reference: Outputs, model: str) -> str:
    ours, theirs = outputs[model], reference[model]
    return "fails" if isinstance(ours, str) or isinstance(theirs, str) else f"{agreement(theirs, ours):.0f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
