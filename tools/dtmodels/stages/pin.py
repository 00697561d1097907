"""setup --pin: fill in what a card cannot know before somebody has the file: SHA-256, size, and revision on the Hub."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from dtbase.system.errors import Failure, NothingToDo
from dtbase.system.files import sha256, write_bytes
from dtbase.terminal.console import Console
from dtmodels.build.download import ExpectedFile, download
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import CARD_FILE, CatalogueEntry
from dtmodels.card.file_sharing_hosts import MIRROR_ADVICE, file_sharing_host
from dtmodels.card.model import Checkpoint, HubFile
from dtmodels.card.source_edits import TextEdit, apply_edits, edit_adding_fields, edit_for_change, quote_yaml
from dtmodels.stages.setup import fetch_from_hub
from dtmodels.yaml.document import FieldPath, SourceChange, compose_document, decode_document

ON_THE_HUB = re.compile(
    r"https://huggingface\.co/(?P<repository>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<path>[^?#]+)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """What became known of one checkpoint."""

    index: int
    """In the card's list."""
    checkpoint: Checkpoint
    """Complete."""
    hub: bool
    """Whether its address on the Hub takes the place of its plain one."""


def pin_each(entries: Iterable[CatalogueEntry], workspace: Workspace, console: Console) -> None:
    """Pin the checkpoints of several models and say what was found; go on past a failure.

    Raises:
        Failure: one or more models could not be pinned; the message names each with its reason.
        NothingToDo: every checkpoint of all of them has its SHA-256.
    """
    failures, done = [], 0
    for entry in entries:
        try:
            for one in pin(entry, workspace, console):
                console.say(f"{entry.card.id}: {one.name}: {one.sha256}, {one.bytes:,} bytes")
                done += 1
        except NothingToDo:
            continue
        except Failure as failure:
            failures.append(str(failure))
    if failures:
        raise Failure("\n".join(failures))
    if not done:
        raise NothingToDo("every checkpoint has its sha256")


def pin(entry: CatalogueEntry, workspace: Workspace, console: Console) -> list[Checkpoint]:
    """Fetch each checkpoint that has no SHA-256 yet, and write SHA-256, size and revision into the card.

    Everything else in the card stays as it is, comments too. The files go to the cache, where `setup` finds them.

    Returns:
        The checkpoints that were pinned, complete.

    Raises:
        Failure: a file cannot be fetched, is a web page, or lies on a personal share; the card stays as it was.
        NothingToDo: every checkpoint has its SHA-256.
    """
    open_ones = [(index, one) for index, one in enumerate(entry.card.checkpoints) if one.sha256 is None]
    if not open_ones:
        raise NothingToDo("every checkpoint has its sha256", where=entry.card.id)
    found = [_pinned(entry, index, one, workspace, console) for index, one in open_ones]
    _write(entry.directory / CARD_FILE, found)
    return [one.checkpoint for one in found]


def _pinned(
    entry: CatalogueEntry, index: int, checkpoint: Checkpoint, workspace: Workspace, console: Console
) -> Pinned:
    if host := file_sharing_host(checkpoint.url or ""):
        what = f"{host} is a personal share: nobody can say that it will give this file again"
        raise Failure(what, where=f"{entry.card.id}: {checkpoint.name}", fix=MIRROR_ADVICE)
    known = _with_revision(checkpoint)
    with console.progress(f"{entry.card.id}: fetching {checkpoint.name}", None) as advance:
        if known.file:
            path = entry.directory / known.file
        else:
            path = workspace.cache / "unpinned" / f"{entry.card.id}-{checkpoint.name}"
            path.parent.mkdir(parents=True, exist_ok=True)
            for leftover in path.parent.glob(f"{path.name}*"):  # of another day, maybe of another file
                leftover.unlink() if leftover.is_file() else shutil.rmtree(leftover)
            if known.hub:
                fetch_from_hub(known.hub, path, ExpectedFile())
            else:
                download(known.url or "", path, ExpectedFile(), advance)
    _refuse_page(path, known)
    complete = replace(known, sha256=sha256(path), bytes=path.stat().st_size)
    if not known.file:
        kept = workspace.cache / "sha256" / str(complete.sha256)
        kept.parent.mkdir(parents=True, exist_ok=True)
        path.replace(kept)
    return Pinned(index=index, checkpoint=complete, hub=known.hub != checkpoint.hub)


def _with_revision(checkpoint: Checkpoint) -> Checkpoint:
    """The checkpoint by repository, commit and path where its address is one of the Hub, else as it is."""
    if not checkpoint.url or not (parts := ON_THE_HUB.fullmatch(checkpoint.url)):
        return checkpoint
    from huggingface_hub import get_hf_file_metadata, hf_hub_url
    from huggingface_hub.errors import HfHubHTTPError

    repository, path = parts["repository"], parts["path"]
    try:
        commit = get_hf_file_metadata(hf_hub_url(repository, path, revision=parts["revision"]), token=False).commit_hash
    except (HfHubHTTPError, OSError, ValueError) as exc:
        first_line = str(exc).strip().splitlines()[0]
        raise Failure(f"the hub does not know the file: {first_line}", where=checkpoint.url) from exc
    if not commit:
        raise Failure("the hub does not say of which commit the file is", where=checkpoint.url)
    return replace(checkpoint, url=None, hub=HubFile(repository=repository, revision=commit, path=path))


def _refuse_page(path: Path, checkpoint: Checkpoint) -> None:
    with path.open("rb") as file:
        head = file.read(64)
    if head.strip() and not head.lstrip().startswith(b"<"):
        return
    if not checkpoint.file:
        path.unlink()
    what = "is a web page, not a file of weights" if head else "is empty"
    fix = "take the address of the file itself; some hosts answer with a page that asks to confirm"
    raise Failure(what, where=checkpoint.url or checkpoint.name, fix=fix)


def _write(path: Path, found: list[Pinned]) -> None:
    data = path.read_bytes()
    text = decode_document(data)
    edits = [made for one in found for made in _edits(text, one)]
    new = apply_edits(text, edits)
    compose_document(new)  # a card is never written so that it cannot be read any more
    write_bytes(path, data[: len(data) - len(text.encode())] + new.encode())


def _edits(text: str, one: Pinned) -> list[TextEdit]:
    where: FieldPath = ("checkpoints", one.index)
    checkpoint = one.checkpoint
    made = [
        edit_adding_fields(text, where, {"sha256": quote_yaml(str(checkpoint.sha256)), "bytes": str(checkpoint.bytes)})
    ]
    if one.hub and (hub := checkpoint.hub):
        source = f"{{repository: {hub.repository}, revision: {quote_yaml(hub.revision)}, path: {quote_yaml(hub.path)}}}"
        made.append(edit_for_change(text, SourceChange(kind="key", where=(*where, "url"), source="hub")))
        made.append(edit_for_change(text, SourceChange(kind="value", where=(*where, "url"), source=source)))
    if None in made:
        what = f"'{checkpoint.name}' has sha256 {checkpoint.sha256} and {checkpoint.bytes} bytes"
        raise Failure(what, where=CARD_FILE, fix="there is no place for it that a program can find: write it by hand")
    return [change for change in made if change]
