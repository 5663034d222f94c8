import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.desk import Desk, served, sip


@pytest.fixture(scope="session", autouse=True)
def _heeding_ctrl_c() -> None:
    """A suite that a script put into the background ignores SIGINT, and so would its processes."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


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


@pytest.fixture
def kept(desk: Desk) -> Desk:
    """One number that is as it should be."""
    desk.configure()
    desk.manifest("a", sip("a", assistantId="bot-1"))
    assert desk.run("reconcile").code == 0
    return desk
