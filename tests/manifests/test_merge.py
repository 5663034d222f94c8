"""Overlays and variables: what a target makes of shared manifests."""

import pytest

from reconciler.documents import find_place
from reconciler.manifests import load, merge
from reconciler.manifests.load import manifests_in
from reconciler.manifests.merge import Merged, merge_patch
from reconciler.model import Json, Manifest

BASE = "metadata: {name: a}\nspec:\n  name: One\n  server: {url: https://x, timeoutSeconds: 5}\n"


def manifest(text: str, file: str = "a.yaml") -> Manifest:
    (found,), _ = manifests_in(text.encode(), file)
    return found


def merged(text: str, overlay: str = "", **variables: str) -> Merged:
    overlays = [manifest(overlay, "overlay.yaml")] if overlay else []
    return merge([manifest(text)], overlays, variables)


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": 1}, {"a": 2}, {"a": 2}),
        ({"a": 1}, {"a": None}, {}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": None}}, {"a": {"c": 2}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": "text"}, {"a": {"b": None}}, {"a": {}}),
        ({}, {"a": {"b": {"c": None}}}, {"a": {"b": {}}}),
        ([1], {"a": 1}, {"a": 1}),
        ({"a": 1}, "text", "text"),
    ],
)
def test_an_overlay_merges_as_rfc_7386_says(target: Json, patch: Json, result: Json) -> None:
    assert merge_patch(target, patch) == result


def test_a_value_has_the_place_of_the_file_that_set_it() -> None:
    found = merged(BASE, "metadata: {name: a}\nspec:\n  server: {url: https://y}\n")
    layers = found.manifests[0].layers
    assert find_place(layers, ("spec", "server", "url")).file == "overlay.yaml"
    assert find_place(layers, ("spec", "server", "timeoutSeconds")).file == "a.yaml"


def test_an_overlay_without_a_manifest_is_an_error() -> None:
    (fault,) = merged(BASE, "metadata: {name: aa}\n").diagnostics
    assert (fault.code, fault.place.file, fault.help) == ("R020", "overlay.yaml", "did you mean a?")


def test_variables_are_filled_in_wherever_text_stands() -> None:
    spec = "{url: 'https://${var.host}/${var.stage}', list: ['${var.stage}']}"
    text = f"metadata: {{name: a}}\nspec: {spec}\n"
    (found,) = merged(text, host="x", stage="prod").manifests
    assert found.value["spec"] == {"url": "https://x/prod", "list": ["prod"]}


def test_a_variable_in_an_overlay_is_filled_in_too() -> None:
    (found,) = merged(
        BASE, "metadata: {name: a}\nspec: {name: '${var.stage}'}\n", stage="p"
    ).manifests
    spec = found.value["spec"]
    assert isinstance(spec, dict)
    assert spec["name"] == "p"


@pytest.mark.parametrize(
    ("text", "result"),
    [("$${var.a}", "${var.a}"), ("${other}", "${other}"), ("$5", "$5"), ("${var.a}", "${var.b}")],
)
def test_only_variables_are_touched_and_only_once(text: str, result: str) -> None:
    (found,) = merged(
        f"metadata: {{name: a}}\nspec: {{x: '{text}'}}\n", a="${var.b}", b="no"
    ).manifests
    assert found.value["spec"] == {"x": result}


def test_an_undefined_variable_is_an_error_with_a_suggestion() -> None:
    text = "metadata: {name: a}\nspec:\n  name: ${var.stgae}\n"
    (fault,) = merged(text, stage="prod").diagnostics
    assert (fault.code, fault.place.line, fault.path, fault.help) == (
        "R021",
        3,
        "spec.name",
        "did you mean stage?",
    )


def test_no_overlays_are_no_fault() -> None:
    assert load([]).diagnostics == ()


def test_an_overlay_that_names_no_manifest_says_that_its_name_is_missing() -> None:
    found = merged("spec: {name: One}\n", "spec: {name: Two}\n")
    (fault,) = found.diagnostics
    assert fault.message.startswith("metadata.name is missing")
    assert found.manifests[0].value == {"spec": {"name": "One"}}


def test_a_manifest_that_was_not_read_may_have_an_overlay() -> None:
    found = merge(
        [manifest(BASE)], [manifest("metadata: {name: other}\n", "o.yaml")], {}, partial=True
    )
    assert found.diagnostics == ()


def test_a_mapping_that_an_overlay_adds_to_stands_where_it_began() -> None:
    found = merged(BASE, "metadata: {name: a}\nspec: {squadId: b}\n")
    layers = found.manifests[0].layers
    places = [find_place(layers, path).file for path in ((), ("spec",), ("spec", "squadId"))]
    assert places == ["a.yaml", "a.yaml", "overlay.yaml"]


@pytest.mark.parametrize(
    ("text", "help_text"),
    [
        ("${stage}", "did you mean ${var.stage}?"),
        ("${ var.stage }", "did you mean ${var.stage}?"),
        ("${VAR.stage}", "did you mean ${var.stage}?"),
        ("${vars.stage}", "did you mean ${var.stage}?"),
        ("${stage", "did you mean ${var.stage}?"),
        ("${env.HOME}", "a variable of the target is written ${var.NAME}"),
    ],
)
def test_what_was_probably_meant_as_a_variable_is_a_warning(text: str, help_text: str) -> None:
    found = merged(f"metadata: {{name: a}}\nspec: {{x: '{text}'}}\n", stage="prod")
    (fault,) = found.diagnostics
    assert (fault.severity, fault.code, fault.path) == ("warning", "R023", "spec.x")
    assert fault.help.startswith(help_text)
    assert found.manifests[0].value["spec"] == {"x": text}


def test_a_text_that_may_be_a_password_is_not_repeated() -> None:
    (fault,) = merged("metadata: {name: a}\nspec: {x: 'a${canary}b'}\n", stage="prod").diagnostics
    assert "canary" not in f"{fault.message} {fault.help}"


def test_a_literal_that_says_so_is_no_warning() -> None:
    assert merged("metadata: {name: a}\nspec: {x: 'a$${b}c'}\n").diagnostics == ()


def test_a_variable_in_a_key_is_a_warning() -> None:
    (fault,) = merged("metadata: {name: a}\nspec: {'${var.x}': 1}\n", x="y").diagnostics
    assert (fault.code, fault.path, fault.place.column) == ("R023", "spec.${var.x}", 8)
