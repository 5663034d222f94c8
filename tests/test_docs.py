"""What the documents say is true: commands, options, links and manifests."""

import re
from pathlib import Path

import click
import pytest

from reconciler.checks import Context, check
from reconciler.cli.main import reconciler
from reconciler.manifests.load import manifests_in
from reconciler.model import Reach
from reconciler.schema.packaged import load_fields, load_manifest_schema

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
_COMMAND = re.compile(r"(?:^|[`$] ?)reconciler ([a-z]+)((?: [^`\n|]*)?)", re.MULTILINE)
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
_MANIFEST = re.compile(r"```yaml\n((?:#.*\n)?apiVersion:.*?kind: PhoneNumber\n.*?)```", re.DOTALL)

pages = pytest.mark.parametrize("page", PAGES, ids=[each.name for each in PAGES])


def command_named(name: str) -> click.Command:
    command = reconciler.get_command(click.Context(reconciler), name)
    assert command is not None, f"there is no command {name}"
    return command


def options_of(command: click.Command) -> set[str]:
    """Its options; of a group, those of all its commands."""
    inner = command.commands.values() if isinstance(command, click.Group) else ()
    parameters = (each for one in (command, *inner) for each in one.params)
    return {option for each in parameters for option in each.opts} | {"--help", "--version"}


@pages
def test_every_command_and_option_that_is_named_exists(page: Path) -> None:
    for name, arguments in _COMMAND.findall(page.read_text("utf-8")):
        known = options_of(command_named(name))
        used = set(re.findall(r"(?<![\w-])--[a-z-]+", arguments.partition("#")[0]))
        assert used <= known, f"reconciler {name}"


@pages
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in _LINK.findall(page.read_text("utf-8")):
        assert (page.parent / link).exists(), link


@pages
def test_every_manifest_is_valid(page: Path) -> None:
    context = Context(load_manifest_schema(), load_fields(), reach=Reach(env=("*",), files=(".",)))
    for text in _MANIFEST.findall(page.read_text("utf-8")):
        manifests, faults = manifests_in(text.encode(), page.name)
        assert (faults, check(manifests, context)) == ([], ())


def test_the_table_of_commands_is_whole() -> None:
    table = re.findall(
        r"^\| `reconciler (\w+)` \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert sorted(table) == sorted(reconciler.list_commands(click.Context(reconciler)))


@pytest.mark.parametrize("name", reconciler.list_commands(click.Context(reconciler)))
def test_every_command_and_option_explains_itself(name: str) -> None:
    command = command_named(name)
    assert command.help
    unexplained = [
        each.name
        for each in command.params
        if isinstance(each, click.Option) and not each.help and each.name != "help"
    ]
    assert unexplained == []
