from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.desk import Desk, sandbox


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with sandbox() as url:
        yield Desk(tmp_path, url)
