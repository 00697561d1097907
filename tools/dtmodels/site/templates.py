"""Jinja2 templates of the site: all text of cards is escaped, and no undefined name is printed."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dtbase.system.shipped_files import shipped
from dtmodels.site.slugs import slug

DIRECTORY = "site/templates"
_UNITS = ("bytes", "kB", "MB", "GB")


def render(template: str, depth: int = 0, **values: Any) -> str:
    """Render a template.

    Args:
        template: its file name.
        depth: directories between the page and the top of the site, for relative addresses.
        values: what the template shows.
    """
    return _environment().get_template(template).render(up="../" * depth or "./", **values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(shipped(DIRECTORY)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {"size": size, "web": web, "slug": slug, "thousands": lambda value: f"{value:,}"}
    return environment


def size(count: int | None) -> str:
    """Bytes for readers, such as `1.2 MB`."""
    if count is None:
        return "unknown"
    value, unit = float(count), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.0f} {_UNITS[unit]}" if unit < 2 or value >= 100 else f"{value:.1f} {_UNITS[unit]}"


def web(address: str) -> str:
    """The address if it is one of the web, else nothing: a card cannot make a link run a script."""
    return address if address.startswith(("https://", "http://")) else ""
