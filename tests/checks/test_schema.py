"""Mistakes in the shape of a manifest: one diagnostic each, in words, at the field."""

import pytest

from reconciler.checks import Context, check
from reconciler.errors import InputError
from reconciler.model import Json, Layer, Manifest, Place
from tests.checks.checking import FIELDS, REACH, codes, found, only, sip


def test_a_misspelt_key_is_suggested_with_its_path_and_place() -> None:
    fault = only(sip("asistantId: {name: Support bot}"))
    assert (fault.path, fault.place) == ("spec.asistantId", Place("numbers.yaml", 7, 3))
    assert (fault.message, fault.help) == (
        "there is no field spec.asistantId",
        "did you mean assistantId?",
    )


def test_a_key_like_no_other_is_told_what_there_is() -> None:
    fault = only(
        "metadata: {name: a, colour: red}\nspec: {provider: telnyx}\nlifecycle: {state: absent}"
    )
    assert fault.help == "there are: name, labels, previously"


def test_a_misspelt_required_key_is_one_mistake() -> None:
    assert codes(sip().replace("provider", "provdier")) == ["R101"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("name: 12", "spec.name must be text, and this is a number"),
        ("name: 1.5", "spec.name must be text, and this is a number"),
        ("name: true", "spec.name must be text, and this is true or false"),
        ("name: null", "spec.name must be text, and this is null"),
        ("name: [a]", "spec.name must be text, and this is a list"),
        ("server: x", "spec.server must be a mapping, and this is text"),
        ("hooks: {}", "spec.hooks must be a list, and this is a mapping"),
    ],
)
def test_a_wrong_type_says_what_is_expected_and_what_is_there(line: str, message: str) -> None:
    assert only(sip(line)).message == message


def test_a_wrong_choice_that_holds_credentials_is_not_repeated() -> None:
    hook = "{on: 'https://user:hunter2@a.example', do: [{type: say, exact: Hello}]}"
    assert "hunter2" not in only(sip(f"hooks: [{hook}]")).message


@pytest.mark.parametrize(
    ("line", "help_text"),
    [
        ("name: 415", 'put it in quotes: name: "…"'),
        ("name: true", 'put it in quotes: name: "…"'),
        ("name: null", "leave the field out to unset it"),
        (
            'server: {url: "https://a.example", timeoutSeconds: "20"}',
            "write a number, without quotes",
        ),
        (
            'server: {url: "https://a.example", staticIpAddressesEnabled: yes}',
            "write true or false, without quotes",
        ),
    ],
)
def test_a_wrong_type_says_how_to_put_it_right(line: str, help_text: str) -> None:
    assert only(sip(line)).help == help_text


@pytest.mark.parametrize("field", ["id", "orgId", "createdAt", "updatedAt", "status"])
def test_a_read_only_field_says_that_the_api_sets_it(field: str) -> None:
    fault = only(sip(f"{field}: x"))
    assert (fault.code, fault.message) == (
        "R108",
        f"spec.{field} is read-only: the API sets it",
    )


def test_the_digits_of_a_vapi_number_belong_into_the_binding() -> None:
    assert only(sip('number: "+14155550100"')).help.endswith("write binding.number")


def test_a_field_of_other_providers_says_of_which() -> None:
    fault = only(sip("credentialId: {name: Trunk}"))
    assert fault.code == "R109"
    assert fault.message == (
        "spec.credentialId exists for byo-phone-number, telnyx, vonage, and not for vapi"
    )


def test_a_wrong_provider_hides_no_other_part_of_the_manifest() -> None:
    text = "metadata: {nmae: a}\nspec: {provider: vapii, sipUri: 5, colour: red}"
    assert codes(text) == ["R101", "R104"]


def test_a_tombstone_needs_no_more_than_its_provider() -> None:
    assert not found("metadata: {name: a}\nlifecycle: {state: absent}\nspec: {provider: twilio}")


def test_a_nested_union_names_the_field_and_not_the_branch() -> None:
    destination = 'type: number, number: "+14155550100", extension: "01234567890"'
    fault = only(sip(f"fallbackDestination: {{{destination}}}"))
    assert fault.path == "spec.fallbackDestination.extension"


def test_no_message_about_a_secret_holds_its_value() -> None:
    canary = "canary9381"
    text = sip(
        f"""\
        authentication: {{username: short, password: {canary}}}
        server:
          url: https://{canary}:{canary}@hooks.example.com
          headers: {{X-Token: {canary}, X-Other: [{canary}]}}
        """
    )
    faults = found(text)
    assert len(faults) >= 5
    assert canary not in "".join(each.message + each.help for each in faults)


def test_a_secret_of_the_wrong_shape_is_told_as_a_secret_first() -> None:
    text = sip("authentication: {username: support-us-sip-account, password: 12345}")
    assert codes(text) == ["R216"]


def test_another_schema_s_keyword_without_words_is_still_told() -> None:
    schema = {"properties": {"spec": {"not": {"required": ["hooks"]}}}}
    manifest = Manifest({"spec": {"hooks": []}}, (Layer("a.yaml", 0),))
    (fault,) = check([manifest], Context(schema, FIELDS, reach=REACH))
    assert (fault.code, fault.path) == ("R110", "spec")


@pytest.mark.parametrize(
    "metadata", ['{name: "support\\n"}', '{name: support, previously: ["old\\n"]}']
)
def test_a_key_does_not_end_in_a_new_line(metadata: str) -> None:
    assert codes(sip().replace("{name: support}", metadata)) == ["R105"]


def test_a_pattern_is_read_as_json_schema_means_it() -> None:
    # Python's $ stands before a last line break, that of JSON Schema does not.
    schema = {"properties": {"kind": {"pattern": "^PhoneNumber$"}}}
    manifest = Manifest({"kind": "PhoneNumber\n"}, (Layer("a.yaml", (0,)),))
    assert [each.code for each in check([manifest], Context(schema, FIELDS))] == ["R105"]


def test_what_is_refused_and_cannot_be_explained_is_no_pass() -> None:
    # The explaining validator runs out of stack: each level of the value is many of its own.
    inner: Json = {"$ref": "#/$defs/tree"}
    for _ in range(20):
        inner = {"allOf": [inner]}
    tree: Json = {"properties": {"kid": inner}, "not": {"required": ["x"]}}
    schema: dict[str, Json] = {
        "$defs": {"tree": tree},
        "properties": {"spec": {"$ref": "#/$defs/tree"}},
    }
    value: Json = {"x": 1}
    for _ in range(60):
        value = {"kid": value}
    manifest = Manifest({"spec": value}, (Layer("a.yaml", 0),))
    (fault,) = check([manifest], Context(schema, FIELDS))
    assert (fault.code, fault.path) == ("R110", "")


def test_a_schema_that_is_none_is_told() -> None:
    with pytest.raises(InputError, match="the manifest schema: is not a JSON Schema"):
        check([], Context({"type": "file"}, FIELDS))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Support", "metadata.name must not have 'S' in it"),
        ("a" * 41, "metadata.name must have at most 40 characters, and has 41"),
        ('""', "metadata.name must have at least 1 character, and has 0"),
        ("a_b.c", "metadata.name must not have '.', '_' in it"),
    ],
)
def test_a_key_says_what_is_wrong_with_it(name: str, message: str) -> None:
    fault = only(sip(name="support").replace("{name: support}", f"{{name: {name}}}"))
    assert (fault.code, fault.message) == ("R105", message)
    assert "Lower-case letters" in fault.help


@pytest.mark.parametrize(
    "lines", ["<<: {name: Support}", "server: {url: 'https://x.example', headers: {<<: {a: b}}}"]
)
def test_a_merge_key_is_no_field_and_yaml_1_2_has_none(lines: str) -> None:
    assert "YAML 1.2 has no merge keys" in only(sip(lines)).help
