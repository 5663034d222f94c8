"""A query string and its described parameters -> what to select, or a Refusal. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from reconciler.sandbox.clock import parse_time
from reconciler.sandbox.description import Description, Schema
from reconciler.sandbox.refusal import bad_request
from reconciler.sandbox.rules import check
from reconciler.sandbox.store import Selection

DEFAULT_LIMIT: Final = 100


@dataclass(frozen=True, slots=True)
class Listing:
    """Which rows, how many, and of the paged list which page in which order."""

    selection: Selection
    limit: int = DEFAULT_LIMIT
    page: int = 1
    ascending: bool = False

    @property
    def offset(self) -> int:
        """How many rows stand before this page."""
        return (self.page - 1) * self.limit


def read_listing(
    query: Sequence[tuple[str, str]], parameters: Mapping[str, Schema], description: Description
) -> Listing:
    """Read the query of a list.

    Raises a Refusal with everything that is wrong with it.
    """
    values: dict[str, Any] = {}
    for name, text in query:
        value = _value(text, parameters.get(name, {}))
        # A parameter that is given twice is a list, as Express reads it.
        values[name] = [values[name], value] if name in values else value
    if faults := check(values, {"properties": parameters}, description):
        raise bad_request(faults)
    moments = {
        name: moment
        for name, value in values.items()
        if isinstance(value, str) and name.startswith(("createdAt", "updatedAt"))
        if (moment := parse_time(value)) is not None
    }
    return Listing(
        Selection(moments, values.get("search", "")),
        int(values.get("limit", DEFAULT_LIMIT)),
        int(values.get("page", 1)),
        ascending=values.get("sortOrder") == "ASC",
    )


def metadata(listing: Listing, total: int) -> dict[str, Any]:
    """Where a page stands in the whole list."""
    pages = math.ceil(total / listing.limit) if listing.limit else 0
    return {
        "itemsPerPage": listing.limit,
        "totalItems": total,
        "currentPage": listing.page,
        "totalPages": pages,
        "hasNextPage": listing.page < pages,
        "sortOrder": "ASC" if listing.ascending else "DESC",
    }


def _value(text: str, schema: Schema) -> str | float:
    """A query's text as its type; a number that is none stays a text, and is refused as such."""
    if schema.get("type") != "number":
        return text
    try:
        number = float(text)
    except ValueError:
        return text
    return number if math.isfinite(number) else text
