"""What a model is built by is found by following imports, in toy trees and in the real one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dtbase.system.errors import Failure
from dtmodels.build.source_files import BUILD_STAGES, SourceTree

TREE = {
    "dtbase/files.py": "",
    "dtbase/unused.py": "",
    "dtmodels/__init__.py": "",
    "dtmodels/stages/__init__.py": "",
    "dtmodels/stages/convert.py": "from dtmodels import families\nfrom dtmodels.graph import normalise\n",
    "dtmodels/stages/validate.py": "def run():\n    import dtbase.files\n    return ['-m', 'dtmodels.graph.worker']\n",
    "dtmodels/stages/package.py": "from . import shared\nfrom ..graph.zip import write\n",
    "dtmodels/stages/shared.py": "",
    "dtmodels/stages/release.py": "import dtbase.unused\n",
    "dtmodels/graph/__init__.py": "",
    "dtmodels/graph/normalise.py": "import torch\n",
    "dtmodels/graph/worker.py": "",
    "dtmodels/graph/zip.py": "",
    "dtmodels/graph/other.py": "",
    "dtmodels/families/__init__.py": "",
    "dtmodels/families/sam.py": "from dtmodels.families._layers import Layer\n",
    "dtmodels/families/nafnet.py": "from dtmodels.families import _blocks\n",
    "dtmodels/families/_layers.py": "from dtmodels.families._deep import x\n",
    "dtmodels/families/_deep.py": "",
    "dtmodels/families/_blocks.py": "",
    "dtmodels/families/proxy.py": "from dtproxies import modules\n",
    "dtmodels/tasks/__init__.py": "",
    "dtmodels/tasks/mask.py": "",
    "dtmodels/tasks/denoise.py": "",
    "dtproxies/modules/__init__.py": "",
    "dtproxies/modules/exposure.py": "",
    "dtproxies/modules/_shared.py": "",
    "dtproxies/modules/tone/__init__.py": "",
    "torch/__init__.py": "import dtmodels.graph.other\n",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in TREE.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def behind(tree: Path, family: str, task: str) -> set[str]:
    return {path.relative_to(tree).as_posix() for path in SourceTree(directory=tree).files_of_model(family, task)}


def test_only_the_family_and_task_of_a_model_count_and_what_they_import(tree: Path) -> None:
    found = behind(tree, "sam", "mask")
    assert {"dtmodels/families/sam.py", "dtmodels/families/_layers.py", "dtmodels/families/_deep.py"} <= found
    assert "dtmodels/tasks/mask.py" in found
    assert not {"dtmodels/families/nafnet.py", "dtmodels/families/_blocks.py", "dtmodels/tasks/denoise.py"} & found


def test_every_way_to_import_counts(tree: Path) -> None:
    found = behind(tree, "nafnet", "mask")
    assert "dtmodels/families/_blocks.py" in found  # from package import module
    assert "dtmodels/graph/normalise.py" in found  # from package import module, in a stage
    assert "dtbase/files.py" in found  # import a.b, inside a function
    assert "dtmodels/stages/shared.py" in found  # from . import
    assert "dtmodels/graph/zip.py" in found  # from ..package.module import
    assert "dtmodels/graph/worker.py" in found  # named, to be started in another process
    assert "dtmodels/graph/__init__.py" in found  # the packages on the way


def test_a_package_imported_as_a_whole_brings_its_members_but_not_its_shared_parts(tree: Path) -> None:
    found = behind(tree, "proxy", "mask")
    assert {"dtproxies/modules/exposure.py", "dtproxies/modules/tone/__init__.py"} <= found
    assert "dtproxies/modules/_shared.py" not in found


def test_what_nothing_imports_and_what_is_not_ours_is_left_out(tree: Path) -> None:
    found = behind(tree, "sam", "mask")
    assert (
        not {"dtbase/unused.py", "dtmodels/graph/other.py", "dtmodels/stages/release.py", "torch/__init__.py"} & found
    )


def test_a_family_consists_of_its_file_and_the_shared_ones_it_imports(tree: Path) -> None:
    found = {path.name for path in SourceTree(directory=tree).files_of_family("sam") if path.name != "__init__.py"}
    assert found == {"sam.py", "_layers.py", "_deep.py"}


@pytest.mark.parametrize("text", ["def broken(:\n", "\0"])
def test_a_file_that_is_not_python_is_named(tree: Path, text: str) -> None:
    (tree / "dtmodels/graph/normalise.py").write_text(text)
    with pytest.raises(Failure, match="is not Python") as failed:
        behind(tree, "sam", "mask")
    assert failed.value.where.endswith("normalise.py")


def test_a_tree_without_tools_has_no_sources(tmp_path: Path) -> None:
    assert behind(tmp_path, "sam", "mask") == set()


def test_every_stage_that_builds_exists_in_the_real_tree(root: Path) -> None:
    sources = SourceTree(directory=root / "tools")
    found = sources.files_of_model("nafnet", "denoise")
    assert {root / "tools" / f"{name.replace('.', '/')}.py" for name in BUILD_STAGES} <= found
    assert root / "tools/dtmodels/graph/_worker.py" in found
    assert root / "tools/dtmodels/families/_nafnet.py" in found
    assert root / "tools/dtmodels/families/_sam_layers.py" not in found
    assert root / "tools/dtmodels/lint/engine.py" not in found


def test_every_module_a_build_really_loads_was_found(root: Path) -> None:
    """Python's own list of loaded modules, after the stages and a family were imported, holds nothing unexpected."""
    load = "import sys; import dtmodels.stages.convert, dtmodels.stages.validate, dtmodels.stages.package"
    code = f"{load}, dtmodels.families.nafnet, dtmodels.tasks.denoise; print(*(m.__file__ for m in sys.modules.values()"
    code += " if getattr(m, '__file__', None) and m.__name__.split('.')[0] in ('dtbase', 'dtmodels', 'dtproxies')))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    found = {path.resolve() for path in SourceTree(directory=root / "tools").files_of_model("nafnet", "denoise")}
    assert loaded
    assert {Path(path).resolve() for path in loaded} <= found
