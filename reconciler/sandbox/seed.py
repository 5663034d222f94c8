"""A document of resources -> rows of a fresh store.

Nothing is checked against the API's rules: a real account holds odd things, old and broken ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any, Final
from uuid import UUID

from reconciler.errors import InputError
from reconciler.model import Json
from reconciler.sandbox.answers import stamp
from reconciler.sandbox.clock import format_time, now, parse_time
from reconciler.sandbox.settings import ORG_ID
from reconciler.sandbox.store import NUMBERS, Row, Store

COLLECTIONS: Final = (NUMBERS, "assistant", "squad", "workflow", "credential")


def plant(document: Json, store: Store) -> None:
    """Store the resources of `document`: collection name to a list of objects, oldest first.

    A store that ever held something is left as it is, so that a restart plants nothing twice.
    What an object lacks of id, orgId, createdAt, updatedAt and status is filled in; the ids are
    the same each time. Raises InputError if the document has another form.
    """
    if not isinstance(document, Mapping):
        raise InputError("a seed is a mapping of collections", help=_help())
    if not store.is_empty():
        return
    with store.transaction():
        for name, objects in document.items():
            collection = _collection(name)
            if not isinstance(objects, list | tuple):
                raise InputError(f"seed: {name} is not a list", help=_help())
            start = now() - len(objects)
            rows = [_row(collection, each, i, start + i) for i, each in enumerate(objects)]
            store.insert(collection, rows)


def _collection(name: str) -> str:
    """The collection that `phone-number`, `phoneNumbers` or `phone_numbers` means."""
    plain = name.replace("-", "").replace("_", "").lower().removesuffix("s")
    for collection in COLLECTIONS:
        if plain == collection.replace("-", ""):
            return collection
    raise InputError(f"seed: there is no collection {name!r}", help=_help())


def _row(collection: str, value: Json, index: int, moment: int) -> Row:
    if not isinstance(value, Mapping):
        raise InputError(f"seed: {collection} number {index + 1} is not an object", help=_help())
    status = {"status": "active"} if collection == NUMBERS else {}
    random = Random(f"{collection}/{index}")  # noqa: S311 - an id, no secret
    row_id = str(UUID(int=random.getrandbits(128), version=4))
    created = value.get("createdAt", format_time(moment))
    body: dict[str, Any] = {
        **stamp(row_id, ORG_ID, moment, moment),
        "updatedAt": created,
        **status,
        **value,
    }
    return Row(
        id=str(body["id"]),
        created_at=_moment(collection, body, "createdAt"),
        updated_at=_moment(collection, body, "updatedAt"),
        body=body,
        free=value.get("provider") == "vapi" and not value.get("sipUri"),
    )


def _moment(collection: str, body: Mapping[str, Any], name: str) -> int:
    moment = parse_time(str(body[name]))
    if moment is None:
        where = f"seed: {name} of {collection} {body['id']}"
        raise InputError(f"{where} is no ISO 8601 time: {body[name]!r}")
    return moment


def _help() -> str:
    return "collections: " + ", ".join(COLLECTIONS) + "; each a list of objects"
