"""The account outlives crowds and crashes."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter

import pytest

from reconciler.errors import InputError
from reconciler.sandbox.clock import format_time
from reconciler.sandbox.store import NUMBERS, Row, Selection, Store
from tests.sandbox.conftest import OpenSandbox

SIP = {"provider": "vapi", "sipUri": "sip:one@sip.vapi.ai"}


def test_of_many_that_want_one_sip_uri_one_gets_it(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox()
    with ThreadPoolExecutor(16) as crowd:
        answers = list(crowd.map(lambda _: client.post("/phone-number", json=SIP), range(16)))
    assert sorted(each.status_code for each in answers) == [201] + [400] * 15


def test_a_crowd_of_buyers_stays_within_the_quota(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox(quota=5)
    body = {"provider": "vapi", "numberDesiredAreaCode": "415"}
    with ThreadPoolExecutor(16) as crowd:
        answers = list(crowd.map(lambda _: client.post("/phone-number", json=body), range(16)))
    bought = [each.json()["number"] for each in answers if each.status_code == 201]
    assert len(set(bought)) == 5


def test_a_transaction_that_fails_leaves_nothing() -> None:
    class StopError(Exception):
        pass

    with Store() as store:

        def stop_in_the_middle() -> None:
            with store.transaction():
                store.insert(NUMBERS, [Row("a", 1, 1, {})])
                raise StopError

        with pytest.raises(StopError):
            stop_in_the_middle()
        assert store.get(NUMBERS, "a") is None


def test_a_page_of_a_hundred_thousand_numbers_is_quick() -> None:
    rows = (
        Row(str(i), i, i, {"id": str(i), "name": "n", "createdAt": format_time(i)})
        for i in range(100_000)
    )
    with Store() as store:
        with store.transaction():
            store.insert(NUMBERS, rows)
        start = perf_counter()
        page = store.select(NUMBERS, Selection({"createdAtLt": 50_000}), limit=1000)
        seconds = perf_counter() - start
    assert [page[0].id, page[-1].id] == ["49999", "49000"]
    assert seconds < 0.25


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a database, but long enough to look like one. " * 9)
    with pytest.raises(InputError, match="cannot be used as the sandbox's database"):
        Store(str(file))


def test_a_database_in_a_missing_directory_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be used"):
        Store(str(tmp_path / "no" / "account.db"))
