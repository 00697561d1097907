"""Write the whole site into a directory, atomically."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dtbase.system.errors import NothingToDo
from dtbase.system.files import atomic_directory, json_text
from dtbase.system.shipped_files import shipped
from dtbase.terminal.console import Console
from dtmodels.card.catalogue import Catalogue
from dtmodels.site.darkroom import darkroom_modules, engine_bytes, write_darkroom
from dtmodels.site.facts import ModelFacts, model_facts
from dtmodels.site.feed import model_dates
from dtmodels.site.groups import dataset_groups, facet_value, facets, licence_groups
from dtmodels.site.model_images import write_images
from dtmodels.site.templates import render

STYLES, SCRIPTS = "site/styles", "site/built"
STATUSES = ("released", "candidate", "draft", "yanked")
"""Order in which the catalogue lists models."""
SUMMARY = (
    *("id", "name", "description", "task", "version", "status", "grade"),
    *("darktable", "bytes", "bytes_of", "module"),
)
"""Facts of a model that the list of all models has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRequest:
    """Settings of a site."""

    root: Path
    """The model repository."""
    target: Path
    url: str = ""
    """Address at which the site will be published; empty if unknown: then without sitemap and Open Graph images."""
    repository: str = ""
    """OWNER/NAME of the repository that releases the models; empty if unknown."""


def write_site(request: SiteRequest, console: Console) -> None:
    """Write the site of a repository.

    Raises:
        NothingToDo: no card can be read.
        Failure: a package cannot be read, or the directory cannot be written.
    """
    catalogue = Catalogue.load(request.root)
    if not catalogue.entries:
        raise NothingToDo("no models here", where=str(request.root), fix="dtmodels new <id> --task <task>")
    for reason in catalogue.broken.values():
        console.note(f"left out: {reason}")
    models = [model_facts(entry.directory, request.root) for entry in catalogue.entries]
    with atomic_directory(request.target) as directory:
        scripts = _copy_assets(directory, console)
        with console.progress("drawing what models do", len(models)) as advance:
            for model in models:
                model.values["image"] = write_images(model, request.root, directory / "images" / model.card.id)
                advance(1)
        _Site(request, directory, models, scripts=scripts).write()
        if scripts:
            write_darkroom(models, request.root, directory)
    console.say(f"{len(models)} models: {request.target / 'index.html'}")


def _copy_assets(directory: Path, console: Console) -> bool:
    """Copy styles and built scripts; False where the scripts were not built."""
    shutil.copytree(shipped(STYLES), directory / "assets")
    if not (built := shipped(SCRIPTS)).is_dir():
        console.note("the scripts are not built (`make site` does it): the pages work, without compare and darkroom")
        return False
    shutil.copytree(built, directory / "assets", dirs_exist_ok=True)
    return True


class _Site:
    """Pages of one site."""

    def __init__(self, request: SiteRequest, target: Path, models: Sequence[ModelFacts], *, scripts: bool) -> None:
        self._target = target
        self._models = sorted((model.values for model in models), key=_released_first)
        self._common = {
            "url": request.url.rstrip("/") + "/" if request.url else "",
            "repository": request.repository,
            "scripts": scripts,
            "darkroom": darkroom_modules(models) if scripts else (),
            "feed": bool(dates := model_dates(request.root)),
        }
        self._dates = dates

    def write(self) -> None:
        """Write all pages, the API, the feed and the sitemap."""
        datasets, licences, found = dataset_groups(self._models), licence_groups(self._models), facets(self._models)
        known = {one["slug"] for one in licences}
        self._page("index.html", "catalogue.html", models=self._models, facets=found, chosen=None)
        for facet in found:
            for value in facet["values"]:
                some = [model for model in self._models if facet_value(model, facet["key"]) == value["value"]]
                path = f"by/{facet['key']}/{value['slug']}/index.html"
                self._page(path, "catalogue.html", models=some, facets=found, chosen=(facet, value))
        for model in self._models:
            self._page(f"models/{model['id']}/index.html", "model.html", model=model, known_licences=known)
        self._page("datasets/index.html", "datasets.html", datasets=datasets)
        for data in datasets:
            self._page(f"datasets/{data['slug']}/index.html", "dataset.html", data=data, known_licences=known)
        self._page("licences/index.html", "licences.html", licences=licences)
        for licence in licences:
            self._page(f"licences/{licence['slug']}/index.html", "licence.html", licence=licence)
        if self._common["scripts"]:
            self._page("compare/index.html", "compare.html", models=self._models)
        if self._common["darkroom"]:
            self._page("darkroom/index.html", "darkroom.html", runtime=engine_bytes(self._target))
        self._api(datasets, licences)
        self._addresses()

    def _page(self, path: str, template: str, **values: Any) -> None:
        file = self._target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(render(template, path.count("/"), path=path, **self._common, **values), encoding="utf-8")

    def _api(self, datasets: Sequence[Mapping[str, Any]], licences: Sequence[Mapping[str, Any]]) -> None:
        api = self._target / "api" / "v1"
        (api / "models").mkdir(parents=True)
        summaries = [
            {**{key: model[key] for key in SUMMARY}, **{key: facet_value(model, key) for key in ("licence", "size")}}
            for model in self._models
        ]
        for name, content in (("models", summaries), ("datasets", datasets), ("licences", licences)):
            (api / f"{name}.json").write_text(json_text({"schema": 1, name: content}), encoding="utf-8")
        for model in self._models:
            (api / "models" / f"{model['id']}.json").write_text(json_text(model), encoding="utf-8")
        for schema in ("site-v1.schema.json", "site-model-v1.schema.json"):
            shutil.copyfile(shipped("schema") / schema, api / schema)

    def _addresses(self) -> None:
        if self._common["url"]:
            pages = sorted(path.relative_to(self._target).as_posix() for path in self._target.rglob("index.html"))
            self._page("sitemap.xml", "sitemap.xml", pages=[page.removesuffix("index.html") for page in pages])
        if self._common["feed"]:
            dated = [(self._dates[model["id"]], model) for model in self._models if model["id"] in self._dates]
            released = [one for one in dated if one[1]["status"] == "released"]
            newest = sorted(released, key=lambda one: (one[0], one[1]["id"]), reverse=True)
            self._page("feed.xml", "feed.xml", entries=newest[:50])


def _released_first(model: Mapping[str, Any]) -> tuple[int, str]:
    return STATUSES.index(model["status"]), str(model["name"]).casefold()
