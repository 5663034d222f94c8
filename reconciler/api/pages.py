"""Lists without pages or cursor -> all rows, newest first.

`GET /phone-number` and its like answer at most 1000 rows, and take bounds on `createdAt`. Rows may
share a timestamp, so each further page starts at the last row's timestamp, that row included, and
ids already seen are left out: each page after the first brings at most 999 new rows. So N rows cost
floor((N - 1) / 999) + 1 requests (a full page may not be the last), and more only where hundreds
share a timestamp at the edge of each page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from reconciler.errors import ApiError, Uncertain

PAGE_ROWS: Final = 1000

Row = Mapping[str, Any]
ReadPage = Callable[[Mapping[str, str | int]], Sequence[Row]]


def all_rows(read_page: ReadPage) -> list[Row]:
    """Read every page. `read_page` takes the query and answers the rows of one list.

    Raises ApiError where more rows share one timestamp than a page holds.
    """
    rows: dict[str, Row] = {}
    query: dict[str, str | int] = {"limit": PAGE_ROWS}
    while True:
        page = read_page(query)
        fresh = {str(row["id"]): row for row in page if str(row["id"]) not in rows}
        rows |= fresh
        if len(page) < PAGE_ROWS:
            return list(rows.values())
        oldest = str(page[-1].get("createdAt"))
        if not fresh or query.get("createdAtLe") == oldest:
            message = f"more than {PAGE_ROWS} rows were created at {oldest}"
            raise ApiError(f"the list cannot be read whole: {message}, as many as a page holds")
        query["createdAtLe"] = oldest


def read_rows(page: Any) -> Sequence[Row]:
    """The rows of an answer. Raises Uncertain where it is no list of objects with ids."""
    if not isinstance(page, list) or not all(isinstance(each, Mapping) for each in page):
        raise Uncertain("the API answered a list request with something else than a list")
    if not all(each.get("id") for each in page):
        raise Uncertain("the API listed a row without an id")
    return page
