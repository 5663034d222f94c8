from collections.abc import Iterator

import pytest

from tests.laws.accounts import Account, account


@pytest.fixture(scope="module")
def held() -> Iterator[Account]:
    """One account for all examples; each makes it fresh first."""
    with account() as held:
        yield held


@pytest.fixture(scope="module", params=["clear", "masked", "omitted"])
def secretive(request: pytest.FixtureRequest) -> Iterator[Account]:
    """The same, once for each way in which answers show secrets."""
    with account(secrets=request.param) as held:
        yield held
