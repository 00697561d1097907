"""The command `evaluate`: evaluate one proxy or all, store the results, and write them into card and report."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from dtbase.system.errors import Failure, WrongUsage
from dtbase.system.files import json_text, sha256
from dtbase.terminal.console import Console
from dtproxies.darktable.find import find
from dtproxies.evaluation.code_digest import code_digest
from dtproxies.evaluation.comparison_sheet import draw_comparison
from dtproxies.evaluation.console_report import print_evaluation
from dtproxies.evaluation.documents import check_documents, summarise, write_documents
from dtproxies.evaluation.results import Evaluation
from dtproxies.evaluation.run import PAIRS, SIDE, evaluate
from dtproxies.evaluation.stored_results import StoredEvaluation, is_current, read_stored, store_results
from dtproxies.proxy.definition import load_definition
from dtproxies.proxy.runners import Runner
from dtproxies.proxy.weight_files import modules_with_weights, weights_of
from dtproxies.render.session import runner, session


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluateOptions:
    """Options of an evaluation that do not depend on the proxy."""

    images: Path
    """Directory of photographs."""
    pairs: int | None = None
    """Number of image pairs; None for the number of the stored evaluation, else the standard number."""
    sheets: Path | None = None
    """Directory for a contact sheet of each proxy; None for no sheets."""
    as_json: bool = False


def evaluate_module(
    console: Console,
    name: str,
    options: EvaluateOptions,
    *,
    weights: Path | None,
    onnx: Path | None,
    at_least: float | None = None,
    write: bool = False,
) -> int:
    """Evaluate a proxy of the module `name` with the installed darktable, and print the results.

    With `write`, the results are stored next to the weights and written into card and report.

    Returns:
        The exit code: 1 when the mean PSNR is below `at_least`.

    Raises:
        WrongUsage: no module of this name has a proxy, or not exactly one of the two files is passed.
        Failure: there is no darktable or no photograph, or the file does not belong to this module.
    """
    run = runner(load_definition(name), weights, onnx)
    if write:
        if weights is None:
            fix = "pass --weights, or leave out --write"
            raise WrongUsage("results are stored for weights, not for an ONNX graph", fix=fix)
        evaluation = _evaluate_and_store(console, name, weights, options).evaluation
    else:
        evaluation = _evaluate(console, name, run, options, options.pairs or PAIRS)[0]
    if options.as_json:
        console.say(json_text(asdict(evaluation)).rstrip())
    else:
        print_evaluation(console, evaluation)
    if options.sheets:
        draw_comparison(name, weights=weights, onnx=onnx, out=options.sheets / f"{name}.png", images=options.images)
    mean = evaluation.proxy["display_psnr"].mean
    if at_least is not None and mean < at_least:
        console.note(f"error: the mean PSNR is {mean:.1f} dB, below the required {at_least:g} dB")
        return 1
    return 0


def evaluate_all(
    console: Console, models: Path, options: EvaluateOptions, *, table: Path | None = None, any_code: bool = False
) -> int:
    """Evaluate every proxy below the directory `models` whose stored results are out of date, and print one table.

    Results are stored proxy by proxy, so an interrupted run resumes. With `any_code`, stored results stay valid
    although code has changed.

    Returns:
        The exit code: 1 when a proxy misses the target of its kind.

    Raises:
        Failure: there is no proxy, no darktable or no photograph.
    """
    names, darktable = modules_with_weights(models), find().version
    if not names:
        raise Failure("no proxy has weights", where=str(models / "proxy-*" / "weights.safetensors"))
    evaluations: list[Evaluation] = []
    with console.progress(f"evaluating {len(names)} proxies", len(names)) as advance:
        for name in names:
            weights = weights_of(name, models)
            stored = read_stored(weights.parent)
            pairs = _pairs(options, stored)
            code = None if any_code else code_digest(name)
            if stored and is_current(stored, weights.parent, code=code, darktable=darktable, pairs=pairs):
                console.note(f"{name}: the stored results are up to date")
                write_documents(weights.parent, stored)
                evaluations.append(stored.evaluation)
            else:
                evaluations.append(_evaluate_and_store(console, name, weights, options).evaluation)
            if options.sheets:
                sheet = options.sheets / f"{name}.png"
                draw_comparison(name, weights=weights, onnx=None, out=sheet, images=options.images)
            advance(1)
    return summarise(console, evaluations, darktable, table=table, as_json=options.as_json)


def _evaluate_and_store(console: Console, name: str, weights: Path, options: EvaluateOptions) -> StoredEvaluation:
    directory = weights.parent
    check_documents(directory)
    pairs = _pairs(options, read_stored(directory))
    evaluation, darktable = _evaluate(console, name, runner(load_definition(name), weights, None), options, pairs)
    result = StoredEvaluation(
        darktable=darktable, weights=sha256(weights), code=code_digest(name), evaluation=evaluation
    )
    stored = store_results(directory, result)
    write_documents(directory, stored)
    return stored


def _pairs(options: EvaluateOptions, stored: StoredEvaluation | None) -> int:
    return options.pairs or (stored.evaluation.pairs if stored else PAIRS)


def _evaluate(console: Console, name: str, run: Runner, options: EvaluateOptions, pairs: int) -> tuple[Evaluation, str]:
    with session(name, options.images, "evaluate", side=SIDE) as opened:
        evaluation = evaluate(opened.definition, run, opened.renderer, opened.photographs, console=console, pairs=pairs)
    return evaluation, opened.darktable
