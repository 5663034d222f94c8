"""Manifests with an overlay over them: what is said of the two together."""

import pytest

from reconciler.checks import check
from reconciler.manifests import merge
from reconciler.model import Diagnostic
from tests.checks.checking import CONTEXT, parse, sip

OVERLAY = "apiVersion: vapi-reconciler/v1\nkind: PhoneNumber\nmetadata: {name: support}\n"


def found(overlay: str, *more: str, base: str = "") -> tuple[Diagnostic, ...]:
    """What is wrong with one manifest and the overlays over it."""
    manifests = parse(sip(base), "n/support.yaml")
    overlays = [
        each
        for number, text in enumerate((overlay, *more), 1)
        for each in parse(OVERLAY + text, f"ov/{number}.yaml")
    ]
    return check(merge(manifests, overlays, {}).manifests, CONTEXT)


@pytest.mark.parametrize(
    ("overlay", "path", "meant"),
    [
        ("spec: {asistantId: null}\n", "spec.asistantId", "did you mean assistantId?"),
        ("spec: {server: {url: https://x.example, hedders: null}}\n", "spec.server.hedders", ""),
        ("lifecylce: null\n", "lifecylce", "did you mean lifecycle?"),
        ("lifecycle: {stat: null}\n", "lifecycle.stat", "did you mean state?"),
    ],
)
def test_removing_a_field_that_no_manifest_has_is_an_unknown_field(
    overlay: str, path: str, meant: str
) -> None:
    (fault,) = found(overlay)
    assert (fault.code, fault.path, fault.place.file) == ("R101", path, "ov/1.yaml")
    assert meant in fault.help


def test_removing_what_only_the_api_sets_is_told_as_setting_it_is() -> None:
    assert [each.code for each in found("spec: {status: null}\n")] == ["R108"]


@pytest.mark.parametrize(
    "overlay",
    [
        "spec: {assistantId: null, server: null}\n",
        "binding: null\n",
        "lifecycle: {state: null}\n",
        "spec: {twilioAccountSid: null}\n",
    ],
)
def test_removing_a_field_that_is_not_there_is_no_fault(overlay: str) -> None:
    assert found(overlay) == ()


def test_what_is_removed_and_set_again_above_is_judged_by_what_stands_there() -> None:
    assert found("spec: {name: null}\n", "spec: {name: Support}\n") == ()


def test_a_mapping_removed_below_and_reached_into_above_is_no_crash() -> None:
    codes = [each.code for each in found("spec: {server: null}\n", "spec: {server: {x: null}}\n")]
    assert "R101" in codes


def test_a_reference_of_another_kind_says_how_the_one_below_is_removed() -> None:
    base = "server:\n  url: https://x.example\n  headers: {X-Token: {env: HOOK_TOKEN}}\n"
    (fault,) = found("spec: {server: {headers: {X-Token: {file: token}}}}\n", base=base)
    assert (fault.code, "{env: null, …}" in fault.help) == ("R107", True)


def test_two_manifests_of_one_name_are_told_by_their_own_files_and_not_by_an_overlay() -> None:
    twins = (*parse(sip(), "n/a.yaml"), *parse(sip("name: B").replace("sip:", "sip:b"), "n/b.yaml"))
    overlays = parse(OVERLAY + "spec: {name: Other}\n", "ov/a.yaml")
    faults = check(merge(twins, overlays, {}).manifests, CONTEXT)
    (fault,) = (each for each in faults if each.code == "R202")
    assert (fault.place.file, [each.file for each in fault.related]) == ("n/b.yaml", ["n/a.yaml"])
    assert "in n/a.yaml" in fault.message
