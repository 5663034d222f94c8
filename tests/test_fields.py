"""The field table: what the description says of each field."""

import pytest

from reconciler.errors import InputError
from reconciler.fields import Nature, Verb, field_at, raise_if_unidentified, read_field_table
from reconciler.model import Json, Path
from reconciler.schema.packaged import load_fields

VAPI = load_fields().providers["vapi"]
TABLE: dict[str, Json] = {"formatVersion": "1.0", "version": "2026-08-20", "providers": {}}


@pytest.mark.parametrize(
    ("nature", "names"),
    [
        (
            Nature.MUTABLE,
            [
                *("assistantId", "authentication", "fallbackDestination", "hooks", "name"),
                *("provider", "server", "sipUri", "squadId", "workflowId"),
            ],
        ),
        (Nature.CREATE_ONLY, ["numberDesiredAreaCode"]),
        (Nature.READ_ONLY, ["createdAt", "id", "number", "orgId", "status", "updatedAt"]),
    ],
)
def test_the_verbs_that_carry_a_field_tell_its_nature(nature: Nature, names: list[str]) -> None:
    assert sorted(n for n, each in VAPI.fields.items() if each.nature is nature) == names


def test_all_five_providers_are_there() -> None:
    assert sorted(load_fields().providers) == [
        "byo-phone-number",
        "telnyx",
        "twilio",
        "vapi",
        "vonage",
    ]


@pytest.mark.parametrize("provider", ["twilio", "vonage", "telnyx", "byo-phone-number"])
def test_the_number_of_an_imported_provider_can_be_changed(provider: str) -> None:
    assert load_fields().providers[provider].fields["number"].nature is Nature.MUTABLE


def test_what_a_create_needs_is_required() -> None:
    fields = load_fields().providers["twilio"].fields
    needed = sorted(name for name, each in fields.items() if each.required)
    assert needed == ["number", "provider", "twilioAccountSid"]


def test_identities_are_ranked_in_the_order_of_matching() -> None:
    ranked = {name: each.identity for name, each in VAPI.fields.items() if each.identity}
    assert ranked == {"sipUri": 1, "number": 2, "name": 3}


def test_the_three_routes_are_one_group_and_refer_to_three_kinds() -> None:
    routes = {name: each.reference for name, each in VAPI.fields.items() if each.group == "route"}
    assert routes == {"assistantId": "assistant", "squadId": "squad", "workflowId": "workflow"}


def test_buying_needs_an_area_code_or_a_sip_uri() -> None:
    area_code = VAPI.fields["numberDesiredAreaCode"]
    assert VAPI.require_one_of == (("numberDesiredAreaCode", "sipUri"),)
    assert (area_code.purchase, area_code.quota) == (True, 5)


def test_only_the_sip_uri_is_unique() -> None:
    assert [name for name, each in VAPI.fields.items() if each.unique] == ["sipUri"]


@pytest.mark.parametrize(
    ("provider", "path", "secret"),
    [
        ("vapi", ("authentication", "password"), "always"),
        ("vapi", ("authentication", "username"), ""),
        ("vapi", ("server", "headers", "X-Token"), "by-name"),
        ("vapi", ("fallbackDestination", "sipHeaders", "X-Token"), "by-name"),
        ("vapi", ("hooks", 0, "do", 1, "destination", "sipHeaders", "X-Token"), "by-name"),
        ("twilio", ("twilioAuthToken",), "always"),
        ("twilio", ("twilioApiKey",), "always"),
        ("twilio", ("twilioApiSecret",), "always"),
        ("twilio", ("twilioAccountSid",), ""),
    ],
)
def test_a_secret_is_known_wherever_it_stands(provider: str, path: Path, secret: str) -> None:
    field = field_at(load_fields().providers[provider], path)
    assert field is not None
    assert field.secret == secret


@pytest.mark.parametrize(
    ("path", "default"),
    [
        (("server", "timeoutSeconds"), 20),
        (("server", "staticIpAddressesEnabled"), False),
        (("server", "backoffPlan", "type"), "fixed"),
        (("server", "backoffPlan", "maxRetries"), 0),
        (("fallbackDestination", "numberE164CheckEnabled"), True),
        (("fallbackDestination", "transferPlan"), {"mode": "blind-transfer"}),
        (("fallbackDestination", "transferPlan", "sipVerb"), "refer"),
        (("fallbackDestination", "transferPlan", "timeout"), 60),
        (("fallbackDestination", "transferPlan", "dialTimeout"), 60),
        (("fallbackDestination", "transferPlan", "contextEngineeringPlan"), {"type": "all"}),
        (("fallbackDestination", "transferPlan", "sipHeadersInReferToEnabled"), False),
        (("fallbackDestination", "transferPlan", "summaryPlan", "enabled"), True),
        (("fallbackDestination", "transferPlan", "summaryPlan", "timeoutSeconds"), 5),
        (("fallbackDestination", "transferPlan", "fallbackPlan", "endCallEnabled"), True),
    ],
)
def test_a_documented_default_is_known(path: Path, default: Json) -> None:
    field = field_at(VAPI, path)
    assert field is not None
    assert (field.has_default, field.default) == (True, default)


@pytest.mark.parametrize("path", [("server", "url"), ("server", "backoffPlan"), ("name",)])
def test_a_field_without_a_documented_default_has_none(path: Path) -> None:
    field = field_at(VAPI, path)
    assert field is not None
    assert not field.has_default


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        (("sipUri",), "sip-uri"),
        (("number",), "e164"),
        (("fallbackDestination", "sipUri"), "sip-uri"),
        (("fallbackDestination", "number"), "e164"),
        (("hooks", 0, "do", 0, "destination", "number"), "e164"),
        (("name",), ""),
    ],
)
def test_it_is_known_how_two_values_compare(path: Path, normal: str) -> None:
    field = field_at(VAPI, path)
    assert field is not None
    assert field.normal == normal


def test_a_repaired_enum_is_a_string_and_a_status_code_a_number() -> None:
    verb = field_at(VAPI, ("fallbackDestination", "transferPlan", "sipVerb"))
    code = field_at(VAPI, ("server", "backoffPlan", "excludedStatusCodes", 0))
    assert verb is not None
    assert code is not None
    assert verb.types == frozenset({"string"})
    assert code.types == frozenset({"number"})


@pytest.mark.parametrize(
    "path", [(), (0,), ("nothing",), ("name", "inside"), ("name", 0), ("server", "nothing", "deep")]
)
def test_there_is_no_field_at_a_path_that_leads_nowhere(path: Path) -> None:
    assert field_at(VAPI, path) is None


def test_a_nested_field_has_the_verbs_of_its_parent_unless_it_tells_its_own() -> None:
    fields: Json = {
        "server": {
            "verbs": ["create", "update", "answer"],
            "types": ["object"],
            "properties": {
                "url": {"types": ["string"]},
                "health": {"verbs": ["answer"], "types": ["string"]},
            },
        }
    }
    table = read_field_table(TABLE | {"providers": {"vapi": {"fields": fields}}})
    inside = table.providers["vapi"].fields["server"].properties
    assert inside["url"].verbs == frozenset(Verb)
    assert inside["health"].nature is Nature.READ_ONLY


def test_a_later_minor_format_is_read() -> None:
    assert read_field_table(TABLE | {"formatVersion": "1.9", "new": 1}).version == "2026-08-20"


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ([], "not a field table"),
        ({"providers": {}}, "not a field table"),
        (TABLE | {"formatVersion": "2.0"}, "format 2.0"),
        (TABLE | {"providers": []}, "damaged"),
        (TABLE | {"providers": {"vapi": {}}}, "damaged"),
        (TABLE | {"providers": {"vapi": {"fields": {"name": {}}}}}, "damaged"),
        (
            TABLE | {"providers": {"vapi": {"fields": {"name": {"types": [], "verbs": ["fly"]}}}}},
            "damaged",
        ),
        (
            TABLE | {"providers": {"vapi": {"fields": {"name": {"types": [], "group": ["a"]}}}}},
            r"damaged: TypeError: name\.group is \['a'\]",
        ),
        (TABLE | {"providers": {"vapi": {"fields": {}, "requireOneOf": [[["a"]]]}}}, "damaged"),
    ],
)
def test_a_foreign_newer_or_damaged_table_is_refused(table: Json, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        read_field_table(table)
    assert "schema build" in caught.value.help


def test_a_provider_whose_numbers_nothing_tells_apart_is_refused() -> None:
    raise_if_unidentified(load_fields())
    fields: Json = {"name": {"verbs": ["create", "update", "answer"], "types": ["string"]}}
    table = read_field_table(TABLE | {"providers": {"acme": {"fields": fields}}})
    with pytest.raises(InputError, match="provider acme") as caught:
        raise_if_unidentified(table)
    assert "x-identity" in caught.value.help
