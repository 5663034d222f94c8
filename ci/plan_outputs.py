"""A saved plan -> `name=value` lines for the later steps of a workflow."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

_COUNTS: Final = ("create", "patch", "delete", "blocked")


def outputs(path: str, document: Mapping[str, Any]) -> Iterator[str]:
    """The outputs of `action.yml`, from the plan document at `path`."""
    changes = bool(document["operations"] or document["blocked"])
    yield f"plan={path}"
    yield f"changes={str(changes).lower()}"
    for name in _COUNTS:
        yield f"{name}={int(document['summary'][name])}"


if __name__ == "__main__":
    (file,) = sys.argv[1:]
    print("\n".join(outputs(file, json.loads(Path(file).read_bytes()))))
