"""Each component is at a place that can hold it.

A class counts published components, so a pointer has to lead to one. Code is a file of code, or a directory or
repository that contains some. Data is a dataset, not a card. The weights are the files under `checkpoints`. A research
paper is a preprint or was published by a journal or a conference. With `--online` each address is requested.

Fix: Name the address of the component itself. Leave out a component that is not published, and claim a lower class.

Authority: Model Openness Framework, https://arxiv.org/abs/2403.13784

Bad::

    training_code: {license: MIT, location: card.yaml}

Good::

    training_code: {license: MIT, location: "https://github.com/owner/network/blob/v1/train.py"}
"""

from collections.abc import Iterator

from dtmodels.card.placeholders import is_placeholder
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.web import Web
from dtmodels.openness.locations import location_flaw, shortened
from dtmodels.openness.repository_files import file_flaw, find_component
from dtmodels.yaml.document import FieldPath

SEVERITY: Severity = "error"
HARD = True

_FIX = "name the address of the component itself, or leave the component out and claim a lower class"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Report each location once, with the components it cannot hold; REP005 reports paths that do not exist."""
    flaws: dict[str, list[tuple[str, str]]] = {}
    for name, location in _locations(subject).items():
        if flaw := _flaw(subject, name, location):
            flaws.setdefault(location, []).append((name, flaw))
    for location, found in flaws.items():
        names = [name.replace("_", " ") for name, _ in found]
        others = f"; it is named for {', '.join(names)}" if len(names) > 1 else ""
        what = f"{shortened(location)} {found[0][1]}{others}"
        yield RuleResult(where=_field(found[0][0]), what=what, fix=_FIX)
    code = subject.card.training.code
    if code and code.url != "self" and code.url not in flaws and not is_placeholder(code.url):
        flaw = location_flaw(subject.card, "training_code", code.url)
        if flaw:
            yield RuleResult(where=("training", "code", "url"), what=f"{shortened(code.url)} {flaw}", fix=_FIX)


def check_online(subject: Subject, web: Web) -> Iterator[RuleResult]:
    """Request the address of each component; a server that does not respond now proves nothing, so it is an info."""
    asked = set()
    for name, location in _locations(subject).items():
        if not location.startswith("https://") or is_placeholder(location) or location in asked:
            continue
        asked.add(location)
        title, response = name.replace("_", " "), web.head(location)
        if response.gone:
            what = f"the {title} does not exist (HTTP status {response.status})"
            yield RuleResult(where=_field(name), what=what, fix=_FIX)
        elif not response.status:
            what = f"the {title} could not be checked: {response.text or 'the server does not respond'}"
            fix = "check the address, and repeat the check later"
            yield RuleResult(where=_field(name), what=what, fix=fix, severity="info")


def _locations(subject: Subject) -> dict[str, str]:
    components = subject.card.openness.components if subject.card.openness else {}
    return {name: part.location for name, part in components.items()}


def _flaw(subject: Subject, name: str, location: str) -> str:
    if is_placeholder(location):
        return ""
    if "://" not in location and find_component(location, subject.directory) is None:
        return ""
    flaw = location_flaw(subject.card, name, location)
    return flaw or ("" if "://" in location else file_flaw(name, location, subject.directory))


def _field(name: str) -> FieldPath:
    return ("openness", "components", name, "location")
