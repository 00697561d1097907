"""Parts that several groups of commands share: options, and the models that a command line names."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from dtmodels.build.workspace import Workspace
    from dtmodels.card.catalogue import Catalogue, CatalogueEntry

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
IDS = click.argument("ids", nargs=-1, metavar="[ID]...")
"""Any number of models; none for all of them."""
REQUIRED_IDS = click.argument("ids", nargs=-1, required=True, metavar="ID...")
MAX_SHARDS = click.option(
    "--max-shards",
    default=40,
    show_default=True,
    metavar="N",
    help="Maximum number of build jobs; GitHub allows 256 at most.",
)
DIRECTORY = click.Path(path_type=Path, file_okay=False)
"""A directory, which need not exist."""


def root_of_cards(context: click.Context, names: Collection[str]) -> Path:
    """The repository of `--root`; without that option, of the named cards, which may be anywhere."""
    from dtmodels.lint.targets import repository_of

    root: Path = context.obj
    group = context.find_root()
    given = group.get_parameter_source("root") not in (None, ParameterSource.DEFAULT)
    return root if given else repository_of(root, names)


def open_catalogue(root: Path) -> Catalogue:
    """The cards of the repository."""
    from dtmodels.card.catalogue import Catalogue

    return Catalogue.load(root)


def open_workspace(root: Path) -> Workspace:
    """The build directories of the repository."""
    from dtmodels.build.workspace import Workspace

    return Workspace(root)


def selected_models(root: Path, ids: tuple[str, ...]) -> list[CatalogueEntry]:
    """The models with these ids, or all models when there is no id.

    Raises:
        WrongUsage: there is no model with such an id.
    """
    catalogue = open_catalogue(root)
    return [catalogue.get(model_id) for model_id in ids] if ids else list(catalogue.entries)
