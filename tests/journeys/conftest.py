from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.desk import Desk, sandbox


@pytest.fixture(scope="session")
def account() -> Iterator[str]:
    """One sandbox for all journeys that need no switch of their own."""
    with sandbox() as url:
        yield url


@pytest.fixture
def desk(account: str, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path, account)
    desk.empty()
    yield desk
    desk.empty()
