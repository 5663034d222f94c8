"""YAML 1.2 text -> documents whose values know line and column, and every fault. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import yaml

from reconciler.documents.build import Builder, Document, TooMuchError, fault, too_deep
from reconciler.errors import InputError
from reconciler.model import Diagnostic, Json, Place

MAX_BYTES: Final = 100_000_000
MAX_PLAIN_BYTES: Final = 50_000_000

# JSON writes such a character as two escapes; json.dumps does so unless told ensure_ascii=False.
_ESCAPE_HELP: Final = "write the character itself, or \\U and its eight hexadecimal digits"


@dataclass(frozen=True, slots=True)
class Parsed:
    """The documents of one file, and all faults found on the way.

    Empty documents are left out, and so are those with a value that could not be read: what else
    is said of them would be about values that nobody wrote.
    """

    documents: tuple[Document, ...]
    diagnostics: tuple[Diagnostic, ...]


def read_documents(
    data: bytes, file: str, *, max_bytes: int = MAX_BYTES, text_keys: bool = False
) -> Parsed:
    """Read all documents of one file. `file` is the name that places carry.

    Faults inside a document are all told and the reading goes on; a syntax error ends the file,
    and so do nesting and aliases without bound.
    """
    faults: list[Diagnostic] = []
    if len(data) > max_bytes:
        message = f"the file is larger than {max_bytes // 1_000_000} MB"
        faults.append(fault("R001", message, Place(file, 1, 1), "split it into several files"))
        return Parsed((), tuple(faults))
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        place = _place_at(data, error.start, file)
        message = f"byte 0x{data[error.start]:02x} is not valid UTF-8"
        faults.append(fault("R001", message, place, "save the file as UTF-8"))
        return Parsed((), tuple(faults))
    text = data.removeprefix(b"\xef\xbb\xbf")
    builder = Builder(text, file, faults, text_keys=text_keys)
    documents: list[Document] = []
    try:
        for document in builder.documents():
            documents.append(document)  # noqa: PERF402 - those before a syntax error are kept
    except TooMuchError:
        pass
    except yaml.YAMLError as error:
        faults.append(_syntax_fault(error, data, file))
    return Parsed(tuple(documents), tuple(faults))


def read_plain(data: bytes, file: str, *, text_keys: bool = False) -> Json:
    """The value of a file that holds one document (JSON is YAML too), without places.

    With `text_keys`, `201:` is a key as it stands, as OpenAPI documents have it. Raises InputError
    with the first fault.
    """
    parsed = read_documents(data, file, max_bytes=MAX_PLAIN_BYTES, text_keys=text_keys)
    if parsed.diagnostics:
        first = parsed.diagnostics[0]
        raise InputError(f"{first.place}: {first.message}", help=first.help)
    if len(parsed.documents) > 1:
        raise InputError(f"{file}: one document is expected, {len(parsed.documents)} were found")
    return parsed.documents[0].value if parsed.documents else None


def _syntax_fault(error: yaml.YAMLError, data: bytes, file: str) -> Diagnostic:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        message = str(error.problem or "the text is not YAML")
        mark, lines = error.problem_mark, data.splitlines()
        if mark.line >= len(lines) and error.context_mark is not None:
            # What was opened and never closed says more than the end of the file.
            mark, message = error.context_mark, f"{message} {error.context}"
        place = Place(file, mark.line + 1, mark.column + 1)
        if "nesting depth" in message:
            # libyaml reads ahead, and newer ones have a bound of their own.
            return too_deep(place)
        # libyaml knows more line breaks than these: the line may not be there.
        indent = b"".join(lines[mark.line : mark.line + 1])
        if "cannot start any token" in message and b"\t" in indent:
            return fault("R002", "a tab cannot indent", place, "indent with spaces")
        if "invalid Unicode character escape" in message:
            return fault("R002", "this escape is no character in YAML", place, _ESCAPE_HELP)
        return fault("R002", f"not valid YAML: {message}", place)
    position = getattr(error, "position", 0)
    place = _place_at(data, position, file)
    return fault("R002", "a control character is not allowed here", place, "remove it")


def _place_at(data: bytes, offset: int, file: str) -> Place:
    before = data[:offset]
    line_start = before.rfind(b"\n") + 1
    column = len(before[line_start:].decode("utf-8", "replace")) + 1
    return Place(file, before.count(b"\n") + 1, column)
