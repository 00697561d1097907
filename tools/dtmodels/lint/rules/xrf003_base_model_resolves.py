"""A base model of this repository exists, has the licence stated here, and rests on nothing that rests on it.

Weights inherit data, compromises and licence of the weights they began with. A name that leads nowhere, or in a circle,
cuts that chain.

Fix: write the id of the model as its directory is named, or the https address of a model that lies elsewhere.

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

_LICENCE = "licence"
_BASE = "base"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Look the base model up among the directories."""
    base = subject.card.base_model
    if base and base.url == "self":
        known = (
            [directory.name for directory in model_directories(subject.root)]
            if (subject.root / "models").is_dir()
            else []
        )
        if base.name not in known:
            known = [name for name in known if name != subject.directory.name]
            what = f"there is no model '{base.name}' here"
            yield RuleResult(where=("base_model", "name"), what=what, fix=did_you_mean(base.name, known))


def remember(subject: Subject) -> Iterator[Fact]:
    """The licence of each model, and which one it is made from."""
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
        if fact.key == _BASE and _returns(fact.model, bases):
            yield (
                fact,
                RuleResult(what=f"{fact.model} is made from itself, through {fact.value}", fix="name the real origin"),
            )
        elif fact.key in licences and fact.key != fact.model and fact.value.lower() != licences[fact.key].lower():
            what = f"the card of {fact.key} says {licences[fact.key]}, not {fact.value}"
            yield fact, RuleResult(what=what, fix=f"write license: {licences[fact.key]}")


def _returns(model: str, bases: dict[str, str]) -> bool:
    seen: set[str] = set()
    here = bases.get(model)
    while here and here not in seen:
        if here == model:
            return True
        seen.add(here)
        here = bases.get(here)
    return False
