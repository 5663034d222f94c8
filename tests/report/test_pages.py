"""Plans for pull requests, browsers and policies."""

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from reconciler.model import Action, Change, Operation, Reason
from reconciler.report import PLAN_FORMATS
from reconciler.report.markdown import MOST
from tests.report.samples import everything, golden, operation, plan, plan_as

SUFFIXES = {"markdown": "md", "html": "html", "terraform-json": "terraform.json"}


@pytest.mark.parametrize("name", SUFFIXES)
def test_each_format_is_as_its_golden_file(name: str) -> None:
    assert plan_as(name, everything()) == golden(f"every-plan.{SUFFIXES[name]}")


def test_every_format_has_a_golden_file() -> None:
    assert PLAN_FORMATS.keys() == {"text", "json", *SUFFIXES}


@pytest.mark.parametrize("name", ["markdown", "html"])
def test_an_empty_plan_says_so_first(name: str) -> None:
    shown = plan_as(name, plan())
    assert "no changes" in shown
    assert "Operations" not in shown


def many(count: int) -> tuple[Operation, ...]:
    long = Change("server.url", "https://a.example.com/" + "a" * 80, "https://b.example.com")
    return tuple(
        operation(Action.PATCH, f"number-{index}", long, id=f"op-{index}", reason=Reason.CHANGED)
        for index in range(count)
    )


@pytest.mark.parametrize("count", [10, 200, 5000])
def test_a_comment_fits_and_says_what_was_cut(count: int) -> None:
    shown = plan_as("markdown", plan(*many(count)))
    assert len(shown) <= MOST
    folded = shown.count("<details>")
    rows = shown.count("| change |")
    assert ("are not shown" in shown) == (folded < count)
    if folded < count:
        assert f"The changes of {count - folded} more numbers are not shown" in shown
    assert (f"… and {count - rows} more" in shown) == (rows < count)


def test_a_change_that_no_comment_holds_leaves_room_for_those_after_it() -> None:
    huge = operation(Action.PATCH, "huge", Change("name", "a", "b" * MOST), id="op-0")
    shown = plan_as("markdown", plan(huge, *many(5)))
    assert len(shown) <= MOST
    assert shown.count("<details>") == 5
    assert "The changes of 1 more number are not shown" in shown


def test_a_long_list_of_losses_leaves_room_for_the_rest() -> None:
    lost = Change("number", "+14155550100", None, note="these digits cannot be bought back")
    operations = [
        operation(Action.DELETE, f"n{index}", lost, id=f"op-{index}", reason=Reason.TOMBSTONE)
        for index in range(2000)
    ]
    shown = plan_as("markdown", plan(*operations))
    assert len(shown) <= MOST
    assert re.search(r"- … and \d+ more", shown)


def test_the_marker_comes_first_and_tells_the_target() -> None:
    first = plan_as("markdown", plan(target="staging")).splitlines()[0]
    assert first == "<!-- vapi-reconciler plan staging -->"


def changes_of(document: Any) -> dict[str, Any]:
    return {each["name"]: each["change"] for each in document["resource_changes"]}


def test_terraform_s_readers_see_every_action() -> None:
    document = json.loads(plan_as("terraform-json", everything()))
    changes = changes_of(document)
    assert {name: each["actions"] for name, each in changes.items()} == {
        "support-us": ["create"],
        "sales": ["update"],
        "lobby": ["delete", "create"],
        "fax": ["delete"],
    }
    assert changes["support-us"]["before"] is None
    assert changes["fax"]["after"] is None
    assert document["format_version"].startswith("1.")
    assert [each["name"] for each in document["resource_drift"]] == ["sales"]
    assert document["applyable"] is False


def test_terraform_s_readers_see_what_is_sensitive_and_no_secret() -> None:
    change = changes_of(json.loads(plan_as("terraform-json", everything())))["sales"]
    marked = {"server": {"headers": {"X-Token": True}}}
    assert change["before_sensitive"] == change["after_sensitive"] == marked
    assert change["after"]["server"]["headers"] == {"X-Token": "(sensitive)"}


def test_terraform_s_readers_see_what_forces_a_replacement() -> None:
    moved = Change("number", "+14155550100", "+14155550101")
    made = plan(
        operation(Action.CREATE, "a", moved, reason=Reason.REPLACE, provider="twilio"),
        operation(Action.DELETE, "a", id="op-2", reason=Reason.REPLACE, requires=("op-1",)),
    )
    change = changes_of(json.loads(plan_as("terraform-json", made)))["a"]
    assert (change["actions"], change["replace_paths"]) == (["create", "delete"], [["number"]])


def test_what_an_earlier_run_replaced_is_deposed() -> None:
    made = plan(
        operation(Action.PATCH, "a", Change("name", "a", "b")),
        operation(Action.DELETE, "a", id="op-2", reason=Reason.REMOVED, live_id="0123456789"),
    )
    document = json.loads(plan_as("terraform-json", made))
    assert [each.get("deposed") for each in document["resource_changes"]] == [None, "01234567"]


class Page(HTMLParser):
    """What a browser would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"src", "href", "action", "srcset", "poster"}:
                self.loaded.append(f"{tag} {value}")
            if name.startswith("on") or name == "style":
                self.handlers.append(f"{tag} {name}")


def test_a_page_loads_nothing_and_runs_nothing_but_its_own() -> None:
    page = Page()
    shown = plan_as("html", everything())
    page.feed(shown)
    assert (page.loaded, page.handlers) == (["link data:,"], [])
    assert "default-src 'none'" in shown
    assert "unsafe" not in shown
