from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.desk import Desk, served


@pytest.fixture(scope="session")
def account() -> Iterator[str]:
    """One served sandbox for all journeys that need no switch of their own."""
    with served() as url:
        yield url


@pytest.fixture
def desk(account: str, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path, account)
    desk.empty()
    yield desk
    desk.empty()
