"""What a manifest shows, or would send in clear -> diagnostics. Pure. No message holds a value."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from posixpath import join, normpath
from typing import Final
from urllib.parse import urlsplit

from reconciler.checks.subject import Context, Node, Subject
from reconciler.model import Diagnostic, Path, Reach, holds_credentials, names_credential, words_in

_KEY_HELP: Final = "let it read a secret of its own"


def literal_secret(subject: Subject, node: Node, _: Context) -> Iterator[Diagnostic]:
    """R216: a secret is read from the environment or a file, and does not stand in git."""
    name, how = str(node.path[-1]), node.field.secret
    if _is_written_out(node) and (how == "always" or names_credential(name)):
        yield subject.fault(
            "R216",
            f"{name} is a secret, and stands here for all to read",
            node.path,
            f"write {{env: {_variable(name)}}}, and change the secret: git remembers it",
        )


def url(subject: Subject, node: Node, _: Context) -> Iterator[Diagnostic]:
    """R213, R214, R215: a URL is https, and carries no credentials."""
    name, value = node.path[-1], node.value
    if not isinstance(value, str):
        return
    try:
        parts = urlsplit(value)
        has_host = bool(parts.hostname)
    except ValueError:
        has_host = False
    if not has_host or parts.scheme not in ("http", "https"):
        message = f"{name} is no URL that can be called"
        yield subject.fault("R214", message, node.path, "write https://host/path")
        return
    if parts.scheme == "http":
        message = f"{name} is not https: what is sent there can be read on the way"
        yield subject.fault("R213", message, node.path, "write https")
    if holds_credentials(value):
        message = f"{name} holds credentials"
        help_text = "send them as a header, with {env: NAME} as its value, or read the whole URL so"
        yield subject.fault("R215", message, node.path, help_text)


def reference(subject: Subject, node: Node, context: Context) -> Iterator[Diagnostic]:
    """R305, R306, R307: a manifest reads only what the target lists, and never an API key."""
    if "string" not in node.field.types:
        return
    match node.value:
        case {"env": str(name), **more} if not more:
            yield from _variable_read(subject, (*node.path, "env"), name, context.reach)
        case {"file": str(name), **more} if not more:
            yield from _file_read(subject, (*node.path, "file"), name, context.reach)


def _variable_read(subject: Subject, path: Path, name: str, reach: Reach) -> Iterator[Diagnostic]:
    if name in reach.key_env:
        message = f"{name} holds the API key, which no manifest may read"
        yield subject.fault("R306", message, path, _KEY_HELP)
    elif not any(fnmatchcase(name, each) for each in reach.env):
        yield subject.fault(
            "R305",
            f"manifests may not read the variable {name}",
            path,
            f'allow it in reconciler.yaml, under the target: secrets: {{env: ["{name}"]}}',
        )


def _file_read(subject: Subject, path: Path, name: str, reach: Reach) -> Iterator[Diagnostic]:
    """By the names of files alone: where links lead is seen when the secret is read."""
    file = normpath(join(reach.root, name))
    if file in reach.key_files:
        message = f"the file {name} holds the API key, which no manifest may read"
        yield subject.fault("R306", message, path, _KEY_HELP)
    elif not any(_is_inside(file, normpath(join(reach.root, each))) for each in reach.files):
        help_text = "put it in a directory that the target lists as secrets.files, or list its own"
        yield subject.fault("R307", f"manifests may not read the file {name}", path, help_text)


def _is_inside(file: str, directory: str) -> bool:
    if directory == ".":
        return not file.startswith(("..", "/"))
    return file.startswith(directory.rstrip("/") + "/")


def _is_written_out(node: Node) -> bool:
    value = node.value
    return bool(value) and isinstance(value, str | int | float) and value is not True


def _variable(name: str) -> str:
    """A name for a variable: `x-api-key` and `twilioAuthToken` as people would call them."""
    return "_".join(words_in(name)).upper() or "NAME"
