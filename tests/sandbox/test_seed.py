"""A document -> a fresh account."""

from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import InputError
from reconciler.sandbox.seed import plant
from reconciler.sandbox.store import Selection, Store

EVERYTHING = Selection({})


def planted(document: Any, collection: str = "phone-number") -> list[dict[str, Any]]:
    """The bodies of a collection, newest first."""
    with Store() as store:
        plant(document, store)
        return [dict(row.body) for row in store.select(collection, EVERYTHING, limit=100)]


@pytest.mark.parametrize("name", ["phone-number", "phoneNumbers", "phone_numbers", "phone-numbers"])
def test_a_collection_may_be_spelt_in_several_ways(name: str) -> None:
    assert [each["name"] for each in planted({name: [{"name": "a"}]})] == ["a"]


def test_what_a_number_lacks_is_filled_in() -> None:
    (body,) = planted({"phone-number": [{"name": "a"}]})
    assert body.keys() == {"id", "orgId", "createdAt", "updatedAt", "status", "name"}
    assert body["status"] == "active"


def test_what_is_given_stays_however_odd_it_is() -> None:
    odd = {"id": "x", "status": "blocked", "assistantId": None, "legacy": [1], "name": "n" * 99}
    (body,) = planted({"phone-number": [odd]})
    assert body.items() >= odd.items()


def test_a_later_entry_is_newer_unless_its_time_says_otherwise() -> None:
    numbers = [{"name": "a"}, {"name": "b"}, {"name": "c", "createdAt": "2024-01-01T00:00:00Z"}]
    assert [each["name"] for each in planted({"phone-number": numbers})] == ["b", "a", "c"]


def test_a_number_that_was_never_written_again_was_updated_when_created() -> None:
    (body,) = planted({"phone-number": [{"createdAt": "2024-01-01T00:00:00.000Z"}]})
    assert body["updatedAt"] == "2024-01-01T00:00:00.000Z"


def test_the_same_seed_gives_the_same_ids() -> None:
    document = {"squads": [{"name": "a"}, {"name": "b"}]}
    first, second = planted(document, "squad"), planted(document, "squad")
    assert [each["id"] for each in first] == [each["id"] for each in second]
    assert len({each["id"] for each in first}) == 2


def test_a_store_that_held_something_is_not_seeded_again(tmp_path: Path) -> None:
    file = str(tmp_path / "account.db")
    document = {"phone-number": [{"id": "x"}]}
    with Store(file) as store:
        plant(document, store)
        store.delete("phone-number", "x")
    with Store(file) as store:
        plant(document, store)
        assert store.count("phone-number", EVERYTHING) == 0


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "a mapping of collections"),
        ({"tools": []}, "no collection 'tools'"),
        ({"squads": {}}, "squads is not a list"),
        ({"squads": [{}, 1]}, "squad number 2 is not an object"),
        ({"squads": [{"id": "a", "createdAt": "soon"}]}, "createdAt of squad a is no ISO 8601"),
        ({"squads": [{"id": "a"}, {"id": "a"}]}, "the same id"),
    ],
)
def test_a_seed_of_another_form_is_told(document: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        planted(document)
