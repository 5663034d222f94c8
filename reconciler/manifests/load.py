"""Paths of files and directories -> manifests, with all faults told and none raised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reconciler.documents import MAX_BYTES, Document, find_place, read_documents
from reconciler.files import read_given
from reconciler.manifests.find import find_files, path_fault, printable
from reconciler.model import Diagnostic, Layer, Manifest, Place, Severity


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was read, and what could not be: where there are errors, more may be declared."""

    manifests: tuple[Manifest, ...]
    diagnostics: tuple[Diagnostic, ...]


def load(paths: Sequence[str], private: Sequence[str] = ()) -> Loaded:
    """Read the manifests of files and directories, in the order of their file names.

    A path is as given on the command line; the order in which paths are given changes nothing.
    What lies in `private` holds secrets, and is not read.
    """
    files, faults = find_files(paths, private)
    read = read_files(files)
    return Loaded(read.manifests, (*faults, *read.diagnostics))


def read_files(files: Sequence[str]) -> Loaded:
    """Read the manifests of files that were found, in their order."""
    manifests: list[Manifest] = []
    diagnostics: list[Diagnostic] = []
    for file in files:
        found, wrong = _read(file)
        manifests.extend(found)
        diagnostics.extend(wrong)
    return Loaded(tuple(manifests), tuple(diagnostics))


def _read(file: str) -> tuple[list[Manifest], list[Diagnostic]]:
    try:
        data = read_given(file, MAX_BYTES)
    except OSError as error:
        return [], [path_fault("R012", f"it cannot be read: {error.strerror}", file)]
    return manifests_in(data, file)


def manifests_in(data: bytes, file: str) -> tuple[list[Manifest], list[Diagnostic]]:
    """The manifests of one file's content, and what is wrong with it."""
    name = printable(file)
    parsed = read_documents(data, name)
    faults = list(parsed.diagnostics)
    if not parsed.documents and not faults:
        message = "the file holds no document"
        faults.append(Diagnostic(Severity.WARNING, "R013", message, Place(name, 1, 1)))
    manifests: list[Manifest] = []
    for document in parsed.documents:
        if isinstance(document.value, Mapping):
            manifests.append(Manifest(document.value, (Layer(name, document.spot),)))
        else:
            faults.append(_no_mapping(document, name))
    return manifests, faults


def _no_mapping(document: Document, file: str) -> Diagnostic:
    place = find_place((Layer(file, document.spot),), ())
    message = "a manifest is a mapping that begins with apiVersion"
    return Diagnostic(Severity.ERROR, "R014", message, place)
