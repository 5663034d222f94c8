"""Lists of any length: no row lost, none doubled, whatever timestamps they share."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.api.pages import PAGE_ROWS, all_rows, read_rows
from reconciler.errors import ApiError, Uncertain


class Listing:
    """What `GET /phone-number` does with `limit` and `createdAtLe`: newest first."""

    def __init__(self, moments: list[int]) -> None:
        self.rows = [
            {"id": str(index), "createdAt": f"{moment:08}"} for index, moment in enumerate(moments)
        ]
        self.rows.sort(key=lambda row: row["createdAt"], reverse=True)
        self.requests = 0

    def __call__(self, query: Any) -> list[dict[str, str]]:
        self.requests += 1
        bound = query.get("createdAtLe", "99999999")
        return [row for row in self.rows if row["createdAt"] <= bound][: query["limit"]]


def ids(rows: list[Any]) -> list[str]:
    return sorted((row["id"] for row in rows), key=int)


def test_2500_rows_of_which_hundreds_share_a_timestamp_at_the_edge_of_a_page() -> None:
    moments = [*range(800), *[5000] * 700, *range(9000, 10_000)]
    listing = Listing(moments)
    assert ids(all_rows(listing)) == [str(index) for index in range(2500)]
    assert listing.requests == 3


@pytest.mark.parametrize(("count", "requests"), [(0, 1), (1, 1), (999, 1), (1500, 2), (2500, 3)])
def test_a_list_costs_one_request_for_each_thousand_begun(count: int, requests: int) -> None:
    listing = Listing(list(range(count)))
    assert len(all_rows(listing)) == count
    assert listing.requests == requests


def test_more_rows_of_one_timestamp_than_a_page_holds_are_an_error_and_no_guess() -> None:
    with pytest.raises(ApiError, match="cannot be read whole"):
        all_rows(Listing([5] * (PAGE_ROWS + 1)))


@given(st.lists(st.integers(0, 6), min_size=1, max_size=40).map(lambda each: each * 60))
def test_no_row_is_lost_or_doubled(moments: list[int]) -> None:
    try:
        assert ids(all_rows(Listing(moments))) == [str(index) for index in range(len(moments))]
    except ApiError:
        most = max(moments.count(each) for each in set(moments))
        assert most >= PAGE_ROWS


@pytest.mark.parametrize("answer", [{}, "text", [1], [{"name": "no id"}]])
def test_what_is_no_list_of_rows_proves_nothing(answer: object) -> None:
    with pytest.raises(Uncertain):
        read_rows(answer)
