"""The code digest depends on the meaning of the code, not on comments, file names or the order of definitions."""

from dtproxies.evaluation.code_digest import code_digest, digest_of_sources

FUNCTION = "def f(x):\n    return x + 1\n"


def digest(*sources: str) -> str:
    return digest_of_sources(sources)


def test_comments_docstrings_and_layout_do_not_count() -> None:
    assert digest('"""One."""\nx = 1  # two\n') == digest("x=1\n")
    assert digest('def f():\n    """Only this."""\n') == digest("def f(): pass\n")


def test_constants_and_external_imports_count() -> None:
    assert digest("x = 1\n") != digest("x = 2\n")
    assert digest("import numpy as np\n") != digest("import torch as np\n")
    assert digest(FUNCTION) != digest(FUNCTION, FUNCTION)


def test_own_imports_and_type_checking_blocks_do_not_count() -> None:
    imports = "from __future__ import annotations\nfrom dtproxies.proxy import runners\n"
    block = "if TYPE_CHECKING:\n    from torch import nn\n"
    inner = "def f(x):\n    from dtbase.imaging.psnr import psnr\n\n    return x + 1\n"
    assert digest(imports + block + FUNCTION) == digest(FUNCTION) == digest(inner)


def test_moving_a_function_to_another_file_does_not_count() -> None:
    numpy = "import numpy as np\n"
    assert (
        digest(numpy + FUNCTION, "y = 2\n")
        == digest("y = 2\n" + FUNCTION, numpy)
        == digest(numpy + "y = 2\n", FUNCTION)
    )


def test_each_proxy_has_its_own_digest() -> None:
    assert code_digest("exposure") == code_digest("exposure")
    assert code_digest("exposure") != code_digest("sharpen")
