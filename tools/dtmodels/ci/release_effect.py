"""Effect of the next release on one model, compared with the last release."""

from __future__ import annotations

from dtmodels.card.model import Card
from dtmodels.ci.built_model import BuiltModel, Values


def effect(card: Card, built: BuiltModel, released: Values | None) -> str:
    """Describe in one sentence whether a release would add, replace, keep or leave out a model, or fail.

    Args:
        card: the model.
        built: its build results.
        released: the models of the last release's versions.json; None if it was not requested.
    """
    if card.status != "released":
        return f"leave it out: its status is {card.status}"
    if built.bytes is None:
        return "fail: it was not built"
    if built.seeded:
        return "fail: it has seeded weights"
    size = f"{built.bytes:,} bytes"
    if released is None:
        return f"publish {card.version}, {size}, unless that version is published; the last release was not read"
    if (last := released.get(card.id)) is None:
        return f"add it as {card.version}, {size}"
    older = tuple(int(part) for part in str(last["version"]).split("."))
    if card.version_numbers > older:
        change = (built.bytes - last["size"]) / last["size"]
        return f"replace {last['version']} by {card.version}, {last['size']:,} by {size} ({change:+.1%})"
    if card.version_numbers < older:
        return f"fail: {card.version} is lower than the released {last['version']}"
    if last["sha256"] == f"sha256:{built.sha256}":
        return f"keep {card.version}, which is bit-identical"
    return f"keep the released {card.version}: this build differs, and needs a higher version to be published"
