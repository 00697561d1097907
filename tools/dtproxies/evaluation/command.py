"""The command `evaluate`: one proxy, or all of them, whose figures are then kept and written where they are stated."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from dtbase.system.errors import Failure, WrongUsage
from dtbase.system.files import json_text, sha256, write_text
from dtbase.terminal.console import Console
from dtproxies.darktable.find import find
from dtproxies.evaluation.card_section import with_evaluation
from dtproxies.evaluation.code_digest import code_digest
from dtproxies.evaluation.comparison_sheet import draw_comparison
from dtproxies.evaluation.console_report import print_evaluation
from dtproxies.evaluation.report_section import BEGIN, END, with_figures, with_marks
from dtproxies.evaluation.results import Evaluation
from dtproxies.evaluation.results_table import COLUMNS, line, page
from dtproxies.evaluation.run import PAIRS, SIDE, evaluate
from dtproxies.evaluation.stored_results import StoredEvaluation, is_current, read_stored, store_results
from dtproxies.proxy.definition import load_definition
from dtproxies.proxy.runners import Run
from dtproxies.proxy.weight_files import modules_with_weights, weights_of
from dtproxies.render.session import runner, session

CARD, REPORT = "card.yaml", "REPORT.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluateOptions:
    """What an evaluation is asked for, whichever proxy it is."""

    images: Path
    """Directory of photographs."""
    pairs: int | None = None
    """None for as many as the last evaluation that was kept, or the standard ones."""
    pictures: Path | None = None
    """Directory for a contact sheet of each proxy; None for none."""
    as_json: bool = False


def evaluate_module(
    console: Console,
    name: str,
    asked: EvaluateOptions,
    *,
    weights: Path | None,
    onnx: Path | None,
    at_least: float | None = None,
    write: bool = False,
) -> int:
    """Evaluate a proxy of the module `name` with the darktable of this machine and print what was found.

    With `write`, the figures go into the files beside the weights.

    Returns:
        The exit code: 1 when the mean display PSNR is below `at_least`.

    Raises:
        WrongUsage: no proxy of such a module is known, or not exactly one file of it is given.
        Failure: there is no darktable or no photograph, or the file does not belong to this module.
    """
    run = runner(load_definition(name), weights, onnx)
    if write:
        if weights is None:
            raise WrongUsage("figures are kept of weights, not of a graph", fix="give --weights, or leave --write out")
        found = _kept_anew(console, name, weights, asked).evaluation
    else:
        found = _evaluated(console, name, run, asked, asked.pairs or PAIRS)[0]
    if asked.as_json:
        console.say(json_text(asdict(found)).rstrip())
    else:
        print_evaluation(console, found)
    if asked.pictures:
        draw_comparison(name, weights=weights, onnx=onnx, out=asked.pictures / f"{name}.png", images=asked.images)
    mean = found.proxy["display_psnr"].mean
    if at_least is not None and mean < at_least:
        console.note(f"error: mean display PSNR is {mean:.1f} dB, and at least {at_least:g} dB are wanted")
        return 1
    return 0


def evaluate_all(
    console: Console, models: Path, asked: EvaluateOptions, *, table: Path | None = None, any_code: bool = False
) -> int:
    """Evaluate every proxy below the directory `models` whose figures do not hold any more, and print one table.

    What an interrupted run has evaluated is kept, and the next one goes on with the others. With `any_code`, figures
    hold although code has changed since.

    Returns:
        The exit code: 1 when one of them misses the target of its kind.

    Raises:
        Failure: there is no proxy, no darktable or no photograph.
    """
    names, darktable = modules_with_weights(models), find().version
    if not names:
        raise Failure("no proxy lies here", where=str(models / "proxy-*" / "weights.safetensors"))
    found: list[Evaluation] = []
    with console.progress(f"evaluating {len(names)} proxies", len(names)) as advance:
        for name in names:
            weights = weights_of(name, models)
            before = read_stored(weights.parent)
            pairs = _count(asked, before)
            code = None if any_code else code_digest(name)
            if before and is_current(before, weights.parent, code=code, darktable=darktable, pairs=pairs):
                console.note(f"{name}: nothing has changed since it was evaluated")
                _write(weights.parent, before)
                found.append(before.evaluation)
            else:
                found.append(_kept_anew(console, name, weights, asked).evaluation)
            if asked.pictures:
                sheet = asked.pictures / f"{name}.png"
                draw_comparison(name, weights=weights, onnx=None, out=sheet, images=asked.images)
            advance(1)
    if asked.as_json:
        console.say(json_text([asdict(one) for one in found]).rstrip())
    else:
        console.table(COLUMNS, [line(one) for one in found])
    if table is not None:
        write_text(table, page(found, darktable))
    return 0 if not any(one.short for one in found) else 1


def written(directory: Path, found: Evaluation) -> dict[Path, str]:
    """The texts that card and report have when they state this evaluation, by path.

    Raises:
        Failure: there is no card or no report, or the report has no place for figures.
    """
    card, text = _stated_in(directory)
    return {
        card: with_evaluation(card.read_text(), found, str(card)),
        text: with_figures(text.read_text(), found, str(text)),
    }


def _stated_in(directory: Path) -> tuple[Path, Path]:
    card, text = directory / CARD, directory / REPORT
    for path in (card, text):
        if not path.is_file():
            raise Failure("there is nowhere to write the figures to", where=str(path), fix="write it first")
    if BEGIN not in with_marks(text.read_text()):
        fix = f"write {BEGIN} and {END}, each on a line of its own"
        raise Failure("it says nowhere where the figures belong", where=str(text), fix=fix)
    return card, text


def _kept_anew(console: Console, name: str, weights: Path, asked: EvaluateOptions) -> StoredEvaluation:
    _stated_in(weights.parent)  # before it takes minutes
    pairs = _count(asked, read_stored(weights.parent))
    found, darktable = _evaluated(console, name, runner(load_definition(name), weights, None), asked, pairs)
    made = StoredEvaluation(darktable=darktable, weights=sha256(weights), code=code_digest(name), evaluation=found)
    kept = store_results(weights.parent, made)
    _write(weights.parent, kept)
    return kept


def _count(asked: EvaluateOptions, before: StoredEvaluation | None) -> int:
    return asked.pairs or (before.evaluation.pairs if before else PAIRS)


def _evaluated(console: Console, name: str, run: Run, asked: EvaluateOptions, pairs: int) -> tuple[Evaluation, str]:
    with session(name, asked.images, "evaluate", side=SIDE) as given:
        found = evaluate(given.definition, run, given.renderer, given.pictures, console=console, pairs=pairs)
    return found, given.darktable


def _write(directory: Path, kept: StoredEvaluation) -> None:
    for path, text in written(directory, kept.evaluation).items():
        if path.read_text() != text:
            write_text(path, text)
