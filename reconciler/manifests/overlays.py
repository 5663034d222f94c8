"""The overlay paths of a target -> their documents, in the order in which they apply."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from reconciler.documents import find_place
from reconciler.fields import dotted
from reconciler.manifests.find import find_files
from reconciler.manifests.load import Loaded, read_files
from reconciler.manifests.merge import NAME, name_of
from reconciler.model import Diagnostic, Manifest, Severity


def load_overlays(paths: Sequence[str], private: Sequence[str] = ()) -> Loaded:
    """Read the overlays of files and directories: each path lies over those before it.

    A file that several paths lead to counts for the last of them. Two documents of one path for
    one manifest are a fault: which of them lies above would hang on the names of files. What lies
    in `private` holds secrets, and is not read.
    """
    found = [find_files([each], private) for each in paths]
    last = {
        os.path.realpath(file): index for index, (files, _) in enumerate(found) for file in files
    }
    manifests: list[Manifest] = []
    diagnostics: list[Diagnostic] = []
    for index, (files, faults) in enumerate(found):
        read = read_files([each for each in files if last[os.path.realpath(each)] == index])
        manifests.extend(read.manifests)
        diagnostics += (*faults, *read.diagnostics, *_twice(read.manifests))
    return Loaded(tuple(manifests), tuple(diagnostics))


def _twice(overlays: Sequence[Manifest]) -> Iterator[Diagnostic]:
    first: dict[str, Manifest] = {}
    for each in overlays:
        name = name_of(each)
        earlier = first.setdefault(name, each)
        if name and earlier is not each:
            before = find_place(earlier.layers, NAME)
            message = f"{name} has another overlay here, at {before.file}:{before.line}"
            help_text = (
                "make one of the two, or give each a directory of its own: `overlays` apply in "
                "the order in which they are listed"
            )
            place = find_place(each.layers, NAME)
            path = dotted(NAME)
            yield Diagnostic(
                Severity.ERROR, "R022", message, place, path, help_text, related=(before,)
            )
