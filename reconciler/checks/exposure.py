"""What a manifest shows, or would send in clear -> diagnostics. Pure. No message holds a value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from reconciler.checks.subject import Context, Node, Subject
from reconciler.model import Diagnostic

_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
# A header whose name ends a word like this carries a credential: X-Api-Key, X-AuthToken.
_CREDENTIAL: Final = (
    "auth",
    "authorization",
    "bearer",
    "cookie",
    "credential",
    "credentials",
    "key",
    "passphrase",
    "password",
    "passwd",
    "secret",
    "signature",
    "token",
)


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
    if parts.username is not None:
        message = f"{name} holds credentials"
        help_text = "send them as a header, with {env: NAME} as its value"
        yield subject.fault("R215", message, node.path, help_text)


def variable(subject: Subject, node: Node, context: Context) -> Iterator[Diagnostic]:
    """R305: a manifest reads only the variables that the target lists."""
    name = _read_variable(node)
    if name and not any(fnmatchcase(name, each) for each in context.allowed_env):
        yield subject.fault(
            "R305",
            f"manifests may not read the variable {name}",
            (*node.path, "env"),
            f'allow it in reconciler.yaml, under the target: secrets: {{env: ["{name}"]}}',
        )


@lru_cache(maxsize=1000)  # headers recur from manifest to manifest
def names_credential(header: str) -> bool:
    """Whether the name of a header says that its value is a credential."""
    words = [word.lower() for word in _WORD.findall(header)]
    return header.lower().endswith(_CREDENTIAL) or any(word in _CREDENTIAL for word in words)


def _is_written_out(node: Node) -> bool:
    value = node.value
    return bool(value) and isinstance(value, str | int | float) and value is not True


def _read_variable(node: Node) -> str:
    """The variable that stands in place of a text, if one does."""
    match node.value:
        case {"env": str(name), **more} if not more and "string" in node.field.types:
            return name
        case _:
            return ""


def _variable(name: str) -> str:
    """A name for a variable: `x-api-key` and `twilioAuthToken` as people would call them."""
    words = _WORD.findall(name)
    return "_".join(words).upper() or "NAME"
