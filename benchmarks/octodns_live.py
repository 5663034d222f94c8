"""A JSON file -> the records that octoDNS finds in place. Runs in octoDNS's own environment.

A file stands in for the provider's API: reading it costs less than any API would, so that the
comparison flatters the peer.
"""

from __future__ import annotations

import json
from logging import getLogger
from pathlib import Path
from typing import Any, ClassVar

from octodns.provider.base import BaseProvider
from octodns.record import Record


class JsonProvider(BaseProvider):  # type: ignore[misc] # octoDNS is not typed
    """Tells of the records in `path`: a mapping of names to octoDNS's own record data."""

    SUPPORTS_GEO = False
    SUPPORTS: ClassVar[set[str]] = {"A"}

    def __init__(self, id: str, path: str) -> None:  # noqa: A002 - octoDNS calls it so
        self.log = getLogger(f"JsonProvider[{id}]")
        super().__init__(id)
        self._path = Path(path)

    def populate(self, zone: Any, target: bool = False, lenient: bool = False) -> bool:  # noqa: ARG002, FBT002 - octoDNS's signature
        """Add all records to the zone."""
        for name, data in json.loads(self._path.read_bytes()).items():
            zone.add_record(Record.new(zone, name, data, source=self, lenient=lenient))
        return True
