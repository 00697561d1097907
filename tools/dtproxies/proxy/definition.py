"""What is known of the module with a proxy, as one value: its description, its network, what its sliders may be."""

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
    """A module with a proxy."""

    module: Module
    network: Callable[[], nn.Module]
    """Builds the untrained network."""
    recipe: Recipe = field(default_factory=Recipe)
    """How it is trained."""
    identity: Mapping[str, float] | None = None
    """Sliders, beside those at default, at which darktable returns the image as it came; None when there are none."""
    reachable: Reachable | None = None
    """Says whether a person can bring the sliders there; None when they can go anywhere."""


def load_definition(name: str) -> ProxyDefinition:
    """What the file `modules/<name>.py` says.

    Raises:
        WrongUsage: no such file; the nearest names are offered.
    """
    found = load_plugin(modules, name)
    return ProxyDefinition(
        module=found.MODULE,
        network=found.network,
        recipe=getattr(found, "RECIPE", None) or Recipe(),
        identity=getattr(found, "IDENTITY", None),
        reachable=getattr(found, "reachable", None),
    )
