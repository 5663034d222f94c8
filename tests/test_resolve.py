"""Names to ids, references to secrets, and every value that cannot be resolved told at once."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from reconciler.documents import read_documents
from reconciler.errors import InputError
from reconciler.model import (
    Binding,
    Desired,
    Diagnostic,
    Directory,
    GitopsState,
    Json,
    Layer,
    Manifest,
    OnImmutableChange,
    Place,
    Resource,
    Secret,
    State,
)
from reconciler.resolve import Known, declared_formerly, referenced_kinds, resolve
from reconciler.schema.packaged import load_fields

FIELDS = load_fields()
BOT = Resource("id-bot", "Support bot")
HEAD = "metadata: {name: support}\n"


def manifest(text: str) -> Manifest:
    (document,) = read_documents(text.encode(), "a.yaml").documents
    value: Any = document.value
    return Manifest(value, (Layer("a.yaml", document.spot),))


def spec(text: str) -> Manifest:
    return manifest(f"{HEAD}spec: {text}\n")


def read(reference: Mapping[str, Json]) -> Secret:
    name = str(reference.get("env") or reference.get("file"))
    if name.startswith("NO"):
        raise InputError(f"{name} is not set", help=f"export {name}")
    return Secret(f"value of {name}", name)


def known(*assistants: Resource, gitops: Mapping[str, str] | None = None) -> Known:
    state = GitopsState("state.json", {"assistant": gitops or {}})
    return Known(Directory({"assistant": assistants}), state, read)


def one(declared: Manifest, found: Known | None = None) -> Desired:
    resolved = resolve([declared], FIELDS, found or known())
    assert resolved.diagnostics == ()
    (desired,) = resolved.desired
    return desired


def faults(declared: Manifest, found: Known | None = None) -> Sequence[Diagnostic]:
    resolved = resolve([declared], FIELDS, found or known())
    assert resolved.desired == ()
    return resolved.diagnostics


def test_a_name_becomes_the_id_of_the_one_that_bears_it() -> None:
    desired = one(spec("{provider: vapi, assistantId: {name: Support bot}}"), known(BOT))
    assert desired.spec["assistantId"] == "id-bot"


def test_a_literal_id_is_taken_as_it_is() -> None:
    assert one(spec("{provider: vapi, assistantId: abc}")).spec["assistantId"] == "abc"


def test_a_gitops_key_becomes_the_id_of_the_state() -> None:
    declared = spec("{provider: vapi, assistantId: {gitops: support}}")
    found = known(gitops={"support": "id-gitops"})
    assert one(declared, found).spec["assistantId"] == "id-gitops"


def test_a_name_is_matched_to_the_letter() -> None:
    (fault,) = faults(spec("{provider: vapi, assistantId: {name: support bot}}"), known(BOT))
    assert (fault.code, fault.help) == ("R303", "there are: Support bot")


def test_a_name_that_two_bear_lists_both_ids() -> None:
    twins = known(BOT, Resource("id-twin", "Support bot"))
    (fault,) = faults(spec("{provider: vapi, assistantId: {name: Support bot}}"), twins)
    assert fault.code == "R302"
    assert "id-bot" in fault.message
    assert "id-twin" in fault.message


def test_a_name_of_another_kind_does_not_count() -> None:
    (fault,) = faults(spec("{provider: vapi, squadId: {name: Support bot}}"), known(BOT))
    assert (fault.code, fault.help) == ("R303", "there is none in this account")


def test_what_is_missing_names_the_closest_and_counts_the_rest() -> None:
    found = known(*(Resource(f"id-{index}", f"Bot {index}") for index in range(8)))
    (fault,) = faults(spec("{provider: vapi, assistantId: {name: Bot 7x}}"), found)
    assert fault.help.startswith("there are: Bot 7, ")
    assert fault.help.endswith(" and 3 more")


def test_names_and_ids_of_the_account_add_no_line_to_a_message() -> None:
    twins = [Resource(f"1\n::add-mask::{each}", "Bot") for each in "ab"]
    there = known(*twins, Resource("2", "ok\n::add-mask::x"))
    (several,) = faults(spec("{provider: vapi, assistantId: {name: Bot}}"), there)
    assert several.message.count("\n") == 2
    (missing,) = faults(spec("{provider: vapi, assistantId: {name: x}}"), there)
    assert "\n" not in missing.help


def test_a_gitops_key_that_is_missing_is_told() -> None:
    declared = spec("{provider: vapi, assistantId: {gitops: suport}}")
    (fault,) = faults(declared, known(gitops={"support": "x"}))
    assert (fault.code, fault.help) == ("R304", "there are: support")
    assert fault.message == "state.json knows no assistant 'suport'"


def test_a_gitops_state_without_such_resources_is_named() -> None:
    (fault,) = faults(spec("{provider: vapi, assistantId: {gitops: x}}"))
    assert fault.help == "state.json holds no assistant at all"


def test_a_gitops_key_without_a_state_says_which_option_names_one() -> None:
    (fault,) = faults(spec("{provider: vapi, assistantId: {gitops: x}}"), Known())
    assert (fault.code, "gitopsState" in fault.help) == ("R304", True)


def test_a_reference_to_a_secret_is_read_wherever_it_stands() -> None:
    declared = spec(
        "{provider: vapi, server: {url: {env: URL}, headers: {X-Token: {file: token}}},"
        " authentication: {username: u, password: {env: PASSWORD}}}"
    )
    desired = one(declared)
    assert desired.spec["server"] == {
        "url": Secret("value of URL"),
        "headers": {"X-Token": Secret("value of token")},
    }
    assert "value of" not in repr(desired)


def test_an_object_that_merely_looks_like_a_secret_is_left_alone() -> None:
    headers = "{provider: vapi, server: {headers: {env: production}}}"
    assert one(spec(headers)).spec["server"] == {"headers": {"env": "production"}}


def test_without_a_reader_secrets_stay_unread_and_are_named() -> None:
    declared = spec("{provider: vapi, server: {headers: {X: {env: HOOK_TOKEN}}}}")
    desired = one(declared, Known(Directory()))
    assert desired.unread == (("server", "headers", "X"),)


def test_every_value_that_cannot_be_resolved_is_told_with_its_place() -> None:
    declared = manifest(
        f"{HEAD}spec:\n  provider: vapi\n  assistantId: {{name: Nobody}}\n"
        "  server:\n    headers:\n      A: {env: NO_A}\n      B: {env: NO_B}\n"
    )
    told = [(each.code, each.place.line, each.path) for each in faults(declared)]
    assert told == [
        ("R303", 4, "spec.assistantId"),
        ("R301", 7, "spec.server.headers.A"),
        ("R301", 8, "spec.server.headers.B"),
    ]


def test_a_faulty_manifest_does_not_hide_the_sound_ones() -> None:
    declared = [spec("{provider: vapi, name: {env: NO}}"), spec("{provider: vapi, name: ok}")]
    resolved = resolve(declared, FIELDS, known())
    assert [each.spec["name"] for each in resolved.desired] == ["ok"]
    assert len(resolved.diagnostics) == 1


def test_a_number_is_named_after_its_manifest_unless_it_says_otherwise() -> None:
    assert one(spec("{provider: vapi}")).spec["name"] == "support"
    assert one(spec("{provider: vapi, name: Support US}")).spec["name"] == "Support US"


def test_what_stands_around_the_spec_is_kept() -> None:
    desired = one(
        manifest(
            "metadata: {name: a, labels: {team: x}, previously: [b, c]}\n"
            "lifecycle: {state: absent, preventDestroy: true, onImmutableChange: replace,"
            " ignoreChanges: [server.headers]}\n"
            'binding: {number: "+14155550100"}\n'
            "spec: {provider: vapi}\n"
        )
    )
    assert (desired.key, desired.labels, desired.previously) == ("a", {"team": "x"}, ("b", "c"))
    assert desired.binding == Binding("number", "+14155550100")
    lifecycle = desired.lifecycle
    assert (lifecycle.state, lifecycle.prevent_destroy) == (State.ABSENT, True)
    assert lifecycle.on_immutable_change is OnImmutableChange.REPLACE
    assert lifecycle.ignore_changes == (("server", "headers"),)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("{provider: vapi}", set()),
        ("{provider: vapi, assistantId: literal}", set()),
        ("{provider: vapi, assistantId: {gitops: x}}", set()),
        ("{provider: vapi, assistantId: {name: x}}", {"assistant"}),
        ("{provider: vapi, assistantId: {name: x}, squadId: {name: y}}", {"assistant", "squad"}),
        ("{provider: vapi, server: {credentialId: {name: x}}}", {"credential"}),
        ("{provider: vapi, server: {headers: {name: x}}}", set()),
    ],
)
def test_only_kinds_that_are_referred_to_by_name_are_listed(text: str, kinds: set[str]) -> None:
    assert referenced_kinds([spec(text)], FIELDS) == kinds


def test_an_earlier_revision_needs_neither_names_nor_secrets() -> None:
    declared = spec(
        '{provider: vapi, sipUri: "sip:a@sip.vapi.ai", assistantId: {name: Gone},'
        " server: {headers: {X: {env: NO}}}}"
    )
    (former,) = declared_formerly([declared], FIELDS)
    assert former.spec == {
        "provider": "vapi",
        "sipUri": "sip:a@sip.vapi.ai",
        "name": "support",
    }


def test_a_manifest_stands_in_its_own_file_whatever_overlays_say() -> None:
    base = manifest(f"# first\n{HEAD}spec: {{provider: vapi}}\n")
    overlay = Layer("overlays/a.yaml", manifest(f"{HEAD}spec: {{name: Prod}}\n").layers[0].spot)
    laid = Manifest(base.value, (*base.layers, overlay))
    assert one(laid).source == Place("a.yaml", 2, 1)
