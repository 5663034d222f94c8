"""What holds for all rules: nothing raises, nothing is told twice, all of it in order."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.checks import RULES, check
from reconciler.checks.subject import Context
from reconciler.model import Json, Layer, Manifest
from tests.checks.checking import CONTEXT, FIELDS, SCHEMA, found, sip

KEYS = st.sampled_from(
    sorted(
        {
            *("apiVersion", "kind", "metadata", "lifecycle", "binding", "spec", "name", "labels"),
            *("previously", "state", "preventDestroy", "ignoreChanges", "id", "env", "file"),
            *(
                "type",
                "url",
                "headers",
                "transferPlan",
                "mode",
                "sipVerb",
                "do",
                "on",
                "destination",
            ),
            *(field for each in FIELDS.providers.values() for field in each.fields),
        }
    )
)
WORDS = st.sampled_from(
    sorted(
        {"vapi-reconciler/v1", "PhoneNumber", "absent", "call.ringing", "sip", *FIELDS.providers}
    )
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | WORDS
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=30,
)
SPECS = st.fixed_dictionaries(
    {"provider": st.sampled_from(sorted(FIELDS.providers))},
    optional={
        field: VALUES
        for each in FIELDS.providers.values()
        for field in each.fields
        if field != "provider"
    },
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=8), VALUES | SPECS)
def test_a_manifest_of_any_content_raises_nothing(value: dict[str, Json], spec: Json) -> None:
    manifest = Manifest(value | {"spec": spec}, (Layer("a.yaml", 0),))
    for fault in check([manifest, manifest], CONTEXT):
        assert fault.code in RULES
        assert fault.severity is RULES[fault.code].severity


def test_faults_come_in_the_order_of_the_file_whatever_their_rule() -> None:
    text = sip(
        """\
        name: 12
        assistantId: {name: A}
        squadId: {name: B}
        server: {url: "ftp://a.example", timeoutSeconds: 0}
        """
    )
    places = [each.place for each in found(text)]
    assert len(places) == 4
    assert places == sorted(places)


def test_a_fault_of_shape_stands_for_all_that_is_wrong_with_the_value() -> None:
    text = sip('fallbackDestination: {type: number, number: "1"}')
    assert [each.code for each in found(text)] == ["R105"]


def test_a_fault_told_by_two_manifests_of_one_place_is_told_once() -> None:
    manifest = Manifest({"spec": 5}, (Layer("a.yaml", 0),))
    context = Context(SCHEMA, FIELDS)
    assert check([manifest, manifest], context) == check([manifest], context)


def test_ignored_fields_that_exist_are_no_fault() -> None:
    paths = '[server.headers.X-Team, "hooks[0].do", fallbackDestination.number, name]'
    assert not found(f"lifecycle: {{ignoreChanges: {paths}}}\n" + sip())


@pytest.mark.parametrize("path", ["hooks[²]", f"hooks[{'9' * 5000}]", "[0]", "..", "hooks[", "ü"])
def test_ignored_fields_of_any_form_are_told_and_raise_nothing(path: str) -> None:
    (fault,) = found(f"lifecycle: {{ignoreChanges: ['{path}']}}\n" + sip())
    assert fault.code == "R219"


def test_an_ignored_path_that_begins_with_spec_says_where_paths_begin() -> None:
    (fault,) = found("lifecycle: {ignoreChanges: [spec.server.url]}\n" + sip())
    assert fault.help == "paths begin within spec: leave out spec"
