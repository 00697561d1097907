"""Publishing makes a Hub repository contain the files of the package, whatever it contained before."""

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
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")  # raised by huggingface_hub itself


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


def test_new_repository_gets_all_files_in_one_commit(hub: FakeHub, make_package: Make) -> None:
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


def test_publishing_again_changes_nothing(hub: FakeHub, make_package: Make) -> None:
    package = make_package()
    publish(package)
    before = len(hub.requests)
    assert publish(package) == []
    assert len(hub.repositories[REPOSITORY].commits) == 1
    assert {method for method, _ in hub.requests[before:]} == {"GET", "POST"}
    assert [path for method, path in hub.requests[before:] if method == "POST"] == ["/api/repos/create"]


def test_new_version_uploads_changes_and_deletes_stale_files(hub: FakeHub, make_package: Make) -> None:
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


def test_changed_remote_file_of_equal_size_is_replaced(hub: FakeHub, make_package: Make) -> None:
    package = make_package()
    publish(package)
    repository = hub.repositories[REPOSITORY]
    for name in ("config.json", "model.onnx"):
        repository.files[name] = repository.files[name][:-1] + b"?"
    publish(package)
    changed = {operation["value"]["path"] for operation in repository.commits[-1]["operations"]}
    assert changed == {"config.json", "model.onnx"}


@pytest.mark.parametrize("end", ["/create", "/commit/main", "/info/lfs/objects/batch"])
def test_server_error_is_a_failure_without_a_commit(
    hub: FakeHub, make_package: Make, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda _: None)
    hub.broken.append(end)
    package = make_package()
    with pytest.raises(Failure, match="the Hub repository could not be updated") as failed:
        publish(package)
    assert failed.value.where == REPOSITORY
    assert not any(repository.commits for repository in hub.repositories.values())
    hub.broken.clear()
    assert publish(package) == ["denoise-toy"]


def test_concurrent_commit_is_not_overwritten(hub: FakeHub, make_package: Make) -> None:
    package = make_package()
    publish(package)
    repository = hub.repositories[REPOSITORY]
    repository.files["model.onnx"] = b"older"

    class Racing(dict[str, bytes]):
        def get(self, *_: object) -> None:  # called by the pre-upload, after the tree was read
            repository.commits.append({"summary": "another user", "operations": []})

    repository.files = Racing(repository.files)
    with pytest.raises(Failure, match="412"):
        publish(package)
    assert repository.commits[-1]["summary"] == "another user"


def test_wrong_token_is_an_error_with_a_fix(hub: FakeHub, make_package: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    with pytest.raises(Failure) as failed:
        publish(make_package())
    assert "HF_TOKEN" in failed.value.fix
    assert "hf_wrong" not in str(failed.value)
    assert not hub.repositories


def test_invalid_owner_is_an_error(hub: FakeHub, make_package: Make) -> None:
    with pytest.raises(Failure, match="Repo id"):
        publish_to_hub(make_package().parent, "not/an owner", Console())
    assert not hub.requests


def test_dry_run_sends_no_request(hub: FakeHub, make_package: Make, capsys: pytest.CaptureFixture[str]) -> None:
    assert publish(make_package(), dry_run=True) == []
    assert not hub.requests
    assert "lab/denoise-toy: would contain README.md, card.yaml" in capsys.readouterr().out


def test_seeded_weights_are_not_published(hub: FakeHub, make_package: Make) -> None:
    with pytest.raises(Failure, match="seeded weights"):
        publish(make_package(seed=0))
    assert not hub.requests


def test_empty_directory_is_nothing_to_do(hub: FakeHub, tmp_path: Path) -> None:
    with pytest.raises(NothingToDo):
        publish_to_hub(tmp_path, "lab", Console())


def test_published_card_is_readable_by_the_hub(hub: FakeHub, make_package: Make) -> None:
    publish(make_package(), source="https://github.com/lab/models/releases/tag/v1.0.0")
    card = ModelCard(hub.repositories[REPOSITORY].files["README.md"].decode())
    assert card.data.license == "gpl-3.0"
    assert card.data.library_name == "onnx"
    assert card.data.pipeline_tag == "image-to-image"
    assert card.data.tags == ["darktable", "onnx", "denoise", "toy"]
    assert "(https://github.com/lab/models/releases/tag/v1.0.0)" in card.text
