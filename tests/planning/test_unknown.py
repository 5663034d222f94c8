"""What answers hold that the description does not know."""

from typing import Any

import pytest

from reconciler.model import Live
from reconciler.planning import unknown_parts
from tests.planning.numbers import FIELDS


def told(provider: str = "vapi", **body: Any) -> tuple[str, ...]:
    return unknown_parts([Live("1", provider, {"provider": provider, **body})], FIELDS)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"latestVersion": 1}, "vapi: latestVersion is a field"),
        ({"server": {"url": "https://a", "region": "us"}}, "vapi: server.region is a field"),
        ({"hooks": [{"on": "call.ringing", "weight": 2}]}, "vapi: hooks.weight is a field"),
        ({"status": "paused"}, "vapi: status is paused, a value"),
        ({"hooks": [{"on": "call.parked"}]}, "vapi: hooks.on is call.parked, a value"),
    ],
)
def test_an_unknown_field_or_value_is_told(body: dict[str, Any], said: str) -> None:
    (line,) = told(**body)
    assert line == f"{said} that the description does not know"


def test_what_is_described_or_null_is_not_told() -> None:
    server = {"url": "https://a", "headers": {"X-Any": "1"}, "timeoutSeconds": 20}
    assert told(status="active", name="a", server=server, latestVersion=None, hooks=None) == ()


def test_an_unknown_value_that_is_a_url_with_credentials_is_not_told() -> None:
    assert told(hooks=[{"on": "https://user:pw@a.example"}]) == ()


def test_nothing_is_unknown_in_an_object_of_which_nothing_is_described() -> None:
    summary = {"messages": [{"role": "system", "content": "Sum up."}]}
    plan = {"mode": "blind-transfer", "summaryPlan": summary}
    destination = {"type": "number", "number": "+14155550199", "transferPlan": plan}
    assert told(fallbackDestination=destination) == ()


def test_the_same_is_told_once_however_many_numbers_show_it() -> None:
    numbers = [Live(str(each), "vapi", {"new": each}) for each in range(9)]
    assert len(unknown_parts(numbers, FIELDS)) == 1


def test_a_provider_that_nobody_described_is_told() -> None:
    assert told("didww") == ("the description does not know the provider didww",)
