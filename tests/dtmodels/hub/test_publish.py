"""A Hub repository after publishing holds the package's files, however it was before."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import huggingface_hub.constants
import pytest
from huggingface_hub import ModelCard

from dtbase.system.errors import Failure, NothingToDo
from dtbase.terminal.console import Console
from dtmodels.hub import publish_to_hub
from tests.support.fake_hub import TOKEN, FakeHub

Make = Callable[..., Path]
REPOSITORY = "lab/denoise-toy"
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")  # huggingface_hub of its own client


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    with FakeHub() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_XET", True)
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_PROGRESS_BARS", True)
        yield server


def publish(package: Path, **options: object) -> list[str]:
    return publish_to_hub(package.parent, "lab", Console(), **options)


def test_a_new_repository_gets_everything_in_one_commit(hub: FakeHub, make_package: Make) -> None:
    package = make_package()
    assert publish(package) == ["denoise-toy"]
    repository = hub.repositories[REPOSITORY]
    assert [commit["summary"] for commit in repository.commits] == ["denoise-toy 1.0"]
    assert set(repository.files) == {
        ".gitattributes", "README.md", "card.yaml", "config.json", "denoise-toy.dtmodel", "model.onnx",
    }  # fmt: skip
    assert repository.files["denoise-toy.dtmodel"] == package.read_bytes()
    assert hub.objects.keys() == {
        hashlib.sha256(repository.files[name]).hexdigest() for name in ("denoise-toy.dtmodel", "model.onnx")
    }


def test_publishing_again_commits_and_uploads_nothing(hub: FakeHub, make_package: Make) -> None:
    package = make_package()
    publish(package)
    before = len(hub.requests)
    assert publish(package) == []
    assert len(hub.repositories[REPOSITORY].commits) == 1
    assert {method for method, _ in hub.requests[before:]} == {"GET", "POST"}
    assert [path for method, path in hub.requests[before:] if method == "POST"] == ["/api/repos/create"]


def test_a_new_version_uploads_what_differs_and_takes_away_what_is_stale(hub: FakeHub, make_package: Make) -> None:
    publish(make_package())
    repository = hub.repositories[REPOSITORY]
    repository.files["encoder.onnx"] = b"of an older version"
    uploads = hub.count_requests("PUT", "/lfs/")
    assert publish(make_package(version="1.1")) == ["denoise-toy"]
    assert hub.count_requests("PUT", "/lfs/") == uploads + 1
    changed = {operation["value"]["path"] for operation in repository.commits[-1]["operations"]}
    assert changed == {"README.md", "card.yaml", "config.json", "denoise-toy.dtmodel", "encoder.onnx"}
    assert "encoder.onnx" not in repository.files
    assert ".gitattributes" in repository.files


def test_changed_bytes_of_equal_size_on_the_hub_are_noticed(hub: FakeHub, make_package: Make) -> None:
    package = make_package()
    publish(package)
    repository = hub.repositories[REPOSITORY]
    for name in ("config.json", "model.onnx"):
        repository.files[name] = repository.files[name][:-1] + b"?"
    publish(package)
    changed = {operation["value"]["path"] for operation in repository.commits[-1]["operations"]}
    assert changed == {"config.json", "model.onnx"}


@pytest.mark.parametrize("end", ["/create", "/commit/main", "/info/lfs/objects/batch"])
def test_a_hub_out_of_order_is_one_clear_failure_and_leaves_nothing_half_done(
    hub: FakeHub, make_package: Make, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda _: None)
    hub.broken.append(end)
    package = make_package()
    with pytest.raises(Failure, match="the Hub was not brought up to date") as failed:
        publish(package)
    assert failed.value.where == REPOSITORY
    assert not any(repository.commits for repository in hub.repositories.values())
    hub.broken.clear()
    assert publish(package) == ["denoise-toy"]


def test_somebody_elses_commit_in_between_is_not_overwritten(hub: FakeHub, make_package: Make) -> None:
    package = make_package()
    publish(package)
    repository = hub.repositories[REPOSITORY]
    repository.files["model.onnx"] = b"older"

    class Racing(dict[str, bytes]):
        def get(self, *_: object) -> None:  # asked for by the pre-upload, after the tree was read
            repository.commits.append({"summary": "somebody else", "operations": []})

    repository.files = Racing(repository.files)
    with pytest.raises(Failure, match="412"):
        publish(package)
    assert repository.commits[-1]["summary"] == "somebody else"


def test_a_wrong_token_says_what_to_set(hub: FakeHub, make_package: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    with pytest.raises(Failure) as failed:
        publish(make_package())
    assert "HF_TOKEN" in failed.value.fix
    assert "hf_wrong" not in str(failed.value)
    assert not hub.repositories


def test_an_owner_nobody_can_have_is_refused(hub: FakeHub, make_package: Make) -> None:
    with pytest.raises(Failure, match="Repo id"):
        publish_to_hub(make_package().parent, "not/an owner", Console())
    assert not hub.requests


def test_a_dry_run_asks_nothing(hub: FakeHub, make_package: Make, capsys: pytest.CaptureFixture[str]) -> None:
    assert publish(make_package(), dry_run=True) == []
    assert not hub.requests
    assert "lab/denoise-toy: would hold README.md, card.yaml" in capsys.readouterr().out


def test_stand_in_weights_never_leave(hub: FakeHub, make_package: Make) -> None:
    with pytest.raises(Failure, match="seeded weights"):
        publish(make_package(seed=0))
    assert not hub.requests


def test_an_empty_directory_is_nothing_to_do(hub: FakeHub, tmp_path: Path) -> None:
    with pytest.raises(NothingToDo):
        publish_to_hub(tmp_path, "lab", Console())


def test_the_published_card_is_one_the_hub_reads(hub: FakeHub, make_package: Make) -> None:
    publish(make_package(), source="https://github.com/lab/models/releases/tag/v1.0.0")
    card = ModelCard(hub.repositories[REPOSITORY].files["README.md"].decode())
    assert card.data.license == "gpl-3.0"
    assert card.data.library_name == "onnx"
    assert card.data.pipeline_tag == "image-to-image"
    assert card.data.tags == ["darktable", "onnx", "denoise", "toy"]
    assert "(https://github.com/lab/models/releases/tag/v1.0.0)" in card.text
