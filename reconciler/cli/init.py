"""`reconciler init`: an empty directory -> a repository that validates."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from reconciler.cli.options import Shared, with_shared
from reconciler.errors import InputError

# Where each file of the starter goes.
_STARTER: Final = {
    "reconciler.yaml": "reconciler.yaml",
    "first-line.yaml": "numbers/first-line.yaml",
    "gitignore": ".gitignore",
    "github-workflow.yml": ".github/workflows/phone-numbers.yml",
}
_SCHEMAS: Final = ("phone-number.schema.json", "config.schema.json")
_NEXT: Final = """
Next:
  1. edit numbers/first-line.yaml, or take over what the account holds: reconciler import --all
  2. export VAPI_API_KEY=…, the private key of the organisation
  3. reconciler plan
"""


@click.command()
@click.argument("directory", default=".", type=click.Path(file_okay=False, path_type=Path))
@with_shared("text")
def init(shared: Shared, *, directory: Path) -> None:
    """Start a repository: configuration, a first manifest, ignore file, schemas, CI workflow.

    What is there already stays as it is. Nothing is asked, and nothing is sent.
    """
    files = _files()
    if not (directory / "reconciler.yaml").exists() and _has_manifests(directory / "numbers"):
        # Somebody's own manifests need no example beside them.
        files = {path: each for path, each in files.items() if path != "numbers/first-line.yaml"}
    for name, content in files.items():
        path = directory / name
        written = _write(path, content)
        if not shared.quiet:
            click.echo(f"{path} {'written' if written else 'is there already, and stays'}")
    if not shared.quiet:
        click.echo(_NEXT, nl=False)


def _files() -> dict[str, bytes]:
    """What is to be written, by its path in the new repository."""
    from reconciler.cli.demo import examples
    from reconciler.schema.packaged import read_packaged

    starter = examples() / "starter"
    try:
        files = {to: (starter / name).read_bytes() for name, to in _STARTER.items()}
    except OSError as error:
        raise InputError(
            f"this installation lacks {error.filename}", help="install vapi-reconciler again"
        ) from None
    return files | {f"schemas/{name}": read_packaged(name) for name in _SCHEMAS}


def _has_manifests(directory: Path) -> bool:
    return any(directory.glob("**/*.y*ml"))


def _write(path: Path, content: bytes) -> bool:
    """Whether the file was written: one that is there is never touched. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        return False
    return True
