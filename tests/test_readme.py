"""What the README and the pages in docs tell a reader to run is there."""

import ast
import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_group

import napari_fsrcnn
from napari_fsrcnn.cli.app import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [README, *(path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("docs/*.md")))]


def code_blocks(language: str) -> list[str]:
    pattern = re.compile(rf"^```{language}\n(.*?)^```$", flags=re.DOTALL | re.MULTILINE)
    return [block for page in PAGES for block in pattern.findall(page)]


COMMANDS = [line for block in code_blocks("sh") for line in block.splitlines()]


@pytest.mark.parametrize("line", [line for line in COMMANDS if line.startswith("scripts/")])
def test_scripts_are_executable(line: str) -> None:
    assert (ROOT / line).stat().st_mode & 0o111


@pytest.mark.parametrize("line", [line for line in COMMANDS if line.startswith("napari-fsrcnn ")])
def test_command_lines_are_understood(line: str) -> None:
    name, *arguments = shlex.split(line, comments=True)[1:]
    group = get_group(app)
    with group.make_context("napari-fsrcnn", [name, *arguments]) as context:
        command = group.get_command(context, name)
        assert command is not None, f"no command {name}"
        command.make_context(name, arguments, parent=context).close()


def test_python_uses_public_names_only() -> None:
    blocks = code_blocks("python")
    assert blocks
    used = {
        node.attr
        for node in ast.walk(ast.parse("\n".join(blocks)))
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "napari_fsrcnn"
    }
    assert used
    assert used <= set(napari_fsrcnn.__all__)


def test_links_into_the_checkout_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    inside = [link for link in links if "://" not in link]
    assert inside
    assert [link for link in inside if not (ROOT / link).exists()] == []
