"""Modules that proxies cannot replace are listed at once, and each message remembers what is skipped already."""

import pytest

from dtbase.system.errors import Failure, NothingToDo, WrongUsage
from dtproxies.pipeline.obstacles import proxied_modules
from dtproxies.pipeline.request import ModuleRequest, Request


def test_modules_without_a_proxy_are_listed_and_can_be_skipped() -> None:
    requests = [
        ModuleRequest(module="exposure"),
        ModuleRequest(module="flip"),
        ModuleRequest(module="sharpen", obstacle="it is blended, by opacity or a mask"),
        ModuleRequest(module="sigmoid", version=9, params=b""),
    ]
    request = Request(modules=requests)
    with pytest.raises(Failure) as exc:
        proxied_modules(request, [])
    for message in ("flip: it has no proxy", "sharpen: it is blended", "sigmoid: its parameters are of version 9"):
        assert message in str(exc.value)
    assert "--skip flip,sharpen,sigmoid" in str(exc.value)
    assert [one.module for one in proxied_modules(request, ["flip", "sharpen", "sigmoid"])] == ["exposure"]


def test_message_remembers_skipped_modules() -> None:
    request = Request(
        modules=[ModuleRequest(module="exposure"), ModuleRequest(module="flip"), ModuleRequest(module="lens")]
    )
    with pytest.raises(Failure, match="no proxy") as exc:
        proxied_modules(request, ["lens"])
    assert "--skip lens,flip" in str(exc.value)


def test_skipping_an_absent_module_is_wrong_usage() -> None:
    with pytest.raises(WrongUsage, match="no module sharpn to skip"):
        proxied_modules(Request(modules=[ModuleRequest(module="sharpen")]), ["sharpn"])


def test_skipping_all_modules_is_nothing_to_do() -> None:
    with pytest.raises(NothingToDo):
        proxied_modules(Request(modules=[ModuleRequest(module="sharpen")]), ["sharpen"])
