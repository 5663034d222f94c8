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
