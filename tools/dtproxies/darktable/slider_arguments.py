"""Parse slider arguments of the form `name=value`."""

from __future__ import annotations

from collections.abc import Iterable

from dtbase.system.errors import WrongUsage


def parse_sliders(settings: Iterable[str]) -> dict[str, float | str]:
    """Parse arguments such as `exposure=1.5` or `mode=EXPOSURE_MODE_MANUAL` to values by slider name.

    Raises:
        WrongUsage: an argument without a name or a value, or a slider set twice.
    """
    values: dict[str, float | str] = {}
    for setting in settings:
        name, _, value = (part.strip() for part in setting.partition("="))
        if not name or not value:
            raise WrongUsage(
                f"'{setting}' is not of the form slider=value", fix="write slider=value, for example exposure=1.5"
            )
        if name in values:
            raise WrongUsage(f"slider {name} is set twice", fix="set it once")
        values[name] = _value(value)
    return values


def _value(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
