"""A reference to a base model resolves, states its licence, and is not circular.

Weights inherit data, compromises and licence from the weights they are derived from. An unknown name or a circular
reference breaks that chain.

Fix: Write the id of the model as its directory is named, or the https URL of a model that is elsewhere.

Bad::

    base_model: {name: denoise-gone, license: MIT, url: self}

Good::

    base_model: {name: denoise-first, license: MIT, url: self}
"""

from collections.abc import Iterator, Sequence

from dtbase.system.suggestions import did_you_mean
from dtmodels.card.catalogue import model_directories
from dtmodels.lint.rule import Fact, RuleResult, Severity, Subject

SEVERITY: Severity = "error"
HARD = True

_LICENCE = "(licence)"
_BASE = "(base)"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Look up the base model among the directories."""
    base = subject.card.base_model
    if base and base.url == "self":
        known = (
            [directory.name for directory in model_directories(subject.root)]
            if (subject.root / "models").is_dir()
            else []
        )
        if base.name not in known:
            known = [name for name in known if name != subject.directory.name]
            what = f"there is no model '{base.name}' in this repository"
            yield RuleResult(where=("base_model", "name"), what=what, fix=did_you_mean(base.name, known))


def remember(subject: Subject) -> Iterator[Fact]:
    """Collect the licence of each model, and its base model."""
    path, base = subject.reading.path, subject.card.base_model
    name, span = subject.directory.name, subject.span(("license", "weights"))
    yield Fact(model=name, key=_LICENCE, value=subject.card.license.weights, path=path, span=span)
    if base and base.url == "self":
        span = subject.span(("base_model", "name"))
        yield Fact(model=name, key=_BASE, value=base.name, path=path, span=span)
        yield Fact(
            model=name, key=base.name, value=base.license, path=path, span=subject.span(("base_model", "license"))
        )


def compare(facts: Sequence[Fact]) -> Iterator[tuple[Fact, RuleResult]]:
    """Follow each chain of base models, and compare licences."""
    licences = {fact.model: fact.value for fact in facts if fact.key == _LICENCE}
    bases = {fact.model: fact.value for fact in facts if fact.key == _BASE}
    for fact in facts:
        circle = _circle(fact.model, bases) if fact.key == _BASE else ()
        if circle and fact.model == min(circle):
            yield fact, RuleResult(what=_describe(circle), fix="name the actual base model")
        elif fact.key in licences and fact.key != fact.model and fact.value.lower() != licences[fact.key].lower():
            what = f"the card of {fact.key} states {licences[fact.key]}, not {fact.value}"
            yield fact, RuleResult(what=what, fix=f"write license: {licences[fact.key]}")


def _circle(model: str, bases: dict[str, str]) -> tuple[str, ...]:
    """The models of the chain of base models that leads from `model` back to it; empty if none does."""
    chain = {model: None}
    base = bases.get(model)
    while base and base not in chain:
        chain[base] = None
        base = bases.get(base)
    return tuple(chain) if base == model else ()


def _describe(circle: tuple[str, ...]) -> str:
    """One sentence about a circle; of a long one, its first and last models."""
    inner = [*circle[1:3], f"{len(circle) - 4} more", circle[-1]] if len(circle) > 5 else circle[1:]
    if not inner:
        return f"{circle[0]} is derived from itself"
    return f"{circle[0]} is derived from itself, through {', '.join(inner)}"
