"""A manifest as values -> YAML that people like to read and every YAML reader understands alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from json import dumps
from typing import Final

from reconciler.model import Json

_PLAIN: Final = re.compile(r"[A-Za-z_/](?:[A-Za-z0-9_ ./@()+\-]|:(?=\S))*")
# What YAML 1.1 readers take for something else than text.
_TAKEN: Final = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
_SHORT: Final = 60
_LAST_OF_FOUR_DIGITS: Final = 0xFFFF


def manifest_text(document: Mapping[str, Json], schema: str) -> str:
    """The content of a manifest file, with the line by which editors find its schema.

    `schema` is its path as seen from the file, or its URL.
    """
    return f"# yaml-language-server: $schema={schema}\n" + "\n".join(_block(document, "")) + "\n"


def _block(value: Mapping[str, Json], indent: str) -> Iterator[str]:
    for key, child in value.items():
        name = f"{indent}{_text(key)}:"
        inline = _inline(child)
        if inline is not None:
            yield f"{name} {inline}"
        elif isinstance(child, Mapping):
            yield name
            yield from _block(child, indent + "  ")
        else:
            yield name
            yield from _items(child, indent + "  ")


def _items(value: Json, indent: str) -> Iterator[str]:
    for item in value if isinstance(value, list) else ():
        inline = _inline(item)
        if inline is not None:
            yield f"{indent}- {inline}"
        elif isinstance(item, Mapping):
            first, *rest = _block(item, indent + "  ")
            yield f"{indent}- {first.lstrip()}"
            yield from rest
        else:
            yield f"{indent}-"
            yield from _items(item, indent + "  ")


def _inline(value: Json) -> str | None:
    """A value on one line, None where a block reads better."""
    match value:
        case str():
            # What stands for itself must not be taken for a variable of the target.
            return _text(value.replace("${", "$${"))
        case Mapping():
            flat = all(not isinstance(each, Mapping | list) for each in value.values())
            pairs = ", ".join(f"{_text(key)}: {_inline(each)}" for key, each in value.items())
            single = len(value) <= 1 and flat
            return f"{{{pairs}}}" if single else None
        case list():
            flat = all(not isinstance(each, Mapping | list) for each in value)
            text = f"[{', '.join(str(_inline(each)) for each in value)}]"
            return text if flat and len(text) <= _SHORT else None
        case _:
            return dumps(value)


def _text(value: str) -> str:
    """Text as it is where nobody can misread it, in double quotes elsewhere."""
    is_plain = _PLAIN.fullmatch(value) and value.lower() not in _TAKEN and value == value.strip()
    return value if is_plain else "".join(map(_character, dumps(value, ensure_ascii=False)))


def _character(one: str) -> str:
    """A character within quotes. YAML has no surrogate pairs: JSON's escapes are not its own."""
    if one.isprintable():
        return one
    code = ord(one)
    return f"\\u{code:04x}" if code <= _LAST_OF_FOUR_DIGITS else f"\\U{code:08x}"
