"""Source files that build a model, found by following imports in toy trees and in the real one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dtbase.system.errors import Failure
from dtmodels.build.source_files import BUILD_STAGES, SourceTree
from tests.support.file_tree import write_files

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
    return write_files(tmp_path, TREE)


def files_of_model(tree: Path, family: str, task: str) -> set[str]:
    return {path.relative_to(tree).as_posix() for path in SourceTree(directory=tree).files_of_model(family, task)}


def test_only_the_imports_of_the_family_and_task_count(tree: Path) -> None:
    found = files_of_model(tree, "sam", "mask")
    assert {"dtmodels/families/sam.py", "dtmodels/families/_layers.py", "dtmodels/families/_deep.py"} <= found
    assert "dtmodels/tasks/mask.py" in found
    assert not {"dtmodels/families/nafnet.py", "dtmodels/families/_blocks.py", "dtmodels/tasks/denoise.py"} & found


def test_all_forms_of_import_are_followed(tree: Path) -> None:
    found = files_of_model(tree, "nafnet", "mask")
    assert "dtmodels/families/_blocks.py" in found  # from package import module
    assert "dtmodels/graph/normalise.py" in found  # from package import module, in a stage
    assert "dtbase/files.py" in found  # import a.b, inside a function
    assert "dtmodels/stages/shared.py" in found  # from . import
    assert "dtmodels/graph/zip.py" in found  # from ..package.module import
    assert "dtmodels/graph/worker.py" in found  # named in a string, to start a subprocess
    assert "dtmodels/graph/__init__.py" in found  # the parent packages


def test_package_imported_as_a_whole_includes_its_plugins_without_private_modules(tree: Path) -> None:
    found = files_of_model(tree, "proxy", "mask")
    assert {"dtproxies/modules/exposure.py", "dtproxies/modules/tone/__init__.py"} <= found
    assert "dtproxies/modules/_shared.py" not in found


def test_unimported_and_external_modules_are_excluded(tree: Path) -> None:
    found = files_of_model(tree, "sam", "mask")
    assert (
        not {"dtbase/unused.py", "dtmodels/graph/other.py", "dtmodels/stages/release.py", "torch/__init__.py"} & found
    )


def test_files_of_family_include_the_shared_modules_it_imports(tree: Path) -> None:
    found = {path.name for path in SourceTree(directory=tree).files_of_family("sam") if path.name != "__init__.py"}
    assert found == {"sam.py", "_layers.py", "_deep.py"}


@pytest.mark.parametrize("text", ["def broken(:\n", "\0"])
def test_syntax_error_names_the_file(tree: Path, text: str) -> None:
    (tree / "dtmodels/graph/normalise.py").write_text(text)
    with pytest.raises(Failure, match="is not Python") as failure:
        files_of_model(tree, "sam", "mask")
    assert failure.value.where.endswith("normalise.py")


def test_empty_directory_has_no_files(tmp_path: Path) -> None:
    assert files_of_model(tmp_path, "sam", "mask") == set()


def test_real_tree_contains_the_build_stages(root: Path) -> None:
    sources = SourceTree(directory=root / "tools")
    found = sources.files_of_model("nafnet", "denoise")
    assert {root / "tools" / f"{name.replace('.', '/')}.py" for name in BUILD_STAGES} <= found
    assert root / "tools/dtmodels/graph/_worker.py" in found
    assert root / "tools/dtmodels/families/_nafnet.py" in found
    assert root / "tools/dtmodels/families/_sam_layers.py" not in found
    assert root / "tools/dtmodels/lint/engine.py" not in found


def test_every_module_loaded_by_a_build_is_found(root: Path) -> None:
    """`sys.modules` after importing the stages and a family contains only files that were found."""
    load = "import sys; import dtmodels.stages.convert, dtmodels.stages.validate, dtmodels.stages.package"
    code = f"{load}, dtmodels.families.nafnet, dtmodels.tasks.denoise; print(*(m.__file__ for m in sys.modules.values()"
    code += " if getattr(m, '__file__', None) and m.__name__.split('.')[0] in ('dtbase', 'dtmodels', 'dtproxies')))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    found = {path.resolve() for path in SourceTree(directory=root / "tools").files_of_model("nafnet", "denoise")}
    assert loaded
    assert {Path(path).resolve() for path in loaded} <= found
