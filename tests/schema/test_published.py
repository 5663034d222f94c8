"""Documents of the published one's shape, of today and of earlier, -> schema, fields, sandbox."""

import json
from functools import cache
from time import monotonic
from typing import Any

import jsonschema_rs
import pytest

from reconciler.fields import Nature, Provider, field_at, parse_path, read_field_table
from reconciler.sandbox.description import read_description
from reconciler.sandbox.rules import check
from reconciler.schema.build import BuiltSchema, build_schema
from reconciler.schema.packaged import FIELD_TABLE, OVERLAY, read_packaged
from tests.schema.published import (
    ERAS,
    Document,
    encoded,
    fields,
    of_2024,
    plain,
    published,
)

ALL_ERAS = {**ERAS, "of_2024": of_2024}
# What one create of each era may hold, beside what it always may.
SPEC = {"provider": "vapi", "name": "Support", "numberDesiredAreaCode": "415"}


def built(document: Document) -> BuiltSchema:
    return build_schema(encoded(document), read_packaged(OVERLAY))


@cache
def of(era: str) -> BuiltSchema:
    document = plain()
    ALL_ERAS[era](document)
    return built(document)


def providers(made: BuiltSchema) -> dict[str, Provider]:
    return dict(read_field_table(json.loads(made.field_table)).providers)


def takes(made: BuiltSchema, spec: dict[str, Any]) -> bool:
    """Whether the schema and the sandbox take a create; they must not differ."""
    manifest = {
        "apiVersion": "vapi-reconciler/v1",
        "kind": "PhoneNumber",
        "metadata": {"name": "a"},
        "spec": spec,
    }
    valid = jsonschema_rs.validator_for(json.loads(made.manifest_schema)).is_valid(manifest)
    description = read_description(json.loads(made.description))
    faults = check(spec, description.create[spec["provider"]], description)
    assert valid == (faults == [])
    return valid


def test_the_whole_published_document_makes_the_fields_of_the_part() -> None:
    document = published()
    for each in document["components"]["schemas"].values():
        each.get("properties", {}).pop("strange", None)
    data = encoded(document)
    assert len(data) > 2_000_000
    started = monotonic()
    made = build_schema(data, read_packaged(OVERLAY))
    assert monotonic() - started < 5
    assert made.field_table == read_packaged(FIELD_TABLE)


def test_noise_does_not_reach_what_is_built() -> None:
    made = built(published())
    assert b"Assistant1DTO" not in made.manifest_schema + made.description
    assert not any("Dangling" in each.where for each in made.notes)


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        ({"mode": "a"}, True),
        ({"mode": "c"}, False),
        ({"mode": {}}, False),
        ({"level": 2}, True),
        ({"codes": [400]}, True),
        ({"codes": [{}]}, False),
        ({"words": ["x", "y", "x", "x", "x"]}, True),
        ({"words": ["z"]}, False),
    ],
)
def test_a_defect_is_known_by_its_shape_wherever_it_stands(
    value: dict[str, Any], taken: bool
) -> None:
    made = built(published(noise=1))
    assert takes(made, {**SPEC, "strange": value}) == taken
    assert any("strange" in each.where for each in made.notes)


@pytest.mark.parametrize(
    ("path", "types"),
    [("strange.mode", {"string"}), ("strange.level", {"number"}), ("strange.words", {"array"})],
)
def test_a_repaired_field_has_the_type_of_its_values(path: str, types: set[str]) -> None:
    field = field_at(providers(built(published(noise=1)))["vapi"], parse_path(path))
    assert field is not None
    assert field.types == types


def test_a_default_in_prose_counts_where_it_fits_the_type() -> None:
    vapi = providers(built(published(noise=1)))["vapi"]

    def default(path: str) -> object:
        field = field_at(vapi, parse_path(path))
        assert field is not None
        return field.default

    assert [default("strange.wait"), default("strange.quiet")] == [7, True]
    assert default("server.timeoutSeconds") == 20
    assert default("server.backoffPlan.type") == "fixed"


@pytest.mark.parametrize(
    ("stated", "default"),
    [
        ({"default": 30}, 30),
        ({"description": "How long. @default 30"}, 30),
        ({"description": "Said to be long. @default long"}, 20),
        ({}, 20),
    ],
    ids=["stated", "in prose", "in prose that says nothing", "nowhere"],
)
def test_the_overlay_fills_in_a_default_where_the_document_has_none(
    stated: dict[str, Any], default: int
) -> None:
    document = plain()
    fields(document, "Server")["timeoutSeconds"] |= stated
    field = field_at(providers(built(document))["vapi"], ("server", "timeoutSeconds"))
    assert field is not None
    assert field.default == default


def test_an_overlay_of_ones_own_may_set_a_default_that_the_document_states() -> None:
    document = plain()
    fields(document, "Server")["timeoutSeconds"]["default"] = 30
    target = "$.components.schemas.Server.properties.timeoutSeconds"
    actions = [{"target": target, "update": {"default": 40}}]
    overlay = json.dumps({"overlay": "1.0.0", "actions": actions}).encode()
    vapi = providers(build_schema(encoded(document), overlay))["vapi"]
    field = field_at(vapi, ("server", "timeoutSeconds"))
    assert field is not None
    assert field.default == 40


@pytest.mark.parametrize("era", ALL_ERAS)
def test_every_era_makes_a_schema_and_a_sandbox_that_take_a_create(era: str) -> None:
    made = of(era)
    assert takes(made, SPEC)
    assert not takes(made, {**SPEC, "nmae": "x"})
    assert not takes(made, {**SPEC, "name": "x" * 41})


@pytest.mark.parametrize("era", ALL_ERAS)
def test_every_era_keeps_the_nature_of_fields(era: str) -> None:
    vapi = providers(of(era))["vapi"].fields
    assert vapi["name"].nature is Nature.MUTABLE
    assert vapi["sipUri"].nature is Nature.MUTABLE
    assert vapi["numberDesiredAreaCode"].nature is Nature.CREATE_ONLY
    assert vapi["number"].nature is Nature.READ_ONLY
    assert vapi["id"].nature is Nature.READ_ONLY


@pytest.mark.parametrize(
    ("era", "changed"),
    [
        ("without_telnyx", {"telnyx"}),
        ("server_as_two_texts", {"server", "serverUrl", "serverUrlSecret"}),
        ("no_status_no_hooks", {"status", "hooks", "workflowId"}),
        ("one_update_body", set()),
        ("no_discriminators", set()),
        ("update_bodies_without_provider", set()),
        ("no_second_list", set()),
        ("other_names", set()),
    ],
)
def test_an_era_differs_from_today_in_what_it_had_and_in_nothing_else(
    era: str, changed: set[str]
) -> None:
    before, now = providers(of(era)), providers(built(plain()))
    assert before.keys() ^ now.keys() <= changed
    for name in before.keys() & now.keys():
        assert before[name].fields.keys() ^ now[name].fields.keys() <= changed
        for field in before[name].fields.keys() & now[name].fields.keys() - {"provider"}:
            assert before[name].fields[field].nature is now[name].fields[field].nature


@pytest.mark.parametrize(
    ("era", "path"),
    [
        ("server_as_two_texts", "serverUrlSecret"),
        ("server_with_a_secret", "server.secret"),
        ("other_names", "authentication.password"),
    ],
)
def test_a_credential_that_no_overlay_knows_is_a_secret_all_the_same(era: str, path: str) -> None:
    field = field_at(providers(of(era))["vapi"], parse_path(path))
    assert field is not None
    assert field.secret == "always"  # noqa: S105 - a word of the table


def test_what_the_overlay_no_longer_finds_is_told() -> None:
    notes = [each for each in of("other_names").notes if "overlay" in each.message]
    assert "$.components.schemas.CreateVapiPhoneNumberDTO" in {each.where for each in notes}


@pytest.mark.parametrize("era", ALL_ERAS)
def test_what_was_built_can_be_built_from_again(era: str) -> None:
    once = of(era)
    # The overlay's actions are in it already.
    twice = build_schema(once.description, None)
    assert json.loads(twice.field_table) == json.loads(once.field_table)
