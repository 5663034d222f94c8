"""What a person and a program read of a forecast."""

import json

from reconciler.model import Change, Expected, Forecast, Outlook, Place
from reconciler.report import FORECAST_FORMATS, ForecastView, Style

SERVER = Change("server.url", "https://old.example", "https://new.example")
EVERY = Forecast(
    target="prod",
    base_url="https://api.vapi.ai",
    manifests=3,
    locked=1,
    expected=(
        Expected("PhoneNumber/a", Outlook.NEW, "not in the lock", Place("numbers/a.yaml", 3, 1)),
        Expected(
            "PhoneNumber/b",
            Outlook.CHANGED,
            "not what was last applied",
            Place("numbers/b.yaml", 1, 1),
            (
                SERVER,
                Change("squadId", "crew", None),
                Change("numberDesiredAreaCode", None, "415", note="given once, at creation"),
            ),
        ),
        Expected("PhoneNumber/c", Outlook.RELEASED, "its manifest is gone"),
        Expected("PhoneNumber/d", Outlook.UNKNOWN, "declared absent"),
    ),
    not_compared=(("PhoneNumber/b", "assistantId"),),
)
TEXT = """\
prod  offline: https://api.vapi.ai was not asked  3 manifests, 1 number in the lock

  + PhoneNumber/a not in the lock  numbers/a.yaml:3

  ~ PhoneNumber/b not what was last applied  numbers/b.yaml:1
      ~ server.url  "https://old.example" -> "https://new.example"
      - squadId  "crew"
      + numberDesiredAreaCode  "415"  (given once, at creation)

  - PhoneNumber/c its manifest is gone

  ? PhoneNumber/d declared absent

  Not compared:
    PhoneNumber/b assistantId

  Not looked at:
    what the account holds: changes made elsewhere, numbers that exist already or are gone
    ids behind names, and values of secrets
    limits, quotas and preventDestroy

By the lock: 1 new, 1 changed, 1 to release, 1 unknown. \
The account may differ: only a plan that asks it can tell what is to be done.
"""


def test_everything_a_forecast_holds_is_in_the_text() -> None:
    assert FORECAST_FORMATS["text"](ForecastView(EVERY)) == TEXT


def test_colour_is_for_terminals_that_want_it() -> None:
    text = FORECAST_FORMATS["text"](ForecastView(EVERY, Style(color=True)))
    assert "\x1b[32m+\x1b[0m" in text
    assert "\x1b[31m-\x1b[0m" in text


def test_a_program_reads_the_same() -> None:
    document = json.loads(FORECAST_FORMATS["json"](ForecastView(EVERY)))
    assert document["summary"] == {"new": 1, "changed": 1, "released": 1, "unknown": 1}
    assert document["notCompared"] == [{"address": "PhoneNumber/b", "path": "assistantId"}]
    assert document["expected"][0]["source"] == {"file": "numbers/a.yaml", "line": 3}
    assert document["expected"][1]["changes"][0] == {
        "path": "server.url",
        "before": "https://old.example",
        "after": "https://new.example",
        "sensitive": False,
    }


def test_no_name_breaks_out_of_any_format() -> None:
    foreign = "\x1b[2J\u202e\r\n::error::pwned"
    made = Forecast(
        foreign,
        foreign,
        1,
        0,
        (
            Expected(
                foreign,
                Outlook.CHANGED,
                foreign,
                Place(foreign, 1, 1),
                (Change(foreign, foreign, foreign),),
            ),
        ),
        ((foreign, foreign),),
    )
    for form in FORECAST_FORMATS.values():
        text = form(ForecastView(made))
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert not any(line.strip().startswith("::") for line in text.splitlines())
