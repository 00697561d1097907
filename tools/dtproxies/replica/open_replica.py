"""Open an edit of a photograph as a replica."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from dtbase.system.errors import Failure, WrongUsage
from dtbase.system.suggestions import did_you_mean
from dtproxies.darktable import introspection
from dtproxies.darktable.edit import Edit
from dtproxies.darktable.edit_session import EditSession
from dtproxies.darktable.find import Darktable
from dtproxies.darktable.sidecar_writer import edit_sidecar
from dtproxies.replica.plan import Planner, ProxyLayouts
from dtproxies.replica.replica import Replica


@contextmanager
def open_replica(
    darktable: Darktable,
    edit: Edit,
    photograph: Path,
    *,
    layouts: ProxyLayouts,
    models: Path,
    skip: Collection[str] = (),
) -> Iterator[Replica]:
    """Open an edit of a photograph in darktable, and decide what runs as a proxy.

    Args:
        darktable: as `find` returns it.
        edit: as `read_edit` returns it.
        photograph: any file that darktable reads.
        layouts: as `proxy_layouts` returns them.
        models: directory of models with the weights.
        skip: modules to leave out: all instances, or one as `module:instance`.

    Raises:
        Failure: the edit has modules that this darktable does not know, or darktable cannot read the photograph.
        WrongUsage: a module to skip is not in the edit.
    """
    _check_modules(darktable, edit, skip)
    with EditSession(darktable, photograph, edit_sidecar(edit, introspection.orders(darktable)), skip=skip) as session:
        planner = Planner(session=session, layouts=layouts, all_layouts=introspection.layouts(darktable), models=models)
        yield Replica(session, planner.plan(), planner.weights)


def _check_modules(darktable: Darktable, edit: Edit, skip: Collection[str]) -> None:
    enabled = {one.module: one.version for one in edit.entries if one.enabled}
    known = {name for order in introspection.orders(darktable).values() for name in order}
    for name in skip:
        if name.partition(":")[0] not in enabled.keys() | known:
            raise WrongUsage(f"there is no module {name} to skip", fix=did_you_mean(name, enabled))
    unknown = [name for name in enabled if name not in known and name not in skip]
    if unknown:
        listed = ", ".join(f"{name} (parameters of version {enabled[name]})" for name in unknown)
        raise Failure(
            f"darktable {darktable.version} does not know {listed}: the edit was made with a later version",
            fix=f"leave them out with --skip {','.join([*skip, *unknown])}",
        )
