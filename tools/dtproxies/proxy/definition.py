"""Definition of a proxy, read from the module's file: description, network, recipe, and allowed slider values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dtbase.system.discovery import load_plugin
from dtproxies import modules
from dtproxies.proxy.sampling import Reachable
from dtproxies.vocabulary.module import Module
from dtproxies.vocabulary.recipe import Recipe

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, kw_only=True)
class ProxyDefinition:
    """Module with a proxy; `load_definition` builds it."""

    module: Module
    network: Callable[[], nn.Module]
    """Builds the untrained network."""
    recipe: Recipe = field(default_factory=Recipe)
    """Training settings."""
    identity: Mapping[str, float] | None = None
    """Sliders not at their defaults at which darktable returns its input unchanged; None if there are none."""
    reachable: Reachable | None = None
    """Function that returns True if a user can set these sliders; None if every combination can be set."""


def load_definition(name: str) -> ProxyDefinition:
    """Return the definition in `modules/<name>.py`.

    Raises:
        WrongUsage: there is no such file; the message suggests similar names.
    """
    plugin = load_plugin(modules, name)
    return ProxyDefinition(
        module=plugin.MODULE,
        network=plugin.network,
        recipe=getattr(plugin, "RECIPE", None) or Recipe(),
        identity=getattr(plugin, "IDENTITY", None),
        reachable=getattr(plugin, "reachable", None),
    )
