"""What the next release would do with a model, beside the last one."""

from __future__ import annotations

from dtmodels.card.model import Card
from dtmodels.ci.built_model import Built, Values


def effect(card: Card, built: Built, released: Values | None) -> str:
    """One sentence: add it, replace version and size, leave it, or why nothing or something wrong would happen.

    Args:
        card: the model.
        built: what was made of it.
        released: the models of the last release's versions.json; None where no release is known.
    """
    if card.status != "released":
        return f"leave it out: its status is {card.status}"
    if built.bytes is None:
        return "fail: it was not built"
    if built.stand_in:
        return "fail: its weights are made up"
    size = f"{built.bytes:,} bytes"
    if released is None:
        return f"publish {card.version}, {size}, unless that version is published; what is, was not asked"
    if (last := released.get(card.id)) is None:
        return f"add it as {card.version}, {size}"
    older = tuple(int(part) for part in str(last["version"]).split("."))
    if card.version_numbers > older:
        change = (built.bytes - last["size"]) / last["size"]
        return f"replace {last['version']} by {card.version}, {last['size']:,} by {size} ({change:+.1%})"
    if card.version_numbers < older:
        return f"fail: {card.version} is lower than the released {last['version']}"
    if last["sha256"] == f"sha256:{built.sha256}":
        return f"leave {card.version} as it is, byte for byte"
    return f"carry the released {card.version} over: these other bytes need a higher version to reach anybody"
