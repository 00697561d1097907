"""Imports are followed in the text of files, within given packages and outside type-checking blocks."""

from pathlib import Path

import pytest

from dtbase.system.errors import Failure
from dtbase.system.import_graph import ImportGraph
from tests.support.file_tree import write_files

TREE = {
    "ours/__init__.py": "import ours.public\n",
    "ours/public.py": "",
    "ours/start.py": "from typing import TYPE_CHECKING\nfrom ours import plugins\n"
    "if TYPE_CHECKING:\n    import ours.types\nelse:\n    import ours.runtime\n",
    "ours/types.py": "",
    "ours/runtime.py": "from . import near\nimport foreign\n",
    "ours/near.py": "",
    "ours/plugins/__init__.py": "",
    "ours/plugins/one.py": "",
    "foreign/__init__.py": "import ours.types\n",
}


@pytest.fixture
def graph(tmp_path: Path) -> ImportGraph:
    return ImportGraph(directory=write_files(tmp_path, TREE), packages=("ours",))


def test_follows_imports_but_no_type_checking_block_and_no_other_package(graph: ImportGraph) -> None:
    found = graph.follow(["ours.start"])
    assert {"ours", "ours.public", "ours.start", "ours.runtime", "ours.near", "ours.plugins.one"} <= set(found)
    assert not {"ours.types", "foreign"} & set(found)


def test_skips_and_does_not_expand_packages_on_request(graph: ImportGraph) -> None:
    found = graph.follow(["ours.start"], unexpanded=["ours.plugins"], skip=lambda name: name == "ours")
    assert set(found) == {"ours.start", "ours.plugins", "ours.runtime", "ours.near"}


def test_a_file_that_is_not_python_is_named(graph: ImportGraph) -> None:
    (graph.directory / "ours/near.py").write_text("def broken(:\n")
    with pytest.raises(Failure, match="is not Python"):
        graph.follow(["ours.start"])
