"""A count -> manifests on disk and the live rows that match them. Deterministic.

A manifest has 27 lines, and refers to its assistant by name; with `changed`, that many manifests
differ from their rows in the URL of their server.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

ASSISTANT: Final = {"id": str(UUID(int=1)), "name": "Support bot"}
_CREDENTIAL: Final = str(UUID(int=2))
_LAST_CREATED: Final = datetime(2026, 1, 1, tzinfo=UTC)

_MANIFEST: Final = """\
apiVersion: vapi-reconciler/v1
kind: PhoneNumber
metadata:
  name: line-{index:06}
  labels:
    team: support
spec:
  provider: telnyx
  name: Line {index:06}
  number: "+1415{digits}"
  credentialId: {credential}
  assistantId: {{name: {assistant}}}
  server:
    url: https://hooks.example.com/{path}
    timeoutSeconds: 15
    headers:
      X-Line: "{index:06}"
      X-Region: us-west
  fallbackDestination:
    type: number
    number: "+14155550100"
    message: One moment please, we connect you.
  hooks:
    - on: call.ringing
      do:
        - type: say
          exact: Welcome to line {index:06}.
"""


def manifest(index: int, *, changed: bool = False) -> str:
    """The text of one manifest."""
    return _MANIFEST.format(
        index=index,
        digits=_digits(index),
        credential=_CREDENTIAL,
        assistant=ASSISTANT["name"],
        path=f"{index:06}/moved" if changed else f"{index:06}",
    )


def row(index: int) -> dict[str, Any]:
    """The live number that an unchanged manifest describes; a higher index is an older number."""
    created = (_LAST_CREATED - timedelta(seconds=index)).isoformat(timespec="milliseconds")
    stamp = created.replace("+00:00", "Z")
    return {
        "id": str(UUID(int=1_000_000 + index)),
        "orgId": str(UUID(int=3)),
        "provider": "telnyx",
        "name": f"Line {index:06}",
        "number": f"+1415{_digits(index)}",
        "status": "active",
        "credentialId": _CREDENTIAL,
        "assistantId": ASSISTANT["id"],
        "server": {
            "url": f"https://hooks.example.com/{index:06}",
            "timeoutSeconds": 15,
            "headers": {"X-Line": f"{index:06}", "X-Region": "us-west"},
        },
        "fallbackDestination": {
            "type": "number",
            "number": "+14155550100",
            "message": "One moment please, we connect you.",
        },
        "hooks": [
            {
                "on": "call.ringing",
                "do": [{"type": "say", "exact": f"Welcome to line {index:06}."}],
            }
        ],
        "createdAt": stamp,
        "updatedAt": stamp,
    }


def write_files(directory: Path, count: int, *, changed: int = 0) -> None:
    """One manifest a file; the first `changed` of them differ from their rows."""
    directory.mkdir(parents=True)
    for index, text in enumerate(_manifests(count, changed)):
        (directory / f"line-{index:06}.yaml").write_text(text, "utf-8")


def write_one_file(path: Path, count: int, *, changed: int = 0) -> None:
    """All manifests in one file."""
    path.parent.mkdir(parents=True)
    path.write_text("---\n".join(_manifests(count, changed)), "utf-8")


def _manifests(count: int, changed: int) -> Iterator[str]:
    return (manifest(index, changed=index < changed) for index in range(count))


def _digits(index: int) -> str:
    """Seven digits that no rule of the North American plan refuses: an exchange from 200 on."""
    return f"{2_000_000 + index}"
