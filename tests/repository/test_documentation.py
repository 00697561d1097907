"""Documentation names files, commands and sections that exist."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
from click import Group

from dtmodels.command.cli import cli as dtmodels
from dtproxies.command.cli import commands as dtproxies

LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(#[^)\s]+)?\)")
PATH = re.compile(r"`((?:tools|tests|docs|schema|benchmarks|images|\.github|\.ci)/[\w./-]*\w)`")
ROOM = re.compile(r"`(\w+/)(\w+\.py)?`")
PROGRAM = re.compile(r"python -m (benchmarks\.\w+)")
COMMAND = re.compile(r"(?<![\w/])(dtmodels|dtproxies) ([a-z]+)\b")
COMMANDS: dict[str, Group] = {"dtmodels": dtmodels, "dtproxies": dtproxies}


def pages() -> list[str]:
    root = Path(__file__).resolve().parents[2]
    listed = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=root, capture_output=True, text=True, check=True
    ).stdout.split()
    return [name for name in listed if not name.startswith(("tests/", "models/", "docs/rules/"))]


@pytest.fixture(params=pages())
def page(request: pytest.FixtureRequest, root: Path) -> Path:
    return root / str(request.param)


def anchors(page: Path) -> set[str]:
    """Anchors of the headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {"#" + re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def test_links_lead_to_files_and_sections(page: Path) -> None:
    broken = []
    for target, anchor in LINK.findall(page.read_text()):
        path = (page.parent / target).resolve() if target else page
        if not path.exists() or (anchor and path.suffix == ".md" and anchor not in anchors(path)):
            broken.append(target + anchor)
    assert broken == []


def test_named_paths_exist(page: Path, root: Path) -> None:
    homes = [root, *(root / "tools" / package for package in ("dtmodels", "dtproxies", "dtbase"))]
    named = PATH.findall(page.read_text())
    assert [path for path in named if not any((home / path).exists() for home in homes)] == []


def test_named_benchmarks_exist(page: Path, root: Path) -> None:
    named = {name.removeprefix("benchmarks.") for name in PROGRAM.findall(page.read_text())}
    assert {name for name in named if not (root / "benchmarks" / f"{name}.py").is_file()} == set()


def test_named_commands_exist(page: Path) -> None:
    spans = re.findall(r"`([^`\n]+)`|^ {4}(.+)$", page.read_text(), re.MULTILINE)
    code = "\n".join(inline or block for inline, block in spans)
    unknown = {f"{program} {name}" for program, name in COMMAND.findall(code) if name not in COMMANDS[program].commands}
    assert unknown == set()


def test_architecture_names_every_room_and_only_files_that_exist(root: Path) -> None:
    text = (root / "docs/architecture.md").read_text()
    for package in ("dtmodels", "dtproxies"):
        rooms = {path.parent.name for path in (root / "tools" / package).glob("*/__init__.py")}
        assert {room for room in rooms if f"`{room}/" not in text} == set()
    named = {room + file for room, file in ROOM.findall(text) if file}
    homes = [root / "tools" / package for package in ("dtmodels", "dtproxies", "dtbase")]
    assert {name for name in named if not any((home / name).is_file() for home in homes)} == set()


def test_commands_page_lists_every_command(root: Path) -> None:
    text = (root / "docs/commands.md").read_text()
    for program, group in COMMANDS.items():
        shown = [name for name, command in group.commands.items() if not command.hidden]
        assert [name for name in shown if f"`{program} {name}" not in text] == []


def test_readme_fits_on_two_screens_and_shows_an_image(root: Path) -> None:
    text = (root / "README.md").read_text()
    assert len(text.splitlines()) <= 150
    (image,) = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text)
    assert (root / image).is_file()


def test_blocks_of_networks_exist_with_their_arguments(root: Path) -> None:
    section = (root / "docs/proxies.md").read_text().partition("### Network")[2].partition("### Training")[0]
    rows = [line.split("|")[1:3] for line in section.splitlines() if line.startswith("| `")]
    assert len(rows) > 5
    for files, blocks in rows:
        homes = [root / "tools/dtproxies/networks" / f"{name}.py" for name in re.findall(r"`(\w+)`", files)]
        source = "\n".join(home.read_text() for home in homes)
        for name, arguments in re.findall(r"`(\w+)\(([^)]*)\)`", blocks):
            signature = re.search(rf"^(?:def|class) {name}\b[^:]*?\(([^)]*)\)", source, re.MULTILINE)
            assert signature, f"{files}: {name}"
            missing = [one for one in arguments.split(", ") if one and one not in signature[1]]
            assert missing == [] or name[0].isupper(), f"{name}: {missing}"


def test_example_of_a_module_is_the_real_file(root: Path) -> None:
    (example,) = re.findall(r"```python\n(from __future__.*?)```", (root / "docs/proxies.md").read_text(), re.DOTALL)
    assert without_docstrings(example) == without_docstrings((root / "tools/dtproxies/modules/vibrance.py").read_text())


def without_docstrings(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(body := getattr(node, "body", None), list):
            node.body = [  # type: ignore[attr-defined]
                one for one in body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
            ]
    return ast.unparse(tree)
