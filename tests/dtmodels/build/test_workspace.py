from pathlib import Path

from dtmodels.build.workspace import Workspace


def test_lock_removes_incomplete_files_and_keeps_finished_ones(tmp_path: Path) -> None:
    output = tmp_path / "output" / "denoise-toy"
    unfinished = output / ".model.abc.part"
    unfinished.mkdir(parents=True)
    (unfinished / ".config.json.def.part").touch()
    (output / ".denoise-toy.dtmodel.ghi.part").touch()
    (tmp_path / ".dist.jkl.part").mkdir()
    (output / "model").mkdir()
    (output / "model" / "config.json").touch()
    with Workspace(tmp_path).locked():
        assert sorted(path.name for path in tmp_path.rglob("*.*")) == [".lock", "config.json"]
