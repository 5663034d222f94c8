"""Lists: bounds, limits, order and pages."""

from operator import ge, gt, itemgetter, le, lt
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.conftest import OpenSandbox

BOUNDS = {"Gt": gt, "Ge": ge, "Lt": lt, "Le": le}
MOMENTS = [f"2026-01-01T00:00:00.{each:03}Z" for each in range(9)]


def seeded(moments: list[tuple[str, str]]) -> dict[str, Any]:
    numbers = [
        {"name": f"n{index}", "createdAt": created, "updatedAt": updated}
        for index, (created, updated) in enumerate(moments)
    ]
    return {"phone-number": numbers}


def names(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["name"] for each in answer.json()]


bounds = st.dictionaries(
    st.sampled_from([f"{field}{each}" for field in ("createdAt", "updatedAt") for each in BOUNDS]),
    st.sampled_from(MOMENTS),
    max_size=3,
)


def test_a_list_holds_what_its_bounds_say_newest_first(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox(seeded([(MOMENTS[i % 9], MOMENTS[i * 7 % 9]) for i in range(300)]))
    everything = client.get("/phone-number", params={"limit": 1000}).json()
    assert sorted(everything, key=itemgetter("createdAt"), reverse=True) == everything

    @given(said=bounds, limit=st.none() | st.integers(0, 1000))
    @settings(deadline=None)
    def holds(said: dict[str, str], limit: int | None) -> None:
        query = said if limit is None else {**said, "limit": str(limit)}
        expected = [
            each["name"]
            for each in everything
            if all(BOUNDS[name[-2:]](each[name[:-2]], bound) for name, bound in said.items())
        ][: 100 if limit is None else limit]
        assert names(client.get("/phone-number", params=query)) == expected

    holds()


def test_numbers_of_one_moment_come_newest_first_too(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox(clock=lambda: 1_000_000)
    for user in ("one", "two", "three"):
        body = {"provider": "vapi", "sipUri": f"sip:{user}@sip.vapi.ai", "name": user}
        client.post("/phone-number", json=body)
    assert names(client.get("/phone-number")) == ["three", "two", "one"]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("limit=1001", "limit must not be greater than 1000"),
        ("limit=-1", "limit must not be less than 0"),
        ("limit=ten", "limit must be a number conforming to the specified constraints"),
        ("limit=nan", "limit must be a number conforming to the specified constraints"),
        ("limit=1&limit=2", "limit must be a number conforming to the specified constraints"),
        ("createdAtGt=yesterday", "createdAtGt must be a valid ISO 8601 date string"),
        ("updatedAtLe=", "updatedAtLe must be a valid ISO 8601 date string"),
        ("cursor=1", "property cursor should not exist"),
    ],
)
@pytest.mark.parametrize("path", ["/phone-number", "/assistant", "/v2/phone-number"])
def test_a_bad_query_is_refused(
    open_sandbox: OpenSandbox, path: str, query: str, message: str
) -> None:
    answer = open_sandbox().get(f"{path}?{query}")
    assert answer.status_code == 400
    assert message in answer.json()["message"]


def test_a_bound_may_have_an_offset_and_no_milliseconds(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox(seeded([(each, each) for each in MOMENTS]))
    query = {"createdAtGt": "2026-01-01T01:00:00+01:00"}
    assert names(client.get("/phone-number", params=query)) == [f"n{i}" for i in range(8, 0, -1)]


def test_pages_tell_where_they_stand(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox(seeded([(each, each) for each in MOMENTS]))
    query = {"page": "2", "limit": "4", "sortOrder": "ASC", "sortBy": "createdAt"}
    answer = client.get("/v2/phone-number", params=query).json()
    assert [each["name"] for each in answer["results"]] == ["n4", "n5", "n6", "n7"]
    assert answer["metadata"] == {
        "itemsPerPage": 4,
        "totalItems": 9,
        "currentPage": 2,
        "totalPages": 3,
        "hasNextPage": True,
        "sortOrder": "ASC",
    }


def test_a_search_looks_at_names_digits_and_sip_uris(open_sandbox: OpenSandbox) -> None:
    numbers = [
        {"name": "100% Sales", "number": "+14155550100"},
        {"name": "Support", "sipUri": "sip:SALES@sip.vapi.ai"},
        {"name": "100 others", "number": "+14155550199"},
    ]
    client = open_sandbox({"phone-number": numbers})

    def found(text: str) -> list[str]:
        results = client.get("/v2/phone-number", params={"search": text}).json()["results"]
        return [each["name"] for each in results]

    assert found("sales") == ["Support", "100% Sales"]
    assert found("0199") == ["100 others"]
    assert found("100%") == ["100% Sales"]


@pytest.mark.parametrize("kind", ["assistant", "squad", "workflow", "credential"])
def test_other_resources_can_be_listed_and_read(open_sandbox: OpenSandbox, kind: str) -> None:
    client = open_sandbox({kind: [{"name": "Old"}, {"name": "New"}]})
    listed = client.get(f"/{kind}").json()
    assert [each["name"] for each in listed] == ["New", "Old"]
    assert client.get(f"/{kind}/{listed[0]['id']}").json() == listed[0]
    assert client.get(f"/{kind}?limit=1").json() == listed[:1]
    assert client.get(f"/{kind}/nobody").status_code == 404
