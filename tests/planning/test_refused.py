"""A refusal of fields -> which line of a manifest sent them."""

from typing import Any

import pytest

from reconciler.documents import read_documents
from reconciler.model import (
    Action,
    Desired,
    Layer,
    Operation,
    Outcome,
    Place,
    Reason,
    Result,
    Status,
)
from reconciler.planning import with_help
from reconciler.planning.refused import refused_fields

TEXT = b"""\
spec:
  provider: vapi
  recordCalls: true
  server:
    region: us
  hooks:
    - weight: 2
"""
BODY: dict[str, Any] = {
    "recordCalls": True,
    "server": {"region": "us"},
    "hooks": [{"weight": 2}],
}


def help_for(message: str, status: int = 400, *, known: bool = True) -> str:
    (document,) = read_documents(TEXT, "numbers/a.yaml").documents
    layers = (Layer("numbers/a.yaml", document.spot),)
    desired = Desired("a", "vapi", {}, Place("numbers/a.yaml", 1, 1), layers=layers)
    operation = Operation(
        "op-1", Action.CREATE, "PhoneNumber/a", "vapi", None, Reason.DECLARED, body=BODY
    )
    result = Result(
        operation,
        Status.FAILED,
        error_kind="refused",
        error_message=f"the API answered {status}: {message}",
        error_status=status,
    )
    outcome = Outcome("prod", (result,))
    return with_help(outcome, {"PhoneNumber/a": desired} if known else {}).results[0].help


@pytest.mark.parametrize(
    ("message", "line"),
    [
        (
            "property recordCalls should not exist",
            "recordCalls was sent because of numbers/a.yaml:3:3",
        ),
        (
            "server.property region should not exist",
            "server.region was sent because of numbers/a.yaml:5:5",
        ),
        (
            "hooks.0.property weight should not exist",
            "hooks[0].weight was sent because of numbers/a.yaml:7:7",
        ),
    ],
)
def test_a_refused_field_names_the_line_that_sent_it(message: str, line: str) -> None:
    assert help_for(message).splitlines() == [
        line,
        "the API may have changed; see how: reconciler schema diff FILE-OR-URL",
    ]


def test_every_refused_field_is_named() -> None:
    both = "property recordCalls should not exist; server.property region should not exist"
    assert len(help_for(both).splitlines()) == 3


@pytest.mark.parametrize(
    ("message", "status"),
    [
        ("property someoneElses should not exist", 400),
        ("hooks.7.property weight should not exist", 400),
        ("name must be shorter than or equal to 40 characters", 400),
        ("property recordCalls should not exist", 500),
    ],
)
def test_no_line_is_blamed_for_what_it_did_not_send(message: str, status: int) -> None:
    assert help_for(message, status) == ""


def test_a_field_of_no_manifest_at_hand_is_named_without_a_line() -> None:
    message = "property recordCalls should not exist"
    assert help_for(message, known=False).splitlines()[0] == "recordCalls was sent"


def test_a_message_of_great_length_is_read_in_no_time() -> None:
    assert list(refused_fields("a." * 200_000 + "property")) == []
