"""What keeps a number from serving calls."""

import pytest

from reconciler.planning.health import unhealthy
from tests.planning.numbers import live


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"status": "active", "number": "+14155550100"}, None),
        ({"status": "active", "sipUri": "sip:a@sip.vapi.ai"}, None),
        ({"status": "", "number": "+14155550100"}, None),
        ({"status": "active"}, "incomplete"),
        ({"status": "activating"}, "activating"),
        ({"status": "blocked", "number": "+14155550100"}, "blocked"),
    ],
)
def test_a_number_serves_calls_when_it_is_active_and_has_an_address(
    body: dict[str, str], status: str | None
) -> None:
    found = unhealthy("PhoneNumber/a", live("1", body))
    assert (found.status if found else None) == status
