"""Whether a location can hold a component, by its name and host.

A class must not follow from pointers alone: code is in files of code, data is not in a card, weights are the files that
the card pins. What stands in the repository is looked at by `repository_files`; other addresses are claims until
`dtmodels lint --online` asks for them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from dtmodels.card.model import Card
from dtmodels.card.placeholders import is_placeholder
from dtmodels.openness import places
from dtmodels.openness.places import Place, place

CODE_COMPONENTS = (
    "architecture",
    "training_code",
    "inference_code",
    "evaluation_code",
    "data_preprocessing_code",
    "supporting_tools",
)
_MAX_SHOWN = 80
_DESCRIPTIONS = ("license", "licence", "copying", "changelog", "changes", "notice", "authors")
_NOT_CODE = places.PROSE | places.METADATA | places.WEIGHTS | places.TABLES | places.IMAGES
_NOT_DATA = (places.PROSE - {".html", ".htm"}) | places.METADATA | places.CODE | places.WEIGHTS
_NOT_STEPS = places.PROSE | places.METADATA | places.CODE | places.IMAGES
_NOT_DOCUMENT = (places.CODE - {".ipynb"}) | places.WEIGHTS | places.ARCHIVES | places.IMAGES


def location_flaw(card: Card, name: str, location: str) -> str:
    """Say why a location cannot hold a component, as the end of a sentence that begins with it; empty if it can."""
    where = place(location)
    if is_placeholder(location):
        return "is a placeholder"
    if where.name in _DESCRIPTIONS or (where.name == "readme" and name not in _MAY_BE_README):
        return f"cannot hold the {name.replace('_', ' ')}"
    return _CHECKS[name](card, where) if name in _CHECKS else ""


def shortened(location: str) -> str:
    """A location for a message, without the middle of a long one."""
    return location if len(location) <= _MAX_SHOWN else f"{location[:40]}...{location[-30:]}"


def _code(_: Card, where: Place) -> str:
    if where.host in places.PAPER_HOSTS or where.suffix in _NOT_CODE:
        return f"is {_what(where)}, not code"
    return "is the front page of a site, not code" if where.is_front_page else ""


def _data(card: Card, where: Place) -> str:
    if where.host in places.PAPER_HOSTS or where.suffix in _NOT_DATA or _is_checkpoint(card, where):
        return f"is {_what(where)}, not a dataset"
    if where.name == "golden" and not where.is_address:
        return "holds outputs that a build is compared with, not a dataset"
    return f"is named for the {code} as well" if (code := _code_at(card, where)) else ""


def _parameters(card: Card, where: Place) -> str:
    """The weights are a pinned checkpoint, its directory, or the repository of some; a draft may pin them later."""
    own, draft = place(where.text.removeprefix(f"models/{card.id}/")), card.status == "draft"
    if own.is_repository and (card.checkpoints or draft):
        return ""
    if any(own.holds(file) for file, pinned in _checkpoints(card) if pinned or draft):
        return ""
    return "is none of the files that the card pins under checkpoints"


def _intermediate_parameters(card: Card, where: Place) -> str:
    if where.host in places.PAPER_HOSTS or where.suffix in _NOT_STEPS:
        return f"is {_what(where)}, not weights"
    if _is_checkpoint(card, where):
        return "holds the final weights"
    return f"is named for the {code} as well" if (code := _code_at(card, where)) else ""


def _document(card: Card, where: Place, *, name: str) -> str:
    title = name.replace("_", " ")
    if where.suffix in _NOT_DOCUMENT:
        return f"is {_what(where)}, not a {title}"
    if where.suffix in places.METADATA and name not in _MAY_BE_METADATA:
        if name == "evaluation_results" and where.is_card:
            return "" if card.evaluation else "states no evaluation results"
        return f"is {_what(where)}, not a {title}"
    if name == "data_card" and where.is_card and not card.training.datasets:
        return "lists no training data"
    return ""


def _report(card: Card, where: Place, *, name: str) -> str:
    if where.is_front_page or where.is_repository:
        return f"is a whole {'site' if where.is_front_page else 'repository'}, not a {name.replace('_', ' ')}"
    return _document(card, where, name=name)


def _paper(card: Card, where: Place) -> str:
    published = card.publication
    is_published = published and published.kind in ("preprint", "peer-reviewed") and published.url == where.text
    if where.host in places.PAPER_HOSTS | places.ARCHIVE_HOSTS or where.suffix == ".pdf":
        return ""
    if is_published and where.host not in places.CODE_HOSTS:
        return _report(card, where, name="research_paper")
    return "is not a paper: neither a preprint, nor published by a journal or conference"


_MAY_BE_README = ("model_card", "data_card", "evaluation_results", "model_metadata")
_MAY_BE_METADATA = ("model_card", "data_card")
_CHECKS: dict[str, Callable[[Card, Place], str]] = {
    **dict.fromkeys(CODE_COMPONENTS, _code),
    "datasets": _data,
    "evaluation_data": _data,
    "parameters": _parameters,
    "intermediate_parameters": _intermediate_parameters,
    **{name: partial(_document, name=name) for name in ("evaluation_results", "model_card", "data_card")},
    "technical_report": partial(_report, name="technical_report"),
    "research_paper": _paper,
}


def _what(where: Place) -> str:
    """What an address or a path is, by its host and extension."""
    kinds = {
        "code": places.CODE,
        "a text": places.PROSE,
        "metadata": places.METADATA,
        "a file of weights": places.WEIGHTS,
        "a table": places.TABLES,
        "an image": places.IMAGES,
        "an archive": places.ARCHIVES,
    }
    if where.is_card:
        return "the model card"
    by_suffix = next((kind for kind, suffixes in kinds.items() if where.suffix in suffixes), "a file of weights")
    return "a paper" if where.host in places.PAPER_HOSTS else by_suffix


def _code_at(card: Card, where: Place) -> str:
    """The component of code that is named at the same place; empty if there is none."""
    components = card.openness.components if card.openness else {}
    at_place = (name for name, part in components.items() if name in CODE_COMPONENTS and _same(part.location, where))
    listed = next((name.replace("_", " ") for name in at_place), "")
    code = card.training.code
    return listed or ("training code" if code and _same(code.url, where) else "")


def _same(location: str, where: Place) -> bool:
    return place(location).key == where.key


def _checkpoints(card: Card) -> list[tuple[Place, bool]]:
    """The place of each checkpoint, and whether the card identifies it."""
    return [(place(checkpoint.location), checkpoint.identified) for checkpoint in card.checkpoints]


def _is_checkpoint(card: Card, where: Place) -> bool:
    return any(file.key == where.key for file, _ in _checkpoints(card))
