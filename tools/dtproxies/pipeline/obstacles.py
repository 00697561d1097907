"""Modules of a request that proxies cannot replace: all of them are reported at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from dtbase.system.discovery import plugin_names
from dtbase.system.errors import Failure, NothingToDo, WrongUsage
from dtbase.system.suggestions import did_you_mean
from dtproxies import modules
from dtproxies.pipeline.request import ModuleRequest, Request
from dtproxies.proxy.definition import load_definition


def proxied_modules(request: Request, skip: Collection[str]) -> list[ModuleRequest]:
    """Return the modules of a request that have proxies.

    Raises:
        Failure: some modules have no proxy and are not skipped; the message lists all of them.
        WrongUsage: a module to skip is not in the pipeline.
        NothingToDo: no module is left.
    """
    names = {one.module for one in request.modules}
    for name in skip:
        if name not in names:
            raise WrongUsage(f"the pipeline has no module {name} to skip", fix=did_you_mean(name, names))
    remaining = [one for one in request.modules if one.module not in skip]
    reject({one.module: why for one in remaining if (why := _obstacle(one))}, skip)
    if not remaining:
        raise NothingToDo("no module is enabled", fix="enable one")
    return remaining


def reject(obstacles: Mapping[str, str], skip: Collection[str]) -> None:
    """Report obstacles, if there are any, with the option that leaves out these modules and those already skipped.

    Args:
        obstacles: reason by module.
        skip: modules that are left out already.

    Raises:
        Failure: there is an obstacle.
    """
    if obstacles:
        reasons = "\n".join(f"  {name}: {why}" for name, why in obstacles.items())
        fix = f"leave them out with --skip {','.join([*skip, *obstacles])}"
        raise Failure(f"proxies cannot replace all modules:\n{reasons}", fix=fix)


def _obstacle(one: ModuleRequest) -> str:
    if one.module not in plugin_names(modules):
        return "it has no proxy"
    module = load_definition(one.module).module
    if module.space == "raw":
        return "it works on sensor data, but a pipeline starts from an image"
    if one.version is not None and one.version > module.version:
        return f"its parameters are of version {one.version}, but its proxy imitates version {module.version}"
    return one.obstacle
