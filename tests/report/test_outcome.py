"""What became of a plan, for people and for programs."""

import json

from reconciler.model import Action, Outcome, Status, Unhealthy
from reconciler.report import OUTCOME_FORMATS, OutcomeView
from tests.report.samples import golden, outcome_as, result

PARTLY = (
    result(Status.DONE, Action.CREATE, "support-us", live_id="4f2c1d00"),
    result(Status.RECOVERED, Action.CREATE, "night", live_id="9a0b4400"),
    result(Status.DONE, not_taken=("server.url", "hooks")),
    result(
        Status.FAILED,
        Action.CREATE,
        "campaign",
        error_kind="refused",
        error_message="the API answered 400: This area code is currently not available.",
        error_status=400,
    ),
    result(
        Status.SKIPPED,
        Action.DELETE,
        "fax",
        error_kind="skipped",
        error_message="not tried: the run was interrupted",
    ),
)


def closing(text: str) -> str:
    return text.splitlines()[-1]


def test_an_outcome_is_shown_whole() -> None:
    assert outcome_as("text", *PARTLY) == golden("every-outcome.txt")


def test_the_json_is_the_document_of_the_contract() -> None:
    assert outcome_as("json", *PARTLY) == golden("every-outcome.json")


def test_a_complete_apply_is_told_in_the_words_of_terraform() -> None:
    done = [result(Status.DONE, each) for each in (Action.CREATE, Action.PATCH, Action.DELETE)]
    assert closing(outcome_as("text", *done)) == (
        "Apply complete! Resources: 1 added, 1 changed, 1 destroyed."
    )


def test_an_apply_of_nothing_is_complete() -> None:
    assert outcome_as("text") == (
        "No changes. Your infrastructure matches the configuration.\n\n"
        "Apply complete! Resources: 0 added, 0 changed, 0 destroyed.\n"
    )


def test_the_id_of_a_new_number_is_told_and_of_no_other() -> None:
    created = outcome_as("text", result(Status.DONE, Action.CREATE, live_id="4f2c"))
    changed = outcome_as("text", result(Status.DONE, Action.PATCH, live_id="4f2c"))
    assert "  PhoneNumber/sales created  4f2c\n" in created
    assert "  PhoneNumber/sales changed\n" in changed


def test_a_create_that_was_found_again_counts_as_added() -> None:
    found = result(Status.RECOVERED, Action.CREATE)
    assert closing(outcome_as("text", found)).startswith("Apply complete! Resources: 1 added")


def test_a_field_that_was_not_taken_keeps_an_apply_from_being_complete() -> None:
    assert closing(outcome_as("text", result(not_taken=("name",)))) == (
        "Apply incomplete. Resources: 0 added, 1 changed, 0 destroyed. 1 field not taken."
    )


def test_a_number_that_was_waited_for_in_vain_keeps_an_apply_from_being_complete() -> None:
    made = result(Status.DONE, Action.CREATE)
    late = (Unhealthy("PhoneNumber/sales", "activating"),)
    text = OUTCOME_FORMATS["text"](OutcomeView(Outcome("prod", (made,), late=late)))
    assert closing(text) == (
        "Apply incomplete. Resources: 1 added, 0 changed, 0 destroyed. "
        "1 number serves no calls, and --wait is over."
    )


def test_what_did_not_fail_has_no_error() -> None:
    (told,) = json.loads(outcome_as("json", result()))["operations"]
    assert told["error"] is None
    assert told["notTaken"] == []


def test_a_failure_without_an_answer_has_no_status() -> None:
    failed = result(Status.FAILED, error_kind="uncertain", error_message="the answer was lost")
    (told,) = json.loads(outcome_as("json", failed))["operations"]
    assert told["error"] == {"kind": "uncertain", "message": "the answer was lost", "status": None}


def test_every_status_is_counted() -> None:
    assert json.loads(outcome_as("json"))["summary"] == {
        "done": 0,
        "recovered": 0,
        "failed": 0,
        "skipped": 0,
    }
