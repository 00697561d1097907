"""setup --pin: write SHA-256, size and Hub revision of each downloaded checkpoint into the card, members included."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from dtbase.system.errors import Failure, NothingToDo
from dtbase.system.files import atomic_file, sha256, write_bytes
from dtbase.terminal.console import Console
from dtmodels.build.archive_member import check_content, extract_member
from dtmodels.build.download import ExpectedFile, download
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import CARD_FILE, CatalogueEntry
from dtmodels.card.file_sharing_hosts import MIRROR_ADVICE, file_sharing_host
from dtmodels.card.model import ArchiveMember, Checkpoint, HubFile
from dtmodels.card.source_edits import TextEdit, apply_edits, edit_adding_fields, edit_for_change, quote_yaml
from dtmodels.stages.setup import fetch_from_hub, obtain_file
from dtmodels.yaml.document import FieldPath, SourceChange, compose_document, decode_document

ON_THE_HUB = re.compile(
    r"https://huggingface\.co/(?P<repository>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<path>[^?#]+)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedCheckpoint:
    """One checkpoint with its digest and size."""

    index: int
    """Position in the list of the card."""
    before: Checkpoint
    """As in the card."""
    checkpoint: Checkpoint
    """With all fields known."""


def pin_each(entries: Iterable[CatalogueEntry], workspace: Workspace, console: Console) -> None:
    """Pin the checkpoints of several models and print them. A failure does not stop the other models.

    Raises:
        Failure: one or more models could not be pinned; the message names each with its reason.
        NothingToDo: every checkpoint of all models has a SHA-256.
    """
    failures, done = [], 0
    for entry in entries:
        try:
            for checkpoint in pin(entry, workspace, console):
                console.say(f"{entry.card.id}: {checkpoint.name}: {checkpoint.sha256}, {checkpoint.bytes:,} bytes")
                if member := checkpoint.member:
                    console.say(f"{entry.card.id}: {member.path}: {member.sha256}, {member.bytes:,} bytes")
                done += 1
        except NothingToDo:
            continue
        except Failure as failure:
            failures.append(str(failure))
    if failures:
        raise Failure("\n".join(failures))
    if not done:
        raise NothingToDo("every checkpoint has a sha256")


def pin(entry: CatalogueEntry, workspace: Workspace, console: Console) -> list[Checkpoint]:
    """Fetch each checkpoint that has no SHA-256 yet, and write SHA-256, size and revision into the card.

    The same is written for the member of an archive. All other text of the card stays, comments included. The files are
    stored in the cache that `setup` uses.

    Returns:
        The pinned checkpoints, with all fields known.

    Raises:
        Failure: a file cannot be fetched, is a web page, is a file-sharing link, or is an archive without the member
            that the card names. The card stays unchanged.
        NothingToDo: every checkpoint has a SHA-256.
    """
    unpinned = [(index, one) for index, one in enumerate(entry.card.checkpoints) if _is_incomplete(one)]
    if not unpinned:
        raise NothingToDo("every checkpoint has a sha256", where=entry.card.id)
    pinned = [_pinned(entry, index, one, workspace, console) for index, one in unpinned]
    _write(entry.directory / CARD_FILE, pinned)
    return [one.checkpoint for one in pinned]


def _pinned(
    entry: CatalogueEntry, index: int, checkpoint: Checkpoint, workspace: Workspace, console: Console
) -> PinnedCheckpoint:
    if (host := file_sharing_host(checkpoint.url or "")) and not (checkpoint.sha256 or checkpoint.git_blob):
        what = f"{host} serves file-sharing links, which may give another file later"
        raise Failure(what, where=f"{entry.card.id}: {checkpoint.name}", fix=MIRROR_ADVICE)
    known = checkpoint if checkpoint.sha256 else _with_revision(checkpoint)
    path = _fetched(entry, known, workspace, console)
    member = _pinned_member(known, path, workspace)
    if not member:
        _check_content(path, known)
    complete = replace(known, sha256=sha256(path), bytes=path.stat().st_size, member=member)
    if not known.file:
        cached = workspace.cached_file(str(complete.sha256))
        cached.parent.mkdir(parents=True, exist_ok=True)
        path.replace(cached)
    return PinnedCheckpoint(index=index, before=checkpoint, checkpoint=complete)


def _fetched(entry: CatalogueEntry, checkpoint: Checkpoint, workspace: Workspace, console: Console) -> Path:
    """The file in the model's directory, in the cache, or new in a directory for files without a known digest."""
    if checkpoint.sha256 or checkpoint.git_blob:
        return obtain_file(entry, checkpoint, workspace, console)
    if checkpoint.file:
        return entry.directory / checkpoint.file
    path = workspace.cache / "unpinned" / f"{entry.card.id}-{checkpoint.name}"
    path.parent.mkdir(parents=True, exist_ok=True)
    for leftover in path.parent.glob(f"{path.name}*"):  # of an earlier run, perhaps of another file
        leftover.unlink() if leftover.is_file() else shutil.rmtree(leftover)
    with console.progress(f"{entry.card.id}: fetching {checkpoint.name}", None) as advance:
        if checkpoint.hub:
            fetch_from_hub(checkpoint.hub, path, ExpectedFile())
        else:
            download(checkpoint.url or "", path, ExpectedFile(), advance)
    return path


def _pinned_member(checkpoint: Checkpoint, archive: Path, workspace: Workspace) -> ArchiveMember | None:
    """The member of an archive with its digest and size; the cache gets its file."""
    if not (member := checkpoint.member):
        return None
    extracted = workspace.cache / "unpinned" / f"{sha256(archive)}-member"
    with atomic_file(extracted) as part:
        extract_member(archive, member.path, part, where=checkpoint.location)
        check_content(part, where=f"{checkpoint.location}: {member.path}")
    pinned = replace(member, sha256=sha256(extracted), bytes=extracted.stat().st_size)
    cached = workspace.cached_file(str(pinned.sha256))
    cached.parent.mkdir(parents=True, exist_ok=True)
    extracted.replace(cached)
    return pinned


def _with_revision(checkpoint: Checkpoint) -> Checkpoint:
    """The checkpoint by Hub repository, commit and path where its URL is on the Hub, else unchanged."""
    if not checkpoint.url or not (parts := ON_THE_HUB.fullmatch(checkpoint.url)):
        return checkpoint
    from huggingface_hub import get_hf_file_metadata, hf_hub_url
    from huggingface_hub.errors import HfHubHTTPError

    repository, path = parts["repository"], parts["path"]
    try:
        commit = get_hf_file_metadata(hf_hub_url(repository, path, revision=parts["revision"]), token=False).commit_hash
    except (HfHubHTTPError, OSError, ValueError) as exc:
        first_line = str(exc).strip().splitlines()[0]
        raise Failure(f"the Hub does not have the file: {first_line}", where=checkpoint.url) from exc
    if not commit:
        raise Failure("the Hub does not report the commit of the file", where=checkpoint.url)
    return replace(checkpoint, url=None, hub=HubFile(repository=repository, revision=commit, path=path))


def _check_content(path: Path, checkpoint: Checkpoint) -> None:
    try:
        check_content(path, where=checkpoint.location)
    except Failure:
        if not checkpoint.file:
            path.unlink()
        raise


def _write(path: Path, pinned: list[PinnedCheckpoint]) -> None:
    data = path.read_bytes()
    text = decode_document(data)
    edits = [change for one in pinned for change in _edits(text, one)]
    new = apply_edits(text, edits)
    compose_document(new)  # fails before an unreadable card would be written
    write_bytes(path, data[: len(data) - len(text.encode())] + new.encode())


def _edits(text: str, pinned: PinnedCheckpoint) -> list[TextEdit]:
    where: FieldPath = ("checkpoints", pinned.index)
    checkpoint = pinned.checkpoint
    edits = []
    if missing := _missing(pinned.before, checkpoint):
        edits.append(edit_adding_fields(text, where, missing))
    member, before = checkpoint.member, pinned.before.member
    if member and before and (missing := _missing(before, member)):
        edits.append(edit_adding_fields(text, (*where, "member"), missing))
    if (hub := checkpoint.hub) and hub != pinned.before.hub:
        source = f"{{repository: {hub.repository}, revision: {quote_yaml(hub.revision)}, path: {quote_yaml(hub.path)}}}"
        edits.append(edit_for_change(text, SourceChange(kind="key", where=(*where, "url"), source="hub")))
        edits.append(edit_for_change(text, SourceChange(kind="value", where=(*where, "url"), source=source)))
    if None in edits:
        what = f"'{checkpoint.name}' has sha256 {checkpoint.sha256} and {checkpoint.bytes} bytes"
        raise Failure(what, where=CARD_FILE, fix="the position in the card cannot be found: write it by hand")
    return [change for change in edits if change]


def _is_incomplete(file: Checkpoint | ArchiveMember) -> bool:
    """Whether the card lacks the digest or the size of a file, or of the member of an archive."""
    member = file.member if isinstance(file, Checkpoint) else None
    return file.sha256 is None or file.bytes is None or bool(member and _is_incomplete(member))


def _missing(before: Checkpoint | ArchiveMember, pinned: Checkpoint | ArchiveMember) -> dict[str, str]:
    """The fields that the card lacks, as YAML source."""
    fields = {"sha256": quote_yaml(str(pinned.sha256)), "bytes": str(pinned.bytes)}
    return {name: source for name, source in fields.items() if getattr(before, name) is None}
