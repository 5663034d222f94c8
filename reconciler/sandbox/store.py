"""Resources of every kind <-> one SQLite database, in a file or in memory.

Each write is committed before the call returns, so a killed sandbox loses no answered write. One
connection behind one lock: concurrent requests take turns, and what a transaction read holds until
it ends.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import RLock
from typing import Any, Final, Self

from reconciler.errors import InputError

NUMBERS: Final = "phone-number"

# Named as the parameters of the API's lists end: createdAtGt, updatedAtLe.
_BOUNDS: Final = {
    f"{field}{suffix}": f"{column} {sign} ?"
    for field, column in (("createdAt", "created_at"), ("updatedAt", "updated_at"))
    for suffix, sign in (("Gt", ">"), ("Lt", "<"), ("Ge", ">="), ("Le", "<="))
}
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS resource (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  collection TEXT NOT NULL, id TEXT NOT NULL,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, active_at INTEGER NOT NULL,
  name TEXT, number TEXT, sip_uri TEXT, free INTEGER NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (collection, id)
);
CREATE INDEX IF NOT EXISTS by_creation ON resource (collection, created_at, seq);
CREATE INDEX IF NOT EXISTS by_update ON resource (collection, updated_at);
CREATE INDEX IF NOT EXISTS by_number ON resource (number) WHERE number IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_sip_uri ON resource (sip_uri) WHERE sip_uri IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_free ON resource (free) WHERE free;
CREATE TABLE IF NOT EXISTS sold (area_code TEXT PRIMARY KEY, count INTEGER NOT NULL);
"""
_COLUMNS: Final = "id, created_at, updated_at, active_at, body"


@dataclass(frozen=True, slots=True)
class Row:
    """One resource. Times are milliseconds since 1970; a number has no digits before `active_at`.

    `free` says that it takes one of the account's free numbers.
    """

    id: str
    created_at: int
    updated_at: int
    body: Mapping[str, Any]
    active_at: int = 0
    free: bool = False


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows of a collection: bounds by name in milliseconds, and words that all must hold."""

    bounds: Mapping[str, int]
    search: str = ""


class Store:
    """The account's resources. Raises InputError if the file is not a database it can use."""

    def __init__(self, path: str = ":memory:") -> None:
        self._lock = RLock()
        try:
            self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.executescript(_TABLES)
        except sqlite3.Error as error:
            message = f"{path}: cannot be used as the sandbox's database: {error}"
            raise InputError(message, help="give a new file or one that a sandbox wrote") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside is committed at the end, or nothing if an error leaves it."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def insert(self, collection: str, rows: Iterable[Row]) -> None:
        """Add resources; of one moment, the later is newer. Raises InputError if an id is taken."""
        values = ((collection, *_values(row)) for row in rows)
        with self._lock:
            try:
                self._db.executemany(
                    "INSERT INTO resource (collection, id, created_at, updated_at, active_at, free,"
                    " name, number, sip_uri, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    values,
                )
            except sqlite3.IntegrityError:
                raise InputError(f"two resources of {collection} have the same id") from None

    def replace(self, collection: str, row: Row) -> None:
        """Write a resource over the one with its id."""
        with self._lock:
            self._db.execute(
                "UPDATE resource SET (id, created_at, updated_at, active_at, free, name, number,"
                " sip_uri, body) = (?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE collection = ? AND id = ?",
                (*_values(row), collection, row.id),
            )

    def delete(self, collection: str, row_id: str) -> None:
        """Forget a resource."""
        with self._lock:
            self._db.execute(
                "DELETE FROM resource WHERE collection = ? AND id = ?", (collection, row_id)
            )

    def get(self, collection: str, row_id: str) -> Row | None:
        """The resource with this id."""
        found = self._rows("WHERE collection = ? AND id = ?", [collection, row_id])
        return found[0] if found else None

    def select(
        self,
        collection: str,
        selection: Selection,
        *,
        limit: int,
        offset: int = 0,
        ascending: bool = False,
    ) -> list[Row]:
        """The selected rows, newest first unless `ascending`."""
        where, values = _where(collection, selection)
        way = "ASC" if ascending else "DESC"
        order = f"{where} ORDER BY created_at {way}, seq {way} LIMIT ? OFFSET ?"
        return self._rows(order, [*values, limit, offset])

    def count(self, collection: str, selection: Selection) -> int:
        """How many rows are selected."""
        where, values = _where(collection, selection)
        statement = f"SELECT count(*) FROM resource {where}"  # noqa: S608 - our own constants
        return self._number(statement, values)

    def is_empty(self) -> bool:
        """Whether nothing was ever stored."""
        return not self._number("SELECT count(*) FROM sqlite_sequence", [])

    def free_numbers(self) -> int:
        """How many free numbers the account holds."""
        return self._number("SELECT count(*) FROM resource WHERE free", [])

    def holder_of(self, sip_uri: str) -> str | None:
        """The id of the number that has this SIP URI, in whatever case."""
        with self._lock:
            found = self._db.execute(
                "SELECT id FROM resource WHERE sip_uri = ?", [sip_uri.lower()]
            ).fetchone()
        return found[0] if found else None

    def sold(self, area_code: str) -> int:
        """How many numbers were ever bought in an area code."""
        return self._number(
            "SELECT coalesce(sum(count), 0) FROM sold WHERE area_code = ?", [area_code]
        )

    def sell(self, area_code: str) -> str:
        """Digits in an area code that nobody has and nobody had: `+14155550000` and so on."""
        with self._lock:
            while True:
                number = f"+1{area_code}{5_550_000 + self.sold(area_code):07d}"
                self._db.execute(
                    "INSERT INTO sold VALUES (?, 1)"
                    " ON CONFLICT (area_code) DO UPDATE SET count = count + 1",
                    [area_code],
                )
                if not self._number("SELECT count(*) FROM resource WHERE number = ?", [number]):
                    return number

    def _rows(self, rest: str, values: list[Any]) -> list[Row]:
        with self._lock:
            found = self._db.execute(
                f"SELECT {_COLUMNS}, free FROM resource {rest}",  # noqa: S608 - our own constants
                values,
            ).fetchall()
        return [
            Row(row_id, created, updated, json.loads(body), active, bool(free))
            for row_id, created, updated, active, body, free in found
        ]

    def _number(self, statement: str, values: list[Any]) -> int:
        with self._lock:
            (found,) = self._db.execute(statement, values).fetchone()
        return int(found)


def _values(row: Row) -> tuple[Any, ...]:
    """The columns of a row: what is looked up stands beside the body."""
    sip_uri = _text(row.body.get("sipUri"))
    return (
        row.id,
        row.created_at,
        row.updated_at,
        row.active_at,
        row.free,
        _text(row.body.get("name")),
        _text(row.body.get("number")),
        sip_uri.lower() if sip_uri else None,
        json.dumps(row.body),
    )


def _text(value: Any) -> str | None:
    """A text as a column can hold it: half a surrogate pair is JSON, and not UTF-8."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else None


def _where(collection: str, selection: Selection) -> tuple[str, list[Any]]:
    conditions, values = ["collection = ?"], [collection, *selection.bounds.values()]
    conditions += [_BOUNDS[name] for name in selection.bounds]
    if selection.search:
        conditions.append(
            "instr(lower(coalesce(name, '') || char(10) || coalesce(number, '') || char(10)"
            " || coalesce(sip_uri, '')), lower(?))"
        )
        values.append(selection.search)
    return "WHERE " + " AND ".join(conditions), values
