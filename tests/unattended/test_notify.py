"""News fit into what services take, and never keep later ones from being heard."""

from collections.abc import Sequence

import pytest

from reconciler.unattended import Notifier
from reconciler.unattended.notify import Message, fitting
from tests.api.server import serving

# Of services that apprise knows, some import what Python is to lose.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.mark.parametrize(
    ("lines", "body"),
    [
        (["a", "b"], "a\nb"),
        (["x" * 40], "x" * 40),
        (["x" * 80], "x" * 80),
        (["x" * 81], "x" * 79 + "…"),
        (["a" * 39, "b" * 40], "a" * 39 + "\n" + "b" * 40),
        (["a" * 40, "b" * 20, "c" * 20], f"(1 earlier line left out)\n{'b' * 20}\n{'c' * 20}"),
        (["a", "b" * 80, "c"], "(2 earlier lines left out)\nc"),
        (["a", "b" * 80], f"(1 earlier line left out)\n{'b' * 53}…"),
    ],
)
def test_a_message_has_the_latest_lines_and_says_how_many_are_left_out(
    lines: Sequence[str], body: str
) -> None:
    assert fitting(lines, 80) == body


@pytest.mark.parametrize("length", [1, 7, 70, 700, 7000])
def test_no_message_is_longer_than_services_take(length: int) -> None:
    for number in (1, 2, 99, 1000):
        body = fitting(["x" * length] * number)
        assert len(body) <= 1_500
        assert body.endswith("x" if length < 1_000 else "x…")


@pytest.mark.parametrize(
    ("said", "parts"), [("", 2), ("?overflow=upstream", 1), ("?x=y&Overflow=truncate", 1)]
)
def test_a_service_that_takes_less_is_told_in_parts_unless_its_url_says_otherwise(
    said: str, parts: int
) -> None:
    with serving(lambda exchange: exchange.answer(200, {})) as (url, heard):
        # A note of Misskey has at most 512 characters.
        notifier = Notifier([f"misskey://token@{url.removeprefix('http://')}/{said}"])
        failing = notifier.send({1: Message("t", ["y" * 99] * 7, "info")})
    assert (len(heard), failing) == (parts, frozenset())
